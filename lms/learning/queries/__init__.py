"""Reads of learning: a person in a course, the catalogue, quiz attempts, practice reports."""

from lms.learning.queries.practice import ReportRow, count_waiting, reports_waiting
from lms.learning.queries.progress import EnrolmentRow, open_enrolments, progress_of

__all__ = [
    "EnrolmentRow",
    "ReportRow",
    "count_waiting",
    "open_enrolments",
    "progress_of",
    "reports_waiting",
]
