"""Loading requirements from a file: each entry changes what it names and adds what is new."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.authoring.yaml_files import Fault
from lms.certifications.models import Requirement
from lms.certifications.operations import applying, requiring
from lms.certifications.queries.courses import values_of_course
from lms.certifications.queries.needs import rounds_in_need
from lms.certifications.queries.requirements import InForce, list_in_force
from lms.certifications.rules.policy import (
    FIXED_INTERVAL_MONTHS,
    MAX_DAYS,
    MAX_STAGES,
    PolicyFault,
    PolicyValues,
    RenewalBase,
    RequirementPolicy,
    policy_with_defaults,
    validate_policy,
)
from lms.certifications.rules.scopes import Scope
from lms.courses.models import Course
from lms.people.models import Unit
from lms.people.queries import find_person
from lms.reminders.requirement_file import AppliesTo, Entry, ReadFile


@dataclass(slots=True)
class LoadReport:
    """What came of a file; `held` rounds wait for the release of `batch_id`."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    begun: int = 0
    ended: int = 0
    held: int = 0
    batch_id: int | None = None

    @property
    def summary(self) -> str:
        """The line of the contract."""
        return (
            f"made {self.made}, changed {self.changed}, unchanged {self.unchanged},"
            f" refused {self.refused}"
        )


@dataclass(frozen=True, slots=True)
class LoadOrder:
    """Who loads, when, and whether changed policies act at once."""

    today: dt.date
    now: dt.datetime
    actor: str
    made_by: int | None = None
    apply_now: bool = False


class _Refused(Exception):
    def __init__(self, key: str, wrong: str, allowed: str) -> None:
        self.key, self.wrong, self.allowed = key, wrong, allowed


def load_requirements(session: Session, file: ReadFile, order: LoadOrder) -> LoadReport:
    """Bring the requirements in line with the file; one that is no longer in it stays."""
    report = LoadReport(refused=file.refused, faults=list(file.faults), notes=list(file.notes))
    in_need_before = rounds_in_need(session, today=order.today)
    work = _Load(session, order, report)
    for entry in file.entries:
        try:
            with session.begin_nested():
                work.load(entry)
        except _Refused as error:
            place = entry.place.find((error.key,))
            fault = Fault(place.file, place.line, f"{error.key}: {error.wrong}", error.allowed)
            report.faults.append(fault)
            report.refused += 1
    _note_missing(session, report, work.seen)
    _hold(session, report, order, work.touched - in_need_before)
    return report


@dataclass(slots=True)
class _Load:
    """One file on its way into the database, with its running totals."""

    session: Session
    order: LoadOrder
    report: LoadReport
    touched: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    read: dict[tuple[int, str], tuple[Entry, requiring.Wish]] = field(default_factory=dict)

    def load(self, entry: Entry) -> None:
        """Make, change, end, or leave as it is."""
        wish = _wish(self.session, entry)
        if self._is_said_again(entry, wish):
            self.report.unchanged += 1
            return
        in_force = list_in_force(self.session, course_id=wish.course_id)
        existing = next(
            (one for one in in_force if one.requirement.scope_key == wish.scope.key), None
        )
        goal_changed = entry.goal_percent is not None and requiring.set_goal(
            self.session, wish.course_id, percent=entry.goal_percent, goal_by=entry.goal_by
        )
        if existing is None:
            self._make(entry, wish)
            return
        self.seen.add(existing.requirement.id)
        if self._change(entry, wish, existing) or goal_changed:
            self.report.changed += 1
        else:
            self.report.unchanged += 1

    def _is_said_again(self, entry: Entry, wish: requiring.Wish) -> bool:
        """True for the same once more in one file; Refused for other values of the same."""
        key = (wish.course_id, wish.scope.key)
        first, first_wish = self.read.setdefault(key, (entry, wish))
        if first is entry:
            return False
        if (first_wish, first.ended_on) != (wish, entry.ended_on):
            wrong = f"the same people must hold {entry.course} since line {first.place.line}"
            raise _Refused("course", wrong, "each requirement once")
        return True

    def _make(self, entry: Entry, wish: requiring.Wish) -> None:
        if entry.ended_on is not None:
            self._must_have_been(entry, wish)
            self.report.unchanged += 1
            return
        order = self.order
        requirement, done = requiring.create_requirement(
            self.session, wish, today=order.today, now=order.now, actor=order.actor
        )
        self.seen.add(requirement.id)
        self.report.made += 1
        self.report.begun += len(done.begun)
        self.touched |= done.touched_cycle_ids

    def _must_have_been(self, entry: Entry, wish: requiring.Wish) -> None:
        if not _ended_already(self.session, wish):
            raise _Refused("ended_on", f"{entry.ended_on} of a requirement that never was", "none")

    def _change(self, entry: Entry, wish: requiring.Wish, existing: InForce) -> bool:
        requirement_id, order = existing.requirement.id, self.order
        if entry.ended_on is not None:
            self._end(entry.ended_on, requirement_id)
            return True
        revision = requiring.change_requirement(
            self.session,
            requirement_id,
            wish,
            today=order.today,
            now=order.now,
            actor=order.actor,
        )
        moved: set[int] = set()
        if order.apply_now:
            moved = applying.apply_policy_now(
                self.session, requirement_id, today=order.today, now=order.now, actor=order.actor
            )
        self.touched |= moved
        return revision is not None or bool(moved)

    def _end(self, ended_on: dt.date, requirement_id: int) -> None:
        if ended_on > self.order.today:
            raise _Refused("ended_on", f"{ended_on} lies ahead", "today or a day before")
        done = requiring.end_requirement(
            self.session,
            requirement_id,
            ended_on=self.order.today,
            now=self.order.now,
            actor=self.order.actor,
        )
        self.report.ended += len(done.ended)
        self.touched |= done.touched_cycle_ids


