"""Health for machines: the process, the database, jobs and mail."""

import datetime as dt
import shutil

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from lms.kernel.clock import utc_now
from lms.outbox.queries import find_standstill
from lms.outbox.rules import State
from lms.system.queries import health as queries
from lms.system.rules import Level, findings, room_warnings
from lms.system.schema import schema_state
from lms.system.views.blueprint import blueprint
from lms.system.views.days import day_began_at
from lms.web.db import db_session, house
from lms.web.guard import public


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """The database answers, and its tables are those of this code."""
    try:
        state = schema_state(db_session())
    except SQLAlchemyError as error:
        return _unavailable([f"database cannot be reached ({type(error).__name__})"])
    if state.reason:
        return _unavailable([state.reason])
    room = room_warnings(shutil.disk_usage(house().settings.data_dir).free)
    return jsonify(status="ready", revision=state.current, warnings=room)


@blueprint.get("/health/jobs")
@public
def jobs_health() -> ResponseReturnValue:
    """Jobs and mail move; mail that stands still never takes the web pages down."""
    now = utc_now()
    try:
        session = db_session()
        mail = find_standstill(session, now=now, day_began_at=day_began_at(now))
        seen = queries.observe(session, mail)
    except SQLAlchemyError as error:
        return _unavailable([f"database cannot be reached ({type(error).__name__})"])
    found = findings(seen, now=now)
    is_red = any(finding.level is Level.RED for finding in found)
    answer = {
        "status": "failing" if is_red else ("warning" if found else "ok"),
        "reasons": [finding.reason for finding in found],
        "findings": [{"key": each.key, "level": each.level.value} for each in found],
        "scheduler_beat_at": _iso(seen.scheduler_beat_at),
        "delivery_beat_at": _iso(seen.delivery_beat_at),
        "last_sweep_at": _iso(seen.last_sweep_at),
        "last_backup_at": _iso(seen.backup_at),
        "oldest_waiting_since": _iso(seen.waiting_since),
        "messages": {state.value: mail.counts.get(state, 0) for state in State},
    }
    return jsonify(answer), 503 if is_red else 200


def _unavailable(reasons: list[str]) -> ResponseReturnValue:
    return jsonify(status="unavailable", reasons=reasons), 503


def _iso(when: dt.datetime | None) -> str | None:
    return when.isoformat(timespec="seconds") if when else None
