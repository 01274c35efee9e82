"""The three lists in the browser: file, preview, saved."""

import io

import pytest
from sqlalchemy import func, select, update

from lms.access.models import SignIn
from lms.audit import operations as audit
from lms.certifications.models import Evidence
from lms.jobs.tasks import TASKS, Shift
from lms.kernel.clock import utc_now
from lms.kernel.viewer import Role
from lms.lists.models import Import, ImportRow
from lms.lists.rules import State
from lms.people.models import Person, PersonRole
from tests import factories

HEAD = "E-Mail;Vorname;Nachname;Bereich\n"


@pytest.fixture(autouse=True)
def today(clock, house):
    clock(factories.NOW)


@pytest.fixture
def officer(client_of):
    return client_of(Role.OFFICER)


def upload(browser, text, path="/people/import", name="liste.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return browser.post(path, data={"file": (io.BytesIO(content), name)})


def digest_in(page):
    return page.text.partition('name="digest" value="')[2].partition('"')[0]


def save(browser, address, **more):
    digest = digest_in(browser.get(address))
    return browser.post(address, data={"digest": digest}, **more)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_nothing_is_written_before_the_preview_is_confirmed(officer, session, house):
    house.require(house.course("a"), "2026-11-24")
    people = count(session, Person)
    answer = upload(officer, HEAD + "a@x.org;Amira;Haddad;Neu\nb@x.org;;Leer;Neu\n")
    assert answer.status_code == 302
    assert count(session, Person) == people
    page = officer.get(answer.location)
    assert "1 Änderung, 1 Fehler" in page.text
    assert "Noch ist nichts gespeichert." in page.text
    assert "Eine Pflicht kommt dazu." in page.text
    assert "Den Bereich gibt es noch nicht, er wird angelegt." in page.text
    assert "Spalte „Vorname“: Die Zelle ist leer." in page.text
    assert "1 Zeile übernehmen" in page.text
    done = save(officer, answer.location)
    assert (done.status_code, done.location) == (302, answer.location)
    assert count(session, Person) == people + 1
    after = officer.get(answer.location)
    assert "Die Personalliste ist auf dem neuen Stand" in after.text
    again = officer.post(answer.location, data={"digest": "x"})
    assert (again.status_code, count(session, Person)) == (302, people + 1)
    assert session.scalars(select(Import.content)).one() is None


def test_the_same_file_again_has_nothing_to_save(officer):
    save(officer, upload(officer, HEAD + "a@x.org;A;A;Donau\n").location)
    page = officer.get(upload(officer, HEAD + "a@x.org;A;A;Donau\n").location)
    assert "Alles ist schon auf dem neuen Stand" in page.text
    assert "übernehmen</span>" not in page.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 a workbook", "Das ist keine CSV-Datei. Speichere sie in Excel als CSV."),
        (HEAD.encode("utf-16"), "Das ist keine CSV-Datei."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>\n", "Es fehlt: Vorname (first_name)"),
        (b"", "In der Datei steht keine Zeile mit Angaben."),
        (b"E-Mail;Vorname\na;b\n", "Es fehlt: Nachname (last_name), Bereich (unit)."),
    ],
)
def test_a_file_that_is_no_list_is_refused_on_step_one(officer, session, content, words):
    answer = upload(officer, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert count(session, Import) == 0


def test_no_file_and_too_large_ones(officer):
    assert "Wähle eine CSV-Datei aus." in officer.post("/people/import").text
    form = {"content_type": "multipart/form-data; boundary=x"}
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    large = head + b"a" * (5 * 1024 * 1024 + 1) + b"\r\n--x--\r\n"
    assert "mehr als 5 MB" in officer.post("/people/import", data=large, **form).text
    size = {"CONTENT_LENGTH": str(600 * 1024 * 1024)}
    huge = officer.post("/people/import", data=b"x", environ_overrides=size, **form)
    assert huge.status_code == 413


def test_an_officers_file_that_gives_rights_is_refused_for_that_row(officer, session):
    head = "E-Mail;Vorname;Nachname;Bereich;Rollen\n"
    text = head + "a@x.org;A;A;Donau;administrator\nb@x.org;B;B;Donau;author\n"
    text += f"{officer.person.email};Kim;Anders;Donau;author\n"
    answer = upload(officer, text)
    page = officer.get(answer.location)
    assert "1 Änderung, 2 Fehler" in page.text
    assert "Weitere Rechte gibt und nimmt nur die Administration." in page.text
    assert "Die eigenen" in page.text
    session.execute(update(SignIn).values(confirmed_at=None))
    to_confirm = save(officer, answer.location)
    assert to_confirm.location.startswith("/account/confirm?next=")
    assert (
        session.scalars(select(PersonRole.role).where(PersonRole.role == Role.AUTHOR)).all() == []
    )


def test_data_that_changed_meanwhile_shows_the_new_preview(officer, session):
    text = HEAD + "a@x.org;A;A;Donau\nb@x.org;B;B;Donau\n"
    answer = upload(officer, text)
    page = officer.get(answer.location)
    factories.make_person(session, email="a@x.org", first_name="Other")
    conflict = officer.post(answer.location, data={"digest": digest_in(page)})
    assert conflict.status_code == 409
    assert "Seit deiner Vorschau hat sich etwas geändert" in conflict.text
    assert session.scalar(select(Person.id).where(Person.email == "b@x.org")) is None
    done = officer.post(answer.location, data={"digest": digest_in(conflict)})
    assert done.status_code == 302
    assert session.scalars(select(Person.first_name).where(Person.email == "a@x.org")).one() == "A"


def test_a_preview_belongs_to_whoever_brought_it_and_expires(officer, client_of, session):
    other, administrator = client_of(Role.OFFICER), client_of(Role.ADMINISTRATOR)
    answer = upload(officer, HEAD + "a@x.org;A;A;Donau\n")
    assert other.get(answer.location).status_code == 404
    assert other.post(answer.location, data={"digest": "x"}).status_code == 404
    made = session.scalars(select(Import)).one()
    made.made_at = made.made_at.replace(year=2025)
    session.flush()
    assert "Diese Vorschau ist abgelaufen" in officer.get(answer.location).text
    assert officer.post(answer.location, data={"digest": "x"}).location == "/people/import"
    assert made.state is State.READY
    made.made_at = utc_now()
    session.flush()
    save(officer, answer.location)
    assert [one.get(answer.location).status_code for one in (other, administrator)] == [200, 200]


def test_an_administrator_brings_the_staff_list_alone(client_of):
    administrator = client_of(Role.ADMINISTRATOR)
    assert administrator.get("/people/import").status_code == 200
    assert administrator.get("/people/import/evidence").status_code == 403
    assert administrator.get("/people/import/absences").status_code == 403
    assert "Abwesenheiten" not in administrator.get("/people/import").text


def test_a_preview_is_discarded(officer, session):
    answer = upload(officer, HEAD + "a@x.org;A;A;Donau\n")
    assert officer.post(f"{answer.location}/discard").location == "/people/import"
    assert (count(session, Import), count(session, ImportRow)) == (0, 0)
    assert officer.get(answer.location).status_code == 404


def test_faults_come_as_csv_that_no_spreadsheet_executes(officer):
    answer = upload(officer, HEAD + "=cmd|' /C calc'!A0;+A;-B;@x\n")
    csv = officer.get(f"{answer.location}/faults.csv")
    assert csv.mimetype == "text/csv"
    head, row = csv.get_data().decode("utf-8-sig").splitlines()
    assert head == "Zeile;Person;Spalte;Wert;Was zu tun ist"
    assert row.startswith("2;'+A -B;")
    assert ";'=cmd|' /C calc'!A0;" in row


def test_templates_can_be_filled_in_and_uploaded(officer, house, session):
    house.course("zoom-basics")
    for path, made in (("", 1), ("/evidence", 1), ("/absences", 1)):
        content = officer.get(f"/people/import{path}/template.csv").get_data()
        content = content.replace(b"b.huber@example.org", b"")
        answer = upload(officer, content, f"/people/import{path}")
        save(officer, answer.location)
        tally = session.get_one(Import, int(answer.location.rpartition("/")[2])).tally
        assert (tally["made"], tally["refused"]) == (made, 0), path


def test_a_new_absence_had_no_end_before(officer, session):
    factories.make_person(session, email="j@x.org")
    text = "email,from_on,until_on\nj@x.org,2026-12-01,2027-03-31\n"
    first = upload(officer, text, "/people/import/absences")
    assert "ohne Ende" not in officer.get(first.location).text
    save(officer, first.location)
    second = upload(officer, text.replace("2027-03-31", ""), "/people/import/absences")
    assert '<span class="old">31.03.2027</span> ohne Ende' in officer.get(second.location).text


def test_evidence_is_taken_back_with_a_reason(officer, house, session):
    house.require(house.course("a"), "2026-11-24")
    factories.make_person(session, email="j@x.org")
    text = "email,course,completed_on\nj@x.org,a,2024-01-10\nj@x.org,a,2026-03-01\n"
    answer = upload(officer, text, "/people/import/evidence")
    assert "gültig bis 10.01.2025" in officer.get(answer.location).text
    save(officer, answer.location)
    assert "2 Nachweise widerrufen" in officer.get(answer.location).text
    silent = officer.post(f"{answer.location}/take-back", data={"reason": " "})
    assert (silent.status_code, "Schreib einen Grund dazu" in silent.text) == (422, True)
    officer.post(f"{answer.location}/take-back", data={"reason": "Falsche Liste"})
    assert set(session.scalars(select(Evidence.revoked_reason))) == {"Falsche Liste"}
    page = officer.get(answer.location)
    assert "Import zurückgenommen" in page.text
    twice = officer.post(f"{answer.location}/take-back", data={"reason": "Noch einmal"})
    assert "lässt sich nicht zurücknehmen" in officer.get(twice.location).text
    # The right list comes afterwards, and may name the same days.
    again = upload(officer, text, "/people/import/evidence")
    save(officer, again.location)
    valid = select(func.count()).where(Evidence.revoked_on.is_(None))
    assert session.scalar(valid) == 2


def long_list(rows):
    return HEAD + "".join(f"p{number}@x.org;P;P{number};Donau\n" for number in range(rows))


def test_a_long_list_is_worked_off_by_the_job(officer, session, settings, sessions, house):
    people = count(session, Person)
    answer = upload(officer, long_list(501))
    page = officer.get(answer.location)
    assert "Die Liste wird geprüft" in page.text
    assert 'hx-trigger="every 2s"' in page.text
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page.text
    shift = Shift(sessions, settings, utc_now())
    TASKS["imports"](shift)
    assert count(session, Person) == people
    assert "501 Änderungen" in officer.get(answer.location).text
    save(officer, answer.location)
    assert "Die Liste wird übernommen" in officer.get(answer.location).text
    assert TASKS["imports"](shift) == 501
    session.expire_all()
    assert count(session, Person) == people + 501
    assert "501 Zeilen übernommen" in officer.get(answer.location).text


def test_a_long_list_that_would_do_something_else_is_shown_again(
    officer, session, settings, sessions
):
    answer = upload(officer, long_list(501))
    shift = Shift(sessions, settings, utc_now())
    TASKS["imports"](shift)
    save(officer, answer.location)
    other = factories.make_person(session, email="p3@x.org", first_name="Other")
    entry = {"actor": "x", "verb": "joined", "object_kind": "person", "now": utc_now()}
    audit.record(session, object_id=other.id, **entry)
    session.flush()
    TASKS["imports"](shift)
    session.expire_all()
    page = officer.get(answer.location)
    assert "Seit deiner Vorschau hat sich etwas geändert" in page.text
    assert count(session, Person) == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_the_preview_asks_as_many_queries_for_one_row_as_for_three(officer, count_queries, rows):
    answer = upload(officer, long_list(rows))
    with count_queries() as counted:
        officer.get(answer.location)
    assert counted.queries == 5
