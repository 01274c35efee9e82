"""One's own sign-ins: listed, ended one by one or all at once (trust.md 1.13)."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from lms.access.codes import new_token, sha256
from lms.access.models import SignIn
from lms.access.operations.links import add_link
from lms.access.rules import Purpose, Strength
from lms.kernel.clock import utc_now
from lms.outbox.models import OutboxMessage
from lms.people.operations import found_organisation
from tests import factories

HERE, THERE = "Mozilla/5.0 (X11; Linux) Firefox/140.0", "Mozilla/5.0 (iPhone) Safari/604.1"


@pytest.fixture
def browsers(client_of, session):
    """Two browsers of one person."""
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    one = client_of()
    return one, client_of(person=one.person)


def ids(session, person):
    wanted = select(SignIn.id).where(SignIn.person_id == person.id).order_by(SignIn.id)
    return session.scalars(wanted).all()


def test_the_account_lists_this_browser_first(browsers, session):
    one, _other = browsers
    first, second = ids(session, one.person)
    session.execute(update(SignIn).where(SignIn.id == first).values(browser="Firefox, Linux"))
    session.execute(update(SignIn).where(SignIn.id == second).values(browser="Safari, iPhone"))
    session.flush()
    page = one.get("/account").text
    assert page.index("Firefox, Linux") < page.index("dieses Gerät") < page.index("Safari, iPhone")
    assert f"/account/sign-ins/{second}/end" in page
    assert f"/account/sign-ins/{first}/end" not in page


@pytest.mark.parametrize("change", [{"strength": Strength.PENDING}, {"last_seen_at": "long ago"}])
def test_what_opens_nothing_is_not_listed(browsers, session, change):
    one, _other = browsers
    values = {
        name: utc_now() - dt.timedelta(days=2) if name == "last_seen_at" else value
        for name, value in change.items()
    }
    second = ids(session, one.person)[1]
    session.execute(update(SignIn).where(SignIn.id == second).values(**values))
    session.flush()
    assert "/end" not in one.get("/account").text


def test_one_is_ended(browsers, session):
    one, other = browsers
    assert one.post(f"/account/sign-ins/{ids(session, one.person)[1]}/end").location == "/account"
    assert [one.get("/account").status_code, other.get("/account").status_code] == [200, 302]


def test_all_others_are_ended(browsers, session):
    one, other = browsers
    one.post("/account/sign-ins/end-others")
    assert "1 Gerät ist abgemeldet" in one.get("/account").text
    assert other.get("/account").status_code == 302


@pytest.mark.parametrize("number", ["theirs", 2**63 - 1, 2**64])
def test_somebody_elses_is_unknown(browsers, client_of, session, number):
    stranger = client_of()
    one, _other = browsers
    theirs = ids(session, stranger.person)[0]
    found = one.post(f"/account/sign-ins/{theirs if number == 'theirs' else number}/end")
    assert found.status_code == 404
    assert stranger.get("/account").status_code == 200


def test_the_list_costs_the_same_for_one_and_three(client_of, session, count_queries):
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    one = client_of()
    one.get("/account")
    with count_queries() as alone:
        one.get("/account")
    client_of(person=one.person)
    client_of(person=one.person)
    with count_queries() as three:
        one.get("/account")
    assert alone.queries == three.queries


# ------------------------------------------------------------------ an address for who has none


@pytest.fixture
def cook(client_of, session):
    """A browser of somebody without an address."""
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    return client_of(person=factories.make_person(session, email=None, personnel_number="77"))


def link_to(session, person, address):
    token = new_token()
    add_link(
        session,
        person.id,
        Purpose.CONFIRM_ADDRESS,
        address=address,
        token_hash=sha256(token),
        now=utc_now(),
    )
    return f"/link/{token}"


def test_an_address_is_the_persons_once_it_is_confirmed(cook, session):
    answer = cook.post("/account/address", data={"address": " Own@Example.org"})
    assert answer.location == "/account"
    mail = session.scalars(select(OutboxMessage)).one()
    assert (mail.kind, mail.to_address) == ("address_link", "own@example.org")
    assert cook.person.email is None
    path = link_to(session, cook.person, "own@example.org")
    assert "gehört dir own@example.org" in cook.get(path).text
    assert cook.person.email is None
    assert cook.post(path).location == "/account"
    assert cook.person.email == "own@example.org"
    assert "E-\u2060Mail-Adresse angeben" not in cook.get("/account").text
    assert cook.post(path).status_code == 410


def test_an_address_that_somebody_has_by_then_is_not_taken(cook, session):
    path = link_to(session, cook.person, "own@example.org")
    factories.make_person(session, email="own@example.org")
    cook.post(path)
    assert "gehört schon zu jemand anderem" in cook.get("/account").text
    assert cook.person.email is None


@pytest.mark.parametrize("address", ["", "nothing", "a@b", "x" * 9999])
def test_what_is_no_address_is_shown_again(cook, session, address):
    answer = cook.post("/account/address", data={"address": address})
    assert (answer.status_code, "ist keine E-Mail-Adresse" in answer.text) == (422, True)
    assert session.scalars(select(OutboxMessage)).all() == []


def test_who_has_an_address_changes_it_in_the_register(client_of, session):
    browser = client_of()
    assert browser.post("/account/address", data={"address": "b@example.org"}).status_code == 409
