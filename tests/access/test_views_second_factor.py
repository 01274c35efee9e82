"""The second factor: set up, asked for, replayed, lost (trust.md 1.6 to 1.9)."""

import datetime as dt
import re

import pyotp
import pytest
from sqlalchemy import func, select, update

from lms.access import hashing
from lms.access.codes import new_token, sha256
from lms.access.models import RecoveryCode, SecondFactor, SignIn
from lms.access.operations.links import add_link
from lms.access.operations.passwords import set_password
from lms.access.operations.set_up import open_set_up
from lms.access.rules import Purpose
from lms.kernel.clock import utc_now
from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.people.operations import found_organisation
from tests import factories

PASSWORD = "Regen Tasse blau Kran"
NEW = "Ganz andere vier Worte"
ARGON2 = hashing.hashed(PASSWORD)
SET_UP = "/account/second-factor/new"


@pytest.fixture
def app(make_app):
    """An installation that asks for the second factor."""
    return make_app(SECOND_FACTOR="required")


@pytest.fixture
def ada(session):
    """An officer with a password."""
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    person = factories.make_person(session, email="ada@example.org", roles=[Role.OFFICER])
    set_password(session, person.id, ARGON2, keep_sign_in=None, now=factories.NOW)
    return person


def submit(client, **more):
    data = {"identifier": "ada@example.org", "password": PASSWORD} | more
    return client.post("/login", data=data)


def key_on(page):
    return re.search(r'<code id="key">([A-Z2-7 ]+)</code>', page)[1].replace(" ", "")


def digits(secret, steps=0):
    return pyotp.TOTP(secret).at(utc_now() + dt.timedelta(seconds=30 * steps))


def set_up(client):
    """Set it up in a browser that is signed in; the secret and the recovery codes."""
    secret = key_on(client.get(SET_UP).text)
    page = client.post(SET_UP, data={"code": digits(secret, -1)}).text
    return secret, re.findall(r"<li><code>([\w-]+)</code></li>", page)


def forget_used(session):
    """As if a minute had passed: the present digits have not been used yet."""
    session.execute(update(SecondFactor).values(last_step=0))
    session.flush()


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def changes(session):
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(mail.kind, mail.values) for mail in rows]


# ---------------------------------------------------------------------------------- setting it up


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR, Role.DPO])
def test_who_may_do_much_is_led_to_it_before_anything_else(client_of, role):
    browser = client_of(role)
    answer = browser.get("/progress?unit=1")
    assert (answer.status_code, answer.location) == (
        302,
        f"{SET_UP}?next=/progress?unit%3D1",
    )
    assert browser.post("/account/password", data={}).location == f"{SET_UP}?next=/"
    assert browser.get(SET_UP).status_code == 200
    assert browser.post("/logout").location == "/login"


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUTHOR, Role.MANAGEMENT])
def test_others_are_free_to(client_of, role):
    browser = client_of(role)
    assert browser.get("/account").status_code == 200
    assert set_up(browser)[1] != []


def test_once_it_is_set_up_all_pages_open(client, session, ada):
    submit(client)
    secret, codes = set_up(client)
    assert client.get("/progress").status_code == 200
    assert (len(codes), count(session, RecoveryCode)) == (10, 10)
    stored = session.scalars(select(SecondFactor)).one()
    assert secret not in stored.secret
    assert changes(session) == [("factor_changed", {"change": "set_up"})]


def test_a_page_loaded_again_shows_the_same_key(client, ada):
    submit(client)
    assert key_on(client.get(SET_UP).text) == key_on(client.get(SET_UP).text)


@pytest.mark.parametrize("code", ["", "000000x", "12345", "ä" * 6, "9" * 10000])
def test_wrong_digits_store_nothing_and_keep_the_key(client, session, ada, code):
    submit(client)
    before = key_on(client.get(SET_UP).text)
    answer = client.post(SET_UP, data={"code": code})
    assert (answer.status_code, key_on(answer.text)) == (422, before)
    assert count(session, SecondFactor) == 0


