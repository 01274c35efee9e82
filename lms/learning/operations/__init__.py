"""Deeds of learning: enrolling, finishing lessons, quiz attempts, practice reports, completion."""

from lms.learning.operations.enrolling import begin_again, enrol
from lms.learning.operations.lessons import Outcome, finish_lesson
from lms.learning.operations.practice import (
    Decision,
    confirm_practice,
    report_practice,
    return_practice,
    save_draft,
)
from lms.learning.operations.quizzes import (
    Checked,
    answer,
    finish_attempt,
    save_answer,
    start_attempt,
)

__all__ = [
    "Checked",
    "Decision",
    "Outcome",
    "answer",
    "begin_again",
    "confirm_practice",
    "enrol",
    "finish_attempt",
    "finish_lesson",
    "report_practice",
    "return_practice",
    "save_answer",
    "save_draft",
    "start_attempt",
]
