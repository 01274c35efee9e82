"""Signing in and out, the throttle, the set-up address and the account, through HTTP."""

import json
import re

import pytest
from sqlalchemy import func, select

from lms.access import hashing
from lms.access.models import Password, SignIn, SignInAttempt
from lms.access.operations.passwords import set_password
from lms.access.operations.set_up import open_set_up
from lms.access.operations.throttle import Attempt
from lms.kernel.viewer import Role
from lms.people.models import Person
from lms.people.operations import found_organisation
from tests import factories

PASSWORD = "Regen Tasse blau Kran"
ARGON2 = hashing.hashed(PASSWORD)


@pytest.fixture
def jana(session):
    """Somebody who can sign in."""
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    person = factories.make_person(session, email="jana@example.org", personnel_number="1001")
    set_password(session, person.id, ARGON2, keep_sign_in=None, now=factories.NOW)
    return person


def submit(client, identifier="jana@example.org", password=PASSWORD, **more):
    return client.post("/login", data={"identifier": identifier, "password": password, **more})


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("identifier", ["jana@example.org", " JANA@Example.org", "1001", "#1001"])
def test_the_right_password_opens_the_home_page(client, session, jana, identifier):
    response = submit(client, identifier)
    assert (response.status_code, response.location) == (302, "/")
    assert count(session, SignIn) == 1
    assert client.get("/account").status_code == 200


def test_only_the_hash_of_the_token_is_stored(client, session, jana):
    submit(client)
    with client.session_transaction(base_url=client.base_url) as cookie:
        token = cookie["sign_in"]
    assert token not in session.scalars(select(SignIn.token_sha256)).one()
    assert set(cookie) <= {"sign_in", "csrf_token", "_flashes"}


@pytest.mark.parametrize(
    ("identifier", "password"),
    [
        ("jana@example.org", "falsch"),
        ("nobody@example.org", PASSWORD),
        ("", ""),
        ("jana@example.org", "x" * 5000),
        ("a" * 3000, PASSWORD),
    ],
)
def test_every_failure_looks_alike(client, session, jana, identifier, password):
    response = submit(client, identifier, password)
    assert response.status_code == 422
    assert "Nummer oder Passwort stimmen nicht" in response.text
    assert count(session, SignIn) == 0


def test_what_was_typed_is_kept_but_not_the_password(client, jana):
    page = submit(client, "jana@example.org", "geheim-und-falsch").text
    assert 'value="jana@example.org"' in page
    assert "geheim-und-falsch" not in page


@pytest.mark.parametrize("identifier", ["jana@example.org", "nobody@example.org"])
def test_known_and_unknown_people_cost_one_hash(client, jana, identifier, monkeypatch):
    seen = []
    verify = hashing.PasswordHasher.verify
    monkeypatch.setattr(
        hashing.PasswordHasher, "verify", lambda *args: seen.append(1) or verify(*args)
    )
    submit(client, identifier, "falsch-aber-lang-genug")
    assert len(seen) == 1


def test_leavers_do_not_get_in(client, session, jana):
    jana.left_on = factories.TODAY.replace(year=2025)
    session.flush()
    assert submit(client).status_code == 422


