"""Two entries turn out to be one person: everything of one goes over to the other (T14)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lms.access.models import Password, RecoveryCode, SecondFactor
from lms.access.operations import signing_in
from lms.access.operations.links import void_links_of
from lms.certifications.operations import changing
from lms.certifications.operations import merging as duties
from lms.kernel.domain import NotFound
from lms.learning.operations import merging as learning
from lms.outbox import operations as outbox
from lms.people.calendar import Span
from lms.people.models import Absence, Person, PersonRole
from lms.staff.changes import COMMON_ROLES
from lms.staff.faults import OwnRecord, SamePerson
from lms.staff.operations.deputising import move_deputies
from lms.staff.operations.noting import note
from lms.staff.operations.register import hold_supervisors
from lms.staff.operations.settling import bring_in_line
from lms.workshops.operations import merging as workshops
from lms.workshops.rules.words import Frame

# Of what the kept entry does not know, what the other one says is taken.
_FILLED = ("email", "personnel_number", "job", "locale", "supervisor_id")


@dataclass(frozen=True, slots=True)
class Merged:
    """What went over."""

    evidence: int
    enrolments: int
    places: int
    absences: int
    reports: int


def merge(
    session: Session,
    kept_id: int,
    gone_id: int,
    *,
    actor: str,
    today: dt.date,
    now: dt.datetime,
    frame: Frame,
) -> Merged:
    """Let one entry of a person go up in another; it cannot be undone.

    The kept entry's name, unit, days and rights hold; only what it lacks is taken from the other
    one, and of its rights that of an author. The other one is nobody afterwards: without name,
    address, number or a way in. NotFound for unknown people and those who are nobody already,
    SamePerson for an entry with itself, OwnRecord for one's own.
    """
    if kept_id == gone_id:
        raise SamePerson
    if actor in (f"person:{kept_id}", f"person:{gone_id}"):
        raise OwnRecord
    hold_supervisors(session)
    kept, gone = _hold_both(session, kept_id, gone_id)
    what = duties.Occasion(kept_id, gone_id, actor, today, now)
    reports = _lead_on(session, kept, gone)
    absences = _move_absences(session, kept_id, gone_id)
    copies = duties.move_duties(session, what)
    enrolments = learning.move_enrolments(session, kept_id, gone_id, copies, now=now)
    places = workshops.move_places(session, kept_id, gone_id, today=today, frame=frame, now=now)
    move_deputies(session, kept_id, gone_id)
    _move_rights(session, kept_id, gone_id)
    _become_nobody(session, kept, gone, now=now)
    bring_in_line(session, {kept_id}, today=today, now=now)
    changing.count_absences(session, kept_id, today=today)
    note(session, kept_id, "merged", actor=actor, now=now, other=gone_id)
    note(session, gone_id, "merged_away", actor=actor, now=now, other=kept_id)
    session.flush()
    return Merged(len(copies), enrolments, places, absences, reports)


def _hold_both(session: Session, kept_id: int, gone_id: int) -> tuple[Person, Person]:
    found = {
        one.id: one
        for one in session.scalars(
            select(Person)
            .where(Person.id.in_((kept_id, gone_id)), Person.anonymised_at.is_(None))
            .order_by(Person.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    }
    if len(found) != 2:
        raise NotFound
    return found[kept_id], found[gone_id]


def _lead_on(session: Session, kept: Person, gone: Person) -> int:
    """Whoever the second entry led the first one leads; no circle comes of it."""
    if gone.id in _above(session, kept):
        # Between them stands somebody whom the person leads and who leads them: that link goes.
        kept.supervisor_id = gone.supervisor_id
    if gone.supervisor_id == kept.id:
        gone.supervisor_id = None
    session.flush()
    count = session.scalar(
        select(func.count()).select_from(Person).where(Person.supervisor_id == gone.id)
    )
    session.execute(
        update(Person)
        .where(Person.supervisor_id == gone.id, Person.id != kept.id)
        .values(supervisor_id=kept.id)
    )
    session.refresh(kept, ["supervisor_id"])
    if gone.supervisor_id is not None and kept.id in _above(session, gone):
        gone.supervisor_id = None
        session.flush()
    return count or 0


def _above(session: Session, person: Person) -> set[int]:
    """Everybody in the chain of supervisors above."""
    found: set[int] = set()
    above = person.supervisor_id
    while above is not None and above not in found:
        found.add(above)
        above = session.scalar(select(Person.supervisor_id).where(Person.id == above))
    return found


def _move_absences(session: Session, kept_id: int, gone_id: int) -> int:
    """All days on which either entry was away; those that meet become one."""
    both = select(Absence).where(Absence.person_id.in_((kept_id, gone_id)))
    rows = session.scalars(both.order_by(Absence.from_on)).all()
    moved = sum(one.person_id == gone_id for one in rows)
    if not moved:
        return 0
    spans = list(_met(Span(one.from_on, one.until_on) for one in rows))
    for one in rows:
        session.delete(one)
    session.flush()
    session.add_all(
        Absence(person_id=kept_id, from_on=span.from_on, until_on=span.until_on) for span in spans
    )
    session.flush()
    return moved


def _met(spans: Iterable[Span]) -> Iterable[Span]:
    """Spans in order, those that share a day as one; neighbours stay as they were entered."""
    present: Span | None = None
    for span in spans:
        if present is None:
            present = span
        elif present.covers(span.from_on):
            ends = (present.until_on, span.until_on)
            last = None if None in ends else max(end for end in ends if end)
            present = Span(present.from_on, last)
        else:
            yield present
            present = span
    if present is not None:
        yield present


def _move_rights(session: Session, kept_id: int, gone_id: int) -> None:
    """What an officer may give goes over; the rest is given anew by an administrator."""
    given = dict[int, set[object]]()
    for person_id, role in session.execute(
        select(PersonRole.person_id, PersonRole.role).where(
            PersonRole.person_id.in_((kept_id, gone_id))
        )
    ):
        given.setdefault(person_id, set()).add(role)
    more = (given.get(gone_id, set()) & COMMON_ROLES) - given.get(kept_id, set())
    session.execute(delete(PersonRole).where(PersonRole.person_id == gone_id))
    session.add_all(PersonRole(person_id=kept_id, role=role) for role in more)
    session.flush()


def _become_nobody(session: Session, kept: Person, gone: Person, *, now: dt.datetime) -> None:
    """The second entry gives what the first lacks, and is nobody from now on."""
    lacking = {name: getattr(gone, name) for name in _FILLED if getattr(kept, name) is None}
    if lacking.get("supervisor_id") == kept.id:
        del lacking["supervisor_id"]
    signing_in.end_all_sign_ins(session, gone.id)
    void_links_of(session, gone.id)
    for table in (Password, SecondFactor, RecoveryCode):
        session.execute(delete(table).where(table.person_id == gone.id))
    outbox.cancel_pending_of(session, gone.id, reason="merged", now=now)
    gone.first_name = gone.last_name = "–"
    gone.email = gone.personnel_number = gone.job = gone.supervisor_id = None
    gone.anonymised_at = now
    session.flush()
    for name, value in lacking.items():
        setattr(kept, name, value)
    session.flush()
    session.expire(gone, ["roles"])
    session.expire(kept, ["roles"])
