"""Requirements follow when a unit becomes part of another one."""

import datetime as dt
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lms.audit import operations as audit
from lms.certifications.models import Requirement, RequirementScope
from lms.certifications.queries.requirements import scope_of


@dataclass(slots=True)
class ScopesMoved:
    """Ids of requirements in force that name the other unit now, and of those that ended.

    One ends where another one asks the same people for the same course already.
    """

    changed: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)


def move_scopes(
    session: Session,
    source_id: int,
    target_id: int,
    *,
    today: dt.date,
    now: dt.datetime,
    actor: str,
) -> ScopesMoved:
    """Let every requirement that names one unit name the other; duties follow by `reassign`."""
    moved = ScopesMoved()
    for requirement in _naming(session, source_id):
        if requirement.ended_on is None and _twin_of(session, requirement, source_id, target_id):
            requirement.ended_on = max(today, requirement.since)
            moved.ended.append(requirement.id)
        elif requirement.ended_on is None:
            requirement.scope_key = _later_key(requirement, source_id, target_id)
            moved.changed.append(requirement.id)
        _rename(requirement, source_id, target_id)
        session.flush()
    for verb, ids in (("requirement_changed", moved.changed), ("requirement_ended", moved.ended)):
        for requirement_id in ids:
            audit.record(
                session,
                actor=actor,
                verb=verb,
                object_kind="requirement",
                object_id=requirement_id,
                details={"unit": source_id, "into": target_id},
                now=now,
            )
    return moved


def _naming(session: Session, unit_id: int) -> list[Requirement]:
    naming = select(RequirementScope.requirement_id).where(RequirementScope.unit_id == unit_id)
    return list(
        session.scalars(
            select(Requirement)
            .where(Requirement.id.in_(naming))
            .options(selectinload(Requirement.scopes))
            .order_by(Requirement.since, Requirement.id)
        )
    )


def _later_key(requirement: Requirement, source_id: int, target_id: int) -> str:
    scope = scope_of(requirement.scopes)
    return replace(scope, unit_ids=scope.unit_ids - {source_id} | {target_id}).key


def _twin_of(
    session: Session, requirement: Requirement, source_id: int, target_id: int
) -> int | None:
    """The requirement that asks the same people for the same course already."""
    return session.scalar(
        select(Requirement.id).where(
            Requirement.course_id == requirement.course_id,
            Requirement.scope_key == _later_key(requirement, source_id, target_id),
            Requirement.ended_on.is_(None),
            Requirement.id != requirement.id,
        )
    )


def _rename(requirement: Requirement, source_id: int, target_id: int) -> None:
    has_target = any(row.unit_id == target_id for row in requirement.scopes)
    for row in [row for row in requirement.scopes if row.unit_id == source_id]:
        if has_target:
            requirement.scopes.remove(row)
        else:
            row.unit_id = target_id
