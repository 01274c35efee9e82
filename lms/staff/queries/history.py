"""What happened to one person's record: mail, absences, exemptions, deeds; one query."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from lms.audit.models import AuditEntry
from lms.certifications.models import Cycle, Evidence, Exemption
from lms.kernel.db import UtcDateTime
from lms.outbox.models import OutboxMessage
from lms.people.models import Absence, Person
from lms.reminders.models import Notice
from lms.reminders.queries.requirements import name_of_actor
from lms.reminders.rules import Audience

MAIL_DAYS = 90
# Deeds on the person themselves that a record tells of; how they sign in is no part of it.
_PERSON_VERBS = (
    "joined",
    "changed",
    "rights_changed",
    "leaves",
    "left",
    "never_left",
    "returned",
    "absent",
    "absence_corrected",
    "absence_dropped",
    "merged",
)


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A stage that the person was told or that was passed over, and what became of its mail.

    `due_on` None: the round has another due date by now.
    """

    cycle_id: int
    course_id: int
    due_on: dt.date | None
    due_rev: int
    stage: int
    outcome: str
    mail_state: str | None
    decided_on: dt.date


@dataclass(frozen=True, slots=True)
class LogLine:
    """Something that was done to the record, by whom (a name, empty: the system)."""

    at: dt.datetime
    verb: str
    course_id: int | None
    by: str


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, or an exemption from a course; `absence_id` None: an exemption."""

    from_on: dt.date
    until_on: dt.date | None
    course_id: int | None
    reason: str | None
    absence_id: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Mail, absences, exemptions and the log of one person."""

    notices: tuple[NoticeLine, ...]
    absences: tuple[Away, ...]
    exemptions: tuple[Away, ...]
    log: tuple[LogLine, ...]


def read_history(session: Session, person_id: int, *, today: dt.date) -> History:
    """Mail of live rounds and of the last 90 days, absences, exemptions, the log; one query."""
    values = {"person_id": person_id, "since": today - dt.timedelta(days=MAIL_DAYS)}
    rows = session.execute(_history(), values).all()
    return History(
        notices=tuple(_notice(row) for row in rows if row.kind == "notice"),
        absences=tuple(_away(row) for row in rows if row.kind == "absence"),
        exemptions=tuple(_away(row) for row in rows if row.kind == "exemption"),
        log=tuple(
            sorted(
                (LogLine(row.at, row.word, row.course_id, row.name) for row in rows if row.at),
                key=lambda line: line.at,
                reverse=True,
            )
        ),
    )


def _notice(row: Any) -> NoticeLine:  # noqa: ANN401 - a row of the statement below
    return NoticeLine(
        cycle_id=row.ref_id,
        course_id=row.course_id,
        due_on=row.until_on if row.amount == row.present else None,
        due_rev=row.amount,
        stage=row.stage,
        outcome=row.word,
        mail_state=row.name or None,
        decided_on=row.from_on,
    )


def _away(row: Any) -> Away:  # noqa: ANN401 - as above
    return Away(row.from_on, row.until_on, row.course_id, row.word or None, row.ref_id)


@lru_cache(maxsize=1)
def _history() -> CompoundSelect[Any]:
    return union_all(
        _notices(),
        _absences(),
        _exemptions(),
        _deeds("evidence", Evidence),
        _deeds("cycle", Cycle),
        _deeds("exemption", Exemption),
        _deeds_on_the_person(),
    )


def _part(kind: str, **given: Any) -> Select[Any]:  # noqa: ANN401 - columns
    """Columns in one order; what a part does not have is empty."""
    empty: dict[str, ColumnElement[Any]] = {
        "ref_id": cast(null(), Integer()),
        "course_id": cast(null(), Integer()),
        "from_on": cast(null(), Date()),
        "until_on": cast(null(), Date()),
        "at": cast(null(), UtcDateTime()),
        "word": literal("", String()),
        "name": literal("", String()),
        "stage": cast(null(), Integer()),
        "amount": cast(null(), Integer()),
        "present": cast(null(), Integer()),
    }
    columns = [given.get(name, column).label(name) for name, column in empty.items()]
    return select(literal(kind, String()).label("kind"), *columns)


def _notices() -> Select[Any]:
    return (
        _part(
            "notice",
            ref_id=Notice.cycle_id,
            course_id=Cycle.course_id,
            from_on=Notice.decided_on,
            until_on=Cycle.due_on,
            word=Notice.outcome,
            name=func.coalesce(OutboxMessage.state, ""),
            stage=Notice.stage,
            amount=Notice.due_rev,
            present=Cycle.due_rev,
        )
        .select_from(Notice)
        .join(Cycle, Cycle.id == Notice.cycle_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == Notice.outbox_id)
        .where(
            Cycle.person_id == bindparam("person_id"),
            Notice.audience == Audience.LEARNER.value,
            or_(Cycle.state == "live", Notice.decided_on >= bindparam("since", type_=Date())),
        )
    )


def _absences() -> Select[Any]:
    return (
        _part("absence", ref_id=Absence.id, from_on=Absence.from_on, until_on=Absence.until_on)
        .select_from(Absence)
        .where(Absence.person_id == bindparam("person_id"))
    )


def _exemptions() -> Select[Any]:
    return (
        _part(
            "exemption",
            course_id=Exemption.course_id,
            from_on=Exemption.from_on,
            until_on=Exemption.until_on,
            word=Exemption.reason,
        )
        .select_from(Exemption)
        .where(Exemption.person_id == bindparam("person_id"))
    )


def _deeds(kind: str, model: Any) -> Select[Any]:  # noqa: ANN401 - the class behind `kind`
    """Entries of the log about something of this person's."""
    return (
        _part(
            "deed",
            course_id=model.course_id,
            at=AuditEntry.at,
            word=AuditEntry.verb,
            name=func.coalesce(Person.first_name + " " + Person.last_name, ""),
        )
        .select_from(AuditEntry)
        .join(model, model.id == AuditEntry.object_id)
        .outerjoin(Person, name_of_actor(AuditEntry.actor, Person))
        .where(AuditEntry.object_kind == kind, model.person_id == bindparam("person_id"))
    )


def _deeds_on_the_person() -> Select[Any]:
    return (
        _part(
            "deed",
            at=AuditEntry.at,
            word=AuditEntry.verb,
            name=func.coalesce(Person.first_name + " " + Person.last_name, ""),
        )
        .select_from(AuditEntry)
        .outerjoin(Person, name_of_actor(AuditEntry.actor, Person))
        .where(
            AuditEntry.object_kind == "person",
            AuditEntry.object_id == bindparam("person_id"),
            AuditEntry.verb.in_(_PERSON_VERBS),
        )
    )