def _wish(session: Session, entry: Entry) -> requiring.Wish:
    known = dict(session.execute(select(Course.slug, Course.id)).all())
    for key, slugs in (("course", (entry.course,)), ("alternatives", entry.alternatives)):
        for slug in slugs:
            if slug not in known:
                allowed = ", ".join(sorted(known)) or "none yet"
                raise _Refused(key, f"no course {slug!r}", allowed)
    return requiring.Wish(
        course_id=known[entry.course],
        scope=_scope(session, entry.applies_to),
        policy=_policy(session, known[entry.course], entry.policy),
        alternatives=entry.alternatives,
    )


def _policy(session: Session, course_id: int, written: PolicyValues) -> RequirementPolicy:
    """What is left out comes from the course, then from the defaults."""
    given = values_of_course(session, course_id)
    if "interval_months" in written:
        # A window that the course chose for its own interval need not fit another one.
        given.pop("window_days", None)
    elif written.get("renewal_base") is RenewalBase.FIXED:
        given["interval_months"] = FIXED_INTERVAL_MONTHS
        given.pop("window_days", None)
    given.update(written)
    policy = policy_with_defaults(**given)
    for fault in validate_policy(policy):
        value = getattr(policy, fault.field)
        wrong = "is missing" if value is None else f"{value!r} is not possible here"
        raise _Refused(fault.field, wrong, _allowed(policy, fault))
    return policy


def _allowed(policy: RequirementPolicy, fault: PolicyFault) -> str:
    is_fixed = policy.renewal_base is RenewalBase.FIXED
    if fault.field == "fixed_day":
        return 'month and day in quotes, such as "12-31"'
    if fault.field == "stages":
        return f"at most {MAX_STAGES} days from -{MAX_DAYS} to 0, each once"
    if fault.field == "interval_months" and is_fixed:
        return f"{FIXED_INTERVAL_MONTHS} or null with renewal_base: fixed"
    return f"from {fault.least} to {fault.most}"


def _scope(session: Session, applies_to: AppliesTo) -> Scope:
    units = dict(session.execute(select(Unit.name, Unit.id)).all())
    for name in applies_to.units:
        if name not in units:
            raise _Refused("applies_to", f"no unit {name!r}", ", ".join(sorted(units)))
    people = []
    for key in applies_to.people:
        person = find_person(session, key)
        if person is None:
            raise _Refused("applies_to", f"nobody is known as {key!r}", "an address or #number")
        people.append(person.id)
    return Scope(
        everyone=applies_to.everyone,
        unit_ids=frozenset(units[name] for name in applies_to.units),
        jobs=frozenset(applies_to.jobs),
        roles=frozenset(applies_to.roles),
        person_ids=frozenset(people),
    )


def _ended_already(session: Session, wish: requiring.Wish) -> bool:
    found = session.scalar(
        select(Requirement.id)
        .where(Requirement.course_id == wish.course_id, Requirement.scope_key == wish.scope.key)
        .limit(1)
    )
    return found is not None


def _note_missing(session: Session, report: LoadReport, seen: set[int]) -> None:
    courses = dict(session.execute(select(Course.id, Course.slug)).all())
    # A refused entry may have meant any of them: nobody shall look for it in vain.
    where = "not in the file, or refused above," if report.refused else "not in the file"
    report.notes += [
        f"{where} and left as it is: {courses[one.requirement.course_id]},"
        f" in force since {one.requirement.since}"
        for one in list_in_force(session)
        if one.requirement.id not in seen
    ]


def _hold(session: Session, report: LoadReport, order: LoadOrder, cycle_ids: set[int]) -> None:
    if not cycle_ids:
        return
    batch = requiring.open_batch(session, "requirements", made_by=order.made_by, now=order.now)
    batch_id = batch.id
    report.held = requiring.hold_what_became_due(session, batch, cycle_ids, today=order.today)
    report.batch_id = batch_id if report.held else None
