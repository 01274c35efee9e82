"""Two people change the organisation at the same moment, with real commits."""

import pytest
from sqlalchemy import select

from lms.kernel.db import reading, transaction
from lms.kernel.domain import DomainError
from lms.people.models import ClosingDay, Organisation, Unit
from lms.system.operations import calendar, units
from lms.system.operations.calendar import AddDay, Plan, calendar_fingerprint
from lms.system.operations.organisation import By, ChangedMeanwhile, describe, fingerprint
from lms.system.queries.calendar import read_calendar
from lms.system.queries.organisation import Identity, read_identity
from lms.system.queries.units import get_unit
from tests import factories
from tests.concurrency.test_two_at_once import at_once
from tests.duties import House, at, day

ON = "2026-11-24"
BY = By("operator", at(ON))


@pytest.fixture
def house(own_sessions):
    with transaction(own_sessions) as session:
        House(session)
        for name in ("Küche", "Wäsche"):
            factories.make_unit(session, name)
    return own_sessions


def outcome(sessions, deed):
    """The name of the error, None when it was done and committed."""
    try:
        with transaction(sessions) as session:
            deed(session)
    except DomainError as error:
        return type(error)
    return None


def both(sessions, *deeds):
    done = at_once(*[lambda deed=deed: outcome(sessions, deed) for deed in deeds])
    return sorted(done, key=str)


def test_of_two_names_one_is_saved_and_the_other_told(house):
    with reading(house) as session:
        seen = fingerprint(read_identity(session))
    found = both(
        house,
        *[
            lambda session, name=name: describe(session, Identity(name), seen=seen, by=BY)
            for name in ("Von ihr", "Von ihm")
        ],
    )
    assert found == [ChangedMeanwhile, None]
    with reading(house) as session:
        assert session.scalars(select(Organisation.name)).one() in ("Von ihr", "Von ihm")


def test_of_two_who_rename_a_unit_one_is_told(house):
    def rename(name):
        def deed(session):
            found = session.scalars(select(Unit).where(Unit.name == "Küche")).first()
            if found is None:
                raise ChangedMeanwhile
            get_unit(session, found.id)
            units.rename_unit(session, found.id, name, seen="Küche", by=BY)

        return deed

    assert both(house, rename("Mensa"), rename("Kantine")) == [ChangedMeanwhile, None]


def test_the_same_new_unit_twice_is_one(house):
    found = both(
        house,
        lambda session: units.add_unit(session, "Nachtdienst", by=BY),
        lambda session: units.add_unit(session, "NACHTDIENST", by=BY),
    )
    assert found == [units.UnitExists, None]


def test_two_units_that_swallow_each_other_leave_one(house):
    with reading(house) as session:
        ids = sorted(session.scalars(select(Unit.id)))

    def merge(source, target):
        return lambda session: units.merge_units(session, source, target, today=day(ON), by=BY)

    found = both(house, merge(*ids), merge(*reversed(ids)))
    assert None in found
    assert len(set(found)) == 2
    with reading(house) as session:
        assert len(session.scalars(select(Unit)).all()) == 1


def test_of_two_changes_of_the_calendar_one_is_told(house):
    with reading(house) as session:
        seen = calendar_fingerprint(read_calendar(session))
    plan = Plan(day(ON), tells_supervisor=False)

    def close(number):
        return lambda session: calendar.change_calendar(
            session, AddDay(2, number, ""), plan, seen=seen, by=BY
        )

    assert both(house, close(17), close(18)) == [ChangedMeanwhile, None]
    with reading(house) as session:
        assert len(session.scalars(select(ClosingDay)).all()) == 3
