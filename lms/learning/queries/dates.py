"""What somebody's dates in a course say about a new round of it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.models import Certificate, Evidence
from lms.certifications.queries.duties import Duty
from lms.certifications.queries.rows import evidence_dates
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.policy import RenewalBase
from lms.courses.models import CourseVersion
from lms.learning.queries.rounds import LearnerCourse, Retraining
from lms.learning.rules.rounds import RoundFacts


@dataclass(frozen=True, slots=True)
class ShownEvidence:
    """Dates of evidence and the number of the version it was shown in, None where unknown."""

    dates: EvidenceDates
    version_number: int | None


def find_evidence(session: Session, evidence_id: int | None) -> ShownEvidence | None:
    """The evidence of this id with the version it was shown in."""
    if evidence_id is None:
        return None
    row = session.execute(
        select(Evidence, CourseVersion.number)
        .outerjoin(CourseVersion, CourseVersion.id == Evidence.course_version_id)
        .where(Evidence.id == evidence_id)
    ).one()
    return ShownEvidence(evidence_dates(row.Evidence), row.number)


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate and the dates of the evidence behind it."""

    certificate_id: int
    dates: EvidenceDates


def find_certificate(session: Session, evidence_id: int | None) -> Shown | None:
    """The certificate made from evidence that was not revoked."""
    row = session.execute(
        select(Certificate.id, Evidence)
        .join(Evidence, Evidence.id == Certificate.evidence_id)
        .where(Evidence.id == evidence_id, Evidence.revoked_on.is_(None))
    ).one_or_none()
    return Shown(row.id, evidence_dates(row.Evidence)) if row else None


def facts_of(
    course: LearnerCourse,
    duty: Duty | None,
    evidence: ShownEvidence | None,
    *,
    window_days: int,
) -> RoundFacts:
    """What a duty, or lasting evidence without one, says about a new round.

    Without a duty the window is the course's own: so many days before the evidence ends.
    """
    if duty is None:
        return RoundFacts()
    opens_on = duty.opens_on
    if opens_on is None and duty.valid_until is not None and not duty.has_duty:
        opens_on = duty.valid_until - dt.timedelta(days=window_days)
    return RoundFacts(
        status=duty.status,
        valid_until=duty.valid_until,
        opens_on=opens_on,
        renews_any_time=duty.renewal_base in (RenewalBase.COMPLETION, RenewalBase.FIXED),
        must_retake=_came_before(evidence, course.retraining),
    )


def _came_before(evidence: ShownEvidence | None, retraining: Retraining | None) -> bool:
    """Whether a version to be taken again came after the evidence, by number, else by day."""
    if evidence is None or retraining is None:
        return False
    if evidence.version_number is not None:
        return evidence.version_number < retraining.number
    return evidence.dates.completed_on < retraining.published_on
