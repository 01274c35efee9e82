"""`flask status`: who stands where, on any day, from what is known now."""

import datetime as dt
import json
import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from lms.certifications.queries.standings import StandingRow, standings_on
from lms.courses.models import Course
from lms.kernel.db import reading
from lms.kernel.text import unkept
from lms.learning.queries.progress import progress_of
from lms.people.queries import find_person
from lms.web.db import house
from lms.web.instants import DAY
from lms.web.tables import as_csv, as_table

_HEAD = (
    "person",
    "unit",
    "course",
    "status",
    "progress",
    "valid_from",
    "valid_until",
    "opens_on",
    "due_on",
)


@click.command("status")
@click.option("--at", "at", type=DAY, help="Day, default today.")
@click.option("--person", help="E-mail address or #number.")
@click.option("--course", help="Slug of a course.")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table")
@with_appcontext
def status(at: dt.date | None, person: str | None, course: str | None, shape: str) -> None:
    """Status of people in courses on a day, from what is known now."""
    day = at or house().today()
    with reading(house().sessions) as session:
        found = find_person(session, person) if person else None
        slug = None if course and unkept(course) else course
        course_id = session.scalar(select(Course.id).where(Course.slug == slug))
        if (person and found is None) or (course and course_id is None):
            wrong = (
                f"nobody is known as {person!r}"
                if person and not found
                else f"no course is called {course!r}"
            )
            click.echo(f"{wrong}; see: flask status", err=True)
            sys.exit(1)
        rows = standings_on(
            session, day, person_id=found.id if found else None, course_id=course_id
        )
        begun = progress_of(
            session, {row.person_id for row in rows}, {row.course_id for row in rows}
        )
    documents = [_document(row, is_begun=(row.person_id, row.course_id) in begun) for row in rows]
    if shape == "json":
        click.echo(json.dumps(documents, ensure_ascii=False, indent=1))
        return
    cells = [[document[key] or "" for key in _HEAD] for document in documents]
    click.echo(as_csv(_HEAD, cells) if shape == "csv" else as_table(_HEAD, cells), nl=False)


def _document(row: StandingRow, *, is_begun: bool) -> dict[str, str | None]:
    return {
        "person": row.person,
        "unit": row.unit,
        "course": row.course,
        "status": row.status.value,
        "progress": "in_progress" if is_begun else "not_started",
        "valid_from": _iso(row.valid_from),
        "valid_until": _iso(row.valid_until),
        "opens_on": _iso(row.opens_on),
        "due_on": _iso(row.due_on),
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
