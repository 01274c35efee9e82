"""Requirements in force, whom they reach, and what governs one person."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from lms.certifications.models import (
    Assignment,
    AssignmentSource,
    Requirement,
    RequirementRevision,
    RequirementScope,
)
from lms.certifications.queries.rows import policy_of
from lms.certifications.rules.policy import Claim, RequirementPolicy, strictest
from lms.certifications.rules.scopes import Member, Scope
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class InForce:
    """A requirement with its newest revision, ready for the rules."""

    requirement: Requirement
    revision: RequirementRevision
    scope: Scope
    policy: RequirementPolicy

    @property
    def claim(self) -> Claim:
        """As one of several that may govern."""
        return Claim(self.requirement.id, self.requirement.since, self.policy)


def scope_of(scopes: Iterable[RequirementScope]) -> Scope:
    """The stored rows as one scope."""
    rows = list(scopes)
    return Scope(
        everyone=any(row.kind == "everyone" for row in rows),
        unit_ids=frozenset(row.unit_id for row in rows if row.unit_id is not None),
        person_ids=frozenset(row.person_id for row in rows if row.person_id is not None),
        jobs=frozenset(row.word for row in rows if row.kind == "job" and row.word),
        roles=frozenset(Role(row.word) for row in rows if row.kind == "role" and row.word),
    )


def list_in_force(session: Session, *, course_id: int | None = None) -> list[InForce]:
    """Every requirement that has not ended, the oldest first."""
    statement = (
        select(Requirement)
        .where(Requirement.ended_on.is_(None))
        .options(selectinload(Requirement.scopes), selectinload(Requirement.revisions))
        .order_by(Requirement.since, Requirement.id)
    )
    if course_id is not None:
        statement = statement.where(Requirement.course_id == course_id)
    return [as_in_force(one) for one in session.scalars(statement)]


def get_in_force(session: Session, requirement_id: int) -> InForce:
    """One requirement that has not ended; NotFound otherwise."""
    found = session.scalar(
        select(Requirement)
        .where(Requirement.id == requirement_id, Requirement.ended_on.is_(None))
        .options(selectinload(Requirement.scopes), selectinload(Requirement.revisions))
    )
    if found is None:
        raise NotFound
    return as_in_force(found)


def as_in_force(requirement: Requirement) -> InForce:
    """A requirement whose scopes and revisions are loaded, with its newest revision."""
    revision = requirement.revisions[-1]
    return InForce(requirement, revision, scope_of(requirement.scopes), policy_of(revision))


def list_members(
    session: Session, *, today: dt.date, person_ids: Collection[int] | None = None
) -> list[tuple[Person, Member]]:
    """People who are there or still to come, with what requirements ask of them."""
    statement = (
        select(Person)
        .where(
            Person.anonymised_at.is_(None),
            or_(Person.left_on.is_(None), Person.left_on >= today),
        )
        .options(selectinload(Person.roles))
        .order_by(Person.id)
    )
    if person_ids is not None:
        statement = statement.where(Person.id.in_(person_ids))
    return [(person, member_of(person)) for person in session.scalars(statement)]


def member_of(person: Person) -> Member:
    """What requirements ask of a person; the roles must be loaded."""
    roles = frozenset({Role.EMPLOYEE, *(given.role for given in person.roles)})
    return Member(person.id, person.unit_id, person.job, roles)


def governing_now(session: Session, assignment: Assignment) -> InForce:
    """Of the requirements that reach this duty now the strictest, with its newest revision.

    What reaches it is said by its open sources alone: those of somebody who has left end a day
    later by the job `leavers`, also when the requirement ended meanwhile.
    """
    open_ids = select(AssignmentSource.requirement_id).where(
        AssignmentSource.assignment_id == assignment.id, AssignmentSource.until.is_(None)
    )
    found = [
        as_in_force(one)
        for one in session.scalars(
            select(Requirement)
            .where(Requirement.id.in_(open_ids))
            .options(selectinload(Requirement.scopes), selectinload(Requirement.revisions))
        )
    ]
    chosen = strictest(one.claim for one in found).claim.requirement_id
    return next(one for one in found if one.requirement.id == chosen)
