"""/legal, /accessibility and /help: open to everybody, filled from settings, register and docs."""

import re

import pytest

from lms.kernel.db import Model
from lms.kernel.personal_words import KINDS, PERIODS, PURPOSES, purpose_and_basis
from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people.models import Contact, OrganisationText
from lms.people.rules import ContactKind, TextKind
from lms.system import handbooks

ENGLISH = {"Accept-Language": "en"}
PAGES = ["/legal", "/accessibility", "/help", *(f"/help/{one}" for one in handbooks.TOPICS)]


@pytest.fixture(autouse=True)
def organisation(session):
    return people.found_organisation(session, name="Jugendhilfe", holidays_region="DE-BW")


def words(answer):
    text = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def add_text(session, kind, locale, text):
    session.add(OrganisationText(kind=kind, locale=locale, text=text))
    session.flush()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("headers", [{}, ENGLISH])
def test_they_are_open_to_everybody(client, path, headers):
    answer = client.get(path, headers=headers)
    assert (answer.status_code, answer.text.count("<h1")) == (200, 1)


@pytest.mark.parametrize(
    "path", ["/help/nobody", "/help/README", "/help/..%2foperations", "/help/x%00"]
)
def test_there_is_no_other_help_page(client, path):
    assert client.get(path).status_code in {400, 404}


def test_every_mark_of_the_register_has_words():
    marks = {
        mark
        for table in Model.metadata.tables.values()
        for column in table.columns
        if (mark := column.info["personal"])
    }
    assert sorted({mark.kind for mark in marks} - KINDS.keys()) == []
    purposes = {purpose_and_basis(mark.purpose)[0] for mark in marks}
    assert sorted(purposes - PURPOSES.keys()) == []
    assert sorted({mark.keep for mark in marks} - PERIODS.keys()) == []


def test_the_privacy_notice_lists_each_kind_once(client):
    rows = re.findall(r'<th scope="row">(.*?)</th>', client.get("/legal").text)
    marks = {
        (mark.kind, mark.keep)
        for table in Model.metadata.tables.values()
        for column in table.columns
        if (mark := column.info["personal"])
    }
    assert len(rows) == len(marks)
    assert "Abwesenheit: von wann bis wann, nie warum" in rows


@pytest.mark.parametrize(
    ("setting", "expected", "other"),
    [
        ("off", "Vorgesetzte sehen keinen Stand", "Deine vorgesetzte Person sieht"),
        ("names", "Deine vorgesetzte Person sieht", "Vorgesetzte sehen keinen Stand"),
    ],
)
def test_what_supervisors_see_follows_the_setting(make_app, setting, expected, other):
    found = words(make_app(SUPERVISOR_DIGEST=setting).test_client().get("/legal"))
    assert (expected in found, other in found) == (True, False)


@pytest.mark.parametrize(
    ("setting", "expected"), [("off", "Rolle, nicht den Namen"), ("on", "Tag, Zweck und Namen")]
)
def test_what_one_reads_of_who_looked_follows_the_setting(make_app, setting, expected):
    assert expected in words(make_app(ACCESS_LOG_NAMES=setting).test_client().get("/legal"))


def test_what_is_missing_is_said_to_those_who_can_write_it(client_of, client, session):
    hint = "Noch nicht ausgefüllt"
    officer = client_of(Role.OFFICER)
    counts = {path: words(officer.get(path)).count(hint) for path in ("/legal", "/accessibility")}
    assert counts == {"/legal": 3, "/accessibility": 2}
    assert [hint in words(one.get("/legal")) for one in (client, client_of())] == [False, False]
    for kind in TextKind:
        add_text(session, kind, "de", "Text")
    for kind in ContactKind:
        session.add(Contact(kind=kind, name="Stelle", email="", phone=""))
    session.flush()
    assert [hint in words(officer.get(path)) for path in counts] == [False, False]


def test_without_an_english_text_everybody_reads_the_german_one(client, session):
    add_text(session, TextKind.LEGAL_NOTICE, "de", "Träger")
    assert (
        '<div class="prose" lang="de"><p>Träger</p>' in client.get("/legal", headers=ENGLISH).text
    )
    add_text(session, TextKind.LEGAL_NOTICE, "en", "Body")
    assert "<p>Body</p>" in client.get("/legal", headers=ENGLISH).text


def test_nothing_in_a_text_acts(client, session):
    add_text(session, TextKind.LEGAL_NOTICE, "de", "<script>x</script> [l](javascript:x) <b>n</b>")
    text = client.get("/legal").text.partition('<div class="prose">')[2].partition("</div>")[0]
    assert text.strip() == "<p>&lt;script&gt;x&lt;/script&gt; l &lt;b&gt;n&lt;/b&gt;</p>"


def test_whom_to_ask_stands_at_the_end_of_each_help_page(client, session):
    assert "frag eure Digitalisierungsbeauftragten" in words(client.get("/help/employee"))
    session.add(
        Contact(kind=ContactKind.HELP, name="Miriam Koch", email="m@example.org", phone="0731 12")
    )
    session.flush()
    found = words(client.get("/help/employee"))
    ask = "Frag Miriam Koch Wenn du hier nicht weiterkommst: Miriam Koch , m@example.org , Telefon"
    assert ask in found


@pytest.mark.parametrize("language", ["de", "en"])
def test_links_of_the_handbooks_lead_to_help_pages(client, language):
    headers = {"Accept-Language": language}
    found = set()
    for topic in handbooks.TOPICS:
        html = handbooks.page(topic, language).html
        found |= {one.split("#")[0] for one in re.findall(r'href="([^"]+)"', html)}
    assert "/help/employee" in found
    own = sorted(one for one in found if one.startswith("/"))
    assert [one for one in own if client.get(one, headers=headers).status_code != 200] == []
    assert [one for one in found if ".md" in one] == []


def test_ones_own_pages_come_first(client_of):
    found = words(client_of(Role.OFFICER).get("/help"))
    mine = found.partition("Für andere Aufgaben")[0]
    assert "Für Digitalisierungsbeauftragte" in mine
    assert "Für die Leitung" not in mine
