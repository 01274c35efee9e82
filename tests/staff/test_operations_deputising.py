"""A supervisor names who stands in; the Monday digest and the team follow."""

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.people.calendar import Span
from lms.people.deputies import AlreadyArranged, NobodyKnown, NotOneself, NotThere
from lms.people.models import Deputy
from lms.reminders.queries.preview import reminders_ahead
from lms.reminders.queries.rounds import Supervisors
from lms.reminders.queries.team import next_overview
from lms.staff.operations.deputising import end_deputy, name_deputy
from lms.staff.queries.team import count_team, leads_of, list_deputies, page_of_team
from tests.duties import NAMES, House, at, day, sweep_days

ON = "2026-11-24"


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def above(house):
    return house.person(first_name="Peter", last_name="Arnold")


@pytest.fixture
def other(house):
    return house.person(first_name="Miriam", last_name="Koch")


def named(session, supervisor, who, first, last, on=ON):
    span = Span(day(first), day(last))
    return name_deputy(session, supervisor.id, who, span, today=day(on), now=at(on))


def leads(session, who, on):
    return leads_of(session, who.id, today=day(on)).supervisor_ids


def test_on_these_days_and_on_no_other(session, house, above, other):
    named(session, above, other.email, "2026-11-25", "2026-11-27")
    found = [leads(session, other, on) for on in ("2026-11-24", "2026-11-25", "2026-11-27")]
    assert found == [(other.id,), (other.id, above.id), (other.id, above.id)]
    assert leads(session, other, "2026-11-28") == (other.id,)
    (one,) = list_deputies(session, above.id, today=day("2026-11-27"))
    assert (one.name, one.from_on, one.until_on) == (
        "Miriam Koch",
        day("2026-11-25"),
        day("2026-11-27"),
    )
    assert list_deputies(session, above.id, today=day("2026-11-28")) == []


@pytest.mark.parametrize("who", ["miriam.koch@example.org", "#77", "Miriam Koch", "miriam  KOCH"])
def test_by_address_number_or_name(session, house, above, who):
    found = house.person(
        first_name="Miriam", last_name="Koch", email="miriam.koch@example.org",
        personnel_number="77",
    )  # fmt: skip
    assert named(session, above, who, ON, ON).deputy_id == found.id


def test_whom_nobody_knows_or_two_are_called(session, house, above, other):
    for who in ("", "x@example.org", "#1234", "Koch", "\ud800"):
        with pytest.raises(NobodyKnown):
            named(session, above, who, ON, ON)
    house.person(first_name="Miriam", last_name="Koch")
    with pytest.raises(NobodyKnown):
        named(session, above, "Miriam Koch", ON, ON)


def test_not_oneself_not_somebody_who_is_not_there(session, house, above, other):
    with pytest.raises(NotOneself):
        named(session, above, above.email, ON, ON)
    leaver = house.person(left_on=day("2026-11-26"))
    with pytest.raises(NotThere):
        named(session, above, leaver.email, "2026-11-25", "2026-11-27")
    comer = house.person(hired_on=day("2026-12-01"))
    with pytest.raises(NotThere):
        named(session, above, comer.email, "2026-11-30", "2026-12-24")
    assert named(session, above, comer.email, "2026-12-01", "2026-12-24").id


def test_overlaps_are_refused_and_it_ends_at_will(session, house, above, other):
    first = named(session, above, other.email, ON, "2026-12-04")
    with pytest.raises(AlreadyArranged):
        named(session, above, other.email, "2026-12-04", "2026-12-10")
    later = named(session, above, other.email, "2026-12-05", "2026-12-10")
    with pytest.raises(NotFound):
        end_deputy(session, first.id, other.id, today=day(ON), now=at(ON))
    end_deputy(session, first.id, above.id, today=day("2026-11-26"), now=at("2026-11-26"))
    assert first.until_on == day("2026-11-25")
    end_deputy(session, later.id, above.id, today=day("2026-11-26"), now=at("2026-11-26"))
    assert session.scalars(select(Deputy.id)).all() == [first.id]
    end_deputy(session, first.id, above.id, today=day("2026-12-24"), now=at("2026-12-24"))
    assert first.until_on == day("2026-11-25")
    noted = select(AuditEntry.verb).where(AuditEntry.object_kind == "deputy")
    verbs = session.scalars(noted.order_by(AuditEntry.verb.desc())).all()
    assert verbs == ["deputy_named", "deputy_named", *["deputy_ended"] * 3]


def test_with_a_supervisor_who_has_left_the_deputies_go(session, house, above, other):
    named(session, above, other.email, ON, "2026-12-24")
    above.left_on = day("2026-11-30")
    session.flush()
    assert leads(session, other, "2026-11-30") == (other.id, above.id)
    assert leads(session, other, "2026-12-01") == (other.id,)


