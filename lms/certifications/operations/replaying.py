"""Many completions at once, as a list of evidence brings them: read together, written together.

Each is judged by the rules of `complete`, one after the other in the order of their days. A row
older than evidence that is stored fills the history and changes nothing newer (contract.md).
"""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lms.certifications.models import Activity, Cycle, Evidence, Requirement
from lms.certifications.operations import rounds
from lms.certifications.operations.completing import Shown, alternative_key
from lms.certifications.operations.proofs import (
    note_recorded,
    unsaved_activity,
    unsaved_certificate,
    unsaved_evidence,
)
from lms.certifications.queries.courses import policy_of_course
from lms.certifications.queries.requirements import InForce, as_in_force
from lms.certifications.queries.rows import cycle_dates, evidence_dates, policy_of
from lms.certifications.queries.stored import Key, Stored
from lms.certifications.rules.cycles import CycleDates, CycleKind, next_cycle
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.policy import RequirementPolicy, strictest
from lms.certifications.rules.renewal import VoluntaryRepeat, renew
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one completion came to: evidence, or a voluntary repeat."""

    shown: Shown
    evidence: Evidence | None
    activity: Activity | None


def replay(session: Session, shown: Iterable[Shown], *, now: dt.datetime) -> list[Replayed]:
    """Record completions of several people; what is known by its `source_key` is left out."""
    rows = sorted(shown, key=lambda one: one.completed_on)
    if not rows:
        return []
    work = _Replay(session, {one.person_id for one in rows}, now)
    return work.run(rows)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A completion with its dates; `goes_on`: it closes the live round and begins the next."""

    shown: Shown
    dates: EvidenceDates
    goes_on: bool


