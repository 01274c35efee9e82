"""Instants keep their zone, transactions end one way or the other."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from lms.courses.models import Course
from lms.kernel.db import NaiveDatetime, insert_unless_there, reading, transaction

BERLIN = ZoneInfo("Europe/Berlin")


def test_an_instant_comes_back_in_utc(session):
    at = dt.datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    session.add(Course(slug="a", created_at=at))
    session.flush()
    session.expire_all()
    stored = session.scalars(select(Course.created_at)).one()
    assert (stored, stored.tzinfo) == (dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC), dt.UTC)


def test_a_naive_instant_is_refused(session):
    session.add(Course(slug="a", created_at=dt.datetime(2026, 1, 1)))  # noqa: DTZ001 - the point
    with pytest.raises(StatementError) as caught:
        session.flush()
    assert isinstance(caught.value.__cause__, NaiveDatetime)


def test_a_transaction_commits_at_its_end(own_sessions):
    with transaction(own_sessions) as session:
        session.add(Course(slug="a", created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    with reading(own_sessions) as session:
        assert session.scalars(select(Course.slug)).all() == ["a"]


def add_and_fail(sessions):
    with transaction(sessions) as session:
        session.add(Course(slug="a", created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
        session.flush()
        raise ZeroDivisionError


def test_an_error_rolls_back(own_sessions):
    with pytest.raises(ZeroDivisionError):
        add_and_fail(own_sessions)
    with reading(own_sessions) as session:
        assert session.scalars(select(Course.slug)).all() == []


def test_the_same_key_is_inserted_once(session):
    values = {"slug": "a", "created_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    assert insert_unless_there(session, Course, values) is True
    assert insert_unless_there(session, Course, values) is False
