"""Live rounds with everything the plan asks of them."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Batch, Cycle, RequirementRevision
from lms.certifications.operations.rounds import LeaveBook
from lms.certifications.queries.pauses import paused_people
from lms.certifications.queries.rows import policy_of
from lms.kernel.viewer import Role
from lms.people.calendar import Span
from lms.people.models import Person, PersonRole
from lms.people.queries import employed_on, standing_in
from lms.reminders.models import Notice
from lms.reminders.plan import Decision
from lms.reminders.rules import (
    Audience,
    Outcome,
    PastNotice,
    RemindedCycle,
    offsets_of,
    outside_spans,
    quiet_spans,
)


@dataclass(frozen=True, slots=True)
class Round:
    """A stored round, its person, and the same as the plan sees it."""

    cycle: Cycle
    person: Person
    reminded: RemindedCycle
    notices: tuple[PastNotice, ...]


def live_rounds() -> Select[*tuple[Any, ...]]:
    """Live rounds with their person, revision and batch."""
    return (
        select(Cycle, Person, Batch.released_at)
        .join(Person, Person.id == Cycle.person_id)
        .outerjoin(Batch, Batch.id == Cycle.batch_id)
        .options(joinedload(Cycle.revision))
        .where(Cycle.state == "live", Person.anonymised_at.is_(None))
    )


def rounds_between(first: dt.date) -> Select[*tuple[Any, ...]]:
    """Rounds of any state that were live on or after a day, for a preview of the past."""
    return (
        select(Cycle, Person, Batch.released_at)
        .join(Person, Person.id == Cycle.person_id)
        .outerjoin(Batch, Batch.id == Cycle.batch_id)
        .options(joinedload(Cycle.revision))
        .where(
            or_(Cycle.closed_on.is_(None), Cycle.closed_on > first), Person.anonymised_at.is_(None)
        )
    )


def as_rounds(
    session: Session, rows: Sequence[Any], *, tells_supervisor: bool, with_notices: bool
) -> list[Round]:
    """Rows of `live_rounds` with absences, exemptions and earlier notices: three more queries."""
    leave = LeaveBook(session, {person.id for _cycle, person, _released in rows})
    notices = _notices(session, [cycle.id for cycle, _, _ in rows]) if with_notices else {}
    return [
        Round(
            cycle,
            person,
            _reminded(cycle, person, leave, released_at, tells_supervisor),
            tuple(notices.get(cycle.id, ())),
        )
        for cycle, person, released_at in rows
    ]


def _reminded(
    cycle: Cycle,
    person: Person,
    leave: LeaveBook,
    released_at: dt.datetime | None,
    tells_supervisor: bool,  # noqa: FBT001 - a setting, handed through
) -> RemindedCycle:
    away = leave.of(person.id, cycle.course_id)
    quiet = quiet_spans(
        hired_on=person.hired_on,
        left_on=person.left_on,
        absences=away.absences,
        exemptions=away.exemptions,
    )
    if cycle.closed_on is not None:
        quiet = (*quiet, *outside_spans(None, cycle.closed_on))
    return RemindedCycle(
        opens_on=max(cycle.opens_on, cycle.started_on),
        due_on=cycle.due_on,
        grace_until=cycle.grace_until,
        due_rev=cycle.due_rev,
        stages=_offsets(cycle.revision),
        quiet=quiet,
        is_held=cycle.batch_id is not None and released_at is None,
        has_address=has_address(person),
        tells_supervisor=tells_supervisor,
    )


def _offsets(revision: RequirementRevision) -> tuple[int, ...]:
    return offsets_of(policy_of(revision))


def has_address(person: Person) -> bool:
    """True when mail may go to this person."""
    return person.email is not None and person.mail_state in ("ok", "soft")


def _notices(session: Session, cycle_ids: Collection[int]) -> dict[int, list[PastNotice]]:
    found: dict[int, list[PastNotice]] = {}
    for start in range(0, len(cycle_ids), 5000):
        part = list(cycle_ids)[start : start + 5000]
        for one in session.scalars(select(Notice).where(Notice.cycle_id.in_(part))):
            found.setdefault(one.cycle_id, []).append(
                PastNotice(
                    due_rev=one.due_rev,
                    stage=one.stage,
                    audience=Audience(one.audience),
                    outcome=Outcome(one.outcome),
                    decided_on=one.decided_on,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who hears of somebody's overdue duties, and who does instead on some days."""

    person: Person | None
    deputies: tuple[tuple[Span, Person], ...] = ()

    def on(self, day: dt.date) -> Person | None:
        """The recipient of this day, None when the house has nobody."""
        return next((one for span, one in self.deputies if span.covers(day)), self.person)


class Supervisors:
    """Who hears of somebody's overdue duties: the supervisor, theirs if gone, else an officer.

    Gone is whoever has left, is away for long, or has no address that works. Whoever stands in for
    a supervisor on the day comes first; nobody hears of their own duties that way.
    """

    def __init__(self, session: Session, today: dt.date) -> None:
        reachable = [
            person
            for person in session.scalars(
                select(Person).where(employed_on(today), Person.id.not_in(paused_people(today)))
            )
            if has_address(person)
        ]
        self._people = {person.id: person for person in reachable}
        self._above = dict(session.execute(select(Person.id, Person.supervisor_id)).all())
        self._today = today
        self._deputies: dict[int, list[tuple[Span, int]]] = {}
        for supervisor_id, deputy_id, from_on, until_on in session.execute(standing_in(today)):
            span = (Span(from_on, until_on), deputy_id)
            self._deputies.setdefault(supervisor_id, []).append(span)
        officers = session.scalars(
            select(PersonRole.person_id).where(PersonRole.role == Role.OFFICER)
        )
        self._officers = sorted(one for one in officers if one in self._people)

    def of(self, person: Person) -> Person | None:
        """The recipient of today, None when the house has nobody (vector 43)."""
        return self.hearing(person).on(self._today)

    def hearing(self, person: Person) -> Hearing:
        """The recipients of all days from today on (certification.md 3.1; 8, vector 43)."""
        seen = {person.id}
        deputies: list[tuple[Span, Person]] = []
        next_id = person.supervisor_id
        while next_id is not None and next_id not in seen:
            seen.add(next_id)
            deputies += [
                (span, self._people[one])
                for span, one in self._deputies.get(next_id, ())
                if one in self._people and one != person.id
            ]
            if next_id in self._people:
                return Hearing(self._people[next_id], tuple(deputies))
            next_id = self._above.get(next_id)
        officer_id = next((one for one in self._officers if one != person.id), None)
        officer = None if officer_id is None else self._people[officer_id]
        return Hearing(officer, tuple(deputies))


def supervisors_for(
    session: Session, today: dt.date, decided: Iterable[Iterable[Decision]]
) -> Supervisors | None:
    """Who is above whom, read only where it is asked for: it takes a look at everybody."""
    is_asked_for = any(
        one.audience is Audience.SUPERVISOR for decisions in decided for one in decisions
    )
    return Supervisors(session, today) if is_asked_for else None


def recipient_of(
    person: Person, audience: Audience, supervisors: Supervisors | None
) -> Person | None:
    """Who gets the digest about a round of this person; None: nobody can be reached."""
    if audience is Audience.LEARNER:
        return person
    return supervisors.of(person) if supervisors is not None else None
