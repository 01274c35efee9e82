"""Rounds of a course: with which lessons, in which version, and what finishing one would do."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lms.certifications.rules.status import Status
from lms.courses.document import Mode
from lms.kernel.domain import N_, Conflict


class CourseRenewed(Conflict):
    """A newer version must be taken; what was begun in the old one is kept, but ends nowhere."""

    message = N_(
        "Der Kurs wurde erneuert und beginnt von vorn. Dein bisheriger Stand bleibt gespeichert."
    )


class RoundEnded(Conflict):
    """The round was finished or begun anew in the meantime."""

    message = N_("Dieser Durchgang ist schon zu Ende. Es hat sich nichts geändert.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """What the dates of a person in a course say about a new round.

    `status` None: neither duty nor valid evidence. `renews_any_time`: validity counts from the
    completion or to a fixed day, so there is nothing to wait for. `must_retake`: a version that
    must be taken again came after the evidence.
    """

    status: Status | None = None
    valid_until: dt.date | None = None
    opens_on: dt.date | None = None
    renews_any_time: bool = False
    must_retake: bool = False


class Offer(StrEnum):
    """What the course page offers first."""

    CONTINUE = "continue"
    WAIT = "wait"
    BEGIN = "begin"
    REFRESH = "refresh"
    REPEAT = "repeat"


def mode_for(course_mode: Mode, facts: RoundFacts, today: dt.date) -> Mode:
    """Only the lessons that refresh for whoever renews on time, where the course says so."""
    on_time = renews_on_time(facts, today)
    return Mode.REFRESHER if course_mode is Mode.REFRESHER and on_time else Mode.FULL


def renews_on_time(facts: RoundFacts, today: dt.date) -> bool:
    """True inside the renewal window and its grace; a version to be taken again is no renewal."""
    if facts.must_retake:
        return False
    if facts.status in (Status.DUE, Status.GRACE):
        return True
    return facts.status is Status.VALID and _is_open(facts, today)


def _is_open(facts: RoundFacts, today: dt.date) -> bool:
    return facts.opens_on is not None and facts.opens_on <= today


def is_voluntary(facts: RoundFacts, today: dt.date) -> bool:
    """True when finishing today would change no date: valid, and the window has not opened."""
    if facts.must_retake or facts.renews_any_time:
        return False
    rests = facts.status in (Status.EXEMPT, Status.PAUSED)
    holds = rests and facts.valid_until is not None and facts.valid_until >= today
    return (facts.status is Status.VALID or holds) and not _is_open(facts, today)


def is_outdated(version_number: int, retrain_number: int | None) -> bool:
    """True when a newer version must be taken instead of the one that was begun."""
    return retrain_number is not None and version_number < retrain_number


def offer_of(
    facts: RoundFacts, today: dt.date, *, is_begun: bool, has_open_step: bool, was_completed: bool
) -> Offer:
    """What to offer: go on, wait, begin, refresh, or repeat of one's own accord."""
    if is_begun:
        return Offer.CONTINUE if has_open_step else Offer.WAIT
    if is_voluntary(facts, today):
        return Offer.REPEAT
    return Offer.REFRESH if was_completed or facts.valid_until is not None else Offer.BEGIN


def completed_on(days: Iterable[dt.date]) -> dt.date:
    """The day a course counts as completed: the latest day on which a lesson was shown.

    A practice report counts from the day it was handed in, whenever it is confirmed.
    """
    return max(days)
