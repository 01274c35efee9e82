"""What is queued when something is to be told: which session and sign-up; the rest is read late."""

from lms.outbox.rules import EmailDraft
from lms.people.models import Person
from lms.workshops.models import SignUp
from lms.workshops.rules.words import Event, Frame

KIND = "workshop"


def workshop_mail(
    event: Event, sign_up: SignUp, person: Person, frame: Frame, *, date_id: int | None = None
) -> EmailDraft:
    """One of the mails about a session; day, place and names are read when it is sent."""
    return EmailDraft(
        kind=KIND,
        person_id=person.id,
        to_address=person.email,
        locale=person.locale or frame.default_locale,
        values={
            "event": event.value,
            "workshop_id": sign_up.workshop_id,
            "sign_up_id": sign_up.id,
            "date_id": date_id,
        },
    )
