"""Certificates: one's own, and the public check of a code."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.certifications.models import Certificate, Evidence
from lms.certifications.queries.duties import newest_versions
from lms.certifications.queries.rows import evidence_dates
from lms.certifications.rules.evidence import EvidenceDates
from lms.courses.models import Course, CourseVersion
from lms.kernel.viewer import Role
from lms.people.models import Person, PersonRole
from lms.people.queries import employed_on


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A certificate with the evidence behind it and the course it is about."""

    certificate_id: int
    evidence_id: int
    code: str
    issued_at: dt.datetime
    person_id: int
    course_id: int
    slug: str
    titles: dict[str, str]
    version_id: int
    kind: str
    dates: EvidenceDates
    completed_on: dt.date
    valid_from: dt.date
    valid_until: dt.date | None
    revoked_on: dt.date | None
    shows_name: bool
    first_name: str
    last_name: str
    is_anonymous: bool

    @property
    def holder(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def _rows() -> Select[Any]:
    newest = newest_versions()
    return (
        select(
            Certificate,
            Evidence,
            Course.slug,
            newest.c.titles,
            newest.c.version_id,
            Person,
            CourseVersion.titles.label("own_titles"),
        )
        .join(Evidence, Evidence.id == Certificate.evidence_id)
        .join(Course, Course.id == Evidence.course_id)
        .join(newest, newest.c.course_id == Evidence.course_id)
        .join(Person, Person.id == Evidence.person_id)
        .outerjoin(CourseVersion, CourseVersion.id == Evidence.course_version_id)
    )


def _row(found: tuple[Any, ...]) -> CertificateRow:
    certificate, evidence, slug, titles, version_id, person, own_titles = found
    return CertificateRow(
        certificate_id=certificate.id,
        evidence_id=evidence.id,
        code=certificate.code,
        issued_at=certificate.issued_at,
        person_id=evidence.person_id,
        course_id=evidence.course_id,
        slug=slug,
        titles=own_titles or titles,
        version_id=evidence.course_version_id or version_id,
        kind=evidence.kind,
        dates=evidence_dates(evidence),
        completed_on=evidence.completed_on,
        valid_from=evidence.valid_from,
        valid_until=evidence.valid_until,
        revoked_on=evidence.revoked_on,
        shows_name=certificate.shows_name,
        first_name=person.first_name,
        last_name=person.last_name,
        is_anonymous=person.anonymised_at is not None,
    )


def list_certificates(session: Session, person_id: int) -> list[CertificateRow]:
    """All certificates of a person, the newest first."""
    found = session.execute(
        _rows()
        .where(Certificate.person_id == person_id)
        .order_by(Evidence.completed_on.desc(), Certificate.id.desc())
    )
    return [_row(tuple(one)) for one in found]


def find_own(session: Session, certificate_id: int, person_id: int) -> CertificateRow | None:
    """A certificate by id, loaded through its holder."""
    found = session.execute(
        _rows().where(Certificate.id == certificate_id, Certificate.person_id == person_id)
    ).one_or_none()
    return _row(tuple(found)) if found else None


def find_any(session: Session, certificate_id: int) -> CertificateRow | None:
    """A certificate by id, for the officer."""
    found = session.execute(_rows().where(Certificate.id == certificate_id)).one_or_none()
    return _row(tuple(found)) if found else None


def find_by_code(session: Session, code: str) -> CertificateRow | None:
    """The certificate behind a code of the public check."""
    found = session.execute(_rows().where(Certificate.code == code)).one_or_none()
    return _row(tuple(found)) if found else None


def find_officer(session: Session, *, today: dt.date) -> str | None:
    """Who signs certificates: the officer, of several the one who has been there longest."""
    found = session.scalar(
        select(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == Role.OFFICER, employed_on(today))
        .order_by(Person.id)
        .limit(1)
    )
    return found.name if found else None
