"""Who may be a second entry of the same person, and what hangs on each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.certifications.models import Evidence
from lms.learning.models import Enrolment
from lms.people.models import Absence, Person
from lms.people.queries import name_parameters, named
from lms.workshops.models import SignUp


@dataclass(frozen=True, slots=True)
class Holdings:
    """How much hangs on one entry."""

    evidence: int
    enrolments: int
    places: int
    absences: int
    reports: int


def find_entries(session: Session, words: Sequence[str], *, but: int, limit: int) -> list[Person]:
    """Entries by words of the name, by address or number, those who left included; not this one."""
    text = " ".join(words)
    statement = (
        select(Person)
        .where(
            Person.anonymised_at.is_(None),
            Person.id != but,
            or_(
                named(len(words)),
                Person.email == text.lower(),
                Person.personnel_number == text.removeprefix("#"),
            ),
        )
        .options(joinedload(Person.unit))
        .order_by(Person.last_name, Person.first_name, Person.id)
        .limit(limit)
    )
    return list(session.scalars(statement, name_parameters(words)))


def get_entry(session: Session, person_id: int) -> Person | None:
    """An entry with unit, rights; None for unknown people and those who are nobody."""
    return session.scalar(
        select(Person)
        .where(Person.id == person_id, Person.anonymised_at.is_(None))
        .options(joinedload(Person.unit), selectinload(Person.roles))
    )


def holdings_of(session: Session, person_id: int) -> Holdings:
    """Evidence that counts, courses begun, sessions, absences, people they lead; one query."""
    counts = [
        select(func.count()).select_from(table).where(column == person_id, *more).scalar_subquery()
        for table, column, more in (
            (Evidence, Evidence.person_id, [Evidence.revoked_on.is_(None)]),
            (Enrolment, Enrolment.person_id, []),
            (SignUp, SignUp.person_id, []),
            (Absence, Absence.person_id, []),
            (Person, Person.supervisor_id, [Person.anonymised_at.is_(None)]),
        )
    ]
    return Holdings(*session.execute(select(*counts)).one())
