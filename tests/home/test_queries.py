"""Numbers on desks are those of the pages they lead to; the chain shows what was changed."""

import datetime as dt

import pytest
from sqlalchemy import text

from lms.audit import operations as audit
from lms.home.queries.chain import NEWEST, compute_whole_chain, look_at_chain
from lms.home.queries.desk import count_piles
from lms.home.queries.mails import next_mails
from lms.kernel.db import is_postgresql
from lms.people import operations as people
from lms.reminders.queries.preview import reminders_ahead
from lms.staff.queries.figures import figures
from lms.staff.rules import Filters, Need
from tests.duties import House, day
from tests.factories import NOW, TODAY

WEEK = [TODAY + dt.timedelta(days=ahead) for ahead in range(7)]


@pytest.fixture
def house(session):
    return House(session)


def busy_house(house):
    """Rounds before, at and after their dates; a supervisor; somebody without an address."""
    above = house.person()
    team = [house.person(supervisor_id=above.id) for _ in range(3)]
    team.append(house.person(email=None, personnel_number="77"))
    for number, on in enumerate(("2025-11-10", "2025-11-24", "2025-12-01", "2026-01-22")):
        course = house.course()
        house.require(course, "2024-01-01", initial_due_days=30, interval_months=12)
        for who in team[: 4 - number % 2]:
            house.held(who, course, on)
    people.remember_holidays(house.session, region="DE-BW", years=range(2024, 2030))


@pytest.mark.parametrize("today", WEEK)
@pytest.mark.parametrize("tells_supervisor", [True, False])
def test_the_next_mails_are_those_of_the_preview(session, house, today, tells_supervisor):
    busy_house(house)
    found = next_mails(session, today=today, tells_supervisor=tells_supervisor)
    ahead = reminders_ahead(
        session, from_on=today, today=today, days=7, tells_supervisor=tells_supervisor
    )
    assert found.count == sum(message.send_on == found.send_on for message in ahead)
    assert found.send_on.weekday() < 5


def test_the_preview_of_these_days_has_mails(session, house):
    busy_house(house)
    counts = [next_mails(session, today=one, tells_supervisor=True).count for one in WEEK]
    assert max(counts) > 0


def test_the_needs_are_those_of_the_overview(session, house):
    busy_house(house)
    piles = count_piles(session, person_id=0, today=TODAY, is_officer=True, is_administrator=False)
    found = figures(session, Filters(), today=TODAY)
    for need in (Need.OVERDUE, Need.DUE):
        assert piles.of(need).count == found.found(need) > 0


def test_a_desk_asks_for_its_own_numbers_only(session, house):
    busy_house(house)
    piles = count_piles(session, person_id=0, today=TODAY, is_officer=False, is_administrator=True)
    assert piles.of(Need.OVERDUE).count == 0
    assert piles.of("people").count == 5


def test_a_whole_chain_is_whole(session, chain):
    chain(3)
    found = look_at_chain(session)
    assert (found.linked, found.waiting, found.checked, found.is_whole) == (3, 0, 3, True)
    assert found == compute_whole_chain(session)


def test_entries_wait_until_they_are_linked(session, chain):
    chain(2)
    record(session)
    assert look_at_chain(session).waiting == 1


def test_an_empty_log_is_whole(session):
    found = look_at_chain(session)
    assert (found.linked, found.checked, found.is_whole) == (0, 0, True)


def test_a_changed_entry_is_named(session, chain):
    ids = chain(4)
    forge(session, "UPDATE audit_entries SET verb = 'nothing' WHERE id = :id", ids[2])
    found = look_at_chain(session)
    assert (found.broken_id, found.is_whole) == (ids[2], False)
    assert compute_whole_chain(session).broken_id == ids[2]


def test_a_lost_entry_is_missed(session, chain):
    ids = chain(4)
    forge(session, "DELETE FROM audit_entries WHERE id = :id", ids[1])
    assert look_at_chain(session).is_whole is False


def test_of_a_long_log_the_newest_are_computed_again(session, chain):
    ids = chain(NEWEST + 3)
    forge(session, "UPDATE audit_entries SET verb = 'nothing' WHERE id = :id", ids[0])
    found = look_at_chain(session)
    assert (found.linked, found.checked, found.is_whole) == (NEWEST + 3, NEWEST, True)
    assert compute_whole_chain(session).broken_id == ids[0]


def record(session):
    """One entry that is not linked yet."""
    audit.record(session, actor="operator", verb="try", object_kind="course", object_id=1, now=NOW)
    session.flush()


@pytest.fixture
def chain(session):
    """Makes so many linked entries; their ids."""

    def make(count):
        for _ in range(count):
            record(session)
        assert audit.link(session) == count
        return list(session.scalars(text("SELECT id FROM audit_entries ORDER BY id")))

    return make


def forge(session, statement, entry_id):
    """What somebody with the database in their hands could do."""
    if is_postgresql(session):
        session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
    else:
        names = session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"),
            {"table": "audit_entries"},
        ).all()
        for name in names:
            session.execute(text(f'DROP TRIGGER "{name}"'))
    session.execute(text(statement), {"id": entry_id})
    session.expire_all()


def test_the_day_of_the_next_mails_is_no_holiday(session, house):
    people.remember_holidays(session, region="DE-BW", years=range(2025, 2030))
    assert next_mails(session, today=day("2026-12-24"), tells_supervisor=False).send_on == day(
        "2026-12-28"
    )
