"""Forms on people: the effect first, saved only as shown, refused with what was typed."""

import html
import re

import pytest
from sqlalchemy import select

from lms.access.models import SignIn
from lms.audit.models import AuditEntry
from lms.certifications.models import Assignment
from lms.certifications.rules.scopes import Scope
from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.people.models import Absence, Person, PersonRole
from tests.duties import House, day
from tests.factories import NOW, TODAY


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
def administrator(client_of):
    return client_of(Role.ADMINISTRATOR)


def words(answer):
    main = answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
    plain = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(plain.replace("\u00a0", " ").replace("\u2060", "").split())


def hidden(answer, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, name
    return found[1]


def fields(answer):
    """What a preview sends again; a second form on it is another matter."""
    form = answer.text.partition('<main id="main"')[2].partition("</form>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in found if name != "csrf_token"}


def saved(browser, path, preview):
    assert preview.status_code == 200, words(preview)
    return browser.post(path, data=fields(preview) | {"step": "save"})


NEW = {
    "first_name": "Ada",
    "last_name": "Neu",
    "email": "ada@example.org",
    "personnel_number": "4711",
    "unit": "Küche",
    "job": "Köchin",
    "supervisor": "",
    "hired_on": "24.11.2026",
    "locale": "",
}


# ---------------------------------------------------------------------------------- the checklist

PAGES = (
    "/people/new",
    "/people/{}/edit",
    "/people/{}/leave",
    "/people/{}/absences/new",
    "/people/{}/rights",
)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUTHOR, Role.MANAGEMENT, Role.DPO])
def test_other_roles_are_refused(house, client_of, path, role):
    browser, who = client_of(role), house.person()
    assert browser.get(path.format(who.id)).status_code == 403
    assert browser.post(path.format(who.id)).status_code == 403


def test_rights_are_the_administrators_and_absences_the_officers(house, officer, administrator):
    who = house.person()
    assert officer.get(f"/people/{who.id}/rights").status_code == 403
    assert administrator.get(f"/people/{who.id}/absences/new").status_code == 403


@pytest.mark.parametrize("path", PAGES[1:])
def test_nobody_unknown_is_changed(officer, administrator, path):
    browser = administrator if "rights" in path else officer
    confirm(browser)
    for person_id in (999_999, 2**31, 2**63):
        assert browser.get(path.format(person_id)).status_code == 404
    assert browser.post(path.format(999_999)).status_code == 404


def confirm(browser, at=NOW):
    """Somebody has just shown who they are, or (None) has not yet."""
    session = browser.watched
    for one in session.scalars(select(SignIn).where(SignIn.person_id == browser.person.id)):
        one.confirmed_at = at


@pytest.mark.parametrize("path", ["edit", "leave", "return", "stay", "rights"])
def test_nobody_changes_their_own_entry(officer, administrator, path):
    browser = administrator if path == "rights" else officer
    confirm(browser)
    address = f"/people/{browser.person.id}/{path}"
    assert browser.get(address).status_code == 403
    assert browser.post(address).status_code == 403
    page = words(browser.get(f"/people/{browser.person.id}"))
    assert "Die eigenen Angaben ändert immer jemand anderes." in page


# ------------------------------------------------------------------------------------ somebody new


def test_somebody_new_is_shown_with_their_duties_and_then_saved(house, officer, session):
    course = house.course(title={"de": "Datenschutz", "en": "Privacy"})
    house.require(course, "2026-01-01", Scope(jobs=frozenset({"Köchin"})))
    preview = officer.post("/people/new", data=NEW)
    page = words(preview)
    for part in (
        "Ada Neu eintragen",
        "Den Bereich „Küche“ gibt es noch nicht. Er wird angelegt.",
        "1 Pflicht beginnt.",
        "24.12.2026",
    ):
        assert part in page
    assert session.scalar(select(Person).where(Person.last_name == "Neu")) is None
    answer = saved(officer, "/people/new", preview)
    who = session.scalars(select(Person).where(Person.last_name == "Neu")).one()
    assert (answer.status_code, answer.location) == (302, f"/people/{who.id}")
    assert house.live(who, course).due_on == day("2026-12-24")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.object_id == who.id)).one()
    assert (entry.actor, entry.verb) == (f"person:{officer.person.id}", "joined")
    assert "Ada Neu ist eingetragen." in officer.get(answer.location).text


