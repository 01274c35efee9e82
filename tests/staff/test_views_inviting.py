"""Who has no way in yet: invited one by one or all at once, or given a letter."""

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, update

from lms.access.models import AccessLink, Password, SecondFactor, SignIn
from lms.access.operations.passwords import set_password
from lms.kernel.clock import utc_now
from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.people.operations import found_organisation
from tests import factories


@pytest.fixture
def house(session):
    """Two to invite, one with a password, one who left, two without an address."""
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    kitchen, office = factories.make_unit(session, "Küche"), factories.make_unit(session, "Büro")
    people = {
        "ada": factories.make_person(session, unit=office, first_name="Ada", last_name="A"),
        "bea": factories.make_person(session, unit=kitchen, first_name="Bea", last_name="B"),
        "cem": factories.make_person(session, unit=office, first_name="Cem", last_name="C"),
        "dan": factories.make_person(
            session, unit=office, left_on=factories.TODAY.replace(year=2025)
        ),
        "eva": factories.make_person(
            session, unit=kitchen, email=None, personnel_number="71", first_name="Eva"
        ),
        "fay": factories.make_person(
            session, unit=office, email=None, personnel_number="72", first_name="Fay"
        ),
    }
    set_password(session, people["cem"].id, "x", keep_sign_in=None, now=factories.NOW)
    return people


@pytest.fixture
def officer(client_of, session, house):
    browser = client_of(Role.OFFICER)
    set_password(
        session,
        browser.person.id,
        "x",
        keep_sign_in=session.scalars(select(SignIn.id)).one(),
        now=factories.NOW,
    )
    return browser


def invited(session):
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.to_address))
    return [(mail.kind, mail.to_address) for mail in rows]


def unit_id(person):
    return person.unit_id


def test_the_page_counts_whom_to_invite_and_for_whom_to_print(officer):
    page = officer.get("/people/access").text
    assert "Alle ohne Zugang einladen (2)" in page
    assert "Zugangsbriefe als PDF (2)" in page
    assert "Ada A" in page
    assert "Cem C" not in page


def test_all_are_invited_once(officer, session, house):
    answer = officer.post("/people/access/invite")
    assert answer.location == "/people/access"
    assert invited(session) == sorted(("invitation", house[name].email) for name in ("ada", "bea"))
    page = officer.get("/people/access").text
    assert "2 Einladungen sind offen" in page
    officer.post("/people/access/invite")
    assert len(invited(session)) == 2


def test_only_one_unit(officer, session, house):
    unit = house["bea"].unit_id
    assert "einladen (1)" in officer.get(f"/people/access?unit={unit}").text
    officer.post("/people/access/invite", data={"unit": unit})
    assert invited(session) == [("invitation", house["bea"].email)]
    answer = officer.post("/people/access/letters", data={"unit": unit})
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == 1


@pytest.mark.parametrize("unit", ["0", "x", "99999999", "2" * 30])
def test_an_unknown_unit(officer, unit):
    assert officer.get(f"/people/access?unit={unit}").status_code == 404
    assert officer.post("/people/access/invite", data={"unit": unit}).status_code == 404


def test_letters_for_all_without_an_address(officer, session):
    answer = officer.post("/people/access/letters")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="zugangsbriefe.pdf"'
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages]
    assert ["Fay" in texts[0] or "Fay" in texts[1], len(texts)] == [True, 2]
    assert session.scalar(select(func.count()).select_from(AccessLink)) == 2


def test_nobody_left_to_print_for(officer, session, house):
    for name in ("eva", "fay"):
        set_password(session, house[name].id, "x", keep_sign_in=None, now=factories.NOW)
    assert officer.post("/people/access/letters").status_code == 404


def test_one_person(officer, session, house):
    ada = house["ada"].id
    assert "Einladen" in officer.get(f"/people/{ada}/access").text
    assert officer.post(f"/people/{ada}/access/invite").location == f"/people/{ada}/access"
    assert "Noch einmal einladen" in officer.get(f"/people/{ada}/access").text
    eva = house["eva"].id
    answer = officer.post(f"/people/{eva}/access/letter")
    assert "zugangsbrief-eva" in answer.headers["Content-Disposition"]
    assert "gilt bis" in officer.get(f"/people/{eva}/access").text


@pytest.mark.parametrize(
    ("name", "deed"), [("dan", "invite"), ("eva", "invite"), ("ada", "letter"), ("dan", "letter")]
)
def test_what_cannot_be_is_said(officer, house, name, deed):
    assert officer.post(f"/people/{house[name].id}/access/{deed}").status_code == 409


def test_a_letter_that_opens_further_rights_is_an_administrators(
    officer, client_of, session, house
):
    boss = factories.make_person(
        session, email=None, personnel_number="1", roles=[Role.ADMINISTRATOR]
    )
    path = f"/people/{boss.id}/access/letter"
    assert officer.post(path).status_code == 403
    assert "Zugangsbriefe als PDF (2)" in officer.get("/people/access").text
    administrator = client_of(Role.ADMINISTRATOR)
    assert "Zugangsbriefe als PDF (3)" in administrator.get("/people/access").text
    assert administrator.post(path).status_code == 200


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUTHOR, Role.MANAGEMENT, Role.DPO])
def test_others_let_nobody_in(client_of, house, role):
    browser = client_of(role)
    assert browser.get("/people/access").status_code == 403
    assert browser.post("/people/access/invite").status_code == 403
    assert browser.post(f"/people/{house['eva'].id}/access/letter").status_code == 403


