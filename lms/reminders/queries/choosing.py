"""What somebody can choose from when making a requirement."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.queries.duties import newest_versions
from lms.courses.models import Course
from lms.people.models import Person
from lms.people.queries import name_parameters, named


@dataclass(frozen=True, slots=True)
class CourseChoice:
    """A course that is offered."""

    course_id: int
    slug: str
    titles: dict[str, str]


def list_courses(session: Session) -> list[CourseChoice]:
    """Courses that are not retired, by slug."""
    version = newest_versions()
    rows = session.execute(
        select(Course.id, Course.slug, version.c.titles)
        .join(version, version.c.course_id == Course.id)
        .where(Course.retired_on.is_(None))
        .order_by(Course.slug)
    )
    return [CourseChoice(row.id, row.slug, row.titles) for row in rows]


def list_people(session: Session, person_ids: Collection[int], *, today: dt.date) -> list[Person]:
    """Those of these people who are there or still to come, by last name, with their units."""
    if not person_ids:
        return []
    return list(session.scalars(_present(today).where(Person.id.in_(person_ids))))


def find_people(
    session: Session, words: Sequence[str], *, today: dt.date, limit: int
) -> list[Person]:
    """People whose first or last name has each of the words in it, by last name."""
    found = _present(today).where(named(len(words))).limit(limit)
    return list(session.scalars(found, name_parameters(words)))


def _present(today: dt.date) -> Select[Person]:
    return (
        select(Person)
        .where(
            Person.anonymised_at.is_(None), or_(Person.left_on.is_(None), Person.left_on >= today)
        )
        .options(joinedload(Person.unit))
        .order_by(Person.last_name, Person.first_name, Person.id)
    )