def test_the_same_press_twice_makes_nobody_twice(officer, session):
    preview = officer.post("/people/new", data=NEW)
    saved(officer, "/people/new", preview)
    again = saved(officer, "/people/new", preview)
    assert again.status_code == 422
    assert "Diese E-Mail-Adresse gehört schon zu einer anderen Person." in words(again)
    assert len(session.scalars(select(Person).where(Person.last_name == "Neu")).all()) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"first_name": ""}, "Hier fehlt noch etwas."),
        ({"email": "", "personnel_number": ""}, "Es braucht eine E-Mail-Adresse oder"),
        ({"email": "kein"}, "„kein“ ist keine E-Mail-Adresse."),
        ({"hired_on": "morgen"}, "Gib einen Tag ein, zum Beispiel 24.11.2026."),
        ({"hired_on": "0001-01-01"}, "Das Jahr liegt zwischen 1900 und 2199."),
        ({"hired_on": "9999-12-31"}, "Das Jahr liegt zwischen 1900 und 2199."),
        ({"unit": "A + B"}, "Ein Bereich darf nicht „*“ heißen"),
        ({"job": "x" * 10_000}, "Das ist zu lang: höchstens 120 Zeichen."),
        ({"supervisor": str(2**63)}, ""),
    ],
)
@pytest.mark.parametrize("step", ["preview", "save"])
def test_what_cannot_be_shows_the_form_again_with_everything_typed(officer, typed, sentence, step):
    answer = officer.post("/people/new", data=NEW | typed | {"step": step})
    assert answer.status_code == 422
    page = words(answer)
    assert sentence in page
    assert 'value="Ada"' in answer.text or "first_name" in typed
    assert 'value="Köchin"' in answer.text or "job" in typed


def test_a_supervisor_is_found_by_name_without_losing_what_was_typed(house, officer, session):
    boss = house.person(first_name="Beate", last_name="Oben")
    found = officer.post("/people/new", data=NEW | {"step": "find", "search": "oben"})
    assert found.status_code == 200
    assert f'<option value="{boss.id}">Beate Oben' in found.text
    assert "1 Person gefunden." in words(found)
    assert 'value="Köchin"' in found.text
    preview = officer.post("/people/new", data=NEW | {"supervisor": str(boss.id)})
    assert "Beate Oben" in words(preview)
    saved(officer, "/people/new", preview)
    assert session.scalars(select(Person.supervisor_id).where(Person.last_name == "Neu")).one()


def test_an_officer_may_give_the_right_to_write_courses(officer, session):
    preview = officer.post("/people/new", data=NEW | {"author": "y"})
    saved(officer, "/people/new", preview)
    assert session.scalars(
        select(PersonRole.role).join(Person).where(Person.last_name == "Neu")
    ).all() == [Role.AUTHOR]


# ----------------------------------------------------------------------------------------- changes


def form_of(browser, who):
    """What the form of somebody sends when nothing was changed."""
    page = browser.get(f"/people/{who.id}/edit")
    assert page.status_code == 200
    values = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page.text)
        if name not in ("csrf_token", "author")
    }
    chosen = r'<select[^>]* name="(\w+)".*?<option selected value="([^"]*)"'
    values |= dict(re.findall(chosen, page.text, re.DOTALL))
    if re.search(r'<input[^>]*checked[^>]* name="author"', page.text):
        values["author"] = "y"
    return values


def test_nothing_changed_says_so(house, officer, session):
    who = house.person(roles=[Role.AUTHOR], hired_on=day("2020-02-01"), job="Koch")
    answer = officer.post(f"/people/{who.id}/edit", data=form_of(officer, who))
    assert (answer.status_code, answer.location) == (302, f"/people/{who.id}")
    assert session.scalars(select(AuditEntry).where(AuditEntry.object_id == who.id)).all() == []


def test_another_job_is_shown_with_what_begins_and_ends(house, officer, session):
    who = house.person(job="Koch")
    old = house.course(title={"de": "Hygiene", "en": "Hygiene"})
    new = house.course(title={"de": "Fahren", "en": "Driving"})
    house.require(old, "2026-11-01", Scope(jobs=frozenset({"Koch"})))
    house.require(new, "2026-11-01", Scope(jobs=frozenset({"Fahrer"})))
    path = f"/people/{who.id}/edit"
    preview = officer.post(path, data=form_of(officer, who) | {"job": "Fahrer"})
    page = words(preview)
    for part in ("1 Pflicht beginnt.", "1 Pflicht endet.", "Hygiene", "Fahren", "Koch Fahrer"):
        assert part in page
    answer = saved(officer, path, preview)
    assert answer.status_code == 302
    live = select(Assignment.course_id).where(Assignment.ended_on.is_(None))
    assert session.scalars(live).all() == [new.id]


