"""Who must hold what: bringing assignments in line with the requirements that are in force."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from lms.certifications.models import Assignment, AssignmentSource, Cycle, Evidence
from lms.certifications.operations import rounds
from lms.certifications.operations.completing import record_alternative
from lms.certifications.operations.ending import close_assignment
from lms.certifications.queries.requirements import InForce, list_in_force, list_members
from lms.certifications.queries.rows import cycle_dates, evidence_dates
from lms.certifications.queries.stored import Key, Stored, newest_numbers
from lms.certifications.rules.changes import joined_by_stricter
from lms.certifications.rules.cycles import CycleKind, cycle_on_assignment
from lms.certifications.rules.evidence import first_evidence
from lms.certifications.rules.policy import strictest
from lms.certifications.rules.scopes import Member
from lms.people.models import Person


@dataclass(slots=True)
class Reassignment:
    """What bringing in line has done: people who gained or lost a duty, rounds that moved."""

    begun: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    touched_cycle_ids: set[int] = field(default_factory=set)


def reassign(
    session: Session,
    *,
    today: dt.date,
    now: dt.datetime,
    person_ids: Collection[int] | None = None,
    came_on: dt.date | None = None,
) -> Reassignment:
    """Bring the duties of these people (None: everybody) in line with the requirements in force.

    `came_on` is the day on which they were hired, came back or changed unit or job, if that is
    why this is done: evidence that ran out before it begins afresh (contract.md). Leavers lose
    their duties by `ending.end_duties`, not here.
    """
    people = list_members(session, today=today, person_ids=person_ids)
    ids = [person.id for person, _member in people]
    wanted = _wanted(list_in_force(session), people)
    state = Stored.read(session, ids if person_ids is not None else None)
    result = Reassignment()
    leave = rounds.LeaveBook(session, ids)
    work = _Work(session, state, leave, _Occasion(today, now, came_on), result)
    courses: dict[int, set[int]] = defaultdict(set, state.courses_of)
    for person_id, course_id in wanted:
        courses[person_id].add(course_id)
    for person, _member in people:
        for course_id in sorted(courses[person.id]):
            work.settle(person, course_id, wanted.get((person.id, course_id), []))
    work.begin_all()
    session.flush()
    return result


def _wanted(
    in_force: Iterable[InForce], people: Iterable[tuple[Person, Member]]
) -> dict[Key, list[InForce]]:
    found: dict[Key, list[InForce]] = defaultdict(list)
    requirements = list(in_force)
    for person, member in people:
        for one in requirements:
            if one.scope.reaches(member):
                found[person.id, one.requirement.course_id].append(one)
    return found


@dataclass(frozen=True, slots=True)
class _Occasion:
    today: dt.date
    now: dt.datetime
    came_on: dt.date | None


@dataclass(frozen=True, slots=True)
class _Beginning:
    person: Person
    assignment: Assignment
    wanted: list[InForce]


@dataclass(slots=True)
class _Work:
    session: Session
    state: Stored
    leave: rounds.LeaveBook
    occasion: _Occasion
    result: Reassignment
    beginning: list[_Beginning] = field(default_factory=list)

    @property
    def today(self) -> dt.date:
        """The day on which this is done."""
        return self.occasion.today

    def settle(self, person: Person, course_id: int, wanted: list[InForce]) -> None:
        """One person in one course: begin, end, or let a stricter requirement join."""
        assignment = self.state.live.get((person.id, course_id))
        if assignment is None and wanted:
            self._begin(person, course_id, wanted)
        elif assignment is not None and not wanted:
            self._end(assignment)
        elif assignment is not None:
            self._renew_sources(person, assignment, wanted)

    def _begin(self, person: Person, course_id: int, wanted: list[InForce]) -> None:
        starts_on = max(self.today, person.hired_on or self.today)
        assignment = Assignment(person_id=person.id, course_id=course_id, assigned_on=starts_on)
        self.beginning.append(_Beginning(person, assignment, wanted))
        self.result.begun.append(person.id)

    def begin_all(self) -> None:
        """The new duties with their first rounds, table by table: there may be thousands."""
        if not self.beginning:
            return
        self.session.add_all(one.assignment for one in self.beginning)
        self.session.flush()
        numbers = newest_numbers(self.session, {one.person.id for one in self.beginning})
        cycles = []
        for one in self.beginning:
            key = (one.person.id, one.assignment.course_id)
            cycle = self._first_round(one, numbers.get(key, 0) + 1)
            if cycle is not None:
                cycles.append(cycle)
        self.session.add_all(cycles)
        self.session.flush()
        self.result.touched_cycle_ids.update(cycle.id for cycle in cycles)

    def _first_round(self, one: _Beginning, seq: int) -> Cycle | None:
        person, assignment = one.person, one.assignment
        starts_on = assignment.assigned_on
        self.session.add_all(
            AssignmentSource(
                assignment_id=assignment.id, requirement_id=rule.requirement.id, since=starts_on
            )
            for rule in one.wanted
        )
        governing = _governing(one.wanted)
        came_on = max(filter(None, (self.occasion.came_on, person.hired_on)), default=None)
        self._count_alternatives(assignment, governing, came_on)
        evidence = self.state.effective(person.id, assignment.course_id, starts_on)
        dates = cycle_on_assignment(
            governing.policy,
            evidence_dates(evidence) if evidence else None,
            assigned_on=starts_on,
            hired_on=person.hired_on,
            came_on=came_on,
        )
        if dates is None:
            return None
        return rounds.next_round(
            assignment,
            dates,
            governing.revision,
            leave=self.leave.of(person.id, assignment.course_id),
            previous=evidence if dates.kind is CycleKind.RENEWAL else None,
            started_on=starts_on,
            seq=seq,
        )

    def _count_alternatives(
        self, assignment: Assignment, governing: InForce, came_on: dt.date | None
    ) -> None:
        """What was shown in a course that counts as well fulfils the new duty, too (1.3).

        The newest of it, judged by the duty's own policy, if it reaches further than what is there.
        """
        person_id, course_id = assignment.person_id, assignment.course_id
        newest = self.state.shown_elsewhere(
            person_id, governing.revision.alternatives, assignment.assigned_on
        )
        if newest is None:
            return
        dates = first_evidence(governing.policy, newest.completed_on)
        own = self.state.effective(person_id, course_id, assignment.assigned_on)
        reach = dates.valid_until or dt.date.max
        is_over = reach < assignment.assigned_on and came_on is not None and came_on > reach
        if is_over or (own is not None and (own.valid_until or dt.date.max) >= reach):
            return
        copy = record_alternative(self.session, newest, course_id, dates, now=self.occasion.now)
        self.state.evidence[person_id, course_id].append(copy)

    def _end(self, assignment: Assignment) -> None:
        close_assignment(
            assignment,
            self.state.sources[assignment.id].values(),
            self.state.cycles.get(assignment.id),
            reason="no_requirement",
            day=self.today,
        )
        self.result.ended.append(assignment.person_id)

    def _renew_sources(self, person: Person, assignment: Assignment, wanted: list[InForce]) -> None:
        have = self.state.sources[assignment.id]
        wanted_ids = {one.requirement.id for one in wanted}
        for requirement_id, source in have.items():
            if requirement_id not in wanted_ids:
                source.until = max(self.today, source.since)
        new = [one for one in wanted if one.requirement.id not in have]
        self._add_sources(assignment, new, since=max(self.today, assignment.assigned_on))
        if new and _governing(wanted) in new:
            self._join_stricter(person, assignment, _governing(wanted))

    def _join_stricter(self, person: Person, assignment: Assignment, governing: InForce) -> None:
        """A stricter requirement joins a live round: its whole policy holds from now on (T15)."""
        cycle = self.state.cycles.get(assignment.id)
        starts_on = max(self.today, person.hired_on or self.today)
        if cycle is None:
            self._open_where_once_was_enough(assignment, governing, starts_on)
            return
        follows = self.session.get(Evidence, cycle.prev_evidence_id or 0)
        dates = joined_by_stricter(
            governing.policy,
            cycle_dates(cycle),
            evidence_dates(follows) if follows else None,
            assigned_on=starts_on,
        )
        cycle.revision_id = governing.revision.id
        cycle.revision = governing.revision
        rounds.move_round(cycle, dates, today=self.today)
        away = self.leave.of(assignment.person_id, assignment.course_id)
        rounds.count_leave_in(cycle, away, today=self.today)
        self.result.touched_cycle_ids.add(cycle.id)

    def _open_where_once_was_enough(
        self, assignment: Assignment, governing: InForce, starts_on: dt.date
    ) -> None:
        evidence = self.state.effective(assignment.person_id, assignment.course_id, starts_on)
        dates = cycle_on_assignment(
            governing.policy,
            evidence_dates(evidence) if evidence else None,
            assigned_on=starts_on,
        )
        if dates is None:
            return
        cycle = rounds.open_round(
            self.session,
            assignment,
            dates,
            governing.revision,
            leave=self.leave.of(assignment.person_id, assignment.course_id),
            previous=evidence,
            started_on=starts_on,
        )
        self.result.touched_cycle_ids.add(cycle.id)

    def _add_sources(
        self, assignment: Assignment, new: Iterable[InForce], *, since: dt.date
    ) -> None:
        for one in new:
            key = (assignment.id, one.requirement.id, since)
            again = self.session.get(AssignmentSource, key)
            if again is not None:
                again.until = None
                continue
            self.session.add(
                AssignmentSource(
                    assignment_id=assignment.id, requirement_id=one.requirement.id, since=since
                )
            )


def _governing(wanted: list[InForce]) -> InForce:
    chosen = strictest(one.claim for one in wanted).claim.requirement_id
    return next(one for one in wanted if one.requirement.id == chosen)
