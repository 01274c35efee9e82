"""/requirements: the list, one of them, making one with a preview, ending one with a preview."""

import html
import re

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEntry, RecordView
from lms.certifications.models import Assignment, Requirement
from lms.certifications.rules.scopes import Scope
from lms.kernel.viewer import Role
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


def plain(answer):
    """The text of an answer, blanks joined."""
    main = answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
    found = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(found.replace("\u00a0", " ").replace("\u2060", "").split())


def typed(course, **changes):
    """The form as a browser sends it."""
    values = {
        "course": str(course.id),
        "audience": "everyone",
        "initial_due_days": "30",
        "interval_months": "12",
        "window_days": "",
        "renewal_base": "expiry",
        "fixed_day": "31.12.",
        "min_valid_months": "6",
        "stages": ["-60", "-30", "-14", "-7", "-1", "0"],
        "extra_stage": "",
        "overdue": "y",
        "step": "preview",
    }
    return values | changes


def digest_of(answer):
    return re.search(r'name="digest" value="(\w+)"', answer.text)[1]


def count(session):
    return session.scalar(select(func.count()).select_from(Requirement))


READ = ("/requirements", "/requirements/new", "/requirements/1", "/requirements/1/end")


@pytest.mark.parametrize("path", READ)
def test_signed_out_leads_to_the_sign_in_page(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (302, f"/login?next={path}")


@pytest.mark.parametrize("path", READ)
@pytest.mark.parametrize("role", [one for one in Role if one is not Role.OFFICER])
def test_other_roles_are_refused(client_of, path, role):
    assert client_of(role).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/requirements/999", f"/requirements/{2**64}/end"])
def test_what_names_nothing_is_not_found(officer, path):
    assert officer.get(path).status_code == 404


def test_the_wrong_method_is_refused(officer):
    assert officer.post("/requirements").status_code == 405
    assert officer.put("/requirements/new").status_code == 405


def test_without_a_token_nothing_is_made(house, officer, session):
    answer = officer.post("/requirements/new", data=typed(house.course(), step="save"), csrf=False)
    assert answer.status_code == 400
    assert count(session) == 0


# ------------------------------------------------------------------------------------- the list


def test_the_list_says_whom_by_which_rule_and_how_many_hold_it(house, officer):
    course = house.course()
    unit = make_unit(house.session, "Wohngruppe Donau")
    who = [house.person(unit=unit, job="Küche") for _ in range(3)]
    house.require(
        course, "2026-01-01", Scope(unit_ids=frozenset({unit.id}), jobs=frozenset({"Küche"}))
    )
    house.show(who[0], course, "2026-03-01")
    house.show(who[1], course, "2025-12-05")
    page = plain(officer.get("/requirements"))
    assert (
        "Beispiel Wohngruppe Donau, Küche alle 12 Monate, erneuern 60 Tage vorher möglich"
        " seit 01.01.2026 2 von 3 gültig" in page
    )


def test_the_list_takes_the_same_queries_with_one_and_three(house, officer, count_queries):
    counts = []
    for _ in range(2):
        house.require(house.course(), "2026-01-01")
        house.require(house.course(), "2026-01-01", interval_months=6)
        with count_queries() as counted:
            assert officer.get("/requirements").status_code == 200
        counts.append(counted.queries)
    assert counts[0] == counts[1]


def test_without_requirements_the_list_offers_the_first(officer):
    assert "Noch keine Pflichten" in plain(officer.get("/requirements"))


def test_one_requirement_shows_its_rule_and_the_others_of_the_course(house, officer):
    course = house.course()
    house.person(job="Küche")
    house.require(course, "2026-01-01", Scope(jobs=frozenset({"Küche"})), interval_months=6)
    one = house.require(course, "2026-01-01", grace_days=7)
    page = plain(officer.get(f"/requirements/{one.id}"))
    assert "Erste Frist 30 Tage nach dem Eintritt oder der Zuordnung" in page
    assert "Kulanz 7 Tage nach der Frist" in page
    assert "Weitere Pflichten für diesen Kurs Küche : alle 6 Monate" in page


# ------------------------------------------------------------------------------------ making one


def test_a_preview_says_what_happens_and_changes_nothing(house, officer, session):
    course = house.course()
    valid, late = house.person(), house.person()
    house.show(valid, course, "2026-10-01")
    house.show(late, course, "2025-01-01")
    answer = officer.post("/requirements/new", data=typed(course))
    page = plain(answer)
    assert answer.status_code == 200
    assert "Diese Pflicht betrifft 3 Personen" in page
    assert "1 wird gleich überfällig." in page
    assert "1 hat schon einen gültigen Nachweis." in page
    assert "1 bekommt eine Frist bis spätestens Donnerstag, 24. Dezember 2026." in page
    assert "1 Frist wartet auf Freigabe" in page
    assert "Pflicht für 3 Personen anlegen" in page
    assert count(session) == 0
    assert session.scalars(select(Assignment)).all() == []


def test_saving_does_what_the_preview_said(house, officer, session):
    course = house.course()
    house.person()
    seen = officer.post("/requirements/new", data=typed(course, window_days="20"))
    answer = officer.post(
        "/requirements/new",
        data=typed(course, window_days="20", step="save", digest=digest_of(seen)),
    )
    made = session.scalars(select(Requirement)).one()
    assert (answer.status_code, answer.location) == (302, f"/requirements/{made.id}")
    assert len(session.scalars(select(Assignment)).all()) == 2
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.verb == "requirement_created")
    ).one()
    assert entry.actor == f"person:{officer.person.id}"
    page = plain(officer.get(answer.location))
    assert "Die Pflicht gilt ab heute für 2 Personen." in page
    assert f"24.11.2026, angelegt von {officer.person.name}" in page
    assert "ab 20 Tagen vor der Frist" in page


