"""A supervisor names who stands in on which days, and ends it at will."""

import datetime as dt
from collections import defaultdict

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.kernel.domain import NotFound
from lms.kernel.text import unkept
from lms.people.calendar import DAY, Span
from lms.people.deputies import (
    NobodyKnown,
    NotOneself,
    NotThere,
    is_free,
    require_days,
    require_free,
)
from lms.people.models import Deputy, Person
from lms.people.queries import employed_on, find_person, is_employed

_OBJECT = "deputy"


def name_deputy(
    session: Session,
    supervisor_id: int,
    who: str,
    span: Span,
    *,
    today: dt.date,
    now: dt.datetime,
) -> Deputy:
    """Let somebody stand in on these days; `who` is an address, `#number` or a whole name."""
    # Two browsers may name two people for the same day: the second finds the first.
    session.execute(select(Person.id).where(Person.id == supervisor_id).with_for_update())
    require_days(span, today=today)
    person = _somebody(session, who, today)
    if person.id == supervisor_id:
        raise NotOneself
    last = span.until_on or span.from_on
    if not (is_employed(person, span.from_on) and is_employed(person, last)):
        raise NotThere(name=person.name)
    taken = session.scalars(select(Deputy).where(Deputy.supervisor_id == supervisor_id))
    require_free(span, [Span(one.from_on, one.until_on) for one in taken])
    deputy = Deputy(
        supervisor_id=supervisor_id, deputy_id=person.id, from_on=span.from_on, until_on=last
    )
    session.add(deputy)
    session.flush()
    _note(session, deputy, "deputy_named", now)
    return deputy


def _somebody(session: Session, who: str, today: dt.date) -> Person:
    found = find_person(session, who)
    if found is not None:
        return found
    words = " ".join(who.split()).lower()
    if not words or unkept(words):
        raise NobodyKnown
    name = func.lower(Person.first_name + " " + Person.last_name)
    people = session.scalars(select(Person).where(name == words, employed_on(today)).limit(2)).all()
    if len(people) != 1:
        raise NobodyKnown
    return people[0]


def end_deputy(
    session: Session, deputy_id: int, supervisor_id: int, *, today: dt.date, now: dt.datetime
) -> None:
    """End it at once: yesterday was the last day; what has not begun never was."""
    deputy = session.scalar(
        select(Deputy)
        .where(Deputy.id == deputy_id, Deputy.supervisor_id == supervisor_id)
        .with_for_update()
    )
    if deputy is None:
        raise NotFound
    _note(session, deputy, "deputy_ended", now)
    if deputy.from_on >= today:
        session.delete(deputy)
    elif deputy.until_on >= today:
        deputy.until_on = today - DAY
    session.flush()


def move_deputies(session: Session, kept_id: int, gone_id: int) -> None:
    """What was arranged for one entry of a person holds for the other one, days taken already and
    standing in for oneself excepted.
    """
    both = (kept_id, gone_id)
    rows = session.scalars(
        select(Deputy)
        .where(or_(Deputy.supervisor_id.in_(both), Deputy.deputy_id.in_(both)))
        # What the kept entry arranged goes first.
        .order_by(Deputy.supervisor_id == gone_id, Deputy.from_on)
    ).all()
    taken: dict[int, list[Span]] = defaultdict(list)
    for one in rows:
        supervisor_id = kept_id if one.supervisor_id == gone_id else one.supervisor_id
        deputy_id = kept_id if one.deputy_id == gone_id else one.deputy_id
        span = Span(one.from_on, one.until_on)
        if supervisor_id == deputy_id or not is_free(span, taken[supervisor_id]):
            session.delete(one)
        else:
            taken[supervisor_id].append(span)
            one.supervisor_id, one.deputy_id = supervisor_id, deputy_id
    session.flush()


def _note(session: Session, deputy: Deputy, verb: str, now: dt.datetime) -> None:
    audit.record(
        session,
        actor=f"person:{deputy.supervisor_id}",
        verb=verb,
        object_kind=_OBJECT,
        object_id=deputy.id,
        details={"deputy": deputy.deputy_id},
        now=now,
    )
