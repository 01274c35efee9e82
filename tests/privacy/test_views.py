"""One's own data on a page and as a file; the access log for the data-protection officer."""

import csv
import html
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry, RecordView
from lms.certifications.operations.external import Brought, bring
from lms.kernel import files
from lms.kernel.viewer import Role
from lms.people.models import Contact
from lms.people.rules import ContactKind
from lms.web.db import House
from tests import duties, factories


@pytest.fixture(autouse=True)
def _today(clock):
    clock(factories.NOW)


@pytest.fixture
def jana(session):
    return factories.make_person(session, first_name="Jana", last_name="Weber")


@pytest.fixture
def browser(client_of, jana):
    return client_of(person=jana)


@pytest.fixture
def officer(session):
    return factories.make_person(
        session, first_name="Miriam", last_name="Koch", roles=[Role.OFFICER]
    )


@pytest.fixture
def dpo(client_of):
    return client_of(Role.DPO)


def looked(session, viewer, subject, *, page="person", minute=0, people_count=1):
    """Somebody was shown somebody's data."""
    session.add(
        RecordView(
            at=factories.NOW.replace(minute=minute),
            viewer_id=viewer.id,
            viewer_role="officer",
            subject_id=subject.id if subject else None,
            page=page,
            people_count=people_count,
        )
    )
    session.flush()


def words(answer):
    """The text of a page's main part, blanks joined."""
    assert answer.status_code == 200, answer.status_code
    main = answer.text.partition('<main id="main"')[2].partition("</main>")[0]
    plain = html.unescape(re.sub(r"<[^>]+>", " ", main.partition(">")[2]))
    return " ".join(plain.replace("\u00a0", " ").split())


def taken(answer):
    """The files of a ZIP by name."""
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


# ------------------------------------------------------------------------------------- /privacy


def test_the_page_counts_what_is_stored_and_says_why_and_how_long(browser, session, jana):
    house = duties.House(session)
    house.held(jana, house.course(), "2026-03-10")
    page = words(browser.get("/privacy"))
    assert "Pflichten, Fristen und Nachweise 2 Pflicht der Organisation, dein Beleg" in page
    assert "bis 3 Jahre nach Ablauf" in page
    assert "warum du abwesend bist" in page
    assert "Abwesenheit: von, bis" not in page


def test_who_looked_is_shown_without_a_name_unless_the_house_agreed_to_names(
    browser, session, jana, officer, app, settings, sessions
):
    looked(session, officer, jana)
    page = words(browser.get("/privacy"))
    assert "24.11.26, 10:00 Akte angesehen Digitalisierungsbeauftragte" in page
    assert "Miriam" not in page
    app.extensions["lms"] = House(replace(settings, access_log_names=True), sessions)
    assert "Miriam Koch, Digitalisierungsbeauftragte" in words(browser.get("/privacy"))


def test_the_last_three_looks_then_all_of_them(browser, session, jana, officer):
    for minute in range(5):
        looked(session, officer, jana, minute=minute)
    page = words(browser.get("/privacy"))
    assert page.count("Akte angesehen") == 3
    assert "Alle 5 Zugriffe ansehen" in page
    every = words(browser.get("/privacy/looks"))
    assert every.count("Akte angesehen") == 5
    assert "1–5 von 5" in every
    assert browser.get("/privacy/looks?page=2").status_code == 404


def test_looks_at_somebody_else_are_not_mine(browser, session, officer):
    looked(session, officer, factories.make_person(session))
    assert "Noch niemand." in words(browser.get("/privacy"))
    assert "Noch niemand" in words(browser.get("/privacy/looks"))


def test_whom_to_ask_is_what_the_organisation_says(browser, session):
    assert "noch niemanden eingetragen" in words(browser.get("/privacy"))
    session.add(
        Contact(
            kind=ContactKind.PRIVACY, name="Sabine Roth", email="roth@example.org", phone="0731 1"
        )
    )
    session.flush()
    answer = browser.get("/privacy")
    assert "Sabine Roth beantwortet Fragen zum Datenschutz." in words(answer)
    assert 'href="mailto:roth@example.org"' in answer.text


