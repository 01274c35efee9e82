"""What it takes to finish a text or a film: the person says so, and sometimes says more."""

from lms.courses.document import AnyLesson, Reading, Video
from lms.kernel.domain import N_, DomainError, NotFound


class NotConfirmed(DomainError):
    """The text asks for "read and understood"."""

    message = N_("Bestätige, dass du den Text gelesen und verstanden hast.")


def require_finished_by_hand(lesson: AnyLesson) -> None:
    """Refuse what is done by answering or reporting."""
    if not isinstance(lesson, Reading | Video):
        raise NotFound


def require_confirmation(lesson: Reading, *, confirmed: bool) -> None:
    """Refuse to finish without the words that the text asks for."""
    if lesson.confirm and not confirmed:
        raise NotConfirmed
