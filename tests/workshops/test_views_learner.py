"""The list and the page of a session as somebody sees them who may take part."""

import datetime as dt

import pytest

from lms.kernel.clock import utc_now
from lms.kernel.viewer import Role
from lms.workshops.rules.planning import DatePlan
from tests.workshops.samples import Hall

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def soon(days=9, **values):
    """A date in so many days: pages read the clock."""
    starts_at = utc_now().replace(microsecond=0) + days * DAY
    return DatePlan(
        **({"id": None, "starts_at": starts_at, "ends_at": starts_at + 2 * HOUR} | values)
    )


@pytest.fixture
def hall(session):
    return Hall(session)


def made(hall, *dates, **values):
    """An offered session, as of now."""
    return hall.workshop(*(dates or (soon(),)), now=utc_now(), **values)


def path(workshop, *rest):
    return "/".join(["/workshops", str(workshop.id), *rest])


def test_the_list_shows_what_is_ahead_and_ones_own_first(hall, client_of):
    workshop, other = made(hall, capacity=1), made(hall, titles={"de": "Andere"})
    browser = client_of()
    hall.sign_up(workshop, browser.person, now=utc_now())
    hall.draft(now=utc_now(), titles={"de": "Heimlich"})
    text = browser.get("/workshops").text
    assert text.index("Meine Termine") < text.index("Alle Termine")
    assert f'href="{path(other)}"' in text
    assert "angemeldet" in text
    assert "Heimlich" not in text
    assert browser.get("/workshops?show=drafts").status_code == 404


def test_filters(hall, client_of):
    course = hall.house.course("fallakte")
    made(hall, course_id=course.id, titles={"de": "Mit Kurs"})
    made(hall, setting="online", place=None, titles={"de": "Ohne Kurs"})
    browser = client_of()
    only_course = browser.get(f"/workshops?course={course.id}").text
    assert ("Mit Kurs" in only_course, "Ohne Kurs" in only_course) == (True, False)
    only_online = browser.get("/workshops?setting=online").text
    assert ("Mit Kurs" in only_online, "Ohne Kurs" in only_online) == (False, True)
    assert "Kein Termin passt" in browser.get(f"/workshops?course={course.id}&setting=online").text
    wrongs = ["course=999999", "course=x", "setting=x", "show=x", "page=0", "page=2"]
    for wrong in [*wrongs, "course=" + "9" * 30]:
        assert browser.get(f"/workshops?{wrong}").status_code == 404, wrong


def test_signing_up_and_off(hall, client_of):
    workshop = made(hall, capacity=1)
    browser = client_of()
    assert "Noch 1 Platz ist frei." in browser.get(path(workshop)).text
    answer = browser.post(path(workshop, "sign-up"), follow_redirects=True)
    assert answer.status_code == 200
    assert "Du hast einen Platz." in answer.text
    late = client_of()
    assert "Auf die Warteliste" in late.get(path(workshop)).text
    answer = late.post(path(workshop, "sign-up"), follow_redirects=True)
    assert "Du stehst auf der Warteliste: Platz 1." in answer.text
    assert browser.post(path(workshop, "sign-off")).status_code == 302
    assert "Du hast einen Platz." in late.get(path(workshop)).text
    assert hall.states(workshop) == [
        (browser.person.id, "cancelled_by_user", None, None),
        (late.person.id, "booked", None, None),
    ]


def test_what_is_refused_is_said_and_nothing_changes(hall, client_of):
    workshop, browser = made(hall), client_of()
    browser.post(path(workshop, "sign-up"))
    again = browser.post(path(workshop, "sign-up"))
    assert (again.status_code, "Diese Anmeldung gibt es schon." in again.text) == (409, True)
    assert len(hall.states(workshop)) == 1
    yesterday = utc_now().date() - 2 * DAY
    closed = made(hall, soon(20), signup_closes_on=yesterday)
    answer = browser.post(path(closed, "sign-up"))
    assert (answer.status_code, "Die Anmeldung war bis zum" in answer.text) == (409, True)
    assert hall.states(closed) == []


def test_the_link_is_for_those_with_a_place(hall, client_of):
    address = "https://zoom.example/j/1"
    workshop = made(hall, setting="online", place=None, online_url=address, capacity=1)
    browser, waiting = client_of(), client_of()
    assert address not in browser.get(path(workshop)).text
    browser.post(path(workshop, "sign-up"))
    waiting.post(path(workshop, "sign-up"))
    assert address in browser.get(path(workshop)).text
    assert address not in waiting.get(path(workshop)).text


def test_others_never_see_who_takes_part(hall, client_of):
    workshop, jana = made(hall), hall.person(last_name="Geheimnis")
    hall.sign_up(workshop, jana, now=utc_now())
    assert "Geheimnis" not in client_of().get(path(workshop)).text
    assert "Geheimnis" in client_of(Role.OFFICER).get(path(workshop)).text


@pytest.mark.parametrize("number", ["0", "999999", str(2**31), str(2**64), "x"])
def test_what_is_not_there_is_a_404(client_of, number):
    browser = client_of(*Role)
    assert browser.get(f"/workshops/{number}").status_code == 404
    assert browser.post(f"/workshops/{number}/sign-up").status_code == 404


def test_a_draft_is_not_there_for_others(hall, client_of):
    draft = hall.draft(soon(), now=utc_now())
    assert client_of().get(path(draft)).status_code == 404
    assert client_of().post(path(draft, "sign-up")).status_code == 404
    assert client_of(Role.AUTHOR).get(path(draft)).status_code == 404
    assert client_of(Role.OFFICER).get(path(draft)).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_list(hall, client_of, count_queries, count):
    browser = client_of()
    for _number in range(count):
        made(hall)
    with count_queries() as counted:
        assert browser.get("/workshops").status_code == 200
    assert counted.queries == 5


@pytest.mark.parametrize("count", [1, 3, 40])
def test_queries_of_a_page_with_its_people(hall, client_of, count_queries, count):
    workshop = made(hall, capacity=2)
    for _number in range(count):
        hall.sign_up(workshop, hall.person(), now=utc_now())
    browser = client_of(Role.OFFICER)
    with count_queries() as counted:
        assert browser.get(path(workshop)).status_code == 200
    assert counted.rows < 45
    assert counted.queries == 6
