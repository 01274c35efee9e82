"""Two entries turn out to be one person: duties and proofs of one go over to the other (T14).

Evidence is never edited: what the second entry holds is revoked there and recorded here with the
same days. A certificate is a document made from evidence: its code on paper stays good.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from lms.audit import operations as audit
from lms.certifications.models import (
    Activity,
    Certificate,
    Evidence,
    Exemption,
    Requirement,
    RequirementScope,
)
from lms.certifications.models.external import ExternalProof
from lms.certifications.operations.ending import close_assignment, end_duties
from lms.certifications.queries.requirements import scope_of
from lms.certifications.queries.stored import Stored
from lms.kernel.text import new_code

MERGED = "merged"
_COPIED = (
    "course_id",
    "course_version_id",
    "kind",
    "completed_on",
    "valid_from",
    "valid_until",
    "interval_months",
    "anchor_on",
    "k",
    "recorded_by",
    "batch_id",
    "file_sha256",
    "source_key",
    "reference",
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Which entry goes into which, by whom, when."""

    kept_id: int
    gone_id: int
    actor: str
    today: dt.date
    now: dt.datetime


def move_duties(session: Session, what: Occasion) -> dict[int, int]:
    """Everything of this package; afterwards `reassign` brings the kept one's duties in line.

    Duties in which the moved evidence counts for longer than what was there end here, so that
    they begin anew from it; rounds go on counting. Returns the copies by the ids of what they
    were made from.
    """
    end_duties(session, what.gone_id, reason=MERGED, day=what.today)
    _move_scopes(session, what)
    before = _reach(session, what.kept_id)
    copies = _copy_evidence(session, what)
    _move_documents(session, what, copies)
    _move_activities(session, what)
    _move_exemptions(session, what)
    after = _reach(session, what.kept_id)
    changed = {course_id for course_id, day in after.items() if before.get(course_id) != day}
    _end_overtaken(session, what, changed)
    session.flush()
    return copies


def _reach(session: Session, person_id: int) -> dict[int, dt.date]:
    """Until when somebody's evidence in each course lasts."""
    rows = session.execute(
        select(Evidence.course_id, Evidence.valid_until).where(
            Evidence.person_id == person_id, Evidence.revoked_on.is_(None)
        )
    )
    found: dict[int, dt.date] = {}
    for course_id, until in rows:
        found[course_id] = max(found.get(course_id, dt.date.min), until or dt.date.max)
    return found


def _copy_evidence(session: Session, what: Occasion) -> dict[int, int]:
    """What the second entry holds, unless the first holds the very same already."""
    held = {
        (one.course_id, one.source_key): one
        for one in session.scalars(select(Evidence).where(Evidence.person_id == what.kept_id))
    }
    copies: dict[int, int] = {}
    for old in session.scalars(
        select(Evidence)
        .where(Evidence.person_id == what.gone_id, Evidence.revoked_on.is_(None))
        .order_by(Evidence.id)
    ).all():
        same = held.get((old.course_id, old.source_key))
        copy = same if same is not None and same.revoked_on is None else _copy(what, old, same)
        if copy is not same:
            session.add(copy)
            session.flush()
            _note(session, what, copy.id, "evidence_recorded")
        old.revoked_on, old.revoked_reason = what.today, "Zusammengeführt"
        _note(session, what, old.id, "evidence_revoked")
        copies[old.id] = copy.id
    session.flush()
    return copies


def _copy(what: Occasion, old: Evidence, same: Evidence | None) -> Evidence:
    copy = Evidence(person_id=what.kept_id, recorded_at=what.now, serial=new_code())
    for name in _COPIED:
        setattr(copy, name, getattr(old, name))
    if same is not None:
        # The first entry's own was revoked: that stays, this is another fact.
        copy.source_key = f"{old.source_key[:180]}:merged:{old.id}"
    return copy


