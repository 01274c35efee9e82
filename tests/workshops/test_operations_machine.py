"""Whatever people do with a session: never more places than there are, the line keeps its order."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import integers
from sqlalchemy import select

from lms.kernel.domain import DomainError
from lms.workshops.models import SignUp
from lms.workshops.operations import places
from tests.workshops.samples import FRAME, NOW, Hall, change

PEOPLE = 7
WHO = integers(0, PEOPLE - 1)


def machine_on(session):  # noqa: C901 - a class with one short method for each rule
    """The machine for a session of the database; each run has a session of its own in it."""

    class Places(RuleBasedStateMachine):
        """Signing up, signing off, booking, taking out, more and fewer places."""

        def __init__(self):
            super().__init__()
            self.hall = Hall(session)
            self.workshop = self.hall.workshop(capacity=3)
            self.people = [self.hall.person() for _number in range(PEOPLE)]
            # As many as there ever were places for since somebody last got one.
            self.most = 3
            self.line = []

        def attempt(self, deed, *args, **kwargs):
            """Refusals are fine; what they leave behind is looked at like everything else."""
            try:
                deed(session, self.workshop.id, *args, frame=FRAME, now=NOW, **kwargs)
            except DomainError:
                return

        @rule(who=WHO)
        def sign_up(self, who):
            self.attempt(places.sign_up, self.people[who].id)

        @rule(who=WHO)
        def sign_off(self, who):
            self.attempt(places.sign_off, self.people[who].id)

        @rule(who=WHO)
        def book(self, who):
            self.attempt(places.book_for, self.people[who].id, by=self.hall.trainer.id)

        @rule(who=WHO)
        def take_out(self, who):
            self.attempt(places.sign_off_for, self.people[who].id, by=self.hall.trainer.id)

        @rule(capacity=integers(1, 5))
        def change_capacity(self, capacity):
            change(self.hall, self.workshop, capacity=capacity)

        def rows(self):
            """All sign-ups of the session."""
            statement = select(SignUp).where(SignUp.workshop_id == self.workshop.id)
            return session.scalars(statement.order_by(SignUp.position, SignUp.id)).all()

        @invariant()
        def never_more_places_than_there_are_unless_they_were_made_fewer(self):
            booked = [one for one in self.rows() if one.state == "booked"]
            self.most = max(self.workshop.capacity, min(self.most, len(booked)))
            assert len(booked) <= self.most

        @invariant()
        def nobody_is_there_twice(self):
            live = [one.person_id for one in self.rows() if one.state in ("booked", "waitlisted")]
            assert len(live) == len(set(live))

        @invariant()
        def nobody_waits_while_a_place_is_free(self):
            rows = self.rows()
            booked = sum(one.state == "booked" for one in rows)
            if any(one.state == "waitlisted" for one in rows):
                assert booked >= self.workshop.capacity

        @invariant()
        def the_line_keeps_its_order(self):
            line = [one.id for one in self.rows() if one.state == "waitlisted"]
            kept = [one for one in self.line if one in line]
            assert line[: len(kept)] == kept
            self.line = line

    return Places


@pytest.mark.usefixtures("connection")
def test_places_whatever_people_do(session):
    run_state_machine_as_test(
        machine_on(session),
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
            deadline=None,
        ),
    )
