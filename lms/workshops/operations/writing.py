"""Writing down what happened to a sign-up, and telling the person."""

import datetime as dt

from sqlalchemy.orm import Session

from lms.outbox import operations as outbox
from lms.people.models import Person
from lms.workshops.emails import workshop_mail
from lms.workshops.models import SignUp, SignUpEvent
from lms.workshops.rules.words import Event, Frame


def note_event(session: Session, sign_up: SignUp, *, actor: str, now: dt.datetime) -> SignUpEvent:
    """Add a line to the history of a sign-up: what it has come to."""
    session.flush()
    event = SignUpEvent(
        sign_up_id=sign_up.id, at=now, state=sign_up.state, note=sign_up.note, actor=actor
    )
    session.add(event)
    session.flush()
    return event


def tell(
    session: Session,
    event: Event,
    sign_up: SignUp,
    person: Person,
    frame: Frame,
    *,
    key: str,
    now: dt.datetime,
) -> None:
    """Queue a mail that leaves at once; somebody without an address hears it from the organiser."""
    if person.email is None:
        return
    outbox.enqueue_now(
        session,
        workshop_mail(event, sign_up, person, frame),
        idem_key=f"workshop:{event.value}:{sign_up.id}:{key}",
        mail_domain=frame.mail_domain,
        today=frame.day_of(now),
        now=now,
    )