def test_a_second_click_makes_no_second_requirement(house, officer, session):
    course = house.course()
    seen = officer.post("/requirements/new", data=typed(course))
    values = typed(course, step="save", digest=digest_of(seen))
    assert officer.post("/requirements/new", data=values).status_code == 302
    officer.get("/requirements")
    again = officer.post("/requirements/new", data=values)
    made = session.scalars(select(Requirement)).one()
    assert (again.status_code, again.location) == (302, f"/requirements/{made.id}")
    assert "Diese Pflicht ist schon gespeichert." in plain(officer.get(again.location))


def test_the_same_people_under_another_policy_are_refused_with_what_was_typed(house, officer):
    course = house.course()
    house.require(course, "2026-01-01")
    other = typed(course, interval_months="24", step="save")
    answer = officer.post("/requirements/new", data=other)
    assert answer.status_code == 422
    assert "Diese Pflicht gibt es schon. Um sie zu ändern, beende sie" in plain(answer)
    assert 'value="24"' in answer.text


def test_what_changed_since_the_preview_is_shown_again_and_not_saved(house, officer, session):
    course = house.course()
    seen = officer.post("/requirements/new", data=typed(course))
    house.person()
    answer = officer.post(
        "/requirements/new", data=typed(course, step="save", digest=digest_of(seen))
    )
    assert answer.status_code == 409
    assert "Seit deiner Vorschau hat sich etwas geändert: jetzt 2 Personen" in plain(answer)
    assert count(session) == 0
    saved = officer.post(
        "/requirements/new", data=typed(course, step="save", digest=digest_of(answer))
    )
    assert saved.status_code == 302
    assert count(session) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"audience": "some"}, "Wähle mindestens einen Bereich, eine Tätigkeit oder eine Person."),
        ({"initial_due_days": ""}, "Gib eine"),
        ({"initial_due_days": "bald"}, "Gib eine ganze Zahl ein."),
        ({"initial_due_days": "-1"}, "Hier sind nur Werte von 0 bis 3650 möglich."),
        ({"interval_months": ""}, "Gib Monate ein, oder wähle „Einmal genügt“."),
        ({"interval_months": "121"}, "Hier sind nur Werte von 1 bis 120 möglich."),
        (
            {"interval_months": "1", "window_days": "28"},
            "Der Zeitraum zum Erneuern darf höchstens 27 Tage lang sein.",
        ),
        (
            {"renewal_base": "fixed", "fixed_day": "31.2."},
            "Gib den Stichtag als Monat und Tag an, etwa 12-31.",
        ),
        ({"extra_stage": "99999"}, "Erinnerungen vor der Frist"),
        ({"course": "0"}, ""),
        ({"audience": "some", "units": "999"}, ""),
    ],
)
def test_errors_keep_everything_that_was_typed(house, officer, session, changes, message):
    course = house.course()
    answer = officer.post("/requirements/new", data=typed(course, window_days="33") | changes)
    assert answer.status_code == 422
    assert message in plain(answer)
    assert 'role="alert"' in answer.text
    shown = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', answer.text))
    wanted = typed(course, window_days="33") | changes
    names = ("initial_due_days", "interval_months", "window_days", "fixed_day", "extra_stage")
    assert {name: shown[name] for name in names} == {name: wanted[name] for name in names}
    assert count(session) == 0


