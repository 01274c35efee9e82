"""Bringing a document from elsewhere in the browser, and deciding on it."""

import hashlib
import html
import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from lms.audit.models import RecordView
from lms.certifications.models import Evidence, ExternalProof
from lms.kernel import files
from lms.kernel.viewer import Role
from tests.duties import House
from tests.factories import NOW

PDF = b"%PDF-1.7\n% a document\n"
FORM = "/certificates/external/new"


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def course(house):
    return house.course("erste-hilfe")


@pytest.fixture
def jana(client_of):
    return client_of()


@pytest.fixture
def officer(client_of):
    return client_of(Role.OFFICER)


def plain(answer, status=200):
    """The text of an answer, blanks joined."""
    assert answer.status_code == status, answer.text[:500]
    main = answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
    found = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(found.replace("\u00a0", " ").replace("\u2060", "").split())


def send(browser, to, content=PDF, name="Nachweis.pdf", **changes):
    fields = {"course": to.slug, "completed_on": "2026-11-02", "issuer": "VHS", "note": ""}
    fields |= {"file": (io.BytesIO(content), name)} | changes
    fields = {key: value for key, value in fields.items() if value is not None}
    return browser.post(FORM, data=fields, content_type="multipart/form-data")


def proof_of(session):
    return session.scalars(select(ExternalProof).order_by(ExternalProof.id.desc())).first()


def photo(kind="JPEG"):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0110] = "Kamera von Jana"
    Image.new("RGB", (60, 40), "white").save(out, kind, exif=exif)
    return out.getvalue()


def decide(browser, proof, how, **fields):
    return browser.post(f"/certificates/pending/{proof.id}/{how}", data=fields)


def test_what_is_brought_waits_and_stands_on_the_officers_desk(
    course, jana, officer, session, settings
):
    assert "Nachweis einreichen" in plain(jana.get("/certificates"))
    page = jana.get(f"{FORM}?course=erste-hilfe")
    assert '<option selected value="erste-hilfe">' in page.text
    assert send(jana, course).location == "/certificates"
    proof = proof_of(session)
    assert proof.file_sha256 == hashlib.sha256(PDF).hexdigest()
    assert files.exists(settings.files, proof.file_sha256)
    mine = plain(jana.get("/certificates"))
    assert "Dein Nachweis ist in Prüfung. Bis dahin ändert sich kein Datum." in mine
    assert "Eingereicht am 24.11.2026, abgeschlossen am 02.11.2026." in mine
    assert "In Prüfung Zurückziehen" in mine
    assert "Nachweise von außerhalb der älteste wartet seit Di., 24. November 1 wartet" in plain(
        officer.get("/")
    )


def test_from_waiting_to_the_certificate(course, jana, officer, session):
    send(jana, course)
    proof = proof_of(session)
    assert jana.person.name in plain(officer.get("/certificates/pending"))
    seen = plain(officer.get(f"/certificates/pending/{proof.id}"))
    assert "Lies es auf dem Nachweis ab. Angegeben wurde der 02.11.2026." in seen
    assert proof.file_sha256 in seen
    answer = decide(officer, proof, "approve", completed_on="03.11.2026")
    assert (answer.status_code, answer.location) == (302, "/certificates/pending")
    words = f"Anerkannt. Der Nachweis von {jana.person.name} gilt bis 03.11.2027."
    assert words in plain(officer.get("/certificates/pending"))
    evidence = session.scalars(select(Evidence)).one()
    assert (evidence.kind, evidence.reference) == ("external", "VHS")
    mine = plain(jana.get("/certificates"))
    assert "Anerkannt" in mine
    assert "Geprüft am 24.11.2026, zählt ab dem 03.11.2026." in mine
    assert "Extern, anerkannt" in mine


def test_the_file_comes_as_a_download_in_a_sandbox(course, jana, officer, client_of, session):
    send(jana, course, name="Nachweis Ümläut.pdf")
    url = f"/certificates/external/{proof_of(session).id}/file"
    for browser in (jana, officer):
        answer = browser.get(url)
        assert (answer.status_code, answer.data) == (200, PDF)
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert (
            "filename*=UTF-8''Nachweis%20%C3%9Cml%C3%A4ut.pdf"
            in (answer.headers["Content-Disposition"])
        )
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.mimetype == "application/pdf"
    for role in (Role.EMPLOYEE, Role.AUTHOR, Role.MANAGEMENT, Role.ADMINISTRATOR, Role.DPO):
        assert client_of(role).get(url).status_code == 404
    views = session.scalars(select(RecordView)).all()
    assert [(one.subject_id, one.page) for one in views] == [(jana.person.id, "external")]