def test_setting_it_up_ends_all_other_sign_ins_and_links(client, new_client, session, ada):
    other = new_client()
    submit(other)
    token = new_token()
    add_link(
        session,
        ada.id,
        Purpose.SIGN_IN,
        address="ada@example.org",
        token_hash=sha256(token),
        now=utc_now(),
    )
    submit(client)
    set_up(client)
    assert other.get("/account").status_code == 302
    assert new_client().get(f"/link/{token}").status_code == 410


def test_the_first_administrator_may_look_round_for_a_day(client, session):
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    address = f"/setup/{open_set_up(session, now=utc_now())}"
    answer = client.post(
        address,
        data={
            "first_name": "Ada",
            "last_name": "Muster",
            "email": "ada@example.org",
            "unit": "Leitung",
            "password": PASSWORD,
        },
    )
    assert answer.location == SET_UP
    assert "Später einrichten" in client.get(SET_UP).text
    assert client.get("/system").status_code == 200
    from lms.access.models import SetUpAddress  # noqa: PLC0415 - this test alone needs it

    session.execute(update(SetUpAddress).values(used_at=utc_now() - dt.timedelta(hours=24)))
    session.flush()
    assert client.get("/system").location == f"{SET_UP}?next=/system"


# ----------------------------------------------------------------------------------- signing in


@pytest.fixture
def secret(client, session, ada):
    """Ada has a second factor, and no browser is signed in."""
    submit(client)
    found, _codes = set_up(client)
    client.post("/logout")
    forget_used(session)
    return found


def test_the_password_alone_opens_nothing(client, session, secret):
    answer = submit(client, next="/progress")
    assert answer.location == "/login/code?next=/progress"
    assert client.get("/account").location == "/login?next=/account"
    page = client.get(answer.location)
    assert (page.status_code, 'value="/progress"' in page.text) == (200, True)
    done = client.post("/login/code", data={"code": digits(secret), "next": "/progress"})
    assert (done.status_code, done.location) == (302, "/progress")
    assert client.get("/progress").status_code == 200


def test_digits_are_good_once(client, new_client, secret):
    code = digits(secret)
    for browser, status in ((client, 302), (new_client(), 422)):
        submit(browser)
        assert browser.post("/login/code", data={"code": code}).status_code == status


def test_a_later_code_makes_the_earlier_ones_void(client, new_client, secret):
    later, earlier = digits(secret, 1), digits(secret)
    for browser, code, status in ((client, later, 302), (new_client(), earlier, 422)):
        submit(browser)
        assert browser.post("/login/code", data={"code": code}).status_code == status


def test_a_recovery_code_is_good_once(client, new_client, session, ada):
    submit(client)
    _secret, codes = set_up(client)
    typed = codes[3].lower().replace("-", " ")
    for status in (302, 422):
        browser = new_client()
        submit(browser)
        assert browser.post("/login/code", data={"code": typed}).status_code == status
    assert "noch 9 Ersatzcodes" in client.get("/account").text


def test_five_tries_then_begin_again(client, session, secret):
    submit(client)
    found = [client.post("/login/code", data={"code": "000000"}).status_code for _ in range(6)]
    assert found == [422] * 5 + [302]
    assert client.post("/login/code", data={"code": digits(secret)}).location == "/login"
    assert count(session, SignIn) == 0


def test_ten_wrong_codes_then_wait_whatever_the_password(client, secret):
    for _ in range(2):
        submit(client)
        for _ in range(5):
            client.post("/login/code", data={"code": "000000"})
    submit(client)
    assert client.post("/login/code", data={"code": digits(secret)}).status_code == 429


def test_a_challenge_waits_ten_minutes(client, session, secret):
    submit(client)
    session.execute(update(SignIn).values(created_at=utc_now() - dt.timedelta(minutes=10)))
    session.flush()
    assert client.get("/login/code").location == "/login"
    assert client.post("/login/code", data={"code": digits(secret)}).location == "/login"


