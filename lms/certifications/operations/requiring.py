"""Making, changing and ending requirements."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.models import (
    Batch,
    Cycle,
    Goal,
    Requirement,
    RequirementRevision,
    RequirementScope,
)
from lms.certifications.operations.assigning import Reassignment, reassign
from lms.certifications.queries.needs import rounds_in_need
from lms.certifications.queries.requirements import InForce, get_in_force
from lms.certifications.rules.policy import RequirementPolicy
from lms.certifications.rules.scopes import Scope, require_somebody
from lms.kernel.domain import N_, DomainError

_PART = 5_000


class RequirementExists(DomainError):
    """The same people must hold the same course already; `is_same`: under the same policy."""

    message = N_("Diese Pflicht gibt es schon. Um sie zu ändern, beende sie und leg sie neu an.")

    def __init__(self, requirement_id: int, *, is_same: bool) -> None:
        self.requirement_id = requirement_id
        self.is_same = is_same
        super().__init__()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A requirement as somebody wants it: who, what, under which policy."""

    course_id: int
    scope: Scope
    policy: RequirementPolicy
    alternatives: tuple[str, ...] = ()


def create_requirement(
    session: Session, wish: Wish, *, today: dt.date, now: dt.datetime, actor: str
) -> tuple[Requirement, Reassignment]:
    """Put a requirement into force and give the people it reaches their duty."""
    require_somebody([wish.scope])
    live_id = _live_id(session, wish)
    if live_id is not None:
        raise RequirementExists(live_id, is_same=_asks_for(wish, get_in_force(session, live_id)))
    requirement = Requirement(course_id=wish.course_id, since=today, scope_key=wish.scope.key)
    session.add(requirement)
    session.flush()
    session.add_all(_scope_rows(requirement.id, wish.scope))
    _add_revision(session, requirement, wish, number=1, since=today)
    _note(session, requirement, "requirement_created", now=now, actor=actor)
    return requirement, reassign(session, today=today, now=now)


def change_requirement(
    session: Session,
    requirement_id: int,
    wish: Wish,
    *,
    today: dt.date,
    now: dt.datetime,
    actor: str,
) -> RequirementRevision | None:
    """Give a requirement a new policy, which acts on the next round; None when nothing differs."""
    found = get_in_force(session, requirement_id)
    if _asks_for(wish, found):
        return None
    revision = _add_revision(
        session, found.requirement, wish, number=found.revision.number + 1, since=today
    )
    _note(session, found.requirement, "requirement_changed", now=now, actor=actor)
    return revision


def end_requirement(
    session: Session, requirement_id: int, *, ended_on: dt.date, now: dt.datetime, actor: str
) -> Reassignment:
    """End a requirement; whoever has no other one for the course loses the duty, not the proof."""
    found = get_in_force(session, requirement_id)
    found.requirement.ended_on = max(ended_on, found.requirement.since)
    _note(session, found.requirement, "requirement_ended", now=now, actor=actor)
    session.flush()
    return reassign(session, today=ended_on, now=now)


def set_goal(session: Session, course_id: int, *, percent: int, goal_by: dt.date | None) -> bool:
    """Set a course's goal in per cent; True when it changed."""
    goal = session.get(Goal, course_id)
    if goal is None:
        session.add(Goal(course_id=course_id, percent=percent, goal_by=goal_by))
        return True
    changed = (goal.percent, goal.goal_by) != (percent, goal_by)
    goal.percent, goal.goal_by = percent, goal_by
    return changed


def open_batch(session: Session, kind: str, *, made_by: int | None, now: dt.datetime) -> Batch:
    """An import or bulk change whose due rounds wait for release."""
    batch = Batch(kind=kind, made_at=now, made_by=made_by)
    session.add(batch)
    session.flush()
    return batch


def hold_what_became_due(
    session: Session, batch: Batch, cycle_ids: set[int], *, today: dt.date
) -> int:
    """Mark the rounds that a change left due, in grace or overdue; how many wait.

    The caller hands over rounds that the change made or moved and that were not so before. A
    batch that holds nothing is dropped again.
    """
    session.flush()
    held = cycle_ids & rounds_in_need(session, today=today)
    mark_held(session, batch.id, held)
    if not held:
        session.delete(batch)
    session.flush()
    return len(held)


def mark_held(session: Session, batch_id: int, cycle_ids: Collection[int]) -> None:
    """Let rounds wait until the batch is released."""
    waiting = sorted(cycle_ids)
    for start in range(0, len(waiting), _PART):
        part = waiting[start : start + _PART]
        session.execute(update(Cycle).where(Cycle.id.in_(part)).values(batch_id=batch_id))


def _asks_for(wish: Wish, found: InForce) -> bool:
    """True when the wish wants exactly what is in force."""
    return found.policy == wish.policy and found.revision.alternatives == list(wish.alternatives)


def _live_id(session: Session, wish: Wish) -> int | None:
    return session.scalar(
        select(Requirement.id).where(
            Requirement.course_id == wish.course_id,
            Requirement.scope_key == wish.scope.key,
            Requirement.ended_on.is_(None),
        )
    )


def _scope_rows(requirement_id: int, scope: Scope) -> list[RequirementScope]:
    def row(kind: str, **values: object) -> RequirementScope:
        return RequirementScope(requirement_id=requirement_id, kind=kind, **values)

    if scope.everyone:
        return [row("everyone")]
    return [
        *(row("unit", unit_id=one) for one in sorted(scope.unit_ids)),
        *(row("job", word=one) for one in sorted(scope.jobs)),
        *(row("role", word=one.value) for one in sorted(scope.roles)),
        *(row("person", person_id=one) for one in sorted(scope.person_ids)),
    ]


def _add_revision(
    session: Session, requirement: Requirement, wish: Wish, *, number: int, since: dt.date
) -> RequirementRevision:
    policy = wish.policy
    revision = RequirementRevision(
        requirement_id=requirement.id,
        course_id=requirement.course_id,
        number=number,
        since=since,
        interval_months=policy.interval_months,
        renewal_base=policy.renewal_base.value,
        window_days=policy.window_days,
        grace_days=policy.grace_days,
        initial_due_days=policy.initial_due_days,
        return_grace_days=policy.return_grace_days,
        fixed_month=policy.fixed_month,
        fixed_day=policy.fixed_day,
        min_valid_months=policy.min_valid_months,
        stages=list(policy.stages),
        overdue_every_days=policy.overdue_every_days,
        overdue_count=policy.overdue_count,
        alternatives=list(wish.alternatives),
    )
    session.add(revision)
    session.flush()
    session.expire(requirement)
    return revision


def _note(
    session: Session, requirement: Requirement, verb: str, *, now: dt.datetime, actor: str
) -> None:
    audit.record(
        session,
        actor=actor,
        verb=verb,
        object_kind="requirement",
        object_id=requirement.id,
        details={"course": requirement.course_id},
        now=now,
    )