def test_another_address_is_told_to_the_old_one(house, officer, session):
    who = house.person(email="old@example.org")
    path = f"/people/{who.id}/edit"
    preview = officer.post(path, data=form_of(officer, who) | {"email": "new@example.org"})
    assert session.scalars(select(OutboxMessage)).all() == []
    saved(officer, path, preview)
    mails = session.scalars(select(OutboxMessage)).all()
    assert [(mail.kind, mail.to_address) for mail in mails] == [
        ("address_changed", "old@example.org")
    ]


def test_the_administrator_sees_numbers_but_no_courses_nor_dates(house, administrator):
    who = house.person(job="Koch")
    course = house.course(title={"de": "Fahren", "en": "Driving"})
    house.require(course, "2026-11-01", Scope(jobs=frozenset({"Fahrer"})))
    values = form_of(administrator, who) | {"job": "Fahrer"}
    page = words(administrator.post(f"/people/{who.id}/edit", data=values))
    assert "1 Pflicht beginnt." in page
    assert "Fahren" not in page
    assert "24.12." not in page


def test_of_two_who_edit_the_second_sees_what_the_first_saved(house, officer, client_of, session):
    who = house.person(job="Koch", first_name="Kim")
    other = client_of(Role.OFFICER)
    path = f"/people/{who.id}/edit"
    mine, theirs = form_of(officer, who), form_of(other, who)
    saved(other, path, other.post(path, data=theirs | {"job": "Fahrer"}))
    answer = officer.post(path, data=mine | {"first_name": "Kai"})
    page = words(answer)
    assert answer.status_code == 409
    assert "Jemand anderes hat diese Angaben inzwischen geändert" in page
    assert "Tätigkeit: Fahrer, bei dir: Koch" in page
    assert 'value="Kai"' in answer.text
    again = officer.post(path, data=mine | {"first_name": "Kai", "seen": hidden_seen(answer)})
    saved(officer, path, again)
    session.expire_all()
    assert (who.first_name, who.job) == ("Kai", "Koch")


def hidden_seen(answer):
    return re.search(r'name="seen"[^>]* value="([^"]*)"', answer.text)[1]


def test_what_changed_since_the_preview_is_shown_again(house, officer, session):
    who = house.person(job="Koch")
    path = f"/people/{who.id}/edit"
    preview = officer.post(path, data=form_of(officer, who) | {"job": "Fahrer"})
    house.require(house.course(), "2026-11-01", Scope(jobs=frozenset({"Fahrer"})))
    answer = officer.post(path, data=fields(preview) | {"step": "save"})
    assert answer.status_code == 409
    assert "Seit deiner Vorschau hat sich etwas geändert" in words(answer)
    assert who.job == "Koch"
    assert saved(officer, path, officer.post(path, data=fields(answer))).status_code == 302
    assert who.job == "Fahrer"


# ---------------------------------------------------------------------------------- coming, leaving


def test_a_last_day_to_come_shows_what_will_end(house, officer, session):
    who, course = house.person(first_name="Kim", last_name="Weg"), house.course()
    house.require(course, "2026-11-01")
    path = f"/people/{who.id}/leave"
    preview = officer.post(path, data={"left_on": "31.12.2026"})
    page = words(preview)
    for part in (
        "Kim Weg tritt am Donnerstag, 31. Dezember 2026 aus",
        "1 Pflicht endet.",
        "Alles Folgende geschieht am Tag danach.",
    ):
        assert part in page
    assert saved(officer, path, preview).status_code == 302
    assert who.left_on == day("2026-12-31")
    assert house.live(who, course).state == "live"
    record = words(officer.get(f"/people/{who.id}"))
    assert "Letzter Tag am Donnerstag, 31. Dezember 2026" in record
    assert "Austritt eingetragen" in record


