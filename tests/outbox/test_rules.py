"""Message-IDs, retry times, the token bucket, the breaker, tags."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.outbox.rules import (
    KIND_NAMES,
    STATES_OF,
    WORDS,
    Bucket,
    Reason,
    State,
    Tag,
    message_id,
    refilled,
    rest_until,
    retry_at,
    tag_of,
    wait_for_token,
)

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
EVENING = NOW + dt.timedelta(hours=9)


def test_message_id_is_made_of_key_and_domain_alone():
    first = message_id("digest:learner:7:2026-11-24", "example.org")
    assert first == message_id("digest:learner:7:2026-11-24", "example.org")
    assert first == "<d0cde545-a753-5f9c-8d0b-63ae429612c1@example.org>"
    assert first != message_id("digest:learner:8:2026-11-24", "example.org")


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 1), (1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (40, 60)]
)
def test_retries_come_after_1_5_15_and_then_every_60_minutes(attempts, minutes):
    assert retry_at(attempts, now=NOW, expires_at=EVENING, luck=0.5) == NOW + dt.timedelta(
        minutes=minutes
    )


def test_retries_spread_by_a_fifth_in_both_directions():
    assert retry_at(2, now=NOW, expires_at=EVENING, luck=0.0) == NOW + dt.timedelta(minutes=4)
    assert retry_at(2, now=NOW, expires_at=EVENING, luck=1.0) == NOW + dt.timedelta(minutes=6)


def test_last_retry_falls_on_the_last_second_of_the_window():
    late = EVENING - dt.timedelta(minutes=10)
    assert retry_at(3, now=late, expires_at=EVENING, luck=0.5) == EVENING - dt.timedelta(seconds=1)


def test_bucket_gives_one_mail_a_second_at_sixty_a_minute():
    empty = Bucket(0.0, NOW)
    assert wait_for_token(empty, per_minute=60) == dt.timedelta(seconds=0.999999)
    half = refilled(empty, per_minute=60, now=NOW + dt.timedelta(seconds=0.5))
    assert half == Bucket(0.5, NOW + dt.timedelta(seconds=0.5))
    full = refilled(empty, per_minute=60, now=NOW + dt.timedelta(hours=1))
    assert full == Bucket(1.0, NOW + dt.timedelta(hours=1))
    assert wait_for_token(full, per_minute=60) == dt.timedelta()


def test_a_clock_that_was_put_back_fills_the_bucket_but_a_second_of_difference_does_not():
    ahead = Bucket(0.0, NOW + dt.timedelta(days=1))
    assert refilled(ahead, per_minute=60, now=NOW) == Bucket(1.0, NOW)
    slightly = Bucket(0.0, NOW + dt.timedelta(seconds=1))
    assert refilled(slightly, per_minute=60, now=NOW) == slightly


@given(
    per_minute=st.integers(1, 600),
    gaps=st.lists(st.floats(0, 30), min_size=1, max_size=200),
)
def test_never_more_than_the_limit_in_any_minute(per_minute, gaps):
    bucket, now, left = Bucket(1.0, NOW), NOW, []
    for gap in gaps:
        now += dt.timedelta(seconds=gap)
        bucket = refilled(bucket, per_minute=per_minute, now=now)
        if not wait_for_token(bucket, per_minute=per_minute):
            left.append(now)
            bucket = Bucket(bucket.tokens - 1, bucket.refilled_at)
    for first in left:
        within = [one for one in left if first <= one < first + dt.timedelta(seconds=59.99)]
        assert len(within) <= per_minute


def test_breaker_rests_until_its_instant():
    assert rest_until(None, now=NOW) is None
    assert rest_until(NOW, now=NOW) is None
    soon = NOW + dt.timedelta(minutes=15)
    assert rest_until(soon, now=NOW) == soon


def test_breaker_opened_by_a_wrong_clock_does_not_count():
    assert rest_until(NOW + dt.timedelta(minutes=17), now=NOW) is None


def test_each_state_has_exactly_one_tag():
    assert sorted(state for states in STATES_OF.values() for state in states) == sorted(State)
    assert tag_of("claimed") is Tag.LEAVING
    assert tag_of("expired") is Tag.DROPPED


def test_each_reason_is_told_in_words():
    assert set(WORDS) == set(Reason)
    assert KIND_NAMES["digest"] == "Erinnerung"
