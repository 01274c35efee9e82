"""/team: there only where supervisors are told, and only for those who lead a team."""

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from lms.audit.models import RecordView
from lms.kernel.viewer import Role
from lms.people.calendar import Span
from lms.people.models import Deputy
from lms.staff.operations.deputising import name_deputy
from lms.web.db import House as Installation
from tests.duties import House, day
from tests.factories import NOW, TODAY


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def names(app, settings, sessions):
    """Supervisors are told names."""
    app.extensions["lms"] = Installation(replace(settings, supervisor_digest="names"), sessions)


@pytest.fixture
def above(house):
    return house.person(first_name="Peter", last_name="Arnold")


def plain(answer, status=200):
    """The text of an answer, blanks joined."""
    assert answer.status_code == status
    main = answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
    found = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(found.replace("\u00a0", " ").replace("\u2060", "").split())


def stand_in(session, supervisor, who, first="2026-11-24", last="2026-11-30"):
    span = Span(day(first), day(last))
    return name_deputy(session, supervisor.id, who.email, span, today=TODAY, now=NOW)


def name(browser, **fields):
    given = {"who": "Miriam Koch", "from_on": "2026-12-01", "until_on": "05.12.2026"} | fields
    return browser.post("/team/deputies", data=given)


def test_where_nobody_is_told_there_is_no_such_page(house, above, client_of):
    house.person(supervisor_id=above.id)
    browser = client_of(person=above)
    assert browser.get("/team").status_code == 404
    assert browser.post("/team/deputies").status_code == 404
    assert browser.post("/team/deputies/1/end").status_code == 404
    assert 'href="/team"' not in browser.get("/").text


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize("role", Role)
def test_whoever_leads_nobody_is_refused(client_of, role):
    browser = client_of(role)
    assert browser.get("/team").status_code == 403
    assert browser.post("/team/deputies").status_code == 403
    assert 'href="/team"' not in browser.get("/").text


@pytest.mark.usefixtures("names")
def test_the_team_with_its_dates_and_without_reasons(house, above, client_of, session):
    weber = house.person(first_name="Jana", last_name="Weber", supervisor_id=above.id)
    adler = house.person(first_name="Ali", last_name="Adler", supervisor_id=above.id)
    house.person(first_name="Fremd", last_name="Person")
    course = house.course()
    house.held(weber, course, "2025-10-31")
    house.require(course, "2026-01-01")
    house.away(adler, "2026-10-01", "2027-03-01", today="2026-11-24")
    browser = client_of(person=above)
    page = plain(browser.get("/team"))
    assert "1 Person hat etwas überfällig, bei 0 läuft bald etwas ab." in page
    assert "Ali Adler" in page
    assert "ruht" in page
    assert "2027" not in page
    assert "abgelaufen seit 31.10.26" in page
    assert "Fremd Person" not in page
    assert "Am Montag, 30. November 2026 kommt eine E-Mail" in page
    assert "Jana Weber: Beispiel, fällig war der 31.10.2026" in page
    view = session.scalars(select(RecordView)).one()
    assert (view.page, view.people_count, view.viewer_id) == ("list", 2, above.id)
    assert 'href="/team"' in browser.get("/").text


@pytest.mark.usefixtures("names")
def test_an_empty_team_says_so(house, above, client_of, session):
    house.person(supervisor_id=above.id, hired_on=day("2027-01-01"))
    assert "Gerade berichtet niemand an dich" in plain(client_of(person=above).get("/team"))
    assert session.scalars(select(RecordView)).all() == []
    house.person(supervisor_id=above.id)
    page = plain(client_of(person=above).get("/team"))
    assert "Für dein Team ist noch nichts vorgesehen" in page