def test_the_page_costs_the_same_for_two_and_five(officer, session, count_queries):
    officer.get("/people/access")
    with count_queries() as two:
        officer.get("/people/access")
    for _ in range(3):
        factories.make_person(session)
    with count_queries() as five:
        officer.get("/people/access")
    assert two.queries == five.queries


# ------------------------------------------------------------------------- a lost second factor


@pytest.fixture
def ada(session, house):
    """Ada has a second factor, a password and a browser that is signed in."""
    person = house["ada"]
    set_password(session, person.id, "x", keep_sign_in=None, now=factories.NOW)
    session.add(SecondFactor(person_id=person.id, secret="x", set_up_at=factories.NOW, last_step=1))
    session.flush()
    return person


def test_an_administrator_removes_somebodys_lost_factor(client_of, session, ada):
    hers, browser = client_of(person=ada), client_of(Role.ADMINISTRATOR)
    assert "Telefon verloren?" in browser.get(f"/people/{ada.id}/access").text
    answer = browser.post(f"/people/{ada.id}/access/second-factor")
    assert answer.location == f"/people/{ada.id}/access"
    assert session.get(SecondFactor, ada.id) is None
    assert hers.get("/account").status_code == 302
    assert invited(session) == [("factor_changed", ada.email)]


def test_it_asks_to_confirm_first(client_of, session, ada):
    browser = client_of(Role.ADMINISTRATOR)
    session.execute(update(SignIn).values(confirmed_at=None))
    session.flush()
    answer = browser.post(f"/people/{ada.id}/access/second-factor")
    assert answer.location == "/account/confirm?next=/"
    assert session.get(SecondFactor, ada.id) is not None


def test_an_officer_does_not(officer, ada):
    assert officer.post(f"/people/{ada.id}/access/second-factor").status_code == 403
    assert "Telefon verloren?" not in officer.get(f"/people/{ada.id}/access").text


def test_nobody_removes_their_own_there(client_of, session, house):
    browser = client_of(Role.ADMINISTRATOR)
    me = browser.person.id
    session.add(SecondFactor(person_id=me, secret="x", set_up_at=factories.NOW, last_step=1))
    session.flush()
    assert browser.post(f"/people/{me}/access/second-factor").status_code == 403


# --------------------------------------------------------------------------------- the commands


@pytest.fixture
def run(cli, session, house):
    def call(*args):
        found = cli.invoke(args=["people", *args])
        session.expire_all()
        return found

    return call


def test_invite_enters_somebody_new_with_roles(run, session):
    args = ("--name", "Grete von der Au", "--role", "officer", "--unit", "Leitung")
    found = run("invite", "grete@example.org", *args)
    assert (found.exit_code, found.stdout) == (0, "invited Grete von der Au <grete@example.org>\n")
    assert invited(session) == [("invitation", "grete@example.org")]


def test_invite_gives_a_known_person_what_they_lack(run, session, house):
    for _ in range(2):
        assert run("invite", house["ada"].email, "--role", "author").exit_code == 0
    session.refresh(house["ada"], ["roles"])
    assert [given.role for given in house["ada"].roles] == [Role.AUTHOR]
    assert len(invited(session)) == 2


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("new@example.org",), 2, "--name"),
        (("new@example.org", "--name", "Mononym"), 2, "--name"),
        (("no address", "--name", "A B"), 1, "is not an e-mail address"),
        (("#71",), 1, "no e-mail address"),
        (("new@example.org", "--name", "A B", "--role", "king"), 2, "king"),
        (("new@example.org", "--name", "A B", "--unit", "*"), 1, "unit"),
        (("x" * 400 + "@example.org", "--name", "A B"), 1, ""),
    ],
)
def test_invite_refuses(run, session, args, code, words):
    found = run("invite", *args)
    assert (found.exit_code, words in found.stderr) == (code, True)
    assert invited(session) == []


def test_letters_into_a_file_for_its_owner_alone(run, tmp_path, session):
    target = tmp_path / "letters.pdf"
    found = run("letters", str(target))
    assert (found.exit_code, found.stdout) == (0, "letters 2\n")
    assert (len(PdfReader(target).pages), target.stat().st_mode & 0o777) == (2, 0o600)
    assert run("letters", str(target), "--unit", "Küche").stdout == "letters 1\n"
    assert run("letters", str(target), "--unit", "Keller").exit_code == 1


def test_letters_that_cannot_be_written_void_none(run, tmp_path, session):
    found = run("letters", str(tmp_path / "nowhere" / "letters.pdf"))
    assert (found.exit_code, "cannot be written" in found.stderr) == (1, True)
    assert session.scalars(select(AccessLink)).all() == []


def test_letters_when_nobody_needs_one(run, tmp_path, session, house):
    for name in ("eva", "fay"):
        session.add(Password(person_id=house[name].id, argon2="x", changed_at=utc_now()))
    session.flush()
    target = tmp_path / "letters.pdf"
    assert run("letters", str(target)).stdout == "letters 0: nobody needs one\n"
    assert not target.exists()


def test_reset_factor(run, session, ada):
    assert run("reset-factor", ada.email).exit_code == 0
    assert session.get(SecondFactor, ada.id) is None
    assert [run("reset-factor", ada.email).exit_code, run("reset-factor", "x@y.z").exit_code] == [
        1,
        1,
    ]