def test_people_are_found_and_stay_chosen_without_javascript(house, officer):
    course = house.course()
    weber, lang = house.person(last_name="Weber"), house.person(last_name="Lang")
    found = officer.post(
        "/requirements/new",
        data=typed(course, audience="some", people=[str(weber.id)], search="lang", step="find"),
    )
    assert found.status_code == 200
    assert "1 Person gefunden." in plain(found)
    assert f'name="people" value="{weber.id}" checked' in found.text
    assert f'name="people" value="{lang.id}">' in found.text
    seen = officer.post(
        "/requirements/new",
        data=typed(course, audience="some", people=[str(weber.id), str(lang.id)]),
    )
    assert "2 ausgewählte Personen: alle 12 Monate" in plain(seen).replace(" :", ":")
    back = officer.post(
        "/requirements/new",
        data=typed(course, audience="some", people=[str(weber.id)], step="edit"),
    )
    assert f'name="people" value="{weber.id}" checked' in back.text


def test_a_requirement_for_nobody_yet_says_so(house, officer):
    make_unit(house.session, "Leer")
    unit = make_unit(house.session, "Leer")
    answer = officer.post(
        "/requirements/new", data=typed(house.course(), audience="some", units=[str(unit.id)])
    )
    assert "Diese Pflicht betrifft zurzeit niemanden" in plain(answer)


# ------------------------------------------------------------------------------------ ending one


def test_ending_says_who_loses_the_duty_and_keeps_evidence(house, officer, session):
    course = house.course()
    cook, other = house.person(job="Küche", last_name="Koch"), house.person(last_name="Lang")
    house.require(course, "2026-01-01", Scope(jobs=frozenset({"Küche"})))
    one = house.require(course, "2026-01-02")
    evidence = house.held(other, course, "2026-03-01")
    seen = officer.get(f"/requirements/{one.id}/end")
    page = plain(seen)
    assert "2 Personen verlieren diese Pflicht" in page
    assert "1 Person behält den Kurs über eine andere Pflicht." in page
    assert "Lang" in page
    assert cook.name not in page
    answer = officer.post(f"/requirements/{one.id}/end", data={"digest": digest_of(seen)})
    assert (answer.status_code, answer.location) == (302, "/requirements")
    session.refresh(one)
    assert one.ended_on == TODAY
    session.refresh(evidence)
    assert evidence.revoked_on is None
    live = select(Assignment.person_id).where(Assignment.ended_on.is_(None))
    assert session.scalars(live).all() == [cook.id]
    assert "Beendet am" in plain(officer.get(f"/requirements/{one.id}"))
    assert officer.get(f"/requirements/{one.id}/end").status_code == 404


def test_a_second_click_on_ending_says_so(house, officer):
    one = house.require(house.course(), "2026-01-01")
    seen = officer.get(f"/requirements/{one.id}/end")
    values = {"digest": digest_of(seen)}
    officer.post(f"/requirements/{one.id}/end", data=values)
    again = officer.post(f"/requirements/{one.id}/end", data=values)
    assert (again.status_code, again.location) == (302, f"/requirements/{one.id}")
    assert "Diese Pflicht war schon beendet." in plain(officer.get(again.location))


def test_ending_what_changed_since_is_shown_again(house, officer, session):
    one = house.require(house.course(), "2026-01-01")
    seen = officer.get(f"/requirements/{one.id}/end")
    house.person()
    house.reassign("2026-11-24")
    answer = officer.post(f"/requirements/{one.id}/end", data={"digest": digest_of(seen)})
    assert answer.status_code == 409
    session.refresh(one)
    assert one.ended_on is None


def test_a_long_list_shows_the_first_25_and_says_so(house, officer):
    course = house.course()
    for _ in range(30):
        house.person()
    answer = officer.post("/requirements/new", data=typed(course))
    assert "Die ersten 25 von 31 Personen" in plain(answer)
    assert answer.text.count("<tr>") == 26


def test_the_preview_is_noted_as_a_look(house, officer, session):
    officer.post("/requirements/new", data=typed(house.course()))
    seen = session.scalars(select(RecordView)).one()
    assert (seen.page, seen.people_count, seen.at) == ("list", 1, NOW)


@pytest.mark.parametrize("value", ["x", "", "0", "2147483647", "9" * 5000, "\u0663"])
def test_who_was_not_on_offer_is_refused_on_the_form(house, officer, value):
    form = typed(house.course(), audience="some")
    for field in ("units", "people", "jobs", "stages", "course"):
        answer = officer.post("/requirements/new", data=form | {field: [value]})
        assert answer.status_code == 422, field