def test_leaving_taking_it_back_and_coming_again(house, officer, session):
    who, course = house.person(hired_on=day("2020-01-01")), house.course()
    house.require(course, "2026-11-01")
    due_on = house.live(who, course).due_on
    path = f"/people/{who.id}"
    saved(officer, f"{path}/leave", officer.post(f"{path}/leave", data={"left_on": "2026-11-20"}))
    assert house.rounds(who, course)[-1].close_reason == "left"
    assert officer.get(f"{path}/return").status_code == 200
    preview = officer.get(f"{path}/stay")
    assert "1 Pflicht beginnt." in words(preview)
    assert saved(officer, f"{path}/stay", preview).status_code == 302
    assert house.live(who, course).due_on == due_on
    assert officer.get(f"{path}/stay").status_code == 404
    assert officer.get(f"{path}/return").status_code == 404
    saved(officer, f"{path}/leave", officer.post(f"{path}/leave", data={"left_on": "2026-11-20"}))
    early = officer.post(f"{path}/return", data={"hired_on": "2026-11-20"})
    assert early.status_code in (200, 422)
    again = officer.post(f"{path}/return", data={"hired_on": "2027-01-07"})
    assert "kommt am Donnerstag, 7. Januar 2027 wieder" in words(again)
    assert saved(officer, f"{path}/return", again).status_code == 302
    assert house.live(who, course).due_on == day("2027-02-06")


def test_leaving_before_joining_is_refused(house, officer):
    who = house.person(hired_on=day("2026-01-01"))
    answer = officer.post(f"/people/{who.id}/leave", data={"left_on": "2025-12-31"})
    assert answer.status_code == 422
    assert "Der Austritt liegt vor dem Eintritt." in words(answer)


# ---------------------------------------------------------------------------------------- absences


def test_an_absence_shows_where_the_due_date_goes(house, officer, session):
    who, course = house.person(), house.course(title={"de": "Hygiene", "en": "Hygiene"})
    house.require(course, "2026-11-20")
    path = f"/people/{who.id}/absences/new"
    preview = officer.post(path, data={"from_on": "2026-12-01", "until_on": "2027-01-31"})
    page = words(preview)
    assert "1 Frist rückt auf einen anderen Tag." in page
    assert "Frist rückt auf 03.03.2027" in page
    assert saved(officer, path, preview).status_code == 302
    assert house.live(who, course).due_on == day("2027-03-03")
    one = session.scalars(select(Absence)).one()
    overlap = officer.post(path, data={"from_on": "2027-01-31", "until_on": ""})
    assert overlap.status_code == 422
    assert "An diesen Tagen ist schon eine Abwesenheit eingetragen." in words(overlap)
    edit = f"/people/{who.id}/absences/{one.id}"
    assert 'value="2026-12-01"' in officer.get(edit).text
    shorter = officer.post(edit, data={"from_on": "2026-12-01", "until_on": "2026-12-05"})
    assert saved(officer, edit, shorter).status_code == 302
    assert house.live(who, course).due_on == day("2026-12-20")
    gone = officer.post(edit, data={"step": "drop"})
    assert "Abwesenheit ab Dienstag, 1. Dezember 2026 löschen" in words(gone)
    assert saved(officer, edit, gone).status_code == 302
    assert session.scalars(select(Absence)).all() == []


def test_an_absence_of_somebody_else_is_not_found(house, officer, session):
    who, other = house.person(), house.person()
    house.away(who, "2026-12-01", None, today="2026-11-20")
    one = session.scalars(select(Absence)).one()
    assert officer.get(f"/people/{other.id}/absences/{one.id}").status_code == 404
    assert officer.post(f"/people/{other.id}/absences/{one.id}").status_code == 404


def test_an_end_before_the_beginning_is_refused(house, officer):
    who = house.person()
    answer = officer.post(
        f"/people/{who.id}/absences/new", data={"from_on": "2026-12-02", "until_on": "2026-12-01"}
    )
    assert answer.status_code == 422
    assert "Der letzte Tag liegt vor dem ersten." in words(answer)


# ------------------------------------------------------------------------------------------ rights


def test_rights_ask_once_more_who_it_is(house, administrator):
    who = house.person()
    confirm(administrator, at=None)
    answer = administrator.get(f"/people/{who.id}/rights")
    assert answer.status_code == 302
    assert answer.location.startswith("/account/confirm?next=")


