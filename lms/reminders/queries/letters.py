"""Whom a reminder reaches on paper only: stages that were due to people without an address."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Batch, Cycle
from lms.certifications.operations.rounds import LeaveBook
from lms.courses.lessons import minutes_of
from lms.courses.models import Course
from lms.courses.queries import list_newest
from lms.people.models import Deputy, Person
from lms.people.queries import employed_on, standing_in
from lms.reminders.models import Notice
from lms.reminders.queries.digests import Line, why_not
from lms.reminders.rules import Audience, Outcome, SkipReason, urgency

MOST = 200


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A course that a letter tells about."""

    titles: dict[str, Any]
    due_on: dt.date
    grace_until: dt.date
    minutes: int


@dataclass(frozen=True, slots=True)
class LetterRow:
    """Somebody who is to get a letter; `decided_at` is when the newest stage came due."""

    person: Person
    lines: tuple[LetterLine, ...]
    decided_at: dt.datetime


def is_waiting() -> ColumnElement[bool]:
    """The condition that a stage waits to be printed; rounds, people and batches are joined."""
    return and_(
        Notice.outcome == Outcome.SKIPPED.value,
        Notice.why == SkipReason.NO_ADDRESS.value,
        Notice.audience == Audience.LEARNER.value,
        Notice.printed_on.is_(None),
        Notice.due_rev == Cycle.due_rev,
        Cycle.state == "live",
        or_(Person.email.is_(None), Person.mail_state.not_in(("ok", "soft"))),
    )


def letters_waiting(
    session: Session, *, today: dt.date, supervisor_ids: Collection[int] | None = None
) -> list[LetterRow]:
    """Everybody who is to get a letter by last name, at most 200; of some teams alone if asked."""
    statement = (
        select(Notice, Cycle, Person, Course.slug, Batch.released_at)
        .join(Cycle, Cycle.id == Notice.cycle_id)
        .join(Person, Person.id == Cycle.person_id)
        .join(Course, Course.id == Cycle.course_id)
        .outerjoin(Batch, Batch.id == Cycle.batch_id)
        .where(is_waiting(), employed_on(today))
        .options(joinedload(Person.unit))
        .order_by(Person.last_name, Person.first_name, Person.id)
    )
    if supervisor_ids is not None:
        statement = statement.where(Person.supervisor_id.in_(supervisor_ids))
    lines = [
        Line(notice, cycle, person, slug, cycle.batch_id is not None and released_at is None)
        for notice, cycle, person, slug, released_at in session.execute(statement)
    ]
    leave = LeaveBook(session, {line.learner.id for line in lines})
    by_person: dict[Person, list[Line]] = {}
    for line in lines:
        if why_not(line, leave, today) is None:
            by_person.setdefault(line.learner, []).append(line)
    chosen = dict(list(by_person.items())[:MOST])
    newest = list_newest(
        session, sorted({line.cycle.course_id for those in chosen.values() for line in those})
    )
    lengths = {
        course_id: (one.document.title, minutes_of(one.document.lessons))
        for course_id, one in newest.items()
    }
    return [_row(person, those, lengths) for person, those in chosen.items()]


def _row(
    person: Person, lines: list[Line], lengths: dict[int, tuple[dict[Any, str], int]]
) -> LetterRow:
    rounds = {line.cycle.id: line for line in lines}.values()
    ordered = sorted(rounds, key=lambda line: urgency(line.cycle.due_on, line.slug))
    return LetterRow(
        person,
        tuple(
            LetterLine(
                {**lengths[line.cycle.course_id][0]},
                line.cycle.due_on,
                line.cycle.grace_until,
                lengths[line.cycle.course_id][1],
            )
            for line in ordered
        ),
        max(line.notice.decided_at for line in lines),
    )


def teams_of(session: Session, person_id: int, *, today: dt.date) -> list[int]:
    """Whose people somebody looks after today: their own, and those of whom they stand in for."""
    others = standing_in(today).where(Deputy.deputy_id == person_id, Deputy.from_on <= today)
    return [person_id, *(row.supervisor_id for row in session.execute(others))]
