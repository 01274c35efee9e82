"""Who must hold what: bringing assignments in line with the requirements that are in force."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Assignment, AssignmentSource, Cycle, Evidence
from lms.certifications.operations import rounds
from lms.certifications.queries.requirements import InForce, list_in_force, list_members
from lms.certifications.queries.rows import cycle_dates, evidence_dates
from lms.certifications.rules.changes import joined_by_stricter
from lms.certifications.rules.cycles import cycle_on_assignment
from lms.certifications.rules.policy import strictest
from lms.people.models import Person

_Key = tuple[int, int]


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
    person_ids: Collection[int] | None = None,
    came_on: dt.date | None = None,
) -> Reassignment:
    """Bring the duties of these people (None: everybody) in line with the requirements in force.

    `came_on` is the day on which they were hired, came back or changed unit or job, if that is
    why this is done: evidence that ran out before it begins afresh (contract.md). Leavers lose
    their duties by `end_duties`, not here.
    """
    people = list_members(session, today=today, person_ids=person_ids)
    ids = [person.id for person, _member in people]
    wanted = _wanted(list_in_force(session), people)
    state = _State.read(session, ids if person_ids is not None else None)
    result = Reassignment()
    work = _Work(session, state, rounds.LeaveBook(session, ids), today, came_on, result)
    for person, _member in people:
        courses = {course for who, course in wanted if who == person.id}
        courses |= state.courses_of.get(person.id, set())
        for course_id in sorted(courses):
            work.settle(person, course_id, wanted.get((person.id, course_id), []))
    session.flush()
    return result


def _wanted(
    in_force: Iterable[InForce], people: Iterable[tuple[Person, object]]
) -> dict[_Key, list[InForce]]:
    found: dict[_Key, list[InForce]] = defaultdict(list)
    requirements = list(in_force)
    for person, member in people:
        for one in requirements:
            if one.scope.reaches(member):  # type: ignore[arg-type]
                found[person.id, one.requirement.course_id].append(one)
    return found


@dataclass(slots=True)
class _State:
    """What is stored of the people at hand: live duties, their sources, rounds and evidence."""

    live: dict[_Key, Assignment]
    courses_of: dict[int, set[int]]
    sources: dict[int, dict[int, AssignmentSource]]
    cycles: dict[int, Cycle]
    evidence: dict[_Key, list[Evidence]]

    @classmethod
    def read(cls, session: Session, ids: Collection[int] | None) -> "_State":
        assignments = select(Assignment).where(Assignment.ended_on.is_(None))
        proofs = select(Evidence).where(Evidence.revoked_on.is_(None))
        if ids is not None:
            assignments = assignments.where(Assignment.person_id.in_(ids))
            proofs = proofs.where(Evidence.person_id.in_(ids))
        live = {(one.person_id, one.course_id): one for one in session.scalars(assignments)}
        live_ids = assignments.with_only_columns(Assignment.id)
        state = cls(live, defaultdict(set), defaultdict(dict), {}, defaultdict(list))
        for person_id, course_id in live:
            state.courses_of[person_id].add(course_id)
        for source in session.scalars(
            select(AssignmentSource).where(
                AssignmentSource.assignment_id.in_(live_ids), AssignmentSource.until.is_(None)
            )
        ):
            state.sources[source.assignment_id][source.requirement_id] = source
        for cycle in session.scalars(
            select(Cycle)
            .where(Cycle.state == "live", Cycle.assignment_id.in_(live_ids))
            .options(joinedload(Cycle.revision))
        ):
            state.cycles[cycle.assignment_id] = cycle
        for one in session.scalars(proofs):
            state.evidence[one.person_id, one.course_id].append(one)
        return state

    def effective(self, person_id: int, course_id: int, day: dt.date) -> Evidence | None:
        """The unrevoked evidence of the day that lasts longest."""
        counting = [
            one for one in self.evidence.get((person_id, course_id), ()) if one.completed_on <= day
        ]
        return max(
            counting,
            key=lambda one: (one.valid_until or dt.date.max, one.completed_on),
            default=None,
        )


@dataclass(slots=True)
class _Work:
    session: Session
    state: _State
    leave: rounds.LeaveBook
    today: dt.date
    came_on: dt.date | None
    result: Reassignment

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
        self.session.add(assignment)
        self.session.flush()
        self._add_sources(assignment, wanted, since=starts_on)
        governing = _governing(wanted)
        evidence = self.state.effective(person.id, course_id, starts_on)
        dates = cycle_on_assignment(
            governing.policy,
            evidence_dates(evidence) if evidence else None,
            assigned_on=starts_on,
            hired_on=person.hired_on,
            came_on=self.came_on or person.hired_on,
        )
        if dates is not None:
            cycle = rounds.open_round(
                self.session,
                assignment,
                dates,
                governing.revision,
                leave=self.leave.of(person.id, course_id),
                previous=evidence if dates.kind.value == "renewal" else None,
                started_on=starts_on,
            )
            self.result.touched_cycle_ids.add(cycle.id)
        self.result.begun.append(person.id)

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
        rounds.move_round(cycle, dates, today=self.today)
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


def close_assignment(
    assignment: Assignment,
    sources: Iterable[AssignmentSource],
    cycle: Cycle | None,
    *,
    reason: str,
    day: dt.date,
) -> None:
    """End a duty with its sources and its live round; evidence stays."""
    assignment.ended_on = max(day, assignment.assigned_on)
    assignment.end_reason = reason
    for source in sources:
        source.until = max(day, source.since)
    if cycle is not None:
        rounds.cancel(cycle, reason=reason, closed_on=day)


def end_duties(session: Session, person_id: int, *, reason: str, day: dt.date) -> int:
    """End all duties of a person, as when they leave (T10); how many that were."""
    state = _State.read(session, [person_id])
    for assignment in state.live.values():
        close_assignment(
            assignment,
            state.sources[assignment.id].values(),
            state.cycles.get(assignment.id),
            reason=reason,
            day=day,
        )
    session.flush()
    return len(state.live)
