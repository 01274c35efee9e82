"""A house with sessions for tests; everything is done by the operations."""

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.people.models import Person
from lms.workshops.models import SignUp, SignUpEvent, Workshop, WorkshopDate
from lms.workshops.operations import places, planning
from lms.workshops.queries.places import list_dates
from lms.workshops.rules.planning import DatePlan, Plan
from lms.workshops.rules.words import Frame
from tests import duties, factories
from tests.duties import ZONE, at

FRAME = Frame(ZONE, "lernstand.example.org", "de")
NOW = at("2026-11-24", "10:00")


def meeting(on: str, starts: str = "14:00", ends: str = "16:30", **values: Any) -> DatePlan:
    """A date by the clock on the wall."""
    return DatePlan(**({"id": None, "starts_at": at(on, starts), "ends_at": at(on, ends)} | values))


def plan(trainer: Person, *dates: DatePlan, **values: Any) -> Plan:
    """A session next week, on site, without a course and without a limit."""
    given: dict[str, Any] = {
        "titles": {"de": "KI im Alltag", "en": "AI in everyday work"},
        "descriptions": {},
        "course_id": None,
        "setting": "on_site",
        "method": "training",
        "place": "Saal Donau",
        "online_url": None,
        "trainer_id": trainer.id,
        "capacity": None,
        "signup_opens_on": None,
        "signup_closes_on": None,
        "cancel_until": None,
        "min_minutes": None,
        "dates": dates or (meeting("2026-12-03"),),
    }
    return Plan(**(given | values))


class Hall:
    """Sessions of one organisation, led by one officer."""

    def __init__(self, session: Session, house: duties.House | None = None) -> None:
        self.session = session
        self.house = house or duties.House(session)
        self.trainer = factories.make_person(session, roles=[Role.OFFICER])

    def draft(self, *dates: DatePlan, now: dt.datetime = NOW, **values: Any) -> Workshop:
        """A session that is not offered yet."""
        made = plan(self.trainer, *dates, **values)
        return planning.create(self.session, made, by=self.trainer.id, now=now)

    def workshop(self, *dates: DatePlan, now: dt.datetime = NOW, **values: Any) -> Workshop:
        """A session that is offered."""
        made = self.draft(*dates, now=now, **values)
        return planning.publish(self.session, made.id, by=self.trainer.id, now=now)

    def person(self, **values: Any) -> Person:
        """Somebody who was always there."""
        return self.house.person(**values)

    def sign_up(self, workshop: Workshop, who: Person, *, now: dt.datetime = NOW) -> SignUp:
        """Somebody signs up themselves."""
        return places.sign_up(self.session, workshop.id, who.id, frame=FRAME, now=now)

    def book(self, workshop: Workshop, who: Person, *, now: dt.datetime = NOW) -> SignUp:
        """The officer books somebody."""
        return places.book_for(
            self.session, workshop.id, who.id, by=self.trainer.id, frame=FRAME, now=now
        )

    def sign_off(
        self, workshop: Workshop, who: Person, *, now: dt.datetime = NOW
    ) -> list[int]:  # fmt: skip
        """Somebody gives their place back; who moved up."""
        moved = places.sign_off(self.session, workshop.id, who.id, frame=FRAME, now=now)
        return [one.person_id for one in moved]

    def states(self, workshop: Workshop) -> list[tuple[int, str, int | None, str | None]]:
        """Everybody's sign-ups in the order they were made: who, state, position, note."""
        self.session.flush()
        rows = self.session.scalars(
            select(SignUp).where(SignUp.workshop_id == workshop.id).order_by(SignUp.id)
        )
        return [(one.person_id, one.state, one.position, one.note) for one in rows]

    def history(self, sign_up: SignUp) -> list[tuple[str, str]]:
        """What happened to a sign-up and who did it."""
        rows = self.session.scalars(
            select(SignUpEvent).where(SignUpEvent.sign_up_id == sign_up.id).order_by(SignUpEvent.id)
        )
        return [(one.state, one.actor) for one in rows]

    def mails(self) -> list[tuple[int, str]]:
        """Who was told what, in order."""
        rows = self.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == "workshop").order_by(OutboxMessage.id)
        )
        return [(one.person_id, one.values["event"]) for one in rows]


def stored(date: WorkshopDate) -> DatePlan:
    """A date as the form sends it back."""
    return DatePlan(
        id=date.id, starts_at=date.starts_at, ends_at=date.ends_at, place=date.place,
        is_cancelled=date.is_cancelled,
    )  # fmt: skip


def change(
    hall: Hall, workshop: Workshop, *dates: DatePlan, now: dt.datetime = NOW, **values: Any
) -> planning.Changed:
    """Save a session again with other values."""
    kept = dates or tuple(stored(one) for one in list_dates(hall.session, workshop.id))
    given = {"capacity": workshop.capacity} | values
    made = plan(hall.trainer, *kept, **given)
    return planning.change(
        hall.session, workshop.id, made, by=hall.trainer.id, frame=FRAME, now=now
    )
