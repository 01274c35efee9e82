"""Showing once more who one is, before what weighs heavily (trust.md 1.18)."""

import datetime as dt
import json

import pytest
from sqlalchemy import select

from lms.access import hashing
from lms.access.models import SignIn
from lms.access.operations.passwords import set_password
from lms.access.rules import Strength
from lms.kernel.clock import utc_now
from lms.kernel.viewer import Role
from lms.people.operations import found_organisation
from lms.web.guard import CONFIRMED_FOR
from tests import factories

PASSWORD = "Regen Tasse blau Kran"
ARGON2 = hashing.hashed(PASSWORD)


@pytest.fixture(autouse=True)
def heavy_pages(app, monkeypatch):
    """Two pages of the house that ask for it in this test."""
    for endpoint in ("system.overview", "access.choose_appearance"):
        monkeypatch.setattr(app.view_functions[endpoint], "is_stepped_up", True, raising=False)


@pytest.fixture
def browser(client_of, session):
    """An administrator who signed in a while ago."""
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    browser = client_of(Role.ADMINISTRATOR)
    set_password(
        session,
        browser.person.id,
        ARGON2,
        keep_sign_in=sign_in_of(session, browser).id,
        now=factories.NOW,
    )
    confirmed(session, browser, CONFIRMED_FOR)
    return browser


def sign_in_of(session, browser):
    return session.scalars(select(SignIn).where(SignIn.person_id == browser.person.id)).one()


def confirmed(session, browser, ago):
    sign_in_of(session, browser).confirmed_at = utc_now() - ago
    session.flush()


def test_a_fresh_sign_in_is_confirmed(client, session):
    person = factories.make_person(session, email="a@example.org", roles=[Role.ADMINISTRATOR])
    set_password(session, person.id, ARGON2, keep_sign_in=None, now=factories.NOW)
    client.post("/login", data={"identifier": "a@example.org", "password": PASSWORD})
    assert client.get("/system").status_code == 200


def test_within_ten_minutes_nobody_is_asked(browser, session):
    confirmed(session, browser, CONFIRMED_FOR - dt.timedelta(seconds=20))
    assert browser.get("/system").status_code == 200


def test_after_ten_minutes_a_page_asks_and_leads_back(browser):
    asked = browser.get("/system?a=1")
    assert (asked.status_code, asked.location) == (302, "/account/confirm?next=/system?a%3D1")
    page = browser.get(asked.location).text
    assert 'name="next" value="/system?a=1"' in page
    done = browser.post("/account/confirm", data={"password": PASSWORD, "next": "/system?a=1"})
    assert (done.status_code, done.location) == (302, "/system?a=1")
    assert browser.get("/system").status_code == 200


def test_who_never_confirmed_is_asked(browser, session):
    sign_in_of(session, browser).confirmed_at = None
    session.flush()
    assert browser.get("/system").status_code == 302


def test_a_form_that_waited_too_long_does_nothing_and_leads_back_to_its_page(browser, session):
    headers = {"Referer": "http://127.0.0.1:8000/account"}
    answer = browser.post("/account/appearance", data={"theme": "dark"}, headers=headers)
    assert (answer.status_code, answer.location) == (302, "/account/confirm?next=/account")
    assert browser.person.theme == "auto"


def test_a_form_from_nowhere_leads_home(browser):
    answer = browser.post("/account/appearance", data={"theme": "dark"})
    assert answer.location == "/account/confirm?next=/"


@pytest.mark.parametrize("password", ["", "falsch", "x" * 4000])
def test_a_wrong_password_confirms_nothing(browser, password):
    answer = browser.post("/account/confirm", data={"password": password, "next": "/system"})
    assert (answer.status_code, "Das stimmt nicht" in answer.text) == (422, True)
    assert browser.get("/system").status_code == 302


def test_guessing_is_stopped(browser):
    found = [browser.post("/account/confirm", data={"password": "x"}).status_code for _ in "x" * 11]
    assert found == [422] * 10 + [429]


def test_a_confirmed_sign_in_has_a_new_token(browser, session):
    with browser.session_transaction(base_url=browser.base_url) as cookie:
        old = cookie["sign_in"]
    browser.post("/account/confirm", data={"password": PASSWORD})
    assert browser.get("/account").status_code == 200
    browser.put_into_cookie(sign_in=old)
    assert browser.get("/account").status_code == 302


def test_confirming_lifts_what_a_mailed_link_alone_does_not_open(browser, session):
    sign_in_of(session, browser).strength = Strength.MAIL
    session.flush()
    assert browser.get("/outbox").status_code == 403
    assert browser.get("/system").status_code == 403
    browser.post("/account/confirm", data={"password": PASSWORD})
    assert browser.get("/system").status_code == 200


def test_where_to_go_on_stays_on_the_own_host(browser):
    done = browser.post("/account/confirm", data={"password": PASSWORD, "next": "//evil.example"})
    assert done.location == "/account"


def test_one_click_is_unknown_without_a_demonstration(browser):
    assert browser.post("/account/confirm/demonstration").status_code == 404


def test_one_click_confirms_in_a_demonstration(browser, settings):
    known = {"administrator": {"email": browser.person.email, "password": "x"}}
    settings.demonstration_file.write_text(json.dumps(known))
    assert "Ohne Passwort" in browser.get("/account/confirm").text
    browser.post("/account/confirm/demonstration", data={"next": "/system"})
    assert browser.get("/system").status_code == 200


def test_signed_out_nobody_confirms(client):
    assert client.get("/account/confirm").location == "/login?next=/account/confirm"