def test_rights_are_given_after_a_preview(house, administrator, client_of, session):
    who = house.person()
    client_of(person=who)
    confirm(administrator)
    path = f"/people/{who.id}/rights"
    assert administrator.get(path).status_code == 200
    preview = administrator.post(path, data={"rights": ["author", "management"]})
    page = words(preview)
    assert "Autorin oder Autor, Leitung" in page
    assert "1 Anmeldung endet sofort." in page
    digest = hidden(preview, "digest")
    data = {"rights": ["author", "management"], "digest": digest, "step": "save"}
    assert administrator.post(path, data=data).status_code == 302
    given = select(PersonRole.role).where(PersonRole.person_id == who.id).order_by(PersonRole.role)
    assert session.scalars(given).all() == [Role.AUTHOR, Role.MANAGEMENT]
    assert administrator.post(path, data={"rights": ["emperor"]}).status_code == 422


def test_pages_name_what_can_be_done(house, officer, administrator):
    who = house.person(left_on=TODAY)
    page = words(officer.get(f"/people/{who.id}"))
    for part in ("Angaben ändern", "Austritt ändern", "Austritt zurücknehmen"):
        assert part in page
    page = words(administrator.get(f"/people/{who.id}"))
    assert "Rechte ändern" in page
    assert "Abwesenheit eintragen" not in page
    assert "Person anlegen" in words(officer.get("/people"))


# ----------------------------------------------------------------------------------------- merging


def test_two_entries_are_compared_and_merged_once_that_is_confirmed(house, officer, session):
    kept = house.person(first_name="Kim", last_name="Meier", job=None)
    gone = house.person(first_name="Kym", last_name="Meier", job="Koch", personnel_number="99")
    house.person(first_name="Ute", last_name="Andere")
    course = house.course(title={"de": "Hygiene", "en": "Hygiene"})
    house.held(gone, course, "2026-06-01")
    house.require(course, "2026-11-01")
    path = f"/people/{kept.id}/merge"
    page = words(officer.get(path))
    assert "Kym Meier" in page
    assert "Ute Andere" not in page
    assert "Kym Meier" in words(officer.get(f"{path}?q=%2399"))
    preview = officer.post(path, data={"other": str(gone.id)})
    page = words(preview)
    for part in (
        "„Kym Meier“ geht in „Kim Meier“ auf",
        "Das lässt sich nicht zurücknehmen.",
        "Nachweise – 1",
        "Ich habe geprüft: Beide Einträge sind dieselbe Person.",
        "Lieber den anderen Eintrag behalten",
    ):
        assert part in page
    again = saved(officer, path, preview)
    assert again.status_code == 422
    assert "Setze den Haken" in words(again)
    assert gone.anonymised_at is None
    answer = officer.post(path, data=fields(preview) | {"step": "save", "confirmed": "y"})
    assert (answer.status_code, answer.location) == (302, f"/people/{kept.id}")
    record = words(officer.get(answer.location))
    for part in ("Hygiene", "Koch", "Doppelten Eintrag zusammengeführt", "Gültig"):
        assert part in record
    assert officer.get(f"/people/{gone.id}").status_code == 404
    assert "Kym" not in words(officer.get("/people"))


def test_what_hangs_on_the_other_entry_must_be_as_it_was_shown(house, officer):
    kept, gone, course = house.person(), house.person(), house.course()
    path = f"/people/{kept.id}/merge"
    preview = officer.post(path, data={"other": str(gone.id)})
    house.held(gone, course, "2026-06-01")
    answer = officer.post(path, data=fields(preview) | {"step": "save", "confirmed": "y"})
    assert answer.status_code == 409
    assert "Seit deiner Vorschau hat sich etwas geändert" in words(answer)


@pytest.mark.parametrize("other", ["", "x", "999999", str(2**63)])
def test_an_entry_that_is_none_is_not_merged(house, officer, other):
    kept = house.person()
    answer = officer.post(f"/people/{kept.id}/merge", data={"other": other})
    assert answer.status_code in (302, 404)


def test_an_entry_is_not_merged_with_itself_nor_with_ones_own(house, officer):
    kept = house.person()
    path = f"/people/{kept.id}/merge"
    assert officer.post(path, data={"other": str(kept.id)}).status_code == 302
    assert officer.post(path, data={"other": str(officer.person.id)}).status_code == 403
    assert officer.get(f"/people/{officer.person.id}/merge").status_code == 403
