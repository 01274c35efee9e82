"""Jobs in their slots, once, whoever else is at work."""

import datetime as dt
import json
import logging
import threading

import pytest
from sqlalchemy import select

from lms.access.models import SignInAttempt
from lms.audit import operations as audit
from lms.audit.models import AuditEntry
from lms.certifications.models.duties import Assignment
from lms.courses.models import Course
from lms.jobs import runs
from lms.jobs.tasks import TASKS, Shift, frame_of
from lms.kernel.db import reading, transaction
from lms.outbox.models import OutboxMessage
from lms.staff import operations as staff
from lms.system.models import Heartbeat, JobRun
from lms.system.rules import TIMETABLE
from tests import factories
from tests.outbox.mails import facts, queue_mail

# 13:00 in Berlin: nothing is due for anybody, since there is nobody.
NOW = dt.datetime(2026, 11, 24, 12, 0, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def shift(sessions, settings):
    return Shift(sessions, settings, NOW)


def tick(shift, process="a", *, now=NOW, stop=lambda: False):
    runs.tick(
        Shift(shift.sessions, shift.settings, now), process=process, now=lambda: now, stop=stop
    )


def ran(session):
    session.expire_all()
    return sorted(
        (run.job, run.slot, run.process, run.is_ok) for run in session.scalars(select(JobRun))
    )


def test_a_tick_runs_every_job_once_and_beats(shift, session):
    tick(shift)
    day, minute = NOW.replace(hour=0, minute=0, second=0), NOW.replace(second=0)
    assert ran(session) == [
        ("audit-link", minute, "a", True),
        ("imports", minute, "a", True),
        ("leavers", day, "a", True),
        ("sweep", minute, "a", True),
        ("tidy", day, "a", True),
        ("verify", day - dt.timedelta(days=1), "a", True),
        ("workshops", minute, "a", True),
    ]
    beat = session.scalars(select(Heartbeat)).one()
    assert (beat.process, beat.kind, beat.beat_at) == ("a", "scheduler", NOW)


def test_a_second_tick_in_the_same_minute_runs_nothing(shift, session):
    tick(shift)
    before = ran(session)
    tick(shift, "b")
    assert ran(session) == before


def test_the_next_minute_runs_the_jobs_of_the_minute_only(shift, session):
    tick(shift)
    tick(shift, "b", now=NOW + MINUTE)
    assert [(job, process) for job, _, process, _ in ran(session)] == [
        ("audit-link", "a"),
        ("audit-link", "b"),
        ("imports", "a"),
        ("imports", "b"),
        ("leavers", "a"),
        ("sweep", "a"),
        ("sweep", "b"),
        ("tidy", "a"),
        ("verify", "a"),
        ("workshops", "a"),
        ("workshops", "b"),
    ]


def test_told_to_end_it_begins_no_other_job(shift, session):
    tick(shift, stop=lambda: True)
    assert ran(session) == []


def test_a_job_that_breaks_is_written_down_and_stops_no_other(shift, session, monkeypatch, caplog):
    def breaks(_shift):
        message = "jana@example.org broke it"
        raise ValueError(message)

    monkeypatch.setitem(TASKS, "sweep", breaks)
    tick(shift)
    session.expire_all()
    found = {run.job: (run.is_ok, run.error) for run in session.scalars(select(JobRun))}
    assert found["sweep"] == (False, "ValueError")
    assert found["tidy"] == (True, None)


def test_one_structured_line_per_run(shift, caplog):
    caplog.set_level(logging.INFO, "lms.jobs")
    tick(shift)
    lines = [json.loads(record.getMessage()) for record in caplog.records]
    assert [line["job"] for line in lines] == [planned.name for planned in TIMETABLE]
    assert lines[0] == {
        "job": "sweep",
        "slot": "2026-11-24T12:00:00+00:00",
        "ok": True,
        "count": 0,
        "ms": 0,
        "error": None,
    }


def test_by_hand_a_job_runs_whatever_its_slot(shift, session):
    tick(shift)
    by_hand = NOW + dt.timedelta(seconds=5)
    next_year = Shift(shift.sessions, shift.settings, NOW + dt.timedelta(days=365))
    done = runs.run_now(TIMETABLE[0], next_year, process="hand", now=lambda: by_hand)
    assert done == (0, None)
    assert ("sweep", by_hand, "hand", True) in ran(session)


def test_audit_link_chains_what_waits(shift, session):
    audit.record(session, actor="operator", verb="test", object_kind="x", object_id=1, now=NOW)
    session.flush()
    assert TASKS["audit-link"](shift) == 1
    session.expire_all()
    assert session.scalars(select(AuditEntry.position)).all() == [1]


@pytest.mark.parametrize(("left_on", "state"), [(23, "cancelled"), (24, "pending")])
def test_leavers_end_on_the_day_after_their_last(shift, session, left_on, state):
    person = factories.make_person(session)
    course = Course(slug="fallakte", created_at=NOW)
    session.add(course)
    session.flush()
    session.add(
        Assignment(person_id=person.id, course_id=course.id, assigned_on=dt.date(2026, 1, 1))
    )
    staff.leave(session, person, left_on=dt.date(2026, 11, left_on), now=NOW)
    mail = queue_mail(session, person)
    assert TASKS["leavers"](shift) == (state == "cancelled")
    assert facts(session, mail, "state") == (state,)


def test_the_weekly_check_finds_nothing_to_put_right_in_an_empty_house(shift):
    assert TASKS["verify"](shift) == 0


def test_tidy_forgets_failed_sign_ins_of_yesterday(shift, session):
    for hours, subject in ((25, "old"), (23, "new")):
        session.add(SignInAttempt(subject=subject, at=NOW - dt.timedelta(hours=hours)))
    session.flush()
    assert TASKS["tidy"](shift) == 1
    assert session.scalars(select(SignInAttempt.subject)).all() == ["new"]


def test_the_sweep_is_told_what_the_settings_say(settings):
    frame = frame_of(settings)
    assert (frame.zone, frame.mail_domain, frame.default_locale, frame.tells_supervisor) == (
        settings.time_zone,
        "example.org",
        "de",
        False,
    )


def test_two_schedulers_share_the_slots(own_sessions, settings):
    start = threading.Barrier(2)

    def work(name):
        for minute in range(10):
            start.wait()
            now = NOW + minute * MINUTE
            runs.tick(
                Shift(own_sessions, settings, now),
                process=name,
                now=lambda now=now: now,
                stop=lambda: False,
            )

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(own_sessions) as session:
        found = session.scalars(select(JobRun)).all()
        assert {run.is_ok for run in found} == {True}
        assert len(found) == 10 * 4 + 3
        assert len(session.scalars(select(Heartbeat)).all()) == 2
    with transaction(own_sessions) as session:
        assert session.scalars(select(OutboxMessage)).all() == []
