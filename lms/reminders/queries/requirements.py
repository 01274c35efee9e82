"""Requirements in words: whom they reach, by which rule, how many hold the course; few queries."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session, aliased

from lms.audit.models import AuditEntry
from lms.certifications.models import (
    Assignment,
    AssignmentSource,
    Goal,
    Requirement,
    RequirementRevision,
    RequirementScope,
)
from lms.certifications.queries.duties import newest_versions, standing_select
from lms.certifications.queries.pauses import FOR_EVER, paused_people
from lms.certifications.queries.rows import policy_of
from lms.certifications.rules.policy import Claim, RequirementPolicy
from lms.certifications.rules.status import Status
from lms.courses.models import Course
from lms.people.models import Person, Unit
from lms.people.queries import employed_on


@dataclass(frozen=True, slots=True)
class ForWhom:
    """Whom a requirement names: everyone, or names of units and jobs, roles, a number of people."""

    everyone: bool = False
    units: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A requirement with its newest policy, in words."""

    requirement_id: int
    course_id: int
    slug: str
    titles: dict[str, str]
    since: dt.date
    ended_on: dt.date | None
    for_whom: ForWhom
    policy: RequirementPolicy

    @property
    def claim(self) -> Claim:
        """As one of several that may govern."""
        return Claim(self.requirement_id, self.since, self.policy)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many people a requirement reaches today, and how many of them hold the course."""

    people: int = 0
    valid: int = 0


def list_rules(session: Session) -> list[RuleRow]:
    """All requirements in force, by the slug of their course and age; one query."""
    return _rules(session.execute(_statement().where(Requirement.ended_on.is_(None))))


def find_rule(session: Session, requirement_id: int) -> RuleRow | None:
    """One requirement, ended ones too."""
    found = _rules(session.execute(_statement().where(Requirement.id == requirement_id)))
    return found[0] if found else None


def list_rules_of_course(session: Session, course_id: int) -> list[RuleRow]:
    """The requirements in force for a course, the oldest first."""
    return _rules(
        session.execute(
            _statement().where(Requirement.ended_on.is_(None), Requirement.course_id == course_id)
        )
    )


def list_rules_reaching(session: Session, person_id: int) -> list[RuleRow]:
    """The requirements that one person's duties rest on today; one query."""
    return _rules(session.execute(_reaching(), {"person_id": person_id}))


@lru_cache(maxsize=1)
def _reaching() -> Select[*tuple[Any, ...]]:
    sources = (
        select(AssignmentSource.requirement_id)
        .join(Assignment, Assignment.id == AssignmentSource.assignment_id)
        .where(
            Assignment.person_id == bindparam("person_id"),
            Assignment.ended_on.is_(None),
            AssignmentSource.until.is_(None),
        )
    )
    return _statement().where(Requirement.id.in_(sources))


def _statement() -> Select[*tuple[Any, ...]]:
    later = aliased(RequirementRevision)
    is_newest = ~exists().where(
        later.requirement_id == RequirementRevision.requirement_id,
        later.number > RequirementRevision.number,
    )
    name = func.coalesce(Unit.name, RequirementScope.word, "")
    # One row for each unit, job and role; people only by their number.
    scopes = (
        select(
            RequirementScope.requirement_id,
            RequirementScope.kind,
            name.label("name"),
            func.count().label("amount"),
        )
        .outerjoin(Unit, Unit.id == RequirementScope.unit_id)
        .group_by(RequirementScope.requirement_id, RequirementScope.kind, name)
        .subquery("scopes")
    )
    version = newest_versions()
    return (
        select(
            Requirement,
            RequirementRevision,
            Course.slug,
            version.c.titles,
            scopes.c.kind,
            scopes.c.name,
            scopes.c.amount,
        )
        .select_from(Requirement)
        .join(
            RequirementRevision,
            and_(RequirementRevision.requirement_id == Requirement.id, is_newest),
        )
        .join(Course, Course.id == Requirement.course_id)
        .join(version, version.c.course_id == Requirement.course_id)
        .outerjoin(scopes, scopes.c.requirement_id == Requirement.id)
        .order_by(
            Course.slug, Requirement.since, Requirement.id, scopes.c.kind, func.lower(scopes.c.name)
        )
    )


