"""Reports on practice tasks: who may do what with them, and when they count."""

from enum import StrEnum

from lms.kernel.domain import N_, Conflict, DomainError
from lms.kernel.permissions import NotAllowed

REPORT_LIMIT = 5000
COMMENT_LIMIT = 1000


class ReportState(StrEnum):
    """draft: only oneself reads it; reported: waits; confirmed: counts; returned: try again."""

    DRAFT = "draft"
    REPORTED = "reported"
    CONFIRMED = "confirmed"
    RETURNED = "returned"


class ReportAlreadySent(Conflict):
    """What was handed in does not change any more."""

    message = N_("Dein Bericht ist schon abgeschickt. Er lässt sich nicht mehr ändern.")


class ReportNotWaiting(Conflict):
    """Somebody else decided first."""

    message = N_("Über diesen Bericht ist schon entschieden.")


class ReportEmpty(DomainError):
    """Nothing was written."""

    message = N_("Schreib ein oder zwei Sätze, bevor du die Aufgabe als erledigt meldest.")


class ReportTooLong(DomainError):
    """More than fits."""

    message = N_("Der Text ist zu lang: höchstens %(limit)s Zeichen.")


class CommentMissing(DomainError):
    """A report comes back only with a word on what is missing."""

    message = N_("Schreib dazu, was noch fehlt.")


class OwnReport(NotAllowed):
    """Nobody confirms their own work."""

    message = N_("Deinen eigenen Bericht bestätigt jemand anderes.")


def can_change(state: ReportState | None) -> bool:
    """True while the text is one's own: not begun, a draft, or returned."""
    return state in (None, ReportState.DRAFT, ReportState.RETURNED)


def require_changeable(state: ReportState | None) -> None:
    """Refuse to change what was handed in."""
    if not can_change(state):
        raise ReportAlreadySent


def require_report_text(text: str) -> None:
    """Refuse an empty report."""
    if not text.strip():
        raise ReportEmpty


def require_fitting_length(text: str, limit: int = REPORT_LIMIT) -> None:
    """Refuse what is longer than the page allows."""
    if len(text) > limit:
        raise ReportTooLong(limit=limit)


def require_may_decide(state: ReportState, *, author_id: int, officer_id: int) -> None:
    """Refuse one's own report and one that does not wait."""
    if author_id == officer_id:
        raise OwnReport
    if state is not ReportState.REPORTED:
        raise ReportNotWaiting


def require_comment(comment: str) -> None:
    """Refuse an empty comment."""
    if not comment.strip():
        raise CommentMissing
    require_fitting_length(comment, COMMENT_LIMIT)