@pytest.mark.parametrize("setting", ["off", "names"])
def test_what_the_supervisor_hears_follows_the_setting(browser, app, settings, sessions, setting):
    app.extensions["lms"] = House(replace(settings, supervisor_digest=setting), sessions)
    said = "Wer dich führt, erfährt außerdem" in words(browser.get("/privacy"))
    assert said == (setting == "names")


def test_the_page_asks_as_few_questions_for_much_as_for_little(
    browser, session, jana, officer, count_queries
):
    def asked():
        with count_queries() as counted:
            browser.get("/privacy")
        return counted.queries

    few = asked()
    for minute in range(3):
        looked(session, officer, jana, minute=minute)
        factories.make_person(session)
    assert asked() == few


# ------------------------------------------------------------------------------------ the file


def test_everything_at_once_as_a_zip(browser, session, jana, officer):
    house = duties.House(session)
    house.held(jana, house.course("zoom"), "2026-03-10")
    looked(session, officer, jana)
    found = taken(browser.post("/privacy/export"))
    (certificate,) = (name for name in found if name.endswith(".pdf"))
    assert sorted(set(found) - {certificate}) == [
        "access-log.csv",
        "data.json",
        "data.schema.json",
        "index.html",
    ]
    assert found[certificate].startswith(b"%PDF")
    tables = json.loads(found["data.json"])["tables"]
    assert [row["first_name"] for row in tables["people"]] == ["Jana"]
    assert [row["completed_on"] for row in tables["evidence"]] == ["2026-03-10"]
    page = found["index.html"].decode()
    assert "Meine Daten: Jana Weber" in page
    assert "zoom" in page
    assert "src=" not in page
    rows = list(csv.reader(io.StringIO(found["access-log.csv"].decode("utf-8-sig")), delimiter=";"))
    assert rows == [
        ["Wann", "In welcher Aufgabe", "Was", "Wer"],
        ["2026-11-24T09:00:00+00:00", "Digitalisierungsbeauftragte", "Akte angesehen", ""],
    ]
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.verb == "privacy.exported"))
    assert (entry.actor, entry.object_id) == (f"person:{jana.id}", jana.id)


def test_documents_that_she_brought_are_in_it(browser, session, jana, settings):
    course = duties.House(session).course("zoom")
    bring(
        session,
        Brought(
            person_id=jana.id,
            course_id=course.id,
            completed_on=factories.TODAY,
            issuer="vhs Ulm",
            note="",
            file_sha256=files.save(settings.files, b"%PDF-1.7 from elsewhere"),
            file_name="vhs/kurs.pdf",
            media_type="application/pdf",
            size_bytes=23,
        ),
        today=factories.TODAY,
        now=factories.NOW,
    )
    found = taken(browser.post("/privacy/export"))
    (name,) = (name for name in found if name.startswith("Bescheinigungen/"))
    assert name.endswith("-vhs_kurs.pdf")
    assert found[name] == b"%PDF-1.7 from elsewhere"


def test_three_a_day_and_the_fourth_is_refused_in_words(browser, clock):
    for _go in range(3):
        assert browser.post("/privacy/export").status_code == 200
    answer = browser.post("/privacy/export")
    assert answer.status_code == 429
    assert "schon dreimal mitgenommen" in answer.text
    clock(factories.NOW.replace(day=25))
    assert browser.get("/privacy").status_code in (200, 302)


def test_what_others_take_along_does_not_count_for_me(client_of, browser):
    other = client_of()
    for _go in range(3):
        assert other.post("/privacy/export").status_code == 200
    assert browser.post("/privacy/export").status_code == 200


# --------------------------------------------------------------------------------- /privacy/log