def _note(session: Session, what: Occasion, evidence_id: int, verb: str) -> None:
    audit.record(
        session,
        actor=what.actor,
        verb=verb,
        object_kind="evidence",
        object_id=evidence_id,
        details={"merged": [what.gone_id, what.kept_id]},
        now=what.now,
    )


def _move_documents(session: Session, what: Occasion, copies: dict[int, int]) -> None:
    """Certificates and documents that were brought; of two for the same evidence one stays."""
    taken = set(
        session.scalars(
            select(Certificate.evidence_id).where(Certificate.person_id == what.kept_id)
        )
    )
    for one in session.scalars(
        select(Certificate).where(Certificate.person_id == what.gone_id)
    ).all():
        target = copies.get(one.evidence_id)
        if target is not None and target not in taken:
            one.person_id, one.evidence_id = what.kept_id, target
    for proof in session.scalars(
        select(ExternalProof).where(
            ExternalProof.person_id == what.gone_id,
            ExternalProof.decided_by.is_distinct_from(what.kept_id),
        )
    ).all():
        proof.person_id = what.kept_id
        if proof.evidence_id is not None:
            proof.evidence_id = copies.get(proof.evidence_id, proof.evidence_id)
    session.flush()


def _move_activities(session: Session, what: Occasion) -> None:
    has = set(
        session.execute(
            select(Activity.course_id, Activity.done_on).where(Activity.person_id == what.kept_id)
        ).all()
    )
    for one in session.scalars(select(Activity).where(Activity.person_id == what.gone_id)).all():
        if (one.course_id, one.done_on) in has:
            session.delete(one)
        else:
            one.person_id = what.kept_id
    session.flush()


def _move_exemptions(session: Session, what: Occasion) -> None:
    """Those that meet no other; nobody has one that they approved themselves."""
    has = session.scalars(select(Exemption).where(Exemption.person_id == what.kept_id)).all()
    for one in session.scalars(select(Exemption).where(Exemption.person_id == what.gone_id)).all():
        if one.approved_by == what.kept_id or any(_meet(one, other) for other in has):
            session.delete(one)
        else:
            one.person_id = what.kept_id
    session.flush()


def _meet(one: Exemption, other: Exemption) -> bool:
    if one.course_id != other.course_id:
        return False
    first, last = max(one.from_on, other.from_on), dt.date.max
    return first <= min(one.until_on or last, other.until_on or last)


def _end_overtaken(session: Session, what: Occasion, course_ids: Iterable[int]) -> None:
    state = Stored.read(session, [what.kept_id])
    for course_id in course_ids:
        assignment = state.live.get((what.kept_id, course_id))
        if assignment is not None:
            close_assignment(
                assignment,
                state.sources[assignment.id].values(),
                state.cycles.get(assignment.id),
                reason=MERGED,
                day=what.today,
            )


def _move_scopes(session: Session, what: Occasion) -> None:
    """Requirements that name the second entry name the first; a twin of another one ends."""
    naming = select(RequirementScope.requirement_id).where(
        RequirementScope.person_id == what.gone_id
    )
    for one in session.scalars(
        select(Requirement)
        .where(Requirement.id.in_(naming))
        .options(selectinload(Requirement.scopes))
        .order_by(Requirement.id)
    ).all():
        scope = scope_of(one.scopes)
        ids = scope.person_ids - {what.gone_id} | {what.kept_id}
        key = replace(scope, person_ids=ids).key
        twin = session.scalar(
            select(Requirement.id).where(
                Requirement.course_id == one.course_id,
                Requirement.scope_key == key,
                Requirement.ended_on.is_(None),
                Requirement.id != one.id,
            )
        )
        if one.ended_on is None and twin is not None:
            one.ended_on = max(what.today, one.since)
        elif one.ended_on is None:
            one.scope_key = key
        has_kept = what.kept_id in scope.person_ids
        for row in [row for row in one.scopes if row.person_id == what.gone_id]:
            if has_kept:
                one.scopes.remove(row)
            else:
                row.person_id = what.kept_id
        session.flush()