@pytest.mark.usefixtures("names")
def test_the_deputy_sees_the_team_on_these_days(house, above, client_of, session, clock):
    house.person(first_name="Jana", last_name="Weber", supervisor_id=above.id)
    house.require(house.course(), "2026-01-01")
    other = house.person()
    stand_in(session, above, other)
    browser = client_of(person=other)
    page = plain(browser.get("/team"))
    assert "Jana Weber" in page
    assert "Du vertrittst Peter Arnold bis Montag, 30. November 2026." in page
    clock(NOW.replace(month=12, day=1))
    assert client_of(person=other).get("/team").status_code == 403


@pytest.mark.usefixtures("names")
def test_naming_and_ending(house, above, client_of, session):
    house.person(supervisor_id=above.id)
    other = house.person(first_name="Miriam", last_name="Koch")
    browser = client_of(person=above)
    assert name(browser).location == "/team"
    page = plain(browser.get("/team"))
    assert "Die Vertretung ist eingetragen." in page
    assert "Miriam Koch Dienstag, 1. Dezember 2026 bis Samstag, 5. Dezember 2026" in page
    deputy = session.scalars(select(Deputy)).one()
    assert (deputy.deputy_id, deputy.until_on) == (other.id, day("2026-12-05"))
    stranger = client_of()
    house.person(supervisor_id=stranger.person.id)
    assert stranger.post(f"/team/deputies/{deputy.id}/end").status_code == 404
    assert browser.post(f"/team/deputies/{deputy.id}/end").location == "/team"
    assert session.scalars(select(Deputy)).all() == []
    assert browser.post("/team/deputies/999/end").status_code == 404


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"who": ""}, "Schreib, wer dich vertritt."),
        ({"who": "x" * 10_000}, "Das ist zu lang, erlaubt sind 254 Zeichen."),
        ({"who": "Niemand"}, "Niemand oder mehrere heißen so."),
        ({"who": "Peter Arnold"}, "Du kannst dich nicht selbst vertreten."),
        ({"who": "Geht Bald"}, "Geht Bald ist in dieser Zeit nicht durchgehend im Haus."),
        ({"from_on": ""}, "Gib einen Tag ein, zum Beispiel 24.11.2026."),
        ({"until_on": "irgendwann"}, "Gib einen Tag ein, zum Beispiel 24.11.2026."),
        ({"from_on": "2026-11-23"}, "Die Vertretung kann frühestens heute beginnen."),
        ({"until_on": "2026-11-30"}, "Der letzte Tag liegt vor dem ersten."),
        ({"until_on": "2028-01-01"}, "Eine Vertretung dauert höchstens ein Jahr."),
        ({"from_on": "2026-11-30"}, "An diesen Tagen vertritt dich schon jemand."),
    ],
)
def test_what_is_wrong_is_said_and_stays(house, above, client_of, session, fields, words):
    house.person(supervisor_id=above.id)
    house.person(first_name="Geht", last_name="Bald", left_on=day("2026-12-02"))
    stand_in(session, above, house.person(first_name="Miriam", last_name="Koch"))
    answer = name(client_of(person=above), **fields)
    assert words in plain(answer, 422)
    assert 'value="05.12.2026"' in answer.text or "until_on" in fields
    assert len(session.scalars(select(Deputy)).all()) == 1


@pytest.mark.usefixtures("names")
def test_queries_do_not_grow_and_others_pay_nothing(house, above, client_of, count_queries):
    course = house.course()
    house.require(course, "2026-01-01")
    counts = []
    for number in (1, 3):
        for _ in range(number):
            house.held(house.person(supervisor_id=above.id), course, "2025-10-31")
        house.reassign("2026-11-24")
        browser = client_of(person=above)
        with count_queries() as counted:
            assert browser.get("/team").status_code == 200
        counts.append(counted.queries)
    assert counts[0] == counts[1]
    pages = []
    for person in (above, house.person()):
        browser = client_of(person=person)
        with count_queries() as counted:
            assert browser.get("/account").status_code == 200
        pages.append(counted.queries)
    assert pages[0] == pages[1]