def _rules(rows: Iterable[Any]) -> list[RuleRow]:
    by_id: dict[int, list[Any]] = {}
    for row in rows:
        by_id.setdefault(row.Requirement.id, []).append(row)
    return [_rule(found) for found in by_id.values()]


def _rule(rows: list[Any]) -> RuleRow:
    first = rows[0]
    requirement: Requirement = first.Requirement
    return RuleRow(
        requirement_id=requirement.id,
        course_id=requirement.course_id,
        slug=first.slug,
        titles=first.titles,
        since=requirement.since,
        ended_on=requirement.ended_on,
        for_whom=_for_whom(rows),
        policy=policy_of(first.RequirementRevision),
    )


def _for_whom(rows: list[Any]) -> ForWhom:
    def names(kind: str) -> tuple[str, ...]:
        return tuple(row.name for row in rows if row.kind == kind)

    return ForWhom(
        everyone=any(row.kind == "everyone" for row in rows),
        units=names("unit"),
        jobs=names("job"),
        roles=names("role"),
        people=sum(row.amount for row in rows if row.kind == "person"),
    )


def count_coverage(
    session: Session, *, today: dt.date, requirement_id: int | None = None
) -> dict[int, Coverage]:
    """Of each requirement the people who are there today, and those with valid evidence."""
    standing = standing_select(today, paused_people(today)).subquery("standing")
    reach = func.coalesce(standing.c.valid_until, FOR_EVER)
    lasts = and_(standing.c.evidence_id.is_not(None), reach >= today)
    counts = or_(
        standing.c.status.in_((Status.VALID.value, Status.DUE.value)),
        and_(standing.c.status.in_((Status.EXEMPT.value, Status.PAUSED.value)), lasts),
    )
    statement = (
        select(
            AssignmentSource.requirement_id,
            func.count().label("people"),
            func.sum(case((counts, 1), else_=0)).label("valid"),
        )
        .join(Assignment, Assignment.id == AssignmentSource.assignment_id)
        .join(Person, Person.id == Assignment.person_id)
        .join(
            standing,
            and_(
                standing.c.person_id == Assignment.person_id,
                standing.c.course_id == Assignment.course_id,
            ),
        )
        .where(AssignmentSource.until.is_(None), Assignment.ended_on.is_(None), employed_on(today))
        .group_by(AssignmentSource.requirement_id)
    )
    if requirement_id is not None:
        statement = statement.where(AssignmentSource.requirement_id == requirement_id)
    rows = session.execute(statement)
    return {row.requirement_id: Coverage(row.people, row.valid) for row in rows}


def list_goals(session: Session) -> dict[int, int]:
    """Goals in per cent by course."""
    return dict(session.execute(select(Goal.course_id, Goal.percent)).all())


def name_of_actor(actor: Any, person: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns
    """The condition that an actor such as `person:12` is this person."""
    number = case((actor.like("person:%"), sql_cast(func.substr(actor, 8), Person.id.type)))
    return and_(actor.like("person:%"), number == person.id)


def list_makers(session: Session) -> dict[int, str]:
    """Who made each requirement: names by requirement; those made by a command are missing."""
    rows = session.execute(
        select(AuditEntry.object_id, Person.first_name, Person.last_name)
        .join(Person, name_of_actor(AuditEntry.actor, Person))
        .where(AuditEntry.object_kind == "requirement", AuditEntry.verb == "requirement_created")
        .order_by(AuditEntry.id.desc())
    )
    return {object_id: f"{first} {last}" for object_id, first, last in rows if object_id}