def test_the_log_says_who_what_when_and_whose(dpo, session, jana, officer):
    looked(session, officer, jana)
    looked(session, officer, None, page="list", minute=5, people_count=25)
    page = words(dpo.get("/privacy/log"))
    first, second = page.index("Liste angesehen 25 Personen"), page.index("Jana Weber")
    assert first < second
    assert "10:00 Miriam Koch Digitalisierungsbeauftragte Akte angesehen Jana Weber" in page


def test_looking_at_the_log_is_in_the_log(dpo, session, jana, officer):
    dpo.get("/privacy/log")
    assert session.scalars(select(RecordView)).all() == []
    looked(session, officer, jana)
    dpo.get("/privacy/log")
    (seen,) = session.scalars(select(RecordView).where(RecordView.page == "access_log"))
    assert (seen.viewer_id, seen.viewer_role, seen.subject_id, seen.people_count) == (
        dpo.person.id,
        "dpo",
        None,
        1,
    )


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("person=jana@example.org", 2),
        ("person=JANA@example.org", 2),
        ("person=koch@example.org", 3),
        ("person=nobody@example.org", 0),
        ("from=2026-11-24&until=2026-11-24", 3),
        ("from=2026-11-25", 0),
        ("until=2026-11-23", 0),
        ("from=nonsense", 3),
        ("until=9999-12-31", 3),
    ],
)
def test_filters(dpo, session, query, count):
    jana = factories.make_person(session, email="jana@example.org")
    kim = factories.make_person(session, email="kim@example.org")
    koch = factories.make_person(session, email="koch@example.org")
    looked(session, koch, jana)
    looked(session, koch, jana, page="certificate")
    looked(session, koch, kim)
    page = words(dpo.get(f"/privacy/log?{query}"))
    assert page.count("Digitalisierungsbeauftragte") == count


def test_the_log_in_pages_of_fifty(dpo, session, jana, officer, assert_queries, count_queries):
    for minute in range(51):
        looked(session, officer, jana, minute=minute)
    page = words(dpo.get("/privacy/log"))
    assert "1–50 von 51" in page
    with count_queries() as counted:
        assert "–52 von 52" in words(dpo.get("/privacy/log?page=2"))
    few = counted.queries
    with assert_queries(few):
        dpo.get("/privacy/log?page=1")
    assert dpo.get("/privacy/log?page=3").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DPO])
def test_the_log_is_the_data_protection_officers(client_of, role):
    assert client_of(role).get("/privacy/log").status_code == 403


def test_ways_to_the_pages(browser, dpo):
    assert 'href="/privacy"' in browser.get("/").text
    assert 'href="/privacy/log"' not in browser.get("/").text
    assert 'href="/privacy/log"' in dpo.get("/").text


# ---------------------------------------------------------------------------------- the command


def test_the_command_writes_a_file_for_its_owner_and_notes_it(cli, session, jana, tmp_path):
    done = cli.invoke(args=["privacy", "export", jana.email, str(tmp_path / "jana.zip")])
    assert (done.exit_code, done.stdout) == (0, "")
    with zipfile.ZipFile(tmp_path / "jana.zip") as opened:
        assert b"Jana" in opened.read("data.json")
    assert (tmp_path / "jana.zip").stat().st_mode & 0o777 == 0o600
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.verb == "privacy.exported"))
    assert (entry.actor, entry.object_id) == ("operator", jana.id)


def test_the_command_takes_a_personnel_number(cli, session, tmp_path):
    factories.make_person(session, email=None, personnel_number="0815", last_name="Nacht")
    done = cli.invoke(args=["privacy", "export", "#0815", str(tmp_path / "x.zip")])
    assert done.exit_code == 0
    with zipfile.ZipFile(tmp_path / "x.zip") as opened:
        assert b"Nacht" in opened.read("data.json")


def test_the_command_names_what_is_wrong(cli, tmp_path):
    done = cli.invoke(args=["privacy", "export", "nobody@example.org", str(tmp_path / "x.zip")])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "nobody is known as 'nobody@example.org'" in done.stderr
    assert list(tmp_path.glob("*.zip")) == []
    assert cli.invoke(args=["privacy", "export", "x", "/no/such/x.zip"]).exit_code == 2
