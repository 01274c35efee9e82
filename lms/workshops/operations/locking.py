"""One deed at a time on a session: its row is locked before anything is decided.

Sessions are locked first and in the order of their ids, people afterwards in theirs.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.kernel.domain import NotFound
from lms.people.models import Person
from lms.workshops.models import Workshop, WorkshopDate
from lms.workshops.queries.places import list_dates
from lms.workshops.rules.places import Terms, first_start, last_end


@dataclass(frozen=True, slots=True)
class Held:
    """A session that nobody else changes until the transaction ends."""

    workshop: Workshop
    dates: list[WorkshopDate]

    @property
    def starts_at(self) -> dt.datetime | None:
        """When it begins."""
        return first_start(self.dates)

    @property
    def ends_at(self) -> dt.datetime | None:
        """When it is over."""
        return last_end(self.dates)

    @property
    def taking_place(self) -> list[WorkshopDate]:
        """Its dates without those that are called off."""
        return [one for one in self.dates if not one.is_cancelled]

    def terms(self) -> Terms:
        """What decides whether somebody may sign up or off."""
        one = self.workshop
        return Terms(
            status=one.status,
            starts_at=self.starts_at,
            opens_on=one.signup_opens_on,
            closes_on=one.signup_closes_on,
            cancel_until=one.cancel_until,
            contact=one.trainer.name,
        )


def hold(session: Session, workshop_id: int) -> Held:
    """Lock a session: of two who want the last place one waits here. NotFound if there is none."""
    found = session.scalar(
        select(Workshop)
        .where(Workshop.id == workshop_id)
        .options(joinedload(Workshop.trainer))
        .with_for_update(of=Workshop)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return Held(found, list_dates(session, workshop_id))


def hold_people(session: Session, person_ids: Iterable[int]) -> None:
    """Lock people, so that nobody takes two places at the same time in two sessions."""
    session.execute(
        select(Person.id)
        .where(Person.id.in_(sorted(person_ids)))
        .order_by(Person.id)
        .with_for_update(key_share=True)
    )
