"""`flask mail deliver --follow` as a process: it wakes, sends, is alive, and ends in time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.delivery.endings import PATIENCE_SECONDS
from lms.kernel.clock import utc_now
from lms.kernel.db import reading, transaction
from lms.outbox.models import OutboxMessage
from lms.outbox.rules import State
from lms.system.models import Heartbeat
from tests.delivery.smtp_server import HANG, mail_server
from tests.outbox.mails import queue_mail

pytestmark = pytest.mark.usefixtures("loopback")
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def start(own_sessions, tmp_path):
    """Start a worker on the mail server; whoever still runs at the end is killed."""
    started = []

    def begin(port):
        environment = {
            "PATH": os.defpath,
            "LMS_DATA_DIR": str(tmp_path / "data"),
            "LMS_DATABASE_URL": own_sessions.engine.url.render_as_string(hide_password=False),
            "LMS_SECRET_KEY": "only-for-tests-0123456789abcdef0123456789abcdef",
            "LMS_SMTP_HOST": "127.0.0.1",
            "LMS_SMTP_PORT": str(port),
            "LMS_SMTP_SECURITY": "none",
            "LMS_MAIL_PER_MINUTE": "0",
        }
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.delivery.follow_process"], cwd=ROOT, env=environment
        )
        started.append(worker)
        return worker

    yield begin
    for worker in started:
        if worker.poll() is None:
            worker.kill()
        worker.wait()


def until(condition, seconds=20):
    """Look again and again: another process is at work."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def queue_now(sessions):
    with transaction(sessions) as session:
        now = utc_now()
        mail = queue_mail(session, not_before=now, expires_at=now.replace(year=now.year + 1))
        return mail.id


def state_of(sessions, mail_id):
    with reading(sessions) as session:
        return session.scalars(select(OutboxMessage.state).where(OutboxMessage.id == mail_id)).one()


def beats(sessions):
    with reading(sessions) as session:
        return session.scalars(select(Heartbeat.kind)).all()


def test_it_sends_what_becomes_due_and_ends_at_once_when_told(own_sessions, start):
    with mail_server() as server:
        worker = start(server.port)
        until(lambda: beats(own_sessions) == ["delivery"])
        first = queue_now(own_sessions)
        until(lambda: state_of(own_sessions, first) == State.SENT)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
        assert beats(own_sessions) == []
        assert len(server.received) == 1


def test_it_finishes_the_mail_in_hand(own_sessions, start):
    with mail_server() as server:
        worker = start(server.port)
        server.will("TEXT", lambda: (worker.send_signal(signal.SIGTERM), time.sleep(0.5)))
        mail = queue_now(own_sessions)
        assert worker.wait(20) == 0
        assert state_of(own_sessions, mail) == State.SENT


@pytest.mark.parametrize(("verb", "state"), [("RCPT", State.PENDING), ("TEXT", State.UNCERTAIN)])
def test_a_server_that_hangs_keeps_it_no_longer_than_its_patience(own_sessions, start, verb, state):
    with mail_server() as server:
        worker = start(server.port)
        server.will(verb, HANG)
        mail = queue_now(own_sessions)
        until(lambda: verb in server.commands)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
        assert state_of(own_sessions, mail) == state


def test_its_patience_leaves_time_to_write_down_what_happened():
    assert PATIENCE_SECONDS <= 15
