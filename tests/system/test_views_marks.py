"""The organisation's mark: what is taken, what is refused, where it is shown."""

import io

import pytest
from PIL import Image
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.kernel import files
from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people.models import Organisation
from tests.duties import House
from tests.factories import TODAY
from tests.kernel.test_pictures import large_png

PATH = "/organisation/mark"


@pytest.fixture
def organisation(session):
    return people.found_organisation(session, name="Haus", holidays_region="DE-BW")


@pytest.fixture
def officer(client_of, organisation):
    return client_of(Role.OFFICER)


def picture(kind="PNG", size=(1200, 300), mode="RGBA"):
    out = io.BytesIO()
    Image.new(mode, size, "teal").save(out, kind)
    return out.getvalue()


def bring(browser, content, name):
    return browser.post(PATH, data={"file": (io.BytesIO(content), name)})


def stored(session):
    return session.execute(
        select(Organisation.mark_sha256, Organisation.mark_width, Organisation.mark_height)
    ).one()


@pytest.mark.parametrize(
    ("kind", "name", "mode"),
    [("PNG", "l.png", "RGBA"), ("JPEG", "L.JPEG", "RGB"), ("WEBP", "l.webp", "RGBA")],
)
def test_a_picture_is_drawn_small_and_shown_to_everybody(
    officer, client, session, settings, kind, name, mode
):
    answer = bring(officer, picture(kind, mode=mode), name)
    assert (answer.status_code, answer.location) == (302, "/organisation")
    sha256, width, height = stored(session)
    assert (width, height) == (640, 160)
    assert files.exists(settings.files, sha256)
    address = f"/mark/{sha256}.png"
    for browser, path in ((client, "/login"), (client, "/verify"), (officer, "/")):
        assert f'src="{address}"' in browser.get(path).text
    shown = client.get(address)
    assert (shown.status_code, shown.content_type) == (200, "image/png")
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown.headers["Content-Disposition"] == 'inline; filename="mark.png"'
    with Image.open(io.BytesIO(shown.data)) as opened:
        assert (opened.format, opened.size) == ("PNG", (640, 160))


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"MZ\x90\x00" + b"\0" * 100, "logo.png", "Das ist kein Bild"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.svg", "Das ist kein Bild"),
        (b"GIF89a" + b"\0" * 100, "logo.gif", "Das ist kein Bild"),
        (b"", "logo.png", "Das ist kein Bild"),
        (picture(), "logo.jpg", "passt nicht zum Inhalt"),
        (picture(), "logo", "passt nicht zum Inhalt"),
        (picture()[:60], "logo.png", "lässt sich nicht lesen"),
        (picture(size=(40, 40)), "logo.png", "zu klein oder zu schmal"),
        (picture(size=(2000, 20)), "logo.png", "zu klein oder zu schmal"),
        (large_png(6000, 5000), "logo.png", "zu viele Bildpunkte"),
    ],
)
def test_anything_else_is_refused_in_words(officer, session, settings, content, name, message):
    answer = bring(officer, content, name)
    assert (answer.status_code, message in answer.text) == (422, True)
    assert stored(session) == (None, None, None)
    assert list(settings.files.rglob("*")) == [] if settings.files.exists() else True


def test_more_than_five_megabytes_are_said_at_the_field(officer, session):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = head + picture() + b"0" * (5 * 1024 * 1024) + b"\r\n--x--\r\n"
    answer = officer.post(PATH, data=body, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, "Erlaubt sind 5 MB." in answer.text) == (422, True)


def test_without_a_file_it_is_asked_for(officer):
    assert officer.post(PATH).status_code == 422


def test_far_too_much_is_refused_before_it_is_read(officer, session):
    size = {"CONTENT_LENGTH": str(7 * 1024 * 1024)}
    kind = "multipart/form-data; boundary=x"
    answer = officer.post(PATH, data=b"x", content_type=kind, environ_overrides=size)
    assert answer.status_code == 413
    assert stored(session) == (None, None, None)


def test_it_is_replaced_and_removed_with_its_files(officer, client, session, settings):
    bring(officer, picture(), "a.png")
    first = stored(session)[0]
    bring(officer, picture(size=(600, 600)), "b.png")
    second = stored(session)[0]
    assert [files.exists(settings.files, one) for one in (first, second)] == [False, True]
    assert client.get(f"/mark/{first}.png").status_code == 404
    assert officer.post(f"{PATH}/remove").location == "/organisation"
    assert stored(session) == (None, None, None)
    assert not files.exists(settings.files, second)
    assert "/mark/" not in client.get("/login").text
    verbs = session.scalars(
        select(AuditEntry.verb).where(AuditEntry.object_kind == "organisation")
    ).all()
    assert verbs == ["mark_set", "mark_set", "mark_removed"]


def test_no_other_file_of_the_store_can_be_fetched(client, organisation, settings):
    sha256 = files.save(settings.files, b"something else")
    assert client.get(f"/mark/{sha256}.png").status_code == 404
    assert client.get("/mark/x.png").status_code == 404


def test_a_file_that_is_lost_spoils_no_page(officer, client, session, settings):
    bring(officer, picture(), "a.png")
    sha256 = stored(session)[0]
    files.delete(settings.files, sha256)
    assert client.get(f"/mark/{sha256}.png").status_code == 404
    assert client.get("/login").status_code == 200


def test_it_stands_on_the_certificate(officer, client_of, session):
    house = House(session)
    jana = house.person()
    certificate = house.show(jana, house.course(), TODAY.isoformat()).certificate
    browser, path = client_of(person=jana), f"/certificates/{certificate.id}"
    plain = browser.get(f"{path}.svg").data
    bring(officer, picture(), "a.png")
    marked = browser.get(f"{path}.svg").data
    assert marked.count(b"<image") == plain.count(b"<image") + 1
    assert browser.get(f"{path}.pdf").data.startswith(b"%PDF")
