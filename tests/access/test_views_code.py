"""/code: number and code from a letter, once, for thirty days; one sentence for every failure."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from lms.access import hashing
from lms.access.models import AccessLink, Password
from lms.access.operations.letters import write_letters
from lms.access.operations.passwords import set_password
from lms.access.rules import HasAddress
from lms.kernel.clock import utc_now
from lms.people.operations import found_organisation
from tests import factories

NEW = "Ganz andere vier Worte"
SENTENCE = "Nummer oder Code stimmen nicht"


@pytest.fixture
def cook(session):
    """Somebody without an address."""
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    return factories.make_person(session, email=None, personnel_number="K-77")


@pytest.fixture
def write(session, settings, cook):
    """Prints a letter; the code on it."""

    def run(person=cook, ago=0):
        letters = write_letters(
            session,
            [person],
            secret_key=settings.secret_key,
            actor="operator",
            now=utc_now() - dt.timedelta(days=ago),
        )
        return letters[0].code

    return run


def submit(client, code, number="K-77", new=NEW):
    return client.post("/code", data={"identifier": number, "code": code, "new": new})


@pytest.mark.parametrize("number", ["K-77", " k-77 ", "#K-77"])
def test_number_and_code_set_the_password_and_sign_in(client, new_client, write, number):
    code = write()
    answer = submit(client, code.lower().replace("-", " "), number)
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/account").status_code == 200
    data = {"identifier": "K-77", "password": NEW}
    assert new_client().post("/login", data=data).status_code == 302


def test_the_picture_brings_the_number_along(client, cook):
    answer = client.get("/code?number=K-77")
    assert 'value="K-77"' in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/code?number=" + "x" * 9999).status_code == 200


def used(client, write, session, cook):
    code = write()
    submit(client, code)
    return code


def late(client, write, session, cook):
    return write(ago=30)


def replaced(client, write, session, cook):
    code = write()
    write()
    return code


def of_somebody_else(client, write, session, cook):
    other = factories.make_person(session, email=None, personnel_number="K-78")
    return write(other)


def of_a_leaver(client, write, session, cook):
    code = write()
    cook.left_on = utc_now().date() - dt.timedelta(days=2)
    session.flush()
    return code


def of_nobody(client, write, session, cook):
    write()
    session.execute(update(type(cook)).values(personnel_number="K-1"))
    session.flush()
    return "AAAA-BBBB-CCCC"


def without_letter(client, write, session, cook):
    return "AAAA-BBBB-CCCC"


@pytest.mark.parametrize(
    "kind", [used, late, replaced, of_somebody_else, of_a_leaver, of_nobody, without_letter]
)
def test_every_failure_has_the_same_sentence(client, new_client, session, write, cook, kind):
    code = kind(client, write, session, cook)
    answer = submit(new_client(), code)
    assert (answer.status_code, SENTENCE in answer.text) == (422, True)
    assert 'value="K-77"' in answer.text


@pytest.mark.parametrize("code", ["", "x" * 10000, "\u202e", "ÄÖÜ", "' OR 1=1"])
def test_what_is_no_code(client, write, code):
    write()
    assert submit(client, code).status_code == 422


def test_a_letter_is_good_for_a_month(client, write):
    assert submit(client, write(ago=29)).status_code == 302


def test_a_bad_password_leaves_the_code_good(client, session, write, cook):
    code = write()
    answer = submit(client, code, new="kurz")
    assert (answer.status_code, "mindestens 15 Zeichen" in answer.text) == (422, True)
    assert session.get(Password, cook.id) is None
    assert submit(client, code).status_code == 302


def test_only_a_hash_of_the_code_is_kept(session, write):
    code = write()
    kept = session.scalars(select(AccessLink.token_hash)).one()
    assert code.replace("-", "") not in kept


def test_ten_failures_then_wait(client, write):
    code = write()
    found = [submit(client, "AAAA-BBBB-CCCC").status_code for _ in range(11)]
    assert found == [422] * 10 + [429]
    assert submit(client, code).status_code == 429


def test_wrong_codes_cost_no_hash_and_unknown_numbers_none_either(client, write, monkeypatch):
    hashes = []
    monkeypatch.setattr(hashing, "hashed", lambda text: hashes.append(text) or "x")
    write()
    submit(client, "AAAA-BBBB-CCCC")
    submit(client, "AAAA-BBBB-CCCC", "K-99")
    assert hashes == []


def test_a_new_letter_lets_somebody_in_who_forgot_the_password(client, session, write, cook):
    set_password(session, cook.id, "x", keep_sign_in=None, now=factories.NOW)
    assert submit(client, write()).status_code == 302


def test_who_has_an_address_gets_no_letter(session, write):
    with pytest.raises(HasAddress):
        write(factories.make_person(session))
