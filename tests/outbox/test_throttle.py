"""The row that all workers share."""

import datetime as dt

from sqlalchemy import select

from lms.outbox import throttle
from lms.outbox.models import MailThrottle
from tests.outbox.mails import OPENS

SECOND = dt.timedelta(seconds=1)


def test_a_token_a_second_at_sixty_a_minute(session):
    assert throttle.time_to_token(session, per_minute=60, now=OPENS) == dt.timedelta()
    throttle.take_token(session, per_minute=60, now=OPENS)
    wait = throttle.time_to_token(session, per_minute=60, now=OPENS + SECOND / 2)
    assert wait == dt.timedelta(seconds=0.499999)
    assert throttle.time_to_token(session, per_minute=60, now=OPENS + SECOND) == dt.timedelta()


def test_without_a_limit_nobody_waits_and_no_row_is_locked(session):
    assert throttle.time_to_token(session, per_minute=0, now=OPENS) == dt.timedelta()
    assert session.scalars(select(MailThrottle)).all() == []


def test_trouble_lets_the_server_rest_and_a_longer_rest_is_not_shortened(session):
    assert throttle.find_rest(session, now=OPENS) is None
    long, short = dt.timedelta(minutes=15), dt.timedelta(minutes=1)
    throttle.note_trouble(session, rest_for=long, now=OPENS)
    throttle.note_trouble(session, rest_for=short, now=OPENS)
    assert throttle.find_rest(session, now=OPENS) == OPENS + long
    assert throttle.find_rest(session, now=OPENS + long) is None


def test_success_between_two_busy_answers_starts_the_count_anew(session):
    assert throttle.note_busy(session, now=OPENS) == 1
    throttle.note_success(session)
    session.expire_all()
    assert throttle.note_busy(session, now=OPENS) == 1
    assert throttle.note_busy(session, now=OPENS) == 2


def test_the_breaker_is_closed_by_hand(session):
    throttle.note_trouble(session, rest_for=dt.timedelta(minutes=15), now=OPENS)
    throttle.close_breaker(session)
    assert throttle.find_rest(session, now=OPENS) is None
