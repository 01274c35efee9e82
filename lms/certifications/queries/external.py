"""Documents from elsewhere: one's own, and those that wait for a decision."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Assignment, ExternalProof
from lms.certifications.queries.courses import policy_of_course
from lms.certifications.queries.requirements import governing_now
from lms.certifications.rules.external import ProofState
from lms.courses.models import CourseMedium
from lms.courses.queries import list_titles
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role, Viewer
from lms.people.models import Organisation, Person, PersonRole

MOST_OWN = 30


@dataclass(frozen=True, slots=True)
class BroughtRow:
    """A document with whose it is and the titles of its course."""

    proof: ExternalProof
    person: Person
    titles: dict[str, Any]


def list_own(session: Session, person_id: int) -> list[BroughtRow]:
    """One's own documents but those taken back, the newest first."""
    statement = (
        _rows()
        .where(
            ExternalProof.person_id == person_id,
            ExternalProof.state != ProofState.WITHDRAWN.value,
        )
        .order_by(ExternalProof.id.desc())
        .limit(MOST_OWN)
    )
    return _found(session, statement)


def get_own(session: Session, proof_id: int, person_id: int) -> ExternalProof:
    """One of one's own; NotFound for others' and unknown ones."""
    found = session.scalar(
        select(ExternalProof).where(
            ExternalProof.id == proof_id, ExternalProof.person_id == person_id
        )
    )
    if found is None:
        raise NotFound
    return found


def list_waiting(session: Session, viewer: Viewer, *, limit: int, offset: int) -> list[BroughtRow]:
    """Documents that wait for this person's decision, the oldest first."""
    statement = (
        _rows().where(waits_for(viewer)).order_by(ExternalProof.id).limit(limit).offset(offset)
    )
    return _found(session, statement)


def count_waiting(session: Session, viewer: Viewer) -> int:
    """How many documents wait for this person's decision."""
    statement = select(func.count()).select_from(ExternalProof).where(waits_for(viewer))
    return session.scalar(statement) or 0


def get_to_decide(session: Session, proof_id: int, viewer: Viewer) -> BroughtRow:
    """One that this person may decide on, or has decided on; NotFound otherwise."""
    decided = ExternalProof.decided_by == viewer.person_id
    mine = or_(waits_for(viewer), decided)
    found = _found(session, _rows().where(ExternalProof.id == proof_id, mine))
    if not found:
        raise NotFound
    return found[0]


def get_visible(session: Session, proof_id: int, viewer: Viewer) -> ExternalProof:
    """A document whose file this person may see: its owner, and whoever decides or decided."""
    decides = viewer.is_a(Role.OFFICER) or viewer.is_a(Role.ADMINISTRATOR)
    found = session.scalar(
        select(ExternalProof).where(
            ExternalProof.id == proof_id,
            ExternalProof.state.in_((ProofState.PENDING.value, ProofState.APPROVED.value)),
            or_(
                ExternalProof.person_id == viewer.person_id,
                waits_for(viewer) if decides else false(),
                ExternalProof.decided_by == viewer.person_id,
            ),
        )
    )
    if found is None:
        raise NotFound
    return found


def waits_for(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that a document waits for this person's decision."""
    return waits_for_one(viewer.person_id, is_officer=viewer.is_a(Role.OFFICER))


def waits_for_one(person_id: Any, *, is_officer: bool) -> ColumnElement[bool]:  # noqa: ANN401 - an id, or the place of one
    """As the rule `may_decide`, in the database: for an officer, else for an administrator."""
    waits = and_(
        ExternalProof.state == ProofState.PENDING.value, ExternalProof.person_id != person_id
    )
    if is_officer:
        return waits
    of_an_officer = exists().where(
        PersonRole.person_id == ExternalProof.person_id, PersonRole.role == Role.OFFICER
    )
    return and_(waits, of_an_officer)


def bytes_kept(session: Session, person_id: int) -> int:
    """How much the files of one person come to."""
    found = session.scalar(
        select(func.coalesce(func.sum(ExternalProof.size_bytes), 0)).where(
            ExternalProof.person_id == person_id,
            ExternalProof.state.in_((ProofState.PENDING.value, ProofState.APPROVED.value)),
        )
    )
    return int(found or 0)


def is_file_needed(session: Session, sha256: str) -> bool:
    """Whether anything still points to these bytes; the same ones are kept once."""
    needed = or_(
        exists().where(
            ExternalProof.file_sha256 == sha256,
            ExternalProof.state.in_((ProofState.PENDING.value, ProofState.APPROVED.value)),
        ),
        exists().where(CourseMedium.sha256 == sha256),
        exists().where(Organisation.mark_sha256 == sha256),
    )
    return bool(session.scalar(select(needed)))


def interval_for(session: Session, person_id: int, course_id: int) -> int | None:
    """For how many months evidence in this course counts for this person; None: for ever."""
    assignment = session.scalar(
        select(Assignment).where(
            Assignment.person_id == person_id,
            Assignment.course_id == course_id,
            Assignment.ended_on.is_(None),
        )
    )
    if assignment is not None:
        return governing_now(session, assignment).policy.interval_months
    return policy_of_course(session, course_id).interval_months


def _rows() -> Select[ExternalProof, Person]:
    return (
        select(ExternalProof, Person)
        .join(Person, Person.id == ExternalProof.person_id)
        .options(joinedload(Person.unit))
    )


def _found(session: Session, statement: Select[ExternalProof, Person]) -> list[BroughtRow]:
    rows = session.execute(statement).all()
    titles = list_titles(session) if rows else {}
    return [BroughtRow(proof, person, titles[proof.course_id]) for proof, person in rows]


def has_left(person: Person, today: dt.date) -> bool:
    """Whether somebody is not there any more."""
    return person.anonymised_at is not None or (
        person.left_on is not None and person.left_on < today
    )
