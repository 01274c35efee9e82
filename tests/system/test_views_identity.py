"""/organisation and /organisation/texts: what the organisation says of itself."""

import re

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people.models import Contact, Organisation, OrganisationText

PARTS = [
    f"{kind}_{part}"
    for kind in ("help", "privacy", "accessibility")
    for part in ("name", "email", "phone")
]


@pytest.fixture
def organisation(session):
    return people.found_organisation(session, name="Jugendhilfe", holidays_region="DE-BW")


@pytest.fixture
def officer(client_of, organisation):
    return client_of(Role.OFFICER)


def seen(answer):
    """The fingerprint that a form carries."""
    return re.search(r'name="seen"[^>]*value="([^"]+)"', answer.text)[1]


def typed(**values):
    return {"name": "Jugendhilfe"} | dict.fromkeys(PARTS, "") | values


def entries(session):
    rows = session.scalars(select(AuditEntry).where(AuditEntry.object_kind == "organisation"))
    return [(row.verb, row.details) for row in rows]


def contacts(session):
    rows = session.scalars(select(Contact))
    return {row.kind.value: (row.name, row.email, row.phone) for row in rows}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR])
def test_officer_and_administrator_open_it(client_of, organisation, role):
    assert client_of(role).get("/organisation").status_code == 200


def test_the_name_on_every_page_is_the_one_that_was_saved(officer, client, session):
    values = typed(name="  Haus Sonne  ", seen=seen(officer.get("/organisation")))
    answer = officer.post("/organisation", data=values)
    assert (answer.status_code, answer.location) == (302, "/organisation")
    assert "<li>Haus Sonne</li>" in client.get("/login").text
    assert "<li>Haus Sonne</li>" in officer.get("/").text
    assert entries(session) == [("organisation_described", {"name": True, "contacts": []})]


def test_contacts_are_saved_and_emptied(officer, session):
    first = typed(
        help_name="Miriam Koch",
        help_email=" Miriam.Koch@Example.org",
        help_phone="0731 1234",
        seen=seen(officer.get("/organisation")),
    )
    officer.post("/organisation", data=first)
    assert contacts(session) == {"help": ("Miriam Koch", "miriam.koch@example.org", "0731 1234")}
    officer.post("/organisation", data=typed(seen=seen(officer.get("/organisation"))))
    assert contacts(session) == {}
    assert [details for _verb, details in entries(session)] == [
        {"name": False, "contacts": ["help"]},
        {"name": False, "contacts": ["help"]},
    ]


def test_saving_the_same_again_writes_nothing(officer, session):
    values = typed(seen="whatever, since nothing differs")
    assert officer.post("/organisation", data=values).status_code == 302
    assert entries(session) == []


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Hier fehlt noch etwas."),
        ("name", "x" * 201, "Höchstens 200 Zeichen."),
        ("name", "a\nb", "Schreib das in eine Zeile"),
        ("name", "a\u202eb", "Schreib das in eine Zeile"),
        ("help_email", "nobody", "„nobody“ ist keine E-"),
        ("help_email", "x" * 10_000, "Höchstens 254 Zeichen."),
        ("privacy_phone", "1" * 61, "Höchstens 60 Zeichen."),
    ],
)
def test_what_cannot_be_taken_is_said_and_everything_typed_stays(
    officer, session, field, value, message
):
    stamp = seen(officer.get("/organisation"))
    given = typed(accessibility_name="Stelle für Barrieren", seen=stamp) | {field: value}
    answer = officer.post("/organisation", data=given)
    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="Stelle für Barrieren"' in answer.text
    assert seen(answer) == stamp
    assert session.scalars(select(Organisation.name)).all() == ["Jugendhilfe"]
    assert contacts(session) == {}


def test_the_later_of_two_is_told_and_loses_nothing(client_of, officer, session):
    other = client_of(Role.ADMINISTRATOR)
    mine, theirs = seen(officer.get("/organisation")), seen(other.get("/organisation"))
    other.post("/organisation", data=typed(name="Von ihr", seen=theirs))
    answer = officer.post("/organisation", data=typed(name="Von mir", seen=mine))
    assert answer.status_code == 409
    assert 'value="Von mir"' in answer.text
    assert "Von ihr</dd>" in answer.text
    assert session.scalars(select(Organisation.name)).all() == ["Von ihr"]
    again = officer.post("/organisation", data=typed(name="Von mir", seen=seen(answer)))
    assert again.status_code == 302
    assert session.scalars(select(Organisation.name)).all() == ["Von mir"]


def texts(session):
    rows = session.scalars(select(OrganisationText))
    return {(row.kind.value, row.locale): row.text for row in rows}


def test_texts_are_saved_shown_and_taken_away(officer, client, session):
    values = {
        "legal_notice_de": "## Träger\r\n\r\nHaus **Sonne**",
        "seen": seen(officer.get("/organisation/texts")),
    }
    assert officer.post("/organisation/texts", data=values).status_code == 302
    assert texts(session) == {("legal_notice", "de"): "## Träger\n\nHaus **Sonne**"}
    assert "<strong>Sonne</strong>" in client.get("/legal").text
    stamp = seen(officer.get("/organisation/texts"))
    officer.post("/organisation/texts", data={"legal_notice_de": " ", "seen": stamp})
    assert texts(session) == {}
    assert [details for _verb, details in entries(session)] == [
        {"texts": [["legal_notice", "de"]]},
        {"texts": [["legal_notice", "de"]]},
    ]


def test_a_text_that_is_too_long_is_refused_and_stays_in_the_form(officer, session):
    given = {"privacy_de": "x" * 50_001, "seen": seen(officer.get("/organisation/texts"))}
    answer = officer.post("/organisation/texts", data=given)
    assert (answer.status_code, "x" * 50_001 in answer.text) == (422, True)
    assert texts(session) == {}


def test_texts_that_somebody_else_changed_meanwhile_are_not_overwritten_unseen(
    client_of, officer, session
):
    other = client_of(Role.OFFICER)
    mine, theirs = (seen(one.get("/organisation/texts")) for one in (officer, other))
    other.post("/organisation/texts", data={"legal_notice_de": "Von ihr", "seen": theirs})
    answer = officer.post("/organisation/texts", data={"privacy_de": "Von mir", "seen": mine})
    assert answer.status_code == 409
    assert "Von mir</textarea>" in answer.text
    assert "Von ihr</dd>" in answer.text
    assert texts(session) == {("legal_notice", "de"): "Von ihr"}
