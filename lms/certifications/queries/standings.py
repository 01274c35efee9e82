"""Everybody's standing on any day, from what is known now (contract.md): six queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Assignment, Cycle, Evidence, Exemption
from lms.certifications.queries.rows import cycle_dates, evidence_dates, policy_of
from lms.certifications.rules.cycles import CycleDates, live_index_on, next_cycle
from lms.certifications.rules.evidence import EvidenceDates, effective_evidence
from lms.certifications.rules.status import Standing, Status, cycle_seen_on, status_on
from lms.courses.models import Course
from lms.people.calendar import Span
from lms.people.models import Absence, Person, Unit

_Key = tuple[int, int]
_Row = Evidence | Assignment | Cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRow:
    """One line of `flask status`: a person in a course on a day."""

    person_id: int
    person: str
    unit: str
    course_id: int
    course: str
    status: Status
    valid_from: dt.date | None
    valid_until: dt.date | None
    opens_on: dt.date | None
    due_on: dt.date | None


@dataclass(slots=True)
class _Book:
    """Everything stored about the people and courses asked for."""

    evidence: dict[_Key, list[Evidence]]
    assignments: dict[_Key, list[Assignment]]
    cycles: dict[int, list[Cycle]]
    absences: dict[int, list[Span]]
    exemptions: dict[_Key, list[Span]]

    def add(self, row: _Row) -> None:
        """Put a row where it is looked for."""
        if isinstance(row, Evidence):
            self.evidence[row.person_id, row.course_id].append(row)
        elif isinstance(row, Assignment):
            self.assignments[row.person_id, row.course_id].append(row)
        else:
            self.cycles[row.assignment_id].append(row)


def standings_on(
    session: Session,
    day: dt.date,
    *,
    person_id: int | None = None,
    course_id: int | None = None,
) -> list[StandingRow]:
    """Who stands where on a day; ordered by person and course."""
    people = session.execute(_people(person_id)).all()
    slugs = dict(session.execute(select(Course.id, Course.slug)).all())
    wanted = [course_id] if course_id is not None else list(slugs)
    book = _read(session, [person.id for person, _unit in people], wanted)
    rows = []
    for person, unit in people:
        for course in sorted(wanted, key=lambda one: slugs[one]):
            found = _standing(book, person, course, day)
            if found is not None:
                rows.append(_row(person, unit, course, slugs[course], found))
    return rows


def _people(person_id: int | None) -> Select[*tuple[Person, str]]:
    statement = (
        select(Person, Unit.name)
        .join(Unit, Unit.id == Person.unit_id)
        .where(Person.anonymised_at.is_(None))
        .order_by(Person.last_name, Person.first_name, Person.id)
    )
    return statement if person_id is None else statement.where(Person.id == person_id)


@dataclass(frozen=True, slots=True)
class _Found:
    status: Status
    evidence: Evidence | None
    cycle: CycleDates | None


def _row(person: Person, unit: str, course_id: int, slug: str, found: _Found) -> StandingRow:
    evidence, cycle = found.evidence, found.cycle
    return StandingRow(
        person_id=person.id,
        person=person.key,
        unit=unit,
        course_id=course_id,
        course=slug,
        status=found.status,
        valid_from=evidence.valid_from if evidence else None,
        valid_until=evidence.valid_until if evidence else None,
        opens_on=cycle.opens_on if cycle else None,
        due_on=cycle.due_on if cycle else None,
    )


def _standing(book: _Book, person: Person, course_id: int, day: dt.date) -> _Found | None:
    key = (person.id, course_id)
    stored = book.evidence.get(key, [])
    dates = {evidence_dates(one): one for one in stored}
    effective = effective_evidence(dates, day)
    assignment = _assignment_on(book.assignments.get(key, []), day)
    cycle = _cycle_on(book, assignment, effective, stored, day) if assignment else None
    status = status_on(
        day,
        Standing(
            assigned_on=assignment.assigned_on if assignment else None,
            evidence=effective,
            cycle=cycle,
            absences=tuple(book.absences.get(person.id, ())),
            exemptions=tuple(book.exemptions.get(key, ())),
            hired_on=person.hired_on,
            left_on=person.left_on,
        ),
    )
    if status is None:
        return None
    return _Found(status, dates[effective] if effective else None, cycle)


def _assignment_on(assignments: list[Assignment], day: dt.date) -> Assignment | None:
    """The duty of a day by what is known now: one that came later counts for evidence before it."""
    open_then = [one for one in assignments if one.ended_on is None or one.ended_on > day]
    return min(open_then, key=lambda one: one.assigned_on, default=None)


def _cycle_on(
    book: _Book,
    assignment: Assignment,
    effective: EvidenceDates | None,
    stored: list[Evidence],
    day: dt.date,
) -> CycleDates | None:
    cycles = book.cycles.get(assignment.id, [])
    index = live_index_on(day, [cycle.closed_on for cycle in cycles])
    if index is None:
        return None
    cycle = cycles[index]
    policy = policy_of(cycle.revision)
    follows = next((one for one in stored if one.id == cycle.prev_evidence_id), None)
    if follows is not None and follows.revoked_on is not None and effective is not None:
        # The round rested on what was taken back later: by what is known now, on what came before.
        return next_cycle(policy, effective)
    return cycle_seen_on(
        day,
        policy,
        effective,
        live=cycle_dates(cycle),
        follows=evidence_dates(follows) if follows else None,
    )


def _read(session: Session, person_ids: Collection[int], course_ids: Collection[int]) -> _Book:
    book = _Book(
        defaultdict(list),
        defaultdict(list),
        defaultdict(list),
        defaultdict(list),
        defaultdict(list),
    )
    kinds: tuple[type[_Row], ...] = (Evidence, Assignment, Cycle)
    for model in kinds:
        statement: Select[*tuple[Any, ...]] = (
            select(model).where(model.course_id.in_(course_ids)).order_by(model.id)
        )
        if len(person_ids) == 1:
            statement = statement.where(model.person_id.in_(person_ids))
        if model is Cycle:
            statement = statement.options(joinedload(Cycle.revision))
        for row in session.scalars(statement):
            book.add(row)
    for absence in session.scalars(select(Absence)):
        book.absences[absence.person_id].append(Span(absence.from_on, absence.until_on))
    for exemption in session.scalars(select(Exemption)):
        key = (exemption.person_id, exemption.course_id)
        book.exemptions[key].append(Span(exemption.from_on, exemption.until_on))
    return book
