"""Documents from elsewhere: brought, taken back, approved by somebody else, declined (T4)."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.emails import PostFrame, external_decided
from lms.certifications.models import ExternalProof
from lms.certifications.operations.completing import Completion, Shown, complete
from lms.certifications.queries.external import (
    bytes_kept,
    has_left,
    interval_for,
    is_file_needed,
)
from lms.certifications.rules.evidence import require_external_date
from lms.certifications.rules.external import (
    MOST_BYTES_A_PERSON,
    REASON_LENGTH,
    AlreadyDecided,
    AlreadyWaiting,
    HasLeft,
    ProofState,
    ReasonMissing,
    TooMuchKept,
    may_decide,
)
from lms.kernel.domain import NotFound
from lms.kernel.text import one_line
from lms.kernel.viewer import Viewer
from lms.outbox.operations import enqueue_now
from lms.people.models import Person, PersonRole

_OBJECT = "external_proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What somebody brings: for which course, from which day, and the file behind it."""

    person_id: int
    course_id: int
    completed_on: dt.date
    issuer: str
    note: str
    file_name: str
    file_sha256: str
    media_type: str
    size_bytes: int


def bring(session: Session, what: Brought, *, today: dt.date, now: dt.datetime) -> ExternalProof:
    """Put a document before those who decide; it changes no date until then."""
    # One at a time for each person: the limits below count what is there.
    session.execute(select(Person.id).where(Person.id == what.person_id).with_for_update())
    _require_date(session, what.person_id, what.course_id, what.completed_on, today)
    if _waits(session, what.person_id, what.course_id):
        raise AlreadyWaiting
    if bytes_kept(session, what.person_id) + what.size_bytes > MOST_BYTES_A_PERSON:
        raise TooMuchKept
    proof = ExternalProof(
        person_id=what.person_id,
        course_id=what.course_id,
        completed_on=what.completed_on,
        issuer=what.issuer,
        note=what.note,
        file_name=what.file_name,
        file_sha256=what.file_sha256,
        media_type=what.media_type,
        size_bytes=what.size_bytes,
        state=ProofState.PENDING.value,
        brought_at=now,
    )
    session.add(proof)
    session.flush()
    _note(session, proof, "external_brought", what.person_id, now)
    return proof


def _require_date(
    session: Session, person_id: int, course_id: int, completed_on: dt.date, today: dt.date
) -> None:
    require_external_date(
        completed_on,
        today=today,
        interval_months=interval_for(session, person_id, course_id),
    )


def _waits(session: Session, person_id: int, course_id: int) -> bool:
    found = session.scalar(
        select(ExternalProof.id).where(
            ExternalProof.person_id == person_id,
            ExternalProof.course_id == course_id,
            ExternalProof.state == ProofState.PENDING.value,
        )
    )
    return found is not None


def withdraw(session: Session, proof_id: int, person_id: int, *, now: dt.datetime) -> str | None:
    """Take one's own document back; the hash of the file that nobody needs any more."""
    proof = _locked(session, proof_id)
    if proof.person_id != person_id:
        raise NotFound
    _require_pending(proof)
    proof.state, proof.decided_at = ProofState.WITHDRAWN.value, now
    session.flush()
    _note(session, proof, "external_withdrawn", person_id, now)
    return _forgotten(session, proof)


def approve(
    session: Session,
    proof_id: int,
    approver: Viewer,
    *,
    completed_on: dt.date,
    frame: PostFrame,
    today: dt.date,
    now: dt.datetime,
) -> Completion:
    """Let a document count from the day that stands on it (T4): evidence, or a repeat."""
    proof = _locked(session, proof_id)
    person = _require_may_decide(session, proof, approver)
    if has_left(person, today):
        raise HasLeft
    _require_date(session, proof.person_id, proof.course_id, completed_on, today)
    shown = Shown(
        person_id=proof.person_id,
        course_id=proof.course_id,
        completed_on=completed_on,
        source_key=f"external:{proof.id}",
        kind="external",
        recorded_by=approver.person_id,
        reference=proof.issuer or None,
        file_sha256=proof.file_sha256,
    )
    done = complete(session, shown, now=now)
    proof.state, proof.decided_at = ProofState.APPROVED.value, now
    proof.decided_by, proof.approved_on = approver.person_id, completed_on
    proof.evidence_id = done.evidence.id if done.evidence else None
    session.flush()
    _note(session, proof, "external_approved", approver.person_id, now)
    _tell(session, proof, person, frame, today=today, now=now)
    return done


def decline(
    session: Session,
    proof_id: int,
    approver: Viewer,
    *,
    reason: str,
    frame: PostFrame,
    today: dt.date,
    now: dt.datetime,
) -> str | None:
    """Refuse a document with a reason; the hash of the file that nobody needs any more."""
    proof = _locked(session, proof_id)
    person = _require_may_decide(session, proof, approver)
    words = one_line(reason)[:REASON_LENGTH]
    if not words:
        raise ReasonMissing
    proof.state, proof.decided_at = ProofState.DECLINED.value, now
    proof.decided_by, proof.reason = approver.person_id, words
    session.flush()
    _note(session, proof, "external_declined", approver.person_id, now)
    if not has_left(person, today):
        _tell(session, proof, person, frame, today=today, now=now)
    return _forgotten(session, proof)


def _locked(session: Session, proof_id: int) -> ExternalProof:
    # Two may decide at once: the second finds what the first has decided.
    proof = session.scalar(
        select(ExternalProof)
        .where(ExternalProof.id == proof_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if proof is None:
        raise NotFound
    return proof


def _require_pending(proof: ExternalProof) -> None:
    if proof.state != ProofState.PENDING.value:
        raise AlreadyDecided


def _require_may_decide(session: Session, proof: ExternalProof, approver: Viewer) -> Person:
    roles = session.scalars(
        select(PersonRole.role).where(PersonRole.person_id == proof.person_id)
    ).all()
    if not may_decide(approver, proof.person_id, roles):
        raise NotFound
    _require_pending(proof)
    return session.get_one(Person, proof.person_id)


def _forgotten(session: Session, proof: ExternalProof) -> str | None:
    return None if is_file_needed(session, proof.file_sha256) else proof.file_sha256


def _tell(
    session: Session,
    proof: ExternalProof,
    person: Person,
    frame: PostFrame,
    *,
    today: dt.date,
    now: dt.datetime,
) -> None:
    if person.email is None or (person.hired_on is not None and person.hired_on > today):
        return
    enqueue_now(
        session,
        external_decided(proof, person, frame),
        idem_key=f"external_decided:{proof.id}",
        mail_domain=frame.mail_domain,
        today=today,
        now=now,
    )


def _note(
    session: Session, proof: ExternalProof, verb: str, person_id: int, now: dt.datetime
) -> None:
    audit.record(
        session,
        actor=f"person:{person_id}",
        verb=verb,
        object_kind=_OBJECT,
        object_id=proof.id,
        details={"person": proof.person_id, "course": proof.course_id},
        now=now,
    )