def test_the_token_before_the_code_opens_nothing_after_it(client, session, secret):
    submit(client)
    with client.session_transaction(base_url=client.base_url) as cookie:
        before = cookie["sign_in"]
    client.post("/login/code", data={"code": digits(secret)})
    client.put_into_cookie(sign_in=before)
    assert client.get("/account").status_code == 302


def test_a_mailed_link_is_not_enough_and_with_the_code_opens_everything(
    client, session, ada, secret
):
    token = new_token()
    add_link(
        session,
        ada.id,
        Purpose.SIGN_IN,
        address="ada@example.org",
        token_hash=sha256(token),
        now=utc_now(),
    )
    assert client.post(f"/link/{token}").location == "/login/code"
    assert client.get("/account").status_code == 302
    client.post("/login/code", data={"code": digits(secret)})
    assert client.get("/progress").status_code == 200


def test_a_reset_does_not_skip_it_and_twelve_characters_are_enough(client, session, ada, secret):
    token = new_token()
    add_link(
        session,
        ada.id,
        Purpose.RESET,
        address="ada@example.org",
        token_hash=sha256(token),
        now=utc_now(),
    )
    assert "Mindestens 12 Zeichen" in client.get(f"/link/{token}").text
    answer = client.post(f"/link/{token}", data={"new": "Kranwagen-72"})
    assert answer.location == "/login/code"
    assert client.get("/account").status_code == 302


def test_after_a_new_key_of_the_installation_no_code_is_right(client, session, secret):
    session.execute(update(SecondFactor).values(secret="sealed under another key"))
    session.flush()
    submit(client)
    assert client.post("/login/code", data={"code": digits(secret)}).status_code == 422


# ------------------------------------------------------------------------------ in one's account


def test_confirming_asks_for_the_code(client, session, ada):
    submit(client)
    secret, _codes = set_up(client)
    forget_used(session)
    session.execute(update(SignIn).values(confirmed_at=None))
    session.flush()
    assert client.get(SET_UP).location == f"/account/confirm?next={SET_UP}"
    assert client.post("/account/confirm", data={"password": PASSWORD}).status_code == 422
    assert client.post("/account/confirm", data={"code": digits(secret)}).status_code == 302
    assert client.get(SET_UP).status_code == 200


def test_new_recovery_codes_replace_the_old(client, new_client, session, ada):
    submit(client)
    _secret, old = set_up(client)
    page = client.post("/account/second-factor/codes").text
    new = re.findall(r"<li><code>([\w-]+)</code></li>", page)
    assert (len(new), set(old) & set(new)) == (10, set())
    for code, status in ((old[0], 422), (new[0], 302)):
        browser = new_client()
        submit(browser)
        assert browser.post("/login/code", data={"code": code}).status_code == status


def test_another_device_replaces_the_first(client, session, ada):
    submit(client)
    old, _codes = set_up(client)
    new, _codes = set_up(client)
    assert old != new
    assert count(session, SecondFactor) == 1


def test_whose_roles_ask_for_it_cannot_remove_it(client, session, ada):
    submit(client)
    set_up(client)
    assert client.post("/account/second-factor/remove").status_code == 403
    assert count(session, SecondFactor) == 1


def test_an_employee_removes_it(client_of, session):
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    browser = client_of()
    set_up(browser)
    assert browser.post("/account/second-factor/remove").location == "/account"
    assert (count(session, SecondFactor), count(session, RecoveryCode)) == (0, 0)
    assert changes(session)[-1] == ("factor_changed", {"change": "removed"})
    assert browser.post("/account/second-factor/remove").status_code == 409
    assert browser.post("/account/second-factor/codes").status_code == 409


def test_where_it_is_offered_nobody_is_led_to_it(make_app, session, sign_in):
    browser = make_app(SECOND_FACTOR="offered").test_client()
    sign_in(browser, factories.make_person(session, roles=[Role.ADMINISTRATOR]))
    page = browser.get("/system")
    assert (page.status_code, "Der zweite Faktor ist freigestellt" in page.text) == (200, True)
