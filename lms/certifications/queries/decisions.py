"""What the mail about a document from elsewhere says, as it stands when it leaves."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from lms.certifications.models import Evidence, ExternalProof
from lms.certifications.queries.external import has_left
from lms.certifications.rules.external import ProofState
from lms.courses.queries import list_titles
from lms.people.models import Person


def decision_values(
    session: Session, proof_id: int, person_id: int, *, today: dt.date
) -> dict[str, Any] | None:
    """The values to render; None when there is nothing to say (any more)."""
    proof = session.get(ExternalProof, proof_id)
    person = session.get(Person, person_id)
    if proof is None or person is None or has_left(person, today):
        return None
    if proof.state not in (ProofState.APPROVED.value, ProofState.DECLINED.value):
        return None
    evidence = session.get(Evidence, proof.evidence_id) if proof.evidence_id else None
    until = evidence.valid_until if evidence else None
    return {
        "first_name": person.first_name,
        "titles": list_titles(session)[proof.course_id],
        "outcome": proof.state,
        "counts": evidence is not None,
        "valid_until": until.isoformat() if until else None,
    }
