"""One link pressed twice at the same instant lets somebody in once; on real commits."""

import datetime as dt
from threading import Barrier, Thread

import pyotp
import pytest
from sqlalchemy import func, select

from lms.access import totp
from lms.access.codes import new_token, sha256
from lms.access.emails import Letterhead
from lms.access.models import AccessLink
from lms.access.operations import second_factor
from lms.access.operations.links import add_link, use_link
from lms.access.rules import LinkNotGood, LinkState, Purpose
from lms.kernel.db import reading, transaction
from lms.people.models import Person
from tests import factories
from tests.factories import NOW, TODAY

AT_ONCE = 8


@pytest.fixture
def person_id(own_sessions):
    with transaction(own_sessions) as session:
        return factories.make_person(session, email="jana@example.org").id


def at_once(deed):
    """Let all do it at the same instant; what came of each."""
    barrier, found = Barrier(AT_ONCE), []

    def run():
        barrier.wait()
        found.append(deed())

    threads = [Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_link_pressed_by_many_at_once_is_used_once(own_sessions, person_id):
    token_hash = sha256(new_token())
    with transaction(own_sessions) as session:
        add_link(
            session,
            person_id,
            Purpose.SIGN_IN,
            address="jana@example.org",
            token_hash=token_hash,
            now=NOW,
        )

    def press():
        try:
            with transaction(own_sessions) as session:
                use_link(session, token_hash, today=TODAY, now=NOW)
        except LinkNotGood as refused:
            return refused.state
        return LinkState.GOOD

    assert sorted(at_once(press)) == [LinkState.GOOD] + [LinkState.USED] * (AT_ONCE - 1)


def test_links_made_at_once_leave_one_that_is_good(own_sessions, person_id):
    def make():
        with transaction(own_sessions) as session:
            add_link(
                session,
                person_id,
                Purpose.RESET,
                address="jana@example.org",
                token_hash=sha256(new_token()),
                now=NOW,
            )

    at_once(make)
    with reading(own_sessions) as session:
        good = session.scalar(
            select(func.count()).select_from(AccessLink).where(AccessLink.is_void.is_(False))
        )
    assert good == 1


def test_the_same_digits_typed_by_many_at_once_are_used_once(own_sessions, person_id):
    key, secret = "k" * 40, totp.new_secret("k" * 40, "token")
    head = Letterhead("example.org", "de", TODAY, NOW)
    with transaction(own_sessions) as session:
        codes = second_factor.set_up(
            session,
            session.get_one(Person, person_id),
            secret,
            pyotp.TOTP(secret).at(NOW - dt.timedelta(seconds=30)),
            head,
            secret_key=key,
            keep_sign_in=0,
        )

    def typed(code):
        def check():
            with transaction(own_sessions) as session:
                return second_factor.is_right(session, person_id, code, secret_key=key, now=NOW)

        return check

    for code in (pyotp.TOTP(secret).at(NOW), codes[0]):
        assert sorted(at_once(typed(code))) == [False] * (AT_ONCE - 1) + [True]
