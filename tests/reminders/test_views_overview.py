"""/reminders: mail of the next 90 days, and releasing what waits."""

import html
import re

import pytest

from lms.certifications.rules.scopes import Scope
from lms.kernel.viewer import Role
from tests.duties import House
from tests.factories import NOW


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def officer(client_of):
    return client_of(Role.OFFICER)


def plain(answer):
    """The text of an answer, blanks joined."""
    assert answer.status_code == 200
    main = answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
    found = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(found.replace("\u00a0", " ").replace("\u2060", "").split())


@pytest.mark.parametrize("path", ["/reminders", "/reminders/holds", "/reminders/holds/1"])
def test_signed_out_leads_to_the_sign_in_page(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (302, f"/login?next={path}")


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.OFFICER])
def test_other_roles_are_refused(client_of, role):
    browser = client_of(role)
    assert browser.get("/reminders").status_code == 403
    assert browser.get("/reminders/holds").status_code == 403
    assert browser.get("/reminders/holds/1").status_code == 403
    assert browser.post("/reminders/holds/1/release").status_code == 403


@pytest.mark.parametrize("path", ["/reminders?page=9", "/reminders?page=x", "/reminders/holds/9"])
def test_what_names_nothing_is_not_found(officer, path):
    assert officer.get(path).status_code == 404


def test_the_page_says_who_gets_mail_tomorrow_and_on_which_days(house, officer):
    who = house.person(first_name="Thomas", last_name="Lang")
    course = house.course()
    house.require(
        course, "2025-11-01", Scope(person_ids=frozenset({who.id})), stages=(-7, 0),
        overdue_count=0,
    )  # fmt: skip
    house.show(who, course, "2025-12-02")
    page = plain(officer.get("/reminders"))
    assert "Erinnerungen der nächsten 90 Tage 2 E-Mails an 1 Person." in page
    assert "Wer bekommt morgen Post? Mittwoch, 25. November 2026, ab 8:00 Uhr" in page
    assert "Thomas Lang" in page
    assert "Beispiel, noch 7 Tage" in page
    assert "Mi., 25. November 1 Beispiel 1" in page
    assert "Mi., 2. Dezember 1 Beispiel 1" in page
    assert "Do., 24. Dezember 0 Haus geschlossen, keine Post" in page
    assert "Fr., 25. Dezember 0 Feiertag, keine Post" in page


def test_a_house_without_deadlines_sends_nothing(officer):
    page = plain(officer.get("/reminders"))
    assert "So wie die Fristen heute stehen, geht keine Post raus." in page
    assert "Morgen bekommt niemand Post." in page
    assert "Keine Post in Sicht" in page


def test_queries_do_not_grow_with_people(house, officer, count_queries):
    course = house.course()
    house.require(course, "2025-11-01")
    counts = []
    for _ in range(2):
        for _ in range(2):
            house.show(house.person(), course, "2025-12-02")
        house.reassign("2026-11-24")
        with count_queries() as counted:
            assert officer.get("/reminders").status_code == 200
        counts.append(counted.queries)
    assert counts[0] == counts[1]
