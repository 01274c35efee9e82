"""Requirements in force as the rows of their file."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.models import Goal
from lms.certifications.queries.requirements import InForce, list_in_force
from lms.certifications.rules.policy import RenewalBase
from lms.courses.models import Course
from lms.people.models import Person, Unit


def requirement_rows(session: Session) -> list[dict[str, Any]]:
    """One mapping per requirement, everything said out loud, so that loading changes nothing."""
    slugs = dict(session.execute(select(Course.id, Course.slug)).all())
    units = dict(session.execute(select(Unit.id, Unit.name)).all())
    goals = {goal.course_id: goal for goal in session.scalars(select(Goal))}
    rows = []
    for one in list_in_force(session):
        course_id = one.requirement.course_id
        row: dict[str, Any] = {
            "course": slugs[course_id],
            "applies_to": _applies_to(session, one, units),
        }
        if one.revision.alternatives:
            row["alternatives"] = list(one.revision.alternatives)
        row |= _policy(one)
        goal = goals.get(course_id)
        if goal is not None:
            row["goal_percent"] = goal.percent
            if goal.goal_by is not None:
                row["goal_by"] = goal.goal_by.isoformat()
        rows.append(row)
    return rows


def _applies_to(session: Session, one: InForce, units: dict[int, str]) -> dict[str, Any]:
    scope = one.scope
    if scope.everyone:
        return {"everyone": True}
    people = session.scalars(
        select(Person).where(Person.id.in_(scope.person_ids)).order_by(Person.id)
    )
    named = {
        "units": sorted(units[unit_id] for unit_id in scope.unit_ids),
        "jobs": sorted(scope.jobs),
        "roles": sorted(role.value for role in scope.roles),
        "people": [person.key for person in people],
    }
    return {key: names for key, names in named.items() if names}


def _policy(one: InForce) -> dict[str, Any]:
    policy = one.policy
    row: dict[str, Any] = {
        "initial_due_days": policy.initial_due_days,
        "interval_months": policy.interval_months,
        "renewal_base": policy.renewal_base.value,
    }
    if policy.renewal_base is RenewalBase.FIXED:
        row["fixed_day"] = f"{policy.fixed_month:02d}-{policy.fixed_day:02d}"
        row["min_valid_months"] = policy.min_valid_months
    return row | {
        "window_days": policy.window_days,
        "grace_days": policy.grace_days,
        "stages": list(policy.stages),
        "overdue_every_days": policy.overdue_every_days,
        "overdue_count": policy.overdue_count,
    }
