"""Pages about people: who sees what, in how many queries, and what a record says."""

import datetime as dt
import html
import re

import pytest
from sqlalchemy import select

from lms.audit.models import RecordView
from lms.certifications.rules.scopes import Scope
from lms.kernel.viewer import Role
from lms.people.models import Person
from tests.duties import House
from tests.factories import NOW, TODAY, make_unit


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def officer(client_of):
    return client_of(Role.OFFICER)


def text(browser, path, language="de"):
    """The text of a page, blanks joined."""
    answer = browser.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    main = answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
    plain = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(plain.replace("\u00a0", " ").replace("\u2060", "").split())


PAGES = ("/progress", "/people", "/people/1")


# ---------------------------------------------------------------------------------- the checklist


@pytest.mark.parametrize("path", PAGES)
def test_signed_out_leads_to_the_sign_in_page(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (302, f"/login?next={path}")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUTHOR, Role.MANAGEMENT, Role.DPO])
def test_other_roles_are_refused(client_of, path, role):
    assert client_of(role).get(path).status_code == 403


def test_the_administrator_sees_master_data_and_no_status(house, client_of):
    who, course = house.person(first_name="Jana", last_name="Weber"), house.course()
    house.require(course, "2024-01-01")
    browser = client_of(Role.ADMINISTRATOR)
    assert browser.get("/progress").status_code == 403
    assert "Jana Weber" in text(browser, "/people")
    record = text(browser, f"/people/{who.id}")
    assert "Stammdaten" in record
    assert "Pflichtkurse" not in record
    assert "Beispiel" not in record


@pytest.mark.parametrize("path", PAGES)
def test_the_wrong_method_is_refused(officer, path):
    assert officer.post(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/people/999999",
        f"/people/{2**63 - 1}",
        f"/people/{2**63}",
        "/people?unit=999",
        "/people?presence=nowhere",
        "/people?page=2",
        "/people?page=0",
        "/progress?status=happy",
        "/progress?course=none",
        "/progress?unit=x",
        "/progress?page=2",
        "/progress?page=-1",
    ],
)
def test_what_names_nothing_is_not_found(officer, path):
    assert officer.get(path).status_code == 404


def test_somebody_who_was_erased_is_not_found(house, officer):
    who = house.person()
    who.anonymised_at = NOW
    assert officer.get(f"/people/{who.id}").status_code == 404


# ------------------------------------------------------------------------------ who looked at whom


def test_looks_are_written_down_once_the_page_was_shown(house, officer, session):
    who = house.person()
    officer.get("/progress")
    officer.get("/people")
    officer.get(f"/people/{who.id}")
    officer.get("/people/999999")
    seen = session.scalars(select(RecordView).order_by(RecordView.id)).all()
    me = officer.person.id
    assert [(one.viewer_id, one.subject_id, one.page, one.people_count) for one in seen] == [
        (me, None, "list", 2),
        (me, None, "list", 2),
        (me, who.id, "person", 1),
    ]


def test_a_look_at_oneself_is_not_written_down(officer, session):
    officer.get(f"/people/{officer.person.id}")
    assert session.scalars(select(RecordView)).all() == []


# ---------------------------------------------------------------------------- queries at any size


def add_people(house, first, last):
    """People with numbers from `first` up to `last`, all in one unit."""
    unit = make_unit(house.session, "Donau")
    house.session.add_all(
        Person(
            email=f"p{number}@example.org",
            first_name="Vor",
            last_name=f"Nach{number:04d}",
            unit_id=unit.id,
            theme="auto",
            mail_state="ok",
        )
        for number in range(first, last)
    )
    house.session.flush()


def test_lists_take_the_same_queries_and_rows_with_54_and_540_people(
    house, client_of, count_queries
):
    paths = ("/progress", "/progress?status=overdue", "/people")
    add_people(house, 0, 54)
    house.require(house.course(), "2024-01-01")
    browser = client_of(Role.OFFICER)

    def counts():
        found = []
        for path in paths:
            with count_queries() as counted:
                assert browser.get(path).status_code == 200
            found.append((counted.queries, counted.rows))
        return found

    small = counts()
    add_people(house, 54, 540)
    house.reassign("2024-01-02")
    assert counts() == small
    assert max(queries for queries, _rows in small) <= 8


@pytest.mark.parametrize("path", ["/progress", "/people"])
def test_a_list_takes_the_same_queries_with_one_and_three_rows(
    house, client_of, count_queries, path
):
    browser = client_of(Role.OFFICER)
    house.require(house.course(), "2024-01-01")
    counts = []
    for _ in range(2):
        with count_queries() as counted:
            browser.get(path)
        counts.append(counted.queries)
        house.person()
        house.person()
        house.reassign("2026-01-02")
    assert counts[0] == counts[1]


def test_a_record_takes_seven_queries_whatever_is_in_it(house, officer, count_queries):
    empty, full = house.person(), house.person(job="Küche")
    for number in range(4):
        course = house.course()
        house.require(course, "2024-01-01", Scope(jobs=frozenset({"Küche"})))
        house.show(full, course, TODAY - dt.timedelta(days=100 * number))
    paths = [f"/people/{one.id}" for one in (empty, full)]
    counts = []
    for path in paths:
        with count_queries() as counted:
            assert officer.get(path).status_code == 200
        counts.append(counted.queries)
    # The last one notes the look, beside the request.
    assert counts == [7, 7]


# --------------------------------------------------------------------------------- the overview