def test_the_team_is_shown_by_its_duties_alone(session, house, above):
    who = house.person(last_name="Weber", supervisor_id=above.id)
    house.person(last_name="Adler", supervisor_id=above.id)
    house.person(last_name="Gegangen", supervisor_id=above.id, left_on=day("2026-11-01"))
    due, voluntary = house.course(), house.course()
    house.held(who, due, "2025-10-31")
    house.held(who, voluntary, "2026-10-31")
    house.require(due, ON)
    mine = leads_of(session, above.id, today=day(ON))
    rows = page_of_team(session, mine, today=day(ON), number=1, size=9)
    assert [(row.name, len(row.cells)) for row in rows] == [("Kim Adler", 1), ("Kim Weber", 1)]
    cell = rows[1].cells[due.id]
    assert (cell.status.value, cell.valid_until, cell.done) == ("overdue", day("2026-10-31"), None)
    assert count_team(session, mine, today=day(ON)) == 2


# --------------------------------------------------------------------- who gets the Monday digest


def overdue(house, course, **values):
    """Somebody a week overdue on Monday 2026-11-30."""
    who = house.person(**values)
    house.require(course, "2025-01-01")
    house.held(who, course, "2025-11-20")
    return who


def told(session, first=ON, last="2026-11-30"):
    rows = session.scalars(
        select(OutboxMessage.person_id)
        .where(OutboxMessage.audience == "supervisor")
        .order_by(OutboxMessage.person_id)
    )
    return list(rows)


def test_the_deputy_of_the_day_gets_the_overview_instead(session, sessions, house, above, other):
    course = house.course()
    who = overdue(house, course, supervisor_id=above.id)
    named(session, above, other.email, "2026-11-30", "2026-12-01")
    overview = next_overview(session, [above.id], today=day(ON))
    assert (overview.send_on, [one.name for one in overview.lines]) == (
        day("2026-11-30"),
        [who.name],
    )
    ahead = reminders_ahead(session, from_on=day(ON), today=day(ON), days=14, tells_supervisor=True)
    teams = [(one.send_on, one.person) for one in ahead if one.audience.value == "supervisor"]
    assert teams == [(day("2026-11-30"), other.email)]
    sweep_days(session, sessions, ON, "2026-11-30", frame=NAMES)
    assert told(session) == [other.id]
    assert next_overview(session, [above.id], today=day("2026-11-30")).lines == ()


def test_after_the_last_day_the_supervisor_hears_again(session, sessions, house, above, other):
    course = house.course()
    overdue(house, course, supervisor_id=above.id)
    named(session, above, other.email, ON, "2026-11-29")
    ahead = reminders_ahead(session, from_on=day(ON), today=day(ON), days=14, tells_supervisor=True)
    assert [one.person for one in ahead if one.audience.value == "supervisor"] == [above.email]
    sweep_days(session, sessions, ON, "2026-11-30", frame=NAMES)
    assert told(session) == [above.id]


def test_nobody_hears_of_their_own_duties(session, house, above):
    who = house.person(supervisor_id=above.id)
    colleague = house.person(supervisor_id=above.id)
    named(session, above, who.email, ON, ON)
    supervisors = Supervisors(session, day(ON))
    assert supervisors.of(who) is above
    assert supervisors.of(colleague) is who


@pytest.mark.parametrize("gone", ["left", "away", "no_address"])
def test_vector_43_a_missing_supervisor(session, house, above, gone):
    top = house.person()
    above.supervisor_id = top.id
    who, alone = house.person(supervisor_id=above.id), house.person()
    officer = house.person(roles=[Role.OFFICER])
    if gone == "left":
        above.left_on = day("2026-11-01")
    elif gone == "away":
        house.away(above, "2026-11-01", "2027-03-01", today=ON)
    else:
        above.email, above.personnel_number = None, "5"
    session.flush()
    supervisors = Supervisors(session, day(ON))
    assert supervisors.of(who) is top
    assert supervisors.of(alone) is officer
    assert supervisors.of(officer) is None


def test_a_deputy_hears_while_the_supervisor_is_away(session, house, above, other):
    above.supervisor_id = house.person().id
    who = house.person(supervisor_id=above.id)
    named(session, above, other.email, ON, "2026-12-24")
    house.away(above, "2026-11-01", "2027-03-01", today=ON)
    assert Supervisors(session, day(ON)).of(who) is other
    other.email, other.personnel_number = None, "5"
    session.flush()
    assert Supervisors(session, day(ON)).of(who).id == above.supervisor_id
