"""Standing in for a supervisor: which days make sense; pure."""

import datetime as dt
from collections.abc import Iterable

from lms.kernel.domain import N_, DomainError
from lms.people.calendar import Span

LONGEST_DAYS = 366


class NobodyKnown(DomainError):
    """Nobody here has this address, number or name, or several have the same name."""

    message = N_("Niemand oder mehrere heißen so. Gib die E-⁠Mail-Adresse oder #Personalnummer ein.")


class NotOneself(DomainError):
    """Standing in for oneself says nothing."""

    message = N_("Du kannst dich nicht selbst vertreten.")


class NotThere(DomainError):
    """Somebody who is not there on all of these days."""

    message = N_("%(name)s ist in dieser Zeit nicht durchgehend im Haus.")


class EndsBeforeItBegins(DomainError):
    """The last day lies before the first."""

    message = N_("Der letzte Tag liegt vor dem ersten.")


class BeginsInThePast(DomainError):
    """What was yesterday cannot be arranged today."""

    message = N_("Die Vertretung kann frühestens heute beginnen.")


class TooLong(DomainError):
    """Longer than a year: then somebody else is the supervisor."""

    message = N_("Eine Vertretung dauert höchstens ein Jahr.")


class AlreadyArranged(DomainError):
    """Two deputies for the same day."""

    message = N_("An diesen Tagen vertritt dich schon jemand. Beende das zuerst.")


def require_days(span: Span, *, today: dt.date) -> None:
    """Raise unless these are days for which somebody can be named today."""
    if span.until_on is None or span.until_on < span.from_on:
        raise EndsBeforeItBegins
    if span.from_on < today:
        raise BeginsInThePast
    if (span.until_on - span.from_on).days >= LONGEST_DAYS:
        raise TooLong


def is_free(span: Span, taken: Iterable[Span]) -> bool:
    """Whether nobody stands in on any of the days yet."""
    for other in taken:
        begins = max(span.from_on, other.from_on)
        if span.covers(begins) and other.covers(begins):
            return False
    return True


def require_free(span: Span, taken: Iterable[Span]) -> None:
    """Raise where somebody stands in on one of the days already."""
    if not is_free(span, taken):
        raise AlreadyArranged
