"""Mails about documents from elsewhere."""

from dataclasses import dataclass

from lms.certifications.models import ExternalProof
from lms.outbox.rules import EmailDraft
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class PostFrame:
    """What a mail needs of the installation."""

    mail_domain: str
    default_locale: str


def external_decided(proof: ExternalProof, person: Person, frame: PostFrame) -> EmailDraft:
    """What became of a document; the words are filled in at delivery."""
    return EmailDraft(
        kind="external_decided",
        person_id=person.id,
        to_address=person.email,
        locale=person.locale or frame.default_locale,
        values={"proof": proof.id},
    )
