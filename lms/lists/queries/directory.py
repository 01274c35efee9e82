"""Whom the keys of a file name: everybody by address and personnel number, read once."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.courses.models import Course
from lms.courses.queries import list_titles
from lms.kernel.csv_tables import CsvRow
from lms.kernel.domain import N_
from lms.lists import cells
from lms.lists.rules import refused
from lms.people.models import Person

_NOBODY = N_("Diese Person kennen wir nicht. Prüfe die Angabe oder ergänze erst die Personalliste.")
_NO_KEY = N_("E-Mail und Personalnummer sind leer. Ergänze eine davon oder lösche die Zeile.")
_TWO_PEOPLE = N_("E-Mail und Personalnummer gehören zu zwei verschiedenen Personen.")


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as a list needs them."""

    person_id: int
    name: str
    key: str
    supervisor_id: int | None


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody by what names them."""

    by_email: dict[str, Known]
    by_number: dict[str, Known]
    by_id: dict[int, Known]

    @classmethod
    def read(cls, session: Session) -> "Directory":
        """All people but erased ones, in one query."""
        rows = session.execute(
            select(
                Person.id,
                Person.first_name,
                Person.last_name,
                Person.email,
                Person.personnel_number,
                Person.supervisor_id,
            ).where(Person.anonymised_at.is_(None))
        )
        found = cls({}, {}, {})
        for person_id, first, last, email, number, supervisor_id in rows:
            known = Known(person_id, f"{first} {last}", email or f"#{number}", supervisor_id)
            found.by_id[person_id] = known
            if email:
                found.by_email[email] = known
            if number:
                found.by_number[number] = known
        return found

    def everybody(self) -> Iterable[Known]:
        """All of them."""
        return self.by_id.values()

    def match(self, email: str | None, number: str | None) -> Known | None:
        """Who is meant: by the number if it is known, else by the address; refused for two."""
        if email is None and number is None:
            raise refused(_NO_KEY, "email")
        by_number = self.by_number.get(number) if number else None
        by_email = self.by_email.get(email) if email else None
        if by_number and by_email and by_number.person_id != by_email.person_id:
            raise refused(_TWO_PEOPLE, "personnel_number", number or "")
        return by_number or by_email

    def named_by(self, row: CsvRow) -> Known:
        """Somebody who must be known already."""
        email, number = cells.keys(row)
        found = self.match(email, number)
        if found is None:
            column = "email" if email else "personnel_number"
            raise refused(_NOBODY, column, email or number or "")
        return found


def course_ids(session: Session) -> dict[str, int]:
    """Courses by their slug."""
    return dict(session.execute(select(Course.slug, Course.id)).all())


def titles_by_slug(session: Session) -> dict[str, dict[str, Any]]:
    """Titles of courses in each language by their slug."""
    titles = list_titles(session)
    return {slug: titles[key] for slug, key in course_ids(session).items() if key in titles}
