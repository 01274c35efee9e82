"""Planning, people, attendance and closing as organisers and trainers see them."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.certifications.models import Evidence
from lms.kernel.clock import utc_now
from lms.kernel.viewer import Role
from lms.workshops.models import Attendance, SignUp, Workshop, WorkshopDate
from lms.workshops.queries.places import list_dates
from tests.workshops.samples import Hall
from tests.workshops.test_views_learner import made, path, soon

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def hall(session):
    return Hall(session)


def typed(leads, **changes):
    """The form as a browser sends it."""
    on = (utc_now().date() + 9 * DAY).isoformat()
    given = {
        "title_de": "KI im Alltag",
        "title_en": "",
        "description_de": "Worum es geht",
        "description_en": "",
        "course": "",
        "setting": "on_site",
        "method": "world_cafe",
        "place": "Saal",
        "online_url": "",
        "dates-0-id": "",
        "dates-0-day": on,
        "dates-0-starts": "14:00",
        "dates-0-ends": "16:30",
        "dates-0-place": "",
        "trainer": str(leads.id),
        "search": "",
        "capacity": "5",
        "signup_opens_on": "",
        "signup_closes_on": "",
        "cancel_until": "",
        "min_minutes": "",
        "step": "save",
    }
    return given | changes


def stored(session):
    return session.scalars(select(Workshop)).all()


def over(hall, *people, **values):
    """A session of two hours that ended an hour ago, with these people, entered or not."""
    now = utc_now()
    ends_at = now - HOUR
    past = soon(starts_at=ends_at - 2 * HOUR, ends_at=ends_at)
    workshop = hall.workshop(past, now=now - 9 * DAY, **values)
    for who in people:
        hall.sign_up(workshop, who, now=now - 8 * DAY)
    return workshop


def test_a_draft_is_made_and_published(hall, session, client_of):
    browser = client_of(Role.AUTHOR)
    assert browser.get("/workshops/new").status_code == 200
    answer = browser.post("/workshops/new", data=typed(browser.person))
    (workshop,) = stored(session)
    assert (answer.status_code, answer.location) == (302, path(workshop))
    assert (workshop.status, workshop.method, workshop.capacity) == ("draft", "world_cafe", 5)
    assert (workshop.created_by, workshop.trainer_id) == (browser.person.id,) * 2
    assert browser.post(path(workshop, "publish")).status_code == 302
    session.refresh(workshop)
    assert workshop.status == "published"
    again = browser.post(path(workshop, "publish"))
    assert (again.status_code, "schon veröffentlicht" in again.text) == (409, True)


def test_adding_a_day_keeps_what_was_typed_and_saves_nothing(session, client_of):
    browser = client_of(Role.OFFICER)
    data = typed(browser.person, step="add", title_de="Mein <Titel>")
    answer = browser.post("/workshops/new", data=data)
    assert answer.status_code == 200
    assert 'name="dates-1-day"' in answer.text
    assert "Mein &lt;Titel&gt;" in answer.text
    assert stored(session) == []


def test_looking_for_somebody_else_who_leads(hall, session, client_of):
    browser, other = client_of(Role.OFFICER), hall.person(last_name="Findemich")
    data = typed(browser.person, step="find", search="findemich")
    assert f'<option value="{other.id}">Findemich' in browser.post("/workshops/new", data=data).text
    browser.post("/workshops/new", data=typed(other))
    assert stored(session)[0].trainer_id == other.id


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title_de": ""}, "Gib dem Termin einen Titel."),
        ({"title_de": "x" * 201}, "Das ist zu lang."),
        ({"title_de": "a\ud800b".encode("utf-8", "replace").decode() + "\x08"}, "Zeichen"),
        ({"description_de": "x" * 10_000}, "Das ist zu lang."),
        ({"dates-0-day": "99.99.2026"}, "Tag 1, Tag: Gib ein Datum ein"),
        ({"dates-0-day": "9999-12-31"}, "Gib ein Datum von 2000 bis 2100 ein."),
        ({"dates-0-day": ""}, "Gib ein Datum ein."),
        ({"dates-0-starts": "25:00"}, "Gib eine Uhrzeit ein"),
        ({"dates-0-ends": "13:00"}, "Das Ende liegt vor dem Beginn."),
        ({"online_url": "javascript:alert(1)"}, "die mit https:// beginnt"),
        ({"online_url": "https://[x"}, "die mit https:// beginnt"),
        ({"capacity": "0"}, "Gib eine Zahl von 1 bis 10000 ein."),
        ({"capacity": "viele"}, "Gib eine ganze Zahl ein."),
        ({"capacity": "9" * 30}, "Gib eine Zahl von 1 bis 10000 ein."),
        ({"min_minutes": "-1"}, "Gib eine Zahl von 1 bis 10000 ein."),
        ({"signup_opens_on": "2026-12-02", "signup_closes_on": "2026-12-01"}, "vor dem ersten Tag"),
        ({"step": "publish", "place": ""}, "Trag ein, wo der Termin stattfindet."),
        ({"step": "publish", "dates-0-day": "2020-01-01"}, "liegt in der Vergangenheit"),
    ],
)
def test_errors_keep_everything_and_save_nothing(session, client_of, changes, words):
    browser = client_of(Role.OFFICER)
    answer = browser.post("/workshops/new", data=typed(browser.person, **changes))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert "Worum es geht" in answer.text or "description_de" in changes
    assert stored(session) == []


@pytest.mark.parametrize("name", ["course", "trainer", "setting", "method"])
def test_what_was_not_offered_is_refused(session, client_of, name):
    browser = client_of(Role.OFFICER)
    answer = browser.post("/workshops/new", data=typed(browser.person, **{name: "987654"}))
    assert (answer.status_code, stored(session)) == (422, [])


def test_the_form_comes_back_as_it_was_saved_and_adds_a_day(hall, session, client_of):
    browser = client_of(Role.OFFICER)
    browser.post("/workshops/new", data=typed(browser.person, step="publish"))
    (workshop,) = stored(session)
    (date,) = list_dates(session, workshop.id)
    page = browser.get(path(workshop, "edit")).text
    assert f'value="{date.id}"' in page
    on = (utc_now().date() + 10 * DAY).isoformat()
    more = {"dates-1-id": "", "dates-1-day": on, "dates-1-starts": "09:00", "dates-1-ends": "10:00"}
    first = {"dates-0-id": str(date.id)}
    hall.sign_up(workshop, hall.person(), now=utc_now())
    data = typed(browser.person, **first, **more)
    answer = browser.post(path(workshop, "edit"), data=data, follow_redirects=True)
    assert "1 Person erfährt von der Änderung." in answer.text
    dates = session.scalars(select(WorkshopDate).order_by(WorkshopDate.no)).all()
    assert [(one.no, one.sequence) for one in dates] == [(1, 0), (2, 0)]


def test_an_author_manages_own_sessions_only(hall, client_of):
    workshop, author = made(hall), client_of(Role.AUTHOR)
    for rest in ("edit", "cancel", "close", "book", "list", "attendance"):
        assert author.get(path(workshop, rest)).status_code == 404, rest
    assert "Bearbeiten" not in author.get(path(workshop)).text
    employee = client_of()
    for rest in ("edit", "cancel", "close", "book"):
        assert employee.get(path(workshop, rest)).status_code == 403, rest


def test_booking_somebody_and_taking_them_out(hall, client_of):
    workshop, jana = made(hall, capacity=1), hall.person(last_name="Suchmich")
    browser = client_of(Role.OFFICER)
    assert "Suchmich" in browser.get(path(workshop, "book") + "?q=suchmich").text
    assert browser.post(path(workshop, "book"), data={"person": jana.id}).status_code == 302
    twice = browser.post(path(workshop, "book"), data={"person": jana.id})
    assert (twice.status_code, "Diese Anmeldung gibt es schon." in twice.text) == (409, True)
    for wrong in ("", "x", "999999", "9" * 30):
        assert browser.post(path(workshop, "book"), data={"person": wrong}).status_code == 404
    assert browser.post(path(workshop, "remove"), data={"person": jana.id}).status_code == 302
    assert hall.states(workshop) == [(jana.id, "cancelled_by_org", None, None)]


def test_calling_off_asks_first(hall, client_of):
    workshop, jana = made(hall), hall.person()
    hall.sign_up(workshop, jana, now=utc_now())
    browser = client_of(Role.OFFICER)
    assert "1 Person steht auf der Liste" in browser.get(path(workshop, "cancel")).text
    assert browser.post(path(workshop, "cancel"), data={"note": "x" * 401}).status_code == 422
    answer = browser.post(path(workshop, "cancel"), data={"note": "Krank"}, follow_redirects=True)
    assert "Der Termin ist abgesagt. 1 Person erfährt es." in answer.text
    assert browser.get(path(workshop, "cancel")).status_code == 404
    refused = client_of().post(path(workshop, "sign-up"))
    assert (refused.status_code, "Dieser Termin ist abgesagt." in refused.text) == (409, True)


def test_the_trainer_enters_attendance_and_sees_this_list_only(hall, session, client_of):
    jana, tom = hall.person(), hall.person()
    workshop, other = over(hall, jana, tom), over(hall)
    browser = client_of()
    workshop.trainer_id = browser.person.id
    session.flush()
    named = f"{jana.last_name}, {jana.first_name}"
    assert named in browser.get(path(workshop, "list")).text
    assert browser.get(path(other, "list")).status_code == 404
    assert browser.get(path(workshop, "edit")).status_code == 403
    page = browser.get(path(workshop, "attendance")).text
    assert f'name="presence-{jana.id}"' in page
    assert " checked" not in page
    everybody = browser.post(path(workshop, "attendance"), data={"step": "all"})
    assert everybody.text.count(" checked") == 2
    assert session.scalars(select(Attendance)).all() == []
    answer = browser.post(
        path(workshop, "attendance"), data={f"presence-{jana.id}": "present"}, follow_redirects=True
    )
    assert "1 da, 1 nicht eingetragen" in answer.text
    rows = session.scalars(select(Attendance)).all()
    assert [(row.person_id, row.state, row.recorded_by) for row in rows] == [
        (jana.id, "present", browser.person.id)
    ]


def test_wrong_attendance_is_refused_with_its_reason(hall, session, client_of):
    jana, stranger = hall.person(), hall.person()
    workshop = over(hall, jana, min_minutes=60)
    browser, address = client_of(Role.OFFICER), path(workshop, "attendance")
    minutes = {f"presence-{jana.id}": "present", f"minutes-{jana.id}": "121"}
    answer = browser.post(address, data=minutes)
    assert (answer.status_code, "zwischen 0 und 120" in answer.text) == (422, True)
    assert 'value="121"' in answer.text
    minutes[f"minutes-{jana.id}"] = "viele"
    assert browser.post(address, data=minutes).status_code == 422
    for data in ({f"presence-{jana.id}": "maybe"}, {"presence-x": "present"}):
        assert browser.post(address, data=data).status_code == 404
    assert browser.post(address, data={f"presence-{stranger.id}": "present"}).status_code == 422
    assert browser.get(address + "?date=99").status_code == 404
    ahead = made(hall)
    hall.sign_up(ahead, jana, now=utc_now())
    early = browser.post(path(ahead, "attendance"), data={f"presence-{jana.id}": "present"})
    assert early.status_code == 422
    assert session.scalars(select(Attendance)).all() == []


def test_closing_shows_the_numbers_and_writes_the_evidence(hall, session, client_of):
    jana, tom = hall.person(), hall.person()
    course = hall.house.course("fallakte")
    workshop = over(hall, jana, tom, course_id=course.id)
    browser = client_of(Role.OFFICER)
    browser.post(path(workshop, "attendance"), data={f"presence-{jana.id}": "present"})
    page = browser.get(path(workshop, "close")).text
    assert "1 da, 1 nicht eingetragen; 1 Nachweis" in page
    stale = browser.post(path(workshop, "close"), data={"digest": "0-0-0-0-2-0"})
    assert (stale.status_code, "Seit der Vorschau" in stale.text) == (409, True)
    assert session.scalars(select(Evidence)).all() == []
    answer = browser.post(
        path(workshop, "close"), data={"digest": "1-0-0-0-1-1"}, follow_redirects=True
    )
    assert "Der Termin ist abgeschlossen: 1 da, 1 nicht eingetragen; 1 Nachweis." in answer.text
    assert [one.person_id for one in session.scalars(select(Evidence))] == [jana.id]
    for rest in ("close", "attendance", "edit"):
        assert browser.get(path(workshop, rest)).status_code == 404, rest


def test_a_correction_asks_for_a_reason(hall, session, client_of):
    jana = hall.person()
    workshop = over(hall, jana, course_id=hall.house.course("fallakte").id)
    browser = client_of(Role.OFFICER)
    browser.post(path(workshop, "close"), data={"digest": "0-0-0-0-1-0"})
    address = path(workshop, "corrections", str(jana.id))
    assert browser.get(address).status_code == 200
    assert browser.post(address, data={"step": "add"}).status_code == 302
    assert browser.post(address, data={"reason": ""}).status_code == 422
    assert browser.post(address, data={"reason": "Verwechselt"}).status_code == 302
    (evidence,) = session.scalars(select(Evidence)).all()
    assert evidence.revoked_reason == "Verwechselt"
    stranger = path(workshop, "corrections", str(hall.person().id))
    assert browser.get(stranger).status_code == 404


@pytest.mark.parametrize("count", [10, 1000])
def test_ten_or_a_thousand_sign_ups_cost_the_same(hall, client_of, count_queries, count):
    """Pages with sign-ups never load all of them: 25 a page."""
    workshop = over(hall)
    people = [hall.person() for _number in range(count)]
    now = utc_now()
    hall.session.add_all(
        SignUp(
            workshop_id=workshop.id,
            person_id=one.id,
            state="booked",
            source="self",
            created_at=now,
            changed_at=now,
        )
        for one in people
    )
    hall.session.flush()
    browser, found = client_of(Role.OFFICER), {}
    for address in ("/workshops?show=past", path(workshop), path(workshop, "attendance")):
        with count_queries() as counted:
            assert browser.get(address).status_code == 200
        found[address] = counted.queries
        assert counted.rows <= 60, address
    assert list(found.values()) == [4, 6, 7]