class _Replay:
    def __init__(self, session: Session, person_ids: Collection[int], now: dt.datetime) -> None:
        self.session = session
        self.now = now
        ids = sorted(person_ids)
        # As `complete` does, in one order, so that two lists at once cannot block each other.
        self.hired_on = dict(
            session.execute(
                select(Person.id, Person.hired_on)
                .where(Person.id.in_(ids))
                .order_by(Person.id)
                .with_for_update(key_share=True)
            ).all()
        )
        self.state = Stored.read(session, ids)
        self.slugs = {course_id: slug for slug, course_id in self.state.course_ids.items()}
        self.keys = _known_keys(session, ids)
        self.activities = _known_activities(session, ids)
        self.seqs: dict[Key, int] = _newest_numbers(session, ids)
        self.leave = rounds.LeaveBook(session, ids)
        self.in_force = self._read_in_force()
        self.policies: dict[int, RequirementPolicy] = {}
        self.found: list[Replayed] = []

    def run(self, rows: list[Shown]) -> list[Replayed]:
        """One row of each lane at a time: lanes do not touch each other."""
        linked = {
            person for (person, _course), cycle in self._live() if cycle.revision.alternatives
        }
        lanes: dict[tuple[int, int | None], deque[Shown]] = defaultdict(deque)
        for row in rows:
            course = None if row.person_id in linked else row.course_id
            lanes[row.person_id, course].append(row)
        while lanes:
            heads = [lane.popleft() for lane in lanes.values()]
            for copy in self._record(heads):
                lanes[copy.person_id, None].appendleft(copy)
            lanes = defaultdict(deque, {key: lane for key, lane in lanes.items() if lane})
        return self.found

    def _live(self) -> Iterable[tuple[Key, Cycle]]:
        for key, assignment in self.state.live.items():
            cycle = self.state.cycles.get(assignment.id)
            if cycle is not None:
                yield key, cycle

    def _record(self, heads: list[Shown]) -> list[Shown]:
        """Judge and write one row of each lane; the copies for duties that it counts for, too."""
        judged: list[_Judged] = []
        new = [one for one in heads if (*_key(one), one.source_key) not in self.keys]
        for shown in new:
            outcome = self._judge(shown)
            if isinstance(outcome, VoluntaryRepeat):
                self._repeat(shown)
            else:
                judged.append(outcome)
        written = [(one, unsaved_evidence(one.shown, one.dates, now=self.now)) for one in judged]
        self.session.add_all(evidence for _one, evidence in written)
        self.session.flush()
        for one, evidence in written:
            self.keys.add((*_key(one.shown), one.shown.source_key))
            self.state.evidence[_key(one.shown)].append(evidence)
            self.session.add(unsaved_certificate(evidence, now=self.now))
            note_recorded(self.session, one.shown, evidence, now=self.now)
            self.found.append(Replayed(one.shown, evidence, None))
        self._go_on([(one, evidence) for one, evidence in written if one.goes_on])
        return [copy for shown in new for copy in self._copies(shown)]

    def _judge(self, shown: Shown) -> "_Judged | VoluntaryRepeat":
        key = _key(shown)
        stored = self.state.evidence.get(key, [])
        if any(one.completed_on > shown.completed_on for one in stored):
            return self._judge_older(shown)
        cycle = self._cycle_of(key)
        previous = self._previous(shown, cycle)
        dates = renew(
            policy_of(cycle.revision) if cycle else self._policy(key),
            evidence_dates(previous) if previous else None,
            cycle_dates(cycle) if cycle else None,
            shown.completed_on,
        )
        if isinstance(dates, VoluntaryRepeat):
            return dates
        return _Judged(shown, dates, goes_on=not self._came_later(shown, dates, cycle))

    def _judge_older(self, shown: Shown) -> "_Judged | VoluntaryRepeat":
        """By the evidence before it, without a round: what came later stays as it is."""
        key = _key(shown)
        before = self.state.effective(*key, shown.completed_on)
        dates = renew(
            self._policy(key),
            evidence_dates(before) if before else None,
            None,
            shown.completed_on,
        )
        if isinstance(dates, VoluntaryRepeat):
            return dates
        return _Judged(shown, dates, goes_on=False)

    def _came_later(self, shown: Shown, dates: EvidenceDates, cycle: Cycle | None) -> bool:
        """What ran out before somebody was hired leaves their first round as it is."""
        hired_on = self.hired_on.get(shown.person_id)
        if cycle is None or cycle.kind != CycleKind.INITIAL or hired_on is None:
            return False
        return dates.valid_until is not None and dates.valid_until < hired_on

    def _cycle_of(self, key: Key) -> Cycle | None:
        assignment = self.state.live.get(key)
        return self.state.cycles.get(assignment.id) if assignment else None

    def _previous(self, shown: Shown, cycle: Cycle | None) -> Evidence | None:
        if cycle is not None and cycle.prev_evidence_id is not None:
            return self.session.get(Evidence, cycle.prev_evidence_id)
        if cycle is not None and cycle.kind != CycleKind.RENEWAL:
            return None
        return self.state.effective(*_key(shown), shown.completed_on)

    def _policy(self, key: Key) -> RequirementPolicy:
        assignment = self.state.live.get(key)
        if assignment is not None:
            return self._governing(assignment.id).policy
        course_id = key[1]
        if course_id not in self.policies:
            self.policies[course_id] = policy_of_course(self.session, course_id)
        return self.policies[course_id]

    def _governing(self, assignment_id: int) -> InForce:
        reaching = [self.in_force[one] for one in self.state.sources[assignment_id]]
        chosen = strictest(one.claim for one in reaching).claim.requirement_id
        return self.in_force[chosen]

    def _read_in_force(self) -> dict[int, InForce]:
        ids = {one for sources in self.state.sources.values() for one in sources}
        found = self.session.scalars(
            select(Requirement)
            .where(Requirement.id.in_(ids))
            .options(selectinload(Requirement.scopes), selectinload(Requirement.revisions))
        )
        return {one.id: as_in_force(one) for one in found}

    def _repeat(self, shown: Shown) -> None:
        key = (*_key(shown), shown.completed_on)
        activity = self.activities.get(key)
        if activity is None:
            activity = self.activities[key] = unsaved_activity(shown)
            self.session.add(activity)
        self.found.append(Replayed(shown, None, activity))

    def _go_on(self, written: list[tuple[_Judged, Evidence]]) -> None:
        """Close the live rounds, then begin the next ones: never two at once."""
        for one, evidence in written:
            cycle = self._cycle_of(_key(one.shown))
            if cycle is not None:
                rounds.fulfil(cycle, evidence, closed_on=evidence.completed_on)
        self.session.flush()
        for one, evidence in written:
            self._begin_next(_key(one.shown), evidence)
        self.session.flush()

    def _begin_next(self, key: Key, evidence: Evidence) -> None:
        assignment = self.state.live.get(key)
        if assignment is None:
            return
        governing = self._governing(assignment.id)
        self.state.cycles.pop(assignment.id, None)
        dates: CycleDates | None = next_cycle(governing.policy, evidence_dates(evidence))
        if dates is None:
            return
        self.seqs[key] = self.seqs.get(key, 0) + 1
        cycle = rounds.next_round(
            assignment,
            dates,
            governing.revision,
            seq=self.seqs[key],
            leave=self.leave.of(*key),
            previous=evidence,
            started_on=evidence.completed_on,
        )
        cycle.revision = governing.revision
        self.session.add(cycle)
        self.state.cycles[assignment.id] = cycle

    def _copies(self, shown: Shown) -> list[Shown]:
        """The same for duties of the person that name the course as an alternative."""
        if shown.kind == "alternative":
            return []
        slug = self.slugs.get(shown.course_id, "")
        return [
            replace(
                shown,
                course_id=course_id,
                course_version_id=None,
                kind="alternative",
                source_key=alternative_key(shown.course_id, shown.source_key),
            )
            for (person_id, course_id), cycle in self._live()
            if person_id == shown.person_id
            and course_id != shown.course_id
            and slug in cycle.revision.alternatives
        ]


def _key(shown: Shown) -> Key:
    return shown.person_id, shown.course_id


def _known_keys(session: Session, ids: list[int]) -> set[tuple[int, int, str]]:
    rows = session.execute(
        select(Evidence.person_id, Evidence.course_id, Evidence.source_key).where(
            Evidence.person_id.in_(ids)
        )
    )
    return {(person, course, key) for person, course, key in rows}


def _known_activities(session: Session, ids: list[int]) -> dict[tuple[int, int, dt.date], Activity]:
    found = session.scalars(select(Activity).where(Activity.person_id.in_(ids)))
    return {(one.person_id, one.course_id, one.done_on): one for one in found}


def _newest_numbers(session: Session, ids: list[int]) -> dict[Key, int]:
    rows = session.execute(
        select(Cycle.person_id, Cycle.course_id, func.max(Cycle.seq))
        .where(Cycle.person_id.in_(ids))
        .group_by(Cycle.person_id, Cycle.course_id)
    )
    return {(person, course): number for person, course, number in rows}
