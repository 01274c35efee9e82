"""`flask scheduler run` as a process: it ticks at once, is alive, and ends when told."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from lms.kernel.db import reading
from lms.system.models import Heartbeat, JobRun
from tests.delivery.test_follow import until

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def start(own_sessions, tmp_path):
    """Start schedulers on the test's database."""
    started = []

    def begin():
        environment = {
            "PATH": os.defpath,
            "LMS_DATA_DIR": str(tmp_path / "data"),
            "LMS_DATABASE_URL": own_sessions.engine.url.render_as_string(hide_password=False),
            "LMS_SECRET_KEY": "only-for-tests-0123456789abcdef0123456789abcdef",
        }
        program = [sys.executable, "-m", "flask", "scheduler", "run"]
        started.append(subprocess.Popen(program, cwd=ROOT, env=environment))
        return started[-1]

    yield begin
    for scheduler in started:
        if scheduler.poll() is None:
            scheduler.kill()
        scheduler.wait()


def look(sessions, column):
    with reading(sessions) as session:
        return session.scalars(select(column)).all()


def test_two_of_them_run_each_job_once_and_end_when_told(own_sessions, start):
    both = [start(), start()]
    until(lambda: len(look(own_sessions, Heartbeat.process)) == 2, 60)
    jobs = {"tidy", "leavers", "verify"}
    until(lambda: jobs <= set(look(own_sessions, JobRun.job)), 60)
    runs = look(own_sessions, JobRun.job)
    # The clock may have reached the next minute meanwhile.
    assert [runs.count(job) for job in jobs] == [1, 1, 1]
    both[0].send_signal(signal.SIGTERM)
    both[1].send_signal(signal.SIGINT)
    assert [scheduler.wait(20) for scheduler in both] == [0, 0]
    assert look(own_sessions, Heartbeat.process) == []
