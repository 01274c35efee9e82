"""One person's record: duties with their live rounds, and proofs; one query each."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session, aliased, joinedload

from lms.certifications.models import Batch, Certificate, Cycle, Evidence, RequirementRevision
from lms.certifications.queries.duties import newest_versions, standing_select
from lms.certifications.queries.pauses import paused_people
from lms.certifications.rules.status import Status
from lms.courses.models import Course, CourseVersion
from lms.kernel.domain import NotFound
from lms.learning.models import Enrolment
from lms.people.models import Person
from lms.people.queries import employed_on
from lms.staff.queries.cells import TODAY, open_enrolment
from lms.staff.queries.overview import Cell


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One course of a record: where the person stands, and the live round with its policy."""

    slug: str
    titles: dict[str, str]
    cell: Cell
    evidence_id: int | None
    opens_on: dt.date | None
    cycle: Cycle | None
    revision: RequirementRevision | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A piece of evidence with its certificate, the version of the course and who wrote it down."""

    evidence: Evidence
    slug: str
    titles: dict[str, str]
    certificate_id: int | None
    version: int | None
    recorder: str | None


def get_person_with_duties(
    session: Session, person_id: int, *, today: dt.date
) -> tuple[Person, list[DutyRow]]:
    """A person with their unit, and every course they are listed in today by slug; one query.

    Before the first and after the last day nobody is listed (contract.md). NotFound for unknown
    and erased people.
    """
    rows = session.execute(_duties(), {"today": today, "person_id": person_id}).all()
    if not rows:
        raise NotFound
    return rows[0].Person, [_duty(row) for row in rows if row.course_id is not None]


@lru_cache(maxsize=1)
def _duties() -> Select[*tuple[Any, ...]]:
    me = select(Person.id).where(Person.id == bindparam("person_id"))
    standing = standing_select(TODAY, paused_people(TODAY), me).subquery("standing")
    version = newest_versions()
    return (
        select(
            Person,
            standing,
            Course.slug,
            version.c.titles,
            Cycle,
            RequirementRevision,
            Batch.released_at,
            Enrolment.done_count,
            Enrolment.lesson_count,
        )
        .select_from(Person)
        .outerjoin(standing, and_(standing.c.person_id == Person.id, employed_on(TODAY)))
        .outerjoin(Course, Course.id == standing.c.course_id)
        .outerjoin(version, version.c.course_id == standing.c.course_id)
        .outerjoin(Cycle, Cycle.id == standing.c.cycle_id)
        .outerjoin(RequirementRevision, RequirementRevision.id == Cycle.revision_id)
        .outerjoin(Batch, Batch.id == Cycle.batch_id)
        .outerjoin(Enrolment, open_enrolment(standing))
        .where(Person.id == bindparam("person_id"), Person.anonymised_at.is_(None))
        .options(joinedload(Person.unit))
        .order_by(Course.slug)
    )


def _duty(row: Any) -> DutyRow:  # noqa: ANN401 - a row of the statement above
    cell = Cell(
        course_id=row.course_id,
        status=Status(row.status),
        has_duty=bool(row.has_duty),
        has_evidence=row.evidence_id is not None,
        valid_until=row.valid_until,
        due_on=row.due_on,
        grace_until=row.grace_until,
        done=row.done_count,
        total=row.lesson_count,
    )
    cycle: Cycle | None = row.Cycle
    is_held = cycle is not None and cycle.batch_id is not None and row.released_at is None
    return DutyRow(
        slug=row.slug,
        titles=row.titles,
        cell=cell,
        evidence_id=row.evidence_id,
        opens_on=row.opens_on,
        cycle=cycle,
        revision=row.RequirementRevision,
        is_held=is_held,
    )


def list_proofs(session: Session, person_id: int) -> list[ProofRow]:
    """All evidence of the person, revoked too, the newest first; one query."""
    rows = session.execute(_proofs(), {"person_id": person_id})
    return [
        ProofRow(
            row.Evidence,
            row.slug,
            row.titles,
            row.certificate_id,
            row.number,
            f"{row.first_name} {row.last_name}" if row.last_name is not None else None,
        )
        for row in rows
    ]


@lru_cache(maxsize=1)
def _proofs() -> Select[*tuple[Any, ...]]:
    recorder = aliased(Person)
    version = newest_versions()
    taken = aliased(CourseVersion)
    return (
        select(
            Evidence,
            Course.slug,
            version.c.titles,
            Certificate.id.label("certificate_id"),
            taken.number,
            recorder.first_name,
            recorder.last_name,
        )
        .select_from(Evidence)
        .join(Course, Course.id == Evidence.course_id)
        .join(version, version.c.course_id == Evidence.course_id)
        .outerjoin(Certificate, Certificate.evidence_id == Evidence.id)
        .outerjoin(taken, taken.id == Evidence.course_version_id)
        .outerjoin(
            recorder,
            and_(recorder.id == Evidence.recorded_by, recorder.id != Evidence.person_id),
        )
        .where(Evidence.person_id == bindparam("person_id"))
        .order_by(Evidence.completed_on.desc(), Evidence.id.desc())
    )
