"""Pages of learning: catalogue, course, player with quiz and practice, officer's reports."""

from lms.learning.views import catalogue, course, player, practice, quiz, reports
from lms.learning.views.blueprint import blueprint

__all__ = ["blueprint", "catalogue", "course", "player", "practice", "quiz", "reports"]