def test_a_photo_is_drawn_anew(course, jana, session, settings):
    send(jana, course, photo(), "foto.jpg")
    proof = proof_of(session)
    with files.open_file(settings.files, proof.file_sha256) as stream:
        kept = stream.read()
    assert b"Jana" not in kept
    assert (proof.media_type, proof.size_bytes) == ("image/jpeg", len(kept))
    assert hashlib.sha256(kept).hexdigest() == proof.file_sha256


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"content": b""}, "Die Datei ist leer."),
        ({"content": b"MZ\x90\0" * 20, "name": "nachweis.pdf"}, "Das ist kein PDF, JPEG oder PNG."),
        ({"content": b"<svg/>", "name": "bild.svg"}, "Das ist kein PDF, JPEG oder PNG."),
        ({"content": PDF, "name": "bild.png"}, "endet auf „.png“, ihr Inhalt ist aber PDF."),
        ({"content": b"\x89PNG\r\n\x1a\nx", "name": "bild.png"}, "Das Bild lässt sich nicht lesen"),
        ({"file": None}, "Wähle die Datei aus: ein PDF oder ein Foto."),
        ({"file": "text"}, "Wähle die Datei aus: ein PDF oder ein Foto."),
        ({"course": "unbekannt"}, "Wähle den Kurs aus, für den der Nachweis zählt."),
        ({"course": None}, "Wähle den Kurs aus, für den der Nachweis zählt."),
        ({"completed_on": ""}, "Gib das Datum ein, das auf dem Nachweis steht."),
        ({"completed_on": "gestern"}, "Gib ein Datum ein, zum Beispiel 24.11.2026."),
        ({"completed_on": "31.02.2026"}, "Gib ein Datum ein, zum Beispiel 24.11.2026."),
        ({"completed_on": "0001-01-01"}, "Gib ein Datum ein, zum Beispiel 24.11.2026."),
        ({"completed_on": "2026-11-25"}, "Das Datum liegt in der Zukunft."),
        ({"completed_on": "2025-11-23"}, "Er zählt höchstens 12 Monate lang."),
        ({"issuer": "x" * 201}, "Das ist zu lang, erlaubt sind 200 Zeichen."),
        ({"note": "x" * 10_000}, "Das ist zu lang, erlaubt sind 1000 Zeichen."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(course, jana, session, changes, words):
    answer = send(jana, course, **({"issuer": "Volkshochschule"} | changes))
    assert words in plain(answer, 422)
    assert 'value="Volkshochschule"' in answer.text or "issuer" in changes
    assert proof_of(session) is None


def large(size):
    """The body of a form with a file of so many bytes."""
    head = (
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return head.encode() + PDF + b"0" * size + b"\r\n--x--\r\n"


def test_more_than_ten_megabytes_are_said_at_the_field(jana):
    body = large(10 * 1024 * 1024)
    answer = jana.post(FORM, data=body, content_type="multipart/form-data; boundary=x")
    assert "Die Datei ist zu groß. Erlaubt sind 10 MB." in plain(answer, 422)


@pytest.mark.parametrize("path", [FORM, "/certificates/pending/1/approve"])
def test_600_megabytes_are_refused_before_they_are_read(officer, path):
    size = {"CONTENT_LENGTH": str(600 * 1024 * 1024)}
    kind = "multipart/form-data; boundary=x"
    answer = officer.post(path, data=b"x", content_type=kind, environ_overrides=size)
    assert "Die Datei ist zu groß" in plain(answer, 413)


def test_twice_for_the_same_course(course, jana):
    send(jana, course)
    assert "Für diesen Kurs ist schon ein Nachweis in Prüfung." in plain(send(jana, course), 422)


def test_taken_back_its_file_is_deleted(course, jana, client_of, session, settings):
    send(jana, course)
    proof = proof_of(session)
    url = f"/certificates/external/{proof.id}/withdraw"
    assert client_of().post(url).status_code == 404
    assert files.exists(settings.files, proof.file_sha256)
    assert jana.post(url).location == "/certificates"
    assert not files.exists(settings.files, proof.file_sha256)
    page = plain(jana.get("/certificates"))
    assert "Zurückgezogen. Die Datei ist gelöscht." in page
    assert "Von außerhalb eingereicht" not in page
    assert jana.get(f"/certificates/external/{proof.id}/file").status_code == 404
    jana.post(url)
    assert "schon entschieden oder zurückgezogen" in plain(jana.get("/certificates"))


def test_declined_the_person_reads_why_and_the_file_is_gone(
    course, jana, officer, session, settings
):
    send(jana, course)
    proof = proof_of(session)
    assert "Schreib in einem Satz, warum." in plain(decide(officer, proof, "decline"), 422)
    too_long = decide(officer, proof, "decline", reason="x" * 401)
    assert "erlaubt sind 400 Zeichen" in plain(too_long, 422)
    decide(officer, proof, "decline", reason="Das ist ein <b>anderer</b> Kurs")
    assert not files.exists(settings.files, proof.file_sha256)
    page = plain(jana.get("/certificates"))
    assert "Abgelehnt" in page
    assert "Grund: Das ist ein <b>anderer</b> Kurs" in page
    assert "Abgelehnt am 24.11.2026" in plain(officer.get(f"/certificates/pending/{proof.id}"))


def test_a_wrong_date_at_approving_is_said(course, jana, officer, session):
    send(jana, course)
    proof = proof_of(session)
    assert "Gib das Datum ein" in plain(decide(officer, proof, "approve"), 422)
    assert "Zukunft" in plain(decide(officer, proof, "approve", completed_on="2027-01-01"), 422)
    assert "zu alt" in plain(decide(officer, proof, "approve", completed_on="2001-01-01"), 422)
    assert session.scalars(select(Evidence)).all() == []


def test_decided_twice_says_so(course, jana, officer, client_of, session):
    send(jana, course)
    proof = proof_of(session)
    second = client_of(Role.OFFICER)
    decide(officer, proof, "approve", completed_on="2026-11-02")
    assert decide(second, proof, "decline", reason="Nein").status_code == 404
    assert decide(officer, proof, "decline", reason="Nein").status_code == 302
    assert "schon entschieden" in plain(officer.get("/certificates/pending"))
    assert len(session.scalars(select(Evidence)).all()) == 1


def test_whoever_has_left_can_only_be_declined(course, jana, officer, session):
    send(jana, course)
    proof = proof_of(session)
    jana.person.left_on = NOW.date().replace(day=23)
    session.flush()
    page = plain(officer.get(f"/certificates/pending/{proof.id}"))
    assert "Du kannst den Nachweis nur noch ablehnen" in page
    assert "Nachweis anerkennen" not in page
    answer = decide(officer, proof, "approve", completed_on="2026-11-02")
    assert answer.status_code == 422
    assert decide(officer, proof, "decline", reason="Ausgetreten").status_code == 302


def test_the_officers_own_waits_for_the_administrator(course, officer, client_of, session):
    send(officer, course)
    proof = proof_of(session)
    assert "Kein Nachweis wartet" in plain(officer.get("/certificates/pending"))
    assert officer.get(f"/certificates/pending/{proof.id}").status_code == 404
    assert decide(officer, proof, "approve", completed_on="2026-11-02").status_code == 404
    administrator = client_of(Role.ADMINISTRATOR)
    assert "Nachweise von außerhalb" in plain(administrator.get("/"))
    assert "1 Nachweis wartet auf deine Prüfung." in plain(
        administrator.get("/certificates/pending")
    )
    decide(administrator, proof, "approve", completed_on="2026-11-02")
    assert session.scalars(select(Evidence.person_id)).all() == [officer.person.id]


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUTHOR, Role.MANAGEMENT, Role.DPO])
def test_others_do_not_decide(client_of, role):
    browser = client_of(role)
    assert browser.get("/certificates/pending").status_code == 403
    assert browser.post("/certificates/pending/1/approve").status_code == 403


@pytest.mark.parametrize("path", ["/certificates/pending?page=2", "/certificates/pending/7"])
def test_what_is_not_there(officer, path):
    assert officer.get(path).status_code == 404


def test_queries_do_not_grow_with_documents(house, officer, client_of, count_queries):
    counts = []
    for number in (1, 3):
        for _ in range(number):
            send(client_of(), house.course())
        with count_queries() as counted:
            assert officer.get("/certificates/pending").status_code == 200
        counts.append(counted.queries)
    assert counts[0] == counts[1]
