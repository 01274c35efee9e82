"""/reminders/letters: whoever has no address gets the reminder on paper."""

import html
import io
import re
from dataclasses import replace
from itertools import count

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from lms.audit.models import AuditEntry, RecordView
from lms.kernel.viewer import Role
from lms.reminders.models import Notice
from lms.web.db import House as Installation
from tests.duties import House, day, sweep_days
from tests.factories import NOW

ON = "2026-11-24"
NUMBERS = count(9000)


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def officer(client_of):
    return client_of(Role.OFFICER)


@pytest.fixture
def names(app, settings, sessions):
    """Supervisors are told names."""
    app.extensions["lms"] = Installation(replace(settings, supervisor_digest="names"), sessions)


def plain(answer, status=200):
    """The text of an answer, blanks joined."""
    assert answer.status_code == status
    main = answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
    found = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(found.replace("\u00a0", " ").replace("\u2060", "").split())


def pages(answer):
    """The text of each page of a PDF."""
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    read = PdfReader(io.BytesIO(answer.data)).pages
    return [
        " ".join(page.extract_text().replace("\u00a0", " ").replace("\u2060", "").split())
        for page in read
    ]


def unreachable(house, *courses, **values):
    """Somebody with a number only, a week overdue in each of the courses."""
    given = {"email": None, "personnel_number": str(next(NUMBERS))}
    who = house.person(**(given | values))
    for course in courses:
        house.held(who, course, "2025-11-17")
    return who


def swept(house, session, sessions, on=ON):
    house.reassign(ON)
    sweep_days(session, sessions, on, on)


def until_of(answer):
    return re.search(r'name="until" value="([^"]+)"', answer.text)[1]


@pytest.fixture
def olga(house, session, sessions):
    """Two courses are a week overdue for her, and she has no address."""
    first, second = house.course("a"), house.course("b")
    house.require(first, "2025-01-01")
    house.require(second, "2025-01-01")
    who = unreachable(
        house, first, second, first_name="Olga", last_name="Maier", personnel_number="1105"
    )
    house.held(house.person(last_name="Erreichbar"), first, "2025-11-17")
    swept(house, session, sessions)
    return who


@pytest.mark.usefixtures("olga")
def test_a_letter_says_what_until_when_how_long_and_how_to_sign_in(officer, session):
    assert "Erinnerungen als Brief" in plain(officer.get("/"))
    answer = officer.get("/reminders/letters")
    page = plain(answer)
    assert "1 Person hat keine E-Mail-Adresse, die ankommt, und etwas ist fällig." in page
    assert "Beispiel, seit 7 Tagen überfällig; Beispiel, seit 7 Tagen überfällig" in page
    assert "Erreichbar" not in page
    (letter,) = pages(officer.get("/reminders/letters.pdf"))
    for words in (
        "Olga Maier",
        "Hallo Olga,",
        "2 Kurse brauchen dich.",
        "Seit 7 Tagen überfällig, fällig war der Kurs am Dienstag, 17. November 2026.",
        "Dauert etwa 12 Minuten.",
        "Öffne auf einem Computer oder Handy: http://127.0.0.1:8000",
        "Gib deine Personalnummer ein: 1105",
    ):
        assert words in letter
    views = session.scalars(select(RecordView)).all()
    assert [(one.page, one.people_count) for one in views] == [("list", 1)] * 2


@pytest.mark.usefixtures("olga")
def test_printed_it_leaves_the_list_until_the_next_stage(officer, session, sessions):
    answer = officer.get("/reminders/letters")
    officer.post("/reminders/letters/printed", data={"until": until_of(answer)})
    page = plain(officer.get("/reminders/letters"))
    assert "Als gedruckt vermerkt." in page
    assert "Kein Brief zu drucken" in page
    printed = set(session.scalars(select(Notice.printed_on).where(Notice.why == "no_address")))
    assert printed == {day(ON)}
    assert officer.get("/reminders/letters.pdf").status_code == 404
    entry = session.scalars(select(AuditEntry).where(AuditEntry.verb == "letters_printed")).one()
    assert entry.details == {"people": 1, "stages": 2}
    assert "Erinnerungen als Brief" not in plain(officer.get("/"))
    sweep_days(session, sessions, "2026-12-01", "2026-12-01")
    assert "Olga Maier" in plain(officer.get("/reminders/letters"))