def test_ten_failures_then_wait(client, session, jana):
    statuses = [submit(client, password="falsch").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    refused = submit(client)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
    assert "Warte 15 Minuten" in refused.text
    assert submit(client, "somebody.else@example.org").status_code == 422


def test_success_forgets_the_failures(client, session, jana):
    for _ in range(5):
        submit(client, password="falsch")
    submit(client)
    subject = Attempt.of(
        client.application.extensions["lms"].settings.secret_key, "jana@example.org", "127.0.0.1"
    )
    left = session.scalars(
        select(SignInAttempt).where(SignInAttempt.subject == subject.person)
    ).all()
    assert left == []


def test_next_is_followed_on_the_own_host_only(client, jana):
    assert submit(client, next="/account").location == "/account"


def test_next_to_elsewhere_leads_home(client, jana):
    assert submit(client, next="//evil.example").location == "/"


def test_signed_out_people_are_sent_to_sign_in(client):
    response = client.get("/account")
    assert (response.status_code, response.location) == (302, "/login?next=/account")


def test_signing_out_ends_the_row_and_clears_the_browser(client, session, jana):
    submit(client)
    with client.session_transaction(base_url=client.base_url) as cookie:
        token = cookie["sign_in"]
    response = client.post("/logout")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert count(session, SignIn) == 0
    client.put_into_cookie(sign_in=token)
    assert client.get("/account").status_code == 302


def test_sign_in_and_out_need_the_token_of_the_form(client, jana):
    for path in ("/login", "/logout", "/account/language"):
        assert client.post(path, csrf=False).status_code == 400


def test_another_host_is_refused(client):
    assert client.get("/login", base_url="http://evil.example").status_code == 400


def test_another_origin_is_refused(client, jana):
    response = client.post(
        "/login", headers={"Origin": "http://evil.example"}, data={"identifier": "x"}
    )
    assert response.status_code == 400


def test_a_cross_site_request_is_refused(client, jana):
    response = client.post("/login", headers={"Sec-Fetch-Site": "cross-site"}, data={})
    assert response.status_code == 400


def test_cookies_over_https(make_app, session):
    app = make_app(BASE_URL="https://lernstand.example.org")
    client = app.test_client()
    client.base_url = "https://lernstand.example.org"
    cookie = client.get("/login").headers["Set-Cookie"]
    name, *flags = cookie.split("; ")
    assert name.startswith("__Host-lms=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert not any(flag.startswith("Domain") for flag in flags)


# ------------------------------------------------------------------------------- demonstration


def test_one_click_is_unknown_without_a_demonstration(client, jana):
    assert client.post("/login/demonstration", data={"role": "employee"}).status_code == 404


def test_a_damaged_list_of_the_demonstration_leaves_signing_in_as_it_is(client, settings, jana):
    settings.demonstration_file.write_text('{"employee": {"em')
    assert client.get("/login").status_code == 200
    assert client.post("/login/demonstration", data={"role": "employee"}).status_code == 404


def test_one_click_into_a_demonstration(client, settings, jana):
    known = {"employee": {"email": "jana@example.org", "password": "x"}}
    settings.demonstration_file.write_text(json.dumps(known))
    assert 'value="employee"' in client.get("/login").text
    assert client.post("/login/demonstration", data={"role": "employee"}).location == "/"
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("role", ["officer", "", "../employee"])
def test_one_click_into_an_unknown_role(client, settings, jana, role):
    known = {"employee": {"email": "jana@example.org", "password": "x"}}
    settings.demonstration_file.write_text(json.dumps(known))
    assert client.post("/login/demonstration", data={"role": role}).status_code == 404


# -------------------------------------------------------------------------------------- set-up

FIRST = {
    "first_name": "Ada",
    "last_name": "Muster",
    "email": "ada@example.org",
    "unit": "Leitung",
    "password": "Kran blau Tasse Regen",
}


@pytest.fixture
def address(session):
    """A fresh one-time address."""
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    from lms.kernel.clock import utc_now  # noqa: PLC0415 - the fixture alone needs the clock

    return f"/setup/{open_set_up(session, now=utc_now())}"


def test_the_first_administrator_sets_a_password(client, session, address):
    assert client.get(address).headers["Referrer-Policy"] == "no-referrer"
    response = client.post(address, data=FIRST)
    assert (response.status_code, response.location) == (302, "/")
    person = session.scalars(select(Person)).one()
    assert person.email == "ada@example.org"
    assert count(session, Password) == 1
    assert client.get("/system").status_code == 200


def test_the_address_works_once(client, new_client, address):
    client.post(address, data=FIRST)
    again = new_client().get(address)
    assert (again.status_code, "Wer sie benutzt hat, meldet sich an." in again.text) == (404, True)
    assert new_client().post(address, data=FIRST | {"email": "b@example.org"}).status_code == 404


def test_a_name_is_one_line(client, session, address):
    client.post(address, data=FIRST | {"first_name": "Ada\r\nBcc: x", "last_name": "M\tM"})
    person = session.scalars(select(Person)).one()
    assert (person.first_name, person.last_name) == ("Ada Bcc: x", "M M")


def test_opening_the_address_uses_nothing_up(client, address):
    assert [client.get(address).status_code, client.head(address).status_code] == [200, 200]
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"password": "kurz"}, "mindestens 15 Zeichen"),
        ({"email": "keine Adresse"}, "ist keine E-Mail-Adresse"),
        ({"unit": "*"}, "Ein Bereich darf nicht"),
        ({"first_name": " "}, "Hier fehlt noch etwas"),
    ],
)
def test_a_wrong_form_is_shown_again(client, session, address, change, word):
    response = client.post(address, data=FIRST | change)
    assert response.status_code == 422
    assert word in response.text
    assert 'value="Muster"' in response.text
    assert count(session, Person) == 0
    assert client.get(address).status_code == 200


def test_a_second_address_makes_the_first_void(session, client, address):
    open_set_up(session, now=factories.NOW)
    assert client.get(address).status_code == 404


def test_the_command_prints_an_address_until_there_is_an_administrator(cli, session):
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    printed = cli.invoke(args=["people", "setup-address"]).stdout
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/setup/[\w-]{43}\n", printed)
    factories.make_person(session, roles=[Role.ADMINISTRATOR])
    assert cli.invoke(args=["people", "setup-address"]).stdout == ""


# ------------------------------------------------------------------------------------- account


def test_a_new_password_ends_the_other_sign_ins(client, new_client, session, jana):
    other = new_client()
    submit(other)
    submit(client)
    new = "Ganz andere vier Worte"
    response = client.post("/account/password", data={"present": PASSWORD, "new": new})
    assert response.status_code == 302
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    assert submit(new_client(), password=PASSWORD).status_code == 422
    assert submit(new_client(), password=new).status_code == 302


@pytest.mark.parametrize(
    ("present", "new", "word"),
    [
        ("falsch", "Ganz andere vier Worte", "Das bisherige Passwort stimmt nicht"),
        (PASSWORD, "kurz", "mindestens 15 Zeichen"),
        (PASSWORD, "passwordpassword", "leicht zu erraten"),
        ("", "", "Hier fehlt noch etwas"),
    ],
)
def test_a_wrong_new_password_changes_nothing(client, session, jana, present, new, word):
    submit(client)
    before = session.get(Password, jana.id).argon2
    response = client.post("/account/password", data={"present": present, "new": new})
    assert response.status_code == 422
    assert word in response.text
    assert session.get(Password, jana.id).argon2 == before


def test_language_and_appearance_follow_the_person(client, session, jana):
    submit(client)
    client.post("/account/language", data={"locale": "en"})
    client.post("/account/appearance", data={"theme": "dark"})
    page = client.get("/account", headers={"Accept-Language": "de"}).text
    assert '<html lang="en" data-theme="dark">' in page


def test_signed_out_the_language_stays_in_the_browser(client, jana):
    client.post("/account/language", data={"locale": "en"})
    assert '<html lang="en">' in client.get("/login", headers={"Accept-Language": "de"}).text


@pytest.mark.parametrize(
    ("path", "values"),
    [("/account/language", {"locale": "xx"}), ("/account/appearance", {"theme": "neon"})],
)
def test_unknown_choices_are_refused(client, jana, path, values):
    submit(client)
    assert client.post(path, data=values).status_code == 404
