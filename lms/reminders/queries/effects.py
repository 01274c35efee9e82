"""What a change did to whom: everybody's duties before and after it, side by side."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from lms.certifications.models import Assignment, Cycle
from lms.courses.models import Course
from lms.people.models import Person

# A person's key and a course's slug; the due date is None where once was enough.
DutyDates = dict[tuple[str, str], dt.date | None]


def duty_dates(session: Session) -> DutyDates:
    """All duties with their due dates."""
    rows = session.execute(
        select(Person.email, Person.personnel_number, Course.slug, Cycle.due_on)
        .select_from(Assignment)
        .join(Person, Person.id == Assignment.person_id)
        .join(Course, Course.id == Assignment.course_id)
        .outerjoin(Cycle, and_(Cycle.assignment_id == Assignment.id, Cycle.state == "live"))
        .where(Assignment.ended_on.is_(None))
    )
    return {(email or f"#{number}", slug): due_on for email, number, slug, due_on in rows}


def differences(before: DutyDates, after: DutyDates) -> Iterator[str]:
    """One line for each duty that began, ended or is due on another day; by person and course."""
    for key in sorted(before.keys() | after.keys()):
        person, course = key
        if key not in before:
            yield f"{person}: {course} begins, due {_said(after[key])}"
        elif key not in after:
            yield f"{person}: {course} ends"
        elif before[key] != after[key]:
            yield f"{person}: {course} is due {_said(after[key])} instead of {_said(before[key])}"


def _said(day: dt.date | None) -> str:
    return "never" if day is None else day.isoformat()