def test_what_came_due_after_the_list_was_shown_stays(house, officer, session, sessions):
    course = house.course()
    house.require(course, "2025-01-01")
    unreachable(house, course)
    swept(house, session, sessions)
    earlier = "2026-11-24T06:00:00+00:00"
    officer.post("/reminders/letters/printed", data={"until": earlier})
    assert "1 Person hat keine" in plain(officer.get("/reminders/letters"))


@pytest.mark.parametrize("until", ["", "x", "2026-11-24T06:00:00", "9" * 5000])
def test_a_broken_moment_prints_nothing(officer, until):
    answer = officer.post("/reminders/letters/printed", data={"until": until})
    assert answer.status_code == 404


def test_nobody_who_is_away_done_or_reachable_by_now(house, officer, session, sessions):
    course = house.course()
    house.require(course, "2025-01-01")
    away, done, reachable, exempt = [unreachable(house, course) for _number in range(4)]
    swept(house, session, sessions)
    assert len(pages(officer.get("/reminders/letters.pdf"))) == 4
    house.away(away, "2026-11-01", "2027-03-01", today=ON)
    house.held(done, course, ON)
    reachable.email = "neu@example.org"
    house.exempt(exempt, course, ON, "2027-01-31", by=officer.person)
    session.flush()
    assert "Kein Brief zu drucken" in plain(officer.get("/reminders/letters"))


def test_a_mailbox_that_is_gone_gets_a_letter_too(house, officer, session, sessions):
    course = house.course()
    house.require(course, "2025-01-01")
    who = house.person(email="weg@example.org", locale="en")
    who.mail_state = "hard"
    house.held(who, course, "2025-11-17")
    swept(house, session, sessions)
    (letter,) = pages(officer.get("/reminders/letters.pdf"))
    assert "Enter your e-mail address: weg@example.org" in letter
    assert "This is due for you right now" in letter


@pytest.mark.usefixtures("names")
def test_the_supervisor_prints_those_of_the_team(house, client_of, session, sessions):
    above = house.person()
    course = house.course()
    house.require(course, "2025-01-01")
    unreachable(house, course, last_name="Mein", supervisor_id=above.id)
    unreachable(house, course, last_name="Fremd")
    swept(house, session, sessions)
    browser = client_of(person=above)
    assert "1 Person in deinem Team bekommt die Erinnerung als Brief." in plain(
        browser.get("/team")
    )
    answer = browser.get("/team/letters")
    assert "Mein" in plain(answer)
    assert "Fremd" not in answer.text
    assert len(pages(browser.get("/team/letters.pdf"))) == 1
    browser.post("/team/letters/printed", data={"until": until_of(answer)})
    assert "Kein Brief zu drucken" in plain(browser.get("/team/letters"))
    assert "Fremd" in plain(client_of(Role.OFFICER).get("/reminders/letters"))
    assert client_of().get("/team/letters").status_code == 403


def test_without_the_setting_the_team_has_no_letters(house, client_of):
    above = house.person()
    house.person(supervisor_id=above.id)
    browser = client_of(person=above)
    for path in ("/team/letters", "/team/letters.pdf"):
        assert browser.get(path).status_code == 404
    assert browser.post("/team/letters/printed", data={"until": "x"}).status_code == 404


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.OFFICER])
def test_other_roles_are_refused(client_of, role):
    browser = client_of(role)
    assert browser.get("/reminders/letters").status_code == 403
    assert browser.get("/reminders/letters.pdf").status_code == 403
    assert browser.post("/reminders/letters/printed").status_code == 403


def test_queries_do_not_grow_with_people(house, officer, session, sessions, count_queries):
    course = house.course()
    house.require(course, "2025-01-01")
    counts = []
    for number in (1, 3):
        for _ in range(number):
            unreachable(house, course)
        swept(house, session, sessions)
        officer.get("/reminders/letters")
        with count_queries() as counted:
            assert officer.get("/reminders/letters").status_code == 200
        counts.append(counted.queries)
    assert counts[0] == counts[1]


def test_seven_courses_still_fit_on_one_page(house, officer, session, sessions):
    courses = [house.course() for _number in range(7)]
    for course in courses:
        house.require(course, "2025-01-01")
    unreachable(house, *courses)
    swept(house, session, sessions)
    (letter,) = pages(officer.get("/reminders/letters.pdf"))
    assert letter.count("Seit 7 Tagen überfällig") == 5
    assert "Und 2 weitere Kurse." in letter