def test_the_overview_says_the_sentence_and_offers_each_filter(house, officer):
    who, other = house.person(), house.person()
    course = house.course("zoom")
    house.require(course, "2025-01-01", Scope(person_ids=frozenset({who.id, other.id})))
    house.show(who, course, "2025-12-01")
    house.show(other, course, "2025-11-01")
    page = text(officer, "/progress")
    assert "1 Nachweis läuft in den nächsten 30 Tagen ab, 1 ist abgelaufen." in page
    assert "KW 49 30.11.–6.12. 1 läuft ab Beispiel" in page
    assert "Überfällig 1 Läuft bald ab 1 Begonnen 0 Nicht begonnen 0" in page
    due = officer.get("/progress?status=due").text
    assert f'href="/people/{who.id}#zoom"' in due
    assert f'href="/people/{other.id}#zoom"' not in due


def test_active_filters_stand_in_a_sentence(house, officer):
    unit = make_unit(house.session, "Wohngruppe Donau")
    house.person(unit=unit, last_name="Weber")
    house.require(house.course("zoom"), "2025-01-01")
    page = text(officer, f"/progress?q=weber&unit={unit.id}&course=zoom&status=overdue")
    assert "Gefiltert: „weber“, Wohngruppe Donau, Beispiel, Überfällig. Zurücksetzen" in page


def test_nobody_found_offers_the_way_back(house, officer):
    house.require(house.course(), "2025-01-01")
    page = text(officer, "/progress?q=niemand")
    assert "Keine Person passt zu diesen Filtern" in page


def test_without_requirements_the_overview_leads_to_making_one(officer):
    assert "/requirements/new" in officer.get("/progress").text


def test_people_are_listed_by_where_they_stand_in_the_house(house, officer):
    house.person(last_name="Dadarin")
    house.person(last_name="Kommtnoch", hired_on=TODAY + dt.timedelta(days=1))
    house.person(last_name="Wegge", left_on=TODAY - dt.timedelta(days=1))
    there, coming, left = (
        text(officer, f"/people?presence={one}") for one in ("there", "coming", "left")
    )
    assert "Im Haus 2 Kommt noch 1 Ausgetreten 1" in there
    assert [("Dadarin" in one) for one in (there, coming, left)] == [True, False, False]
    assert [("Kommtnoch" in one) for one in (there, coming, left)] == [False, True, False]
    assert [("Wegge" in one) for one in (there, coming, left)] == [False, False, True]


# ----------------------------------------------------------------------------------- one record


def test_a_record_says_why(house, officer):
    who, course = house.person(first_name="Jana", job="Küche"), house.course("zoom", months=12)
    house.require(course, "2024-01-01", interval_months=12)
    house.require(course, "2024-01-01", Scope(jobs=frozenset({"Küche"})), interval_months=6)
    house.show(who, course, "2025-11-02")
    page = text(officer, f"/people/{who.id}")
    assert "Eine Pflicht ist überfällig." in page
    assert "Seit 206 Tagen abgelaufen, gültig war der Nachweis bis 02.05.2026." in page
    assert "Küche, alle 6 Monate. Pflicht „Beispiel“ , gültig seit 01.01.2024." in page
    assert "Alle Mitarbeitenden, alle 12 Monate" in page
    assert "Sie erneuert in kürzerem Abstand." in page
    assert "02.11.2025 + 6 Monate = 02.05.2026. Der Tag selbst zählt noch." in page


def test_a_record_says_that_somebody_is_away_until_when_and_never_why(house, officer):
    who, course = house.person(), house.course("zoom")
    house.require(course, "2025-01-01")
    house.show(who, course, "2025-12-10")
    house.away(who, "2026-11-01", "2027-01-31", today="2026-11-01")
    page = text(officer, f"/people/{who.id}")
    assert "Ruht bis 31.01.27" in page
    assert "Ruht bis Sonntag, 31. Januar 2027. Fällig am 03.03.2027." in page
    assert "Wegen einer Abwesenheit liegt die Frist am 03.03.2027." in page
    assert "Vom 01.11.2026 bis 31.01.2027." in page


def test_a_late_completion_says_why_the_rhythm_begins_anew(house, officer):
    who, course = house.person(), house.course("zoom")
    house.require(course, "2023-01-01")
    house.show(who, course, "2024-05-15")
    house.show(who, course, "2025-11-02")
    page = text(officer, f"/people/{who.id}")
    assert "Der vorige Nachweis galt bis 15.05.2025, der Abschluss kam am 02.11.2025." in page
    assert page.count("Als PDF") == 2
    assert "Ersetzt" in page


def test_a_leaver_shows_a_calm_banner_and_no_status(house, officer):
    who, course = house.person(left_on=TODAY - dt.timedelta(days=1)), house.course()
    house.require(course, "2025-01-01")
    page = text(officer, f"/people/{who.id}")
    assert "Ausgetreten am Montag, 23. November 2026" in page
    assert "Pflichtkurse" not in page


def test_somebody_without_duties_says_so(house, officer):
    who = house.person(first_name="Jana")
    assert "Für Jana ist noch nichts vorgesehen" in text(officer, f"/people/{who.id}")


def test_the_pages_speak_english(house, officer):
    who, course = house.person(), house.course("zoom")
    house.require(course, "2025-01-01")
    house.show(who, course, "2025-12-10")
    assert "Who needs something right now?" in text(officer, "/progress", "en")
    assert "Week 50" in text(officer, "/progress", "en")
    assert "Why is that?" in text(officer, f"/people/{who.id}", "en")
