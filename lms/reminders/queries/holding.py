"""What one batch holds back, person by person, and what a release would send."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Batch, Cycle
from lms.certifications.queries.duties import newest_versions
from lms.courses.models import Course
from lms.kernel.domain import NotFound
from lms.people.calendar import WorkingCalendar
from lms.people.models import Person
from lms.people.queries import working_calendar
from lms.reminders.plan import Decision, plan
from lms.reminders.queries.rounds import (
    Round,
    Supervisors,
    as_rounds,
    has_address,
    live_rounds,
    recipient_of,
    supervisors_for,
)
from lms.reminders.rules import Outcome, sending_day


class Silence(StrEnum):
    """Why somebody whose rounds are let go gets no mail on the day."""

    NO_ADDRESS = "no_address"
    AWAY = "away"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDay:
    """The day whose sweep plans what is let go now, and how the house reckons."""

    day: dt.date
    calendar: WorkingCalendar
    tells_supervisor: bool


def send_day(
    session: Session, *, now: dt.datetime, zone: ZoneInfo, tells_supervisor: bool
) -> SendDay:
    """The day on which what is let go at this instant is sent."""
    year = now.year
    calendar = working_calendar(session, years=range(year - 1, year + 3))
    return SendDay(
        day=sending_day(now, zone, calendar),
        calendar=calendar,
        tells_supervisor=tells_supervisor,
    )


@dataclass(frozen=True, slots=True)
class HeldRound:
    """A round that waits: its course, and when it is or was due."""

    slug: str
    titles: dict[str, str]
    due_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPerson:
    """Somebody whose rounds wait; `mails` names each mail that their release brings about.

    Two people may bring about the same mail, that of their supervisor.
    """

    person_id: int
    name: str
    unit: str
    rounds: tuple[HeldRound, ...]
    mails: frozenset[str]
    silence: Silence | None


def count_mails(people: Iterable[HeldPerson]) -> int:
    """How many mails it is when all of them are let go."""
    return len(frozenset[str]().union(*(one.mails for one in people)))


def get_waiting(session: Session, batch_id: int) -> Batch:
    """A batch that was not released yet; NotFound otherwise."""
    found = session.scalar(select(Batch).where(Batch.id == batch_id, Batch.released_at.is_(None)))
    if found is None:
        raise NotFound
    return found


def list_held(session: Session, batch_id: int, send: SendDay) -> list[HeldPerson]:
    """Everybody whose rounds a batch holds, by last name, the oldest due date first."""
    rows = (
        session.execute(
            live_rounds()
            .where(Cycle.batch_id == batch_id)
            .options(joinedload(Person.unit))
            .order_by(Person.last_name, Person.first_name, Person.id, Cycle.due_on, Cycle.id)
        )
        .unique()
        .all()
    )
    if not rows:
        return []
    found = as_rounds(session, rows, tells_supervisor=send.tells_supervisor, with_notices=True)
    decided = [
        plan(
            replace(one.reminded, is_held=False),
            send.day,
            calendar=send.calendar,
            notices=one.notices,
        )
        for one in found
    ]
    supervisors = supervisors_for(session, send.day, decided)
    courses = _courses(session, {one.cycle.course_id for one in found})
    by_person: dict[int, list[tuple[Round, tuple[Decision, ...]]]] = {}
    for one, decisions in zip(found, decided, strict=True):
        by_person.setdefault(one.person.id, []).append((one, decisions))
    return [_person(pairs, supervisors, courses, send.day) for pairs in by_person.values()]


def _courses(session: Session, course_ids: set[int]) -> dict[int, tuple[str, dict[str, str]]]:
    version = newest_versions()
    rows = session.execute(
        select(Course.id, Course.slug, version.c.titles)
        .join(version, version.c.course_id == Course.id)
        .where(Course.id.in_(course_ids))
    )
    return {course_id: (slug, titles) for course_id, slug, titles in rows}


def _person(
    pairs: list[tuple[Round, tuple[Decision, ...]]],
    supervisors: Supervisors | None,
    courses: dict[int, tuple[str, dict[str, str]]],
    day: dt.date,
) -> HeldPerson:
    person = pairs[0][0].person
    mails: set[str] = set()
    for _one, decisions in pairs:
        for decision in decisions:
            recipient = recipient_of(person, decision.audience, supervisors)
            if decision.outcome is Outcome.QUEUED and recipient is not None:
                mails.add(f"{decision.audience}:{recipient.id}")
    return HeldPerson(
        person_id=person.id,
        name=person.name,
        unit=person.unit.name,
        rounds=tuple(
            HeldRound(*courses[one.cycle.course_id], one.cycle.due_on) for one, _ in pairs
        ),
        mails=frozenset(mails),
        silence=_silence([one for one, _ in pairs], mails, day),
    )


def _silence(rounds: list[Round], mails: set[str], day: dt.date) -> Silence | None:
    person = rounds[0].person
    if f"learner:{person.id}" in mails:
        return None
    if not has_address(person):
        return Silence.NO_ADDRESS
    if all(any(span.covers(day) for span in one.reminded.quiet) for one in rounds):
        return Silence.AWAY
    return Silence.LATER
