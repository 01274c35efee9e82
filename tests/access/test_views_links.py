"""Links by mail: asked for, opened by scanners, pressed once, late, twice, for another address."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.access import hashing
from lms.access.codes import new_token, sha256
from lms.access.models import AccessLink, Password, SignIn
from lms.access.operations.links import add_link
from lms.access.operations.passwords import set_password
from lms.access.rules import Purpose
from lms.kernel.clock import utc_now
from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.people.operations import found_organisation
from tests import factories

PASSWORD = "Regen Tasse blau Kran"
NEW = "Ganz andere vier Worte"
ARGON2 = hashing.hashed(PASSWORD)


@pytest.fixture
def jana(session):
    """Somebody who can sign in."""
    found_organisation(session, name="Haus am Fluss", holidays_region="DE-BW")
    person = factories.make_person(session, email="jana@example.org", first_name="Jana")
    set_password(session, person.id, ARGON2, keep_sign_in=None, now=factories.NOW)
    return person


@pytest.fixture
def link_for(session, jana):
    """The address of a fresh link, as the mail worker makes it."""

    def make(purpose=Purpose.SIGN_IN, person=jana, address="jana@example.org", ago=0):
        token = new_token()
        now = utc_now() - dt.timedelta(minutes=ago)
        add_link(session, person.id, purpose, address=address, token_hash=sha256(token), now=now)
        return f"/link/{token}"

    return make


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def mails(session):
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(mail.kind, mail.to_address, mail.values) for mail in rows]


# --------------------------------------------------------------------------------- asking for one


def test_who_asks_gets_a_mail(client, session, jana):
    answer = client.post("/login/link", data={"address": " JANA@example.org", "next": "/account"})
    assert (answer.status_code, answer.location) == (302, "/login?next=/account")
    assert "Schau in dein Postfach" in client.get(answer.location).text
    assert mails(session) == [("sign_in_link", "jana@example.org", {"next": "/account"})]


@pytest.mark.parametrize("path", ["/login/link", "/login/forgotten"])
def test_unknown_addresses_get_the_same_answer_for_the_same_work(
    client, new_client, session, jana, path, count_queries
):
    answers, writes = [], []
    for browser, address in ((client, "jana@example.org"), (new_client(), "x@example.org")):
        with count_queries() as counted:
            answer = browser.post(path, data={"address": address})
        answers.append((answer.status_code, answer.location, browser.get("/login").text))
        writes.append(any("INSERT" in one for one in counted.statements))
    assert [text.count("Schau in dein Postfach") for _s, _l, text in answers] == [1, 1]
    assert answers[0][:2] == answers[1][:2]
    assert writes == [True, True]
    assert len(mails(session)) == 1


def test_a_leaver_gets_no_mail(client, session, jana):
    jana.left_on = utc_now().date() - dt.timedelta(days=2)
    session.flush()
    assert client.post("/login/link", data={"address": "jana@example.org"}).status_code == 302
    assert mails(session) == []


@pytest.mark.parametrize("path", ["/login/link", "/login/forgotten"])
@pytest.mark.parametrize("address", ["", "1001", "a@b", "x" * 10000, "a\u202eb@example.org"])
def test_what_is_no_address_is_refused_and_kept(client, session, jana, path, address):
    answer = client.post(path, data={"address": address})
    assert answer.status_code == 422
    assert mails(session) == []


def test_three_an_hour_and_address_whoever_asks(client, new_client, jana, session):
    found = []
    for number in range(4):
        browser = client if number % 2 else new_client()
        path = "/login/link" if number < 2 else "/login/forgotten"
        found.append(browser.post(path, data={"address": "jana@example.org"}))
    assert [answer.status_code for answer in found] == [302, 302, 302, 429]
    assert found[-1].headers["Retry-After"] == "3600"
    assert client.post("/login/link", data={"address": "x@example.org"}).status_code == 302


def test_a_browser_cannot_ask_for_everybody(client, jana):
    found = [
        client.post("/login/link", data={"address": f"a{number}@example.org"}).status_code
        for number in range(51)
    ]
    assert found == [302] * 50 + [429]


# ------------------------------------------------------------------------------------ signing in


def test_scanners_change_nothing_the_button_signs_in(client, session, link_for):
    path = link_for()
    opened = [client.head(path), client.get(path), client.get(path)]
    assert [answer.status_code for answer in opened] == [200] * 3
    assert {answer.headers["Referrer-Policy"] for answer in opened} == {"no-referrer"}
    assert count(session, SignIn) == 0
    pressed = client.post(path, data={"next": "/account"})
    assert (pressed.status_code, pressed.location) == (302, "/account")
    assert client.get("/account").status_code == 200


def test_the_second_press_says_so_and_offers_a_new_link(client, new_client, session, link_for):
    path = link_for()
    client.post(path)
    for answer in (new_client().post(path), new_client().get(path)):
        assert answer.status_code == 410
        assert "schon benutzt" in answer.text
        assert 'action="/login/link"' in answer.text
    assert count(session, SignIn) == 1


def test_without_the_token_of_the_form_nothing_is_used(client, session, link_for):
    path = link_for()
    assert client.post(path, csrf=False).status_code == 400
    assert client.post(path).status_code == 302


@pytest.mark.parametrize(
    ("purpose", "minutes", "status"),
    [
        (Purpose.SIGN_IN, 14, 200),
        (Purpose.SIGN_IN, 15, 410),
        (Purpose.RESET, 15, 410),
        (Purpose.INVITATION, 71 * 60, 200),
        (Purpose.INVITATION, 72 * 60, 410),
    ],
)
def test_too_late(client, session, link_for, purpose, minutes, status):
    path = link_for(purpose, ago=minutes)
    assert client.get(path).status_code == status
    assert client.post(path, data={"new": NEW}).status_code == (302 if status == 200 else 410)
    assert count(session, SignIn) == (status == 200)


def test_an_older_link_of_the_same_kind_is_void(client, link_for):
    old, new = link_for(), link_for()
    assert "neueren" in client.post(old).text
    assert client.post(new).status_code == 302


def test_after_the_address_changed_nobody_gets_in(client, session, jana, link_for):
    path = link_for()
    jana.email = "new@example.org"
    session.flush()
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 410
        assert "hat sich inzwischen geändert" in answer.text


def test_a_leaver_with_an_open_link_does_not_get_in(client, session, jana, link_for):
    path = link_for()
    jana.left_on = utc_now().date() - dt.timedelta(days=2)
    session.flush()
    assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]
    assert count(session, SignIn) == 0


@pytest.mark.parametrize("token", ["x", "ä" * 200, "a" * 43, "%ED%A0%BD", "x" * 5000])
def test_an_unknown_link(client, jana, token):
    answer = client.get(f"/link/{token}")
    assert (answer.status_code, "kennen wir nicht" in answer.text) == (404, True)


def test_guessing_at_one_link_is_stopped(client, jana):
    found = [client.post("/link/" + "a" * 43).status_code for _ in range(11)]
    assert found == [404] * 10 + [429]


def test_whoever_was_signed_in_in_this_browser_no_longer_is(client_of, session, link_for):
    browser = client_of(Role.OFFICER)
    browser.post(link_for())
    owners = session.scalars(select(SignIn.person_id)).all()
    assert owners == [session.scalars(select(AccessLink.person_id)).one()]


def test_by_mail_alone_an_officer_has_an_employees_rights(client, session, link_for):
    officer = factories.make_person(session, email="o@example.org", roles=[Role.OFFICER])
    set_password(session, officer.id, ARGON2, keep_sign_in=None, now=factories.NOW)
    client.post(link_for(person=officer, address="o@example.org"))
    assert client.get("/progress").status_code == 403
    page = client.get("/").text
    assert "/account/confirm" in page
    client.post("/account/confirm", data={"password": PASSWORD})
    assert client.get("/progress").status_code == 200


# ------------------------------------------------------------------------------- a new password


@pytest.mark.parametrize("purpose", [Purpose.RESET, Purpose.INVITATION])
def test_a_password_is_set_and_everything_else_ends(
    client, new_client, session, jana, link_for, purpose
):
    other, sign_in_link = new_client(), link_for()
    other.post("/login", data={"identifier": "jana@example.org", "password": PASSWORD})
    answer = client.post(link_for(purpose), data={"new": NEW})
    assert answer.status_code == 302
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert new_client().post(sign_in_link).status_code == 410
    submit = {"identifier": "jana@example.org", "password": NEW}
    assert new_client().post("/login", data=submit).status_code == 302
    assert mails(session) == [("password_changed", "jana@example.org", {})]


def test_the_first_password_is_no_news(client, session, link_for):
    who = factories.make_person(session, email="n@example.org")
    client.post(
        link_for(Purpose.INVITATION, person=who, address="n@example.org"), data={"new": NEW}
    )
    assert session.get(Password, who.id) is not None
    assert mails(session) == []


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("", "mindestens 15 Zeichen"),
        ("kurz", "mindestens 15 Zeichen"),
        ("ä" * 129, "höchstens 128 Zeichen"),
        ("Haus-am-Fluss-Lernstand-2026", "leicht zu erraten"),
        ("jana.beispiel@example", "leicht zu erraten"),
    ],
)
def test_a_bad_password_leaves_the_link_good(client, session, jana, link_for, password, word):
    path = link_for(Purpose.RESET)
    answer = client.post(path, data={"new": password})
    assert (answer.status_code, word in answer.text) == (422, True)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert session.get(Password, jana.id).argon2 == ARGON2
    assert client.post(path, data={"new": NEW}).status_code == 302


def test_a_late_invitation_offers_a_link_for_a_password(client, link_for):
    page = client.get(link_for(Purpose.INVITATION, ago=5000)).text
    assert 'action="/login/forgotten"' in page
