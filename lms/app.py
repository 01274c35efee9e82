"""create_app: the only module that knows every room."""

import datetime as dt
import logging
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from flask import Blueprint, Flask
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.access import queries as access_queries
from lms.access import rules as access_rules
from lms.access import views as access_views
from lms.access.operations import signing_in
from lms.authoring import views as authoring_views
from lms.certifications import views as certifications_views
from lms.courses import views as courses_views
from lms.delivery import views as delivery_views
from lms.home import frame
from lms.home import views as home_views
from lms.home.views.desk import STANDSTILL
from lms.kernel.clock import utc_now
from lms.kernel.db import Sessions, make_engine, reading
from lms.kernel.viewer import Viewer
from lms.learning import views as learning_views
from lms.lists import views as lists_views
from lms.outbox import views as outbox_views
from lms.privacy import views as privacy_views
from lms.privacy.views.taking import SHEETS
from lms.reminders import views as reminders_views
from lms.settings import Settings
from lms.staff import views as staff_views
from lms.system import views as system_views
from lms.system.schema import schema_state
from lms.web import db as web_db
from lms.web import errors, guard, headers, ids, languages, static_files, uploads
from lms.web.commands import LaterCommands, later
from lms.workshops import views as workshops_views

ROOT = Path(__file__).parent.parent
MEBIBYTE = 1024 * 1024

BLUEPRINTS: tuple[Blueprint, ...] = (
    access_views.blueprint,
    authoring_views.blueprint,
    certifications_views.blueprint,
    courses_views.blueprint,
    learning_views.blueprint,
    lists_views.blueprint,
    delivery_views.blueprint,
    home_views.blueprint,
    outbox_views.blueprint,
    privacy_views.blueprint,
    reminders_views.blueprint,
    staff_views.blueprint,
    system_views.blueprint,
    system_views.organisation,
    system_views.public_pages,
    workshops_views.blueprint,
)
# Imported when they are called: no web worker keeps Alembic or APScheduler in memory.
COMMANDS = {
    "absences": "lms.lists.cli:absence_commands",
    "audit": "lms.audit.cli:audit_commands",
    "backup": "lms.system.cli.backup:backup_commands",
    "content": "lms.authoring.cli:content_commands",
    "db": "lms.system.cli.preparing:db_commands",
    "demo": "lms.system.cli.preparing:demo_commands",
    "evidence": "lms.lists.cli:evidence_commands",
    "mail": "lms.delivery.cli:mail",
    "people": "lms.lists.cli:people_commands",
    "prepare": "lms.system.cli.preparing:prepare",
    "privacy": "lms.privacy.cli:privacy_commands",
    "reminders": "lms.reminders.cli:reminder_commands",
    "requirements": "lms.reminders.cli:requirement_commands",
    "scheduler": "lms.jobs.cli:scheduler",
    "status": "lms.staff.cli.status:status",
}

# These make the tables or need none.
WITHOUT_TABLES = frozenset({"backup", "content check", "db", "prepare"})


def create_app(settings: Settings, sessions: Sessions | None = None) -> Flask:
    """The whole application for these settings; tests hand in their own sessions."""
    app = Flask("lms", template_folder=str(ROOT / "templates"), static_folder=None)
    _configure(app, settings)
    errors.init_errors(app)
    headers.init_headers(app, settings)
    languages.init_languages(app, settings)
    static_files.init_static(app)
    ids.init_ids(app)
    uploads.init_uploads(app)
    guard.init_guard(app, _find_viewer)
    CSRFProtect(app)
    Compress(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.cli = LaterCommands(COMMANDS, _wrong_tables, WITHOUT_TABLES)
    # The demonstration stands below the mail worker and gets it handed down.
    app.extensions["lms_courier"] = partial(
        later("lms.delivery.rehearsal:local_courier"), app, settings
    )
    # The start page stands below the system and gets the question handed down.
    app.extensions[STANDSTILL] = system_views.standstill_in_words
    # Taking one's data along prints certificates, whose sheets stand on another feature's pages.
    app.extensions[SHEETS] = certifications_views.document.own_sheets
    frame.init_frame(app)
    web_db.init_db(
        app,
        settings,
        sessions or Sessions(make_engine(settings.database_url)),
        conflict_page=errors.conflict_page,
        away_page=errors.away_page,
    )
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-lms" if settings.is_https else "lms",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=dt.timedelta(days=14),
        MAX_CONTENT_LENGTH=MEBIBYTE,
        MAX_FORM_MEMORY_SIZE=MEBIBYTE,
        MAX_FORM_PARTS=1000,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "lms" / "translations"),
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_LEVEL=5,
    )
    app.jinja_env.undefined = StrictUndefined
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _wrong_tables() -> str | None:
    """Why no command but `prepare` and `db` may work on this database, and what to do."""
    with reading(web_db.house().sessions) as session:
        return schema_state(session).reason or None


def _find_viewer(token: str) -> Viewer | None:
    now = utc_now()
    found = access_queries.find_sign_in(
        web_db.db_session(), token, now=now, today=web_db.house().today()
    )
    if found is None:
        return None
    must_set_up_factor = access_rules.must_set_up_factor(
        found.viewer.roles,
        has_factor=found.has_factor,
        is_required=web_db.house().settings.second_factor == "required",
        set_up_at=found.set_up_at,
        now=now,
    )
    if now - found.last_seen_at >= access_rules.SEEN_EVERY:
        _note_last_seen(found.viewer.sign_in_id, now)
    return replace(found.viewer, must_set_up_factor=must_set_up_factor)


def _note_last_seen(sign_in_id: int, now: dt.datetime) -> None:
    web_db.after_the_request(
        lambda session: signing_in.note_seen(session, sign_in_id, now=now), may_wait=True
    )


def configure_logging() -> None:
    """One line per event on standard error, for whoever collects it."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(name)s %(message)s")
    for chatty in ("alembic", "apscheduler", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
