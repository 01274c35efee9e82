"""The rows that a completion writes: evidence, its certificate, a voluntary repeat, the log."""

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.models import Activity, Certificate, Evidence
from lms.certifications.rules.evidence import EvidenceDates
from lms.kernel.text import new_code

if TYPE_CHECKING:
    from lms.certifications.operations.completing import Shown


def unsaved_evidence(shown: "Shown", dates: EvidenceDates, *, now: dt.datetime) -> Evidence:
    """The row of a completion with its dates."""
    return Evidence(
        person_id=shown.person_id,
        course_id=shown.course_id,
        course_version_id=shown.course_version_id,
        kind=shown.kind,
        completed_on=dates.completed_on,
        valid_from=dates.valid_from,
        valid_until=dates.valid_until,
        interval_months=dates.interval_months,
        anchor_on=dates.anchor_on,
        k=dates.k,
        recorded_at=now,
        recorded_by=shown.recorded_by,
        batch_id=shown.batch_id,
        file_sha256=shown.file_sha256,
        source_key=shown.source_key,
        reference=shown.reference,
        serial=new_code(),
    )


def unsaved_activity(shown: "Shown") -> Activity:
    """The row of a voluntary repeat."""
    return Activity(
        person_id=shown.person_id,
        course_id=shown.course_id,
        done_on=shown.completed_on,
        source=shown.kind,
        reference=shown.reference or shown.source_key,
    )


def unsaved_certificate(evidence: Evidence, *, now: dt.datetime) -> Certificate:
    """The document of evidence that has its id."""
    return Certificate(
        evidence_id=evidence.id, person_id=evidence.person_id, code=new_code(), issued_at=now
    )


def note_recorded(
    session: Session, shown: "Shown", evidence: Evidence, *, now: dt.datetime
) -> None:
    """Write evidence that has its id into the log."""
    audit.record(
        session,
        actor=_actor(shown),
        verb="evidence_recorded",
        object_kind="evidence",
        object_id=evidence.id,
        details={"kind": shown.kind, "person": shown.person_id, "course": shown.course_id},
        now=now,
    )


def _actor(shown: "Shown") -> str:
    """Who wrote it down: somebody else, the learner, or whoever brought a list."""
    if shown.recorded_by is not None:
        return f"person:{shown.recorded_by}"
    return "operator" if shown.kind == "import" else f"person:{shown.person_id}"
