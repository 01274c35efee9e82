"""The system page for administrators."""

import datetime as dt
import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from lms.kernel.clock import utc_now
from lms.kernel.permissions import Permission
from lms.outbox import operations as outbox
from lms.outbox.queries import Standstill, find_standstill
from lms.outbox.rules import WORDS, Reason, State
from lms.people.queries import find_organisation
from lms.settings import in_force
from lms.system.queries import health as queries
from lms.system.rules import (
    TIMETABLE,
    VERSION,
    Finding,
    JobState,
    Level,
    Planned,
    Run,
    findings,
    job_state,
    next_slot,
)
from lms.system.schema import schema_state
from lms.system.views.blueprint import blueprint
from lms.system.views.days import day_began_at
from lms.web.db import db_session, house
from lms.web.guard import requires, viewer
from lms.web.languages import instant

_PACKAGES = ("Flask", "SQLAlchemy", "APScheduler", "waitress")
_BACKUPS_SHOWN = 3
_MAIL_FINDINGS = frozenset({"waiting", "stubborn", "resting"})


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job as the page shows it."""

    planned: Planned
    label: str
    last: Run | None
    next_at: dt.datetime
    key: str
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """What stands still, in words, and what is not lost."""

    title: str
    text: str
    may_hurry: bool


@blueprint.get("/system")
@requires(Permission.RUN_SYSTEM)
def overview() -> str:
    """What runs, what stands still, which settings are in force."""
    now = utc_now()
    session = db_session()
    mail = find_standstill(session, now=now, day_began_at=day_began_at(now))
    found = findings(queries.observe(session, mail), now=now)
    runs = queries.last_runs(session, [planned.name for planned in TIMETABLE])
    settings = house().settings
    return render_template(
        "system/overview.html",
        now=now,
        alarm=_alarm(found, mail),
        jobs=[_job_line(planned, runs.get(planned.name), now) for planned in TIMETABLE],
        settings=in_force(settings),
        overridden=_overridden(session),
        factor_is_offered=settings.second_factor == "offered",
        mail=mail,
        backups=queries.newest_backups(session, _BACKUPS_SHOWN),
        is_backup_late=any(finding.key == "backup" for finding in found),
        State=State,
        smtp=f"{settings.smtp_host}:{settings.smtp_port}" if settings.smtp_host else None,
        database=queries.database_facts(session),
        revision=schema_state(session).current,
        version=VERSION,
        versions=_versions(),
    )


@blueprint.post("/system/mail/try-again")
@requires(Permission.RUN_SYSTEM)
def try_again() -> ResponseReturnValue:
    """Do not wait any longer for the mail server: whatever waits is tried now."""
    outbox.try_again_now(db_session(), actor=f"person:{viewer().person_id}", now=utc_now())
    flash(_("Der Versand versucht es jetzt noch einmal."), "ok")
    return redirect(url_for("system.overview"))


def _overridden(session: Session) -> dict[str, str]:
    """Settings that are first values only, with what the organisation says now."""
    found = find_organisation(session)
    if found is None:
        return {}
    return {"LMS_ORGANISATION": found.name, "LMS_HOLIDAYS": found.holidays}


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    return (
        ("Python", platform.python_version()),
        *((package, version(package)) for package in _PACKAGES),
    )


def _job_line(planned: Planned, last: Run | None, now: dt.datetime) -> JobLine:
    looks = {
        JobState.WELL: ("ok", "circle-check", _("In Ordnung")),
        JobState.WAITING: ("none", "circle-dashed", _("Noch nicht gelaufen")),
        JobState.FAILED: ("soon", "clock-alert", _("Letzter Lauf gescheitert")),
        JobState.STALLED: ("exp", "triangle-alert", _("Steht still")),
    }
    key, icon, words = looks[job_state(planned, last, now=now)]
    return JobLine(planned, _(planned.label), last, next_slot(planned.every, now), key, icon, words)


def _alarm(found: list[Finding], mail: Standstill) -> Alarm | None:
    """The worst of what stands still; None when all is well or merely worth a look."""
    worst = next((one for one in found if one.level is Level.RED), None)
    if worst is None:
        return None
    texts = {
        "scheduler": _(
            "Es läuft kein Prozess „flask scheduler run“. "
            "Starte ihn auf dem Server, er holt alles nach."
        ),
        "delivery": _(
            "Es läuft kein Prozess „flask mail deliver --follow“. "
            "Starte ihn auf dem Server, er holt alles nach."
        ),
        "sweep": _("Das Planen scheitert oder dauert zu lange. Warum, sagt das Log des Prozesses."),
        "backup": _(
            "Mach auf dem Server mit „flask backup create“ eine und prüf sie mit "
            "„flask backup verify“."
        ),
    }
    is_mail = worst.key in _MAIL_FINDINGS
    text = _mail_text(mail) if is_mail else texts[worst.key]
    return Alarm(_alarm_title(worst), text, may_hurry=is_mail)


def _alarm_title(worst: Finding) -> str:
    since = instant(worst.since) if worst.since else ""
    titles = {
        "scheduler": _("Erinnerungen werden nicht geplant"),
        "delivery": _("Der Versand läuft nicht"),
        "sweep": _("Seit %(when)s wurde nichts geplant", when=since),
        "waiting": _("Seit %(when)s geht keine Post raus", when=since),
        "stubborn": _("Der Mailserver nimmt keine Post an"),
        "backup": _("Seit %(when)s gibt es keine Sicherung", when=since),
    }
    return str(titles[worst.key])


def standstill_in_words(session: Session, now: dt.datetime) -> str | None:
    """What stands still, in a few words for the start page; None when all is well."""
    found = findings(queries.observe_in_short(session, now=now), now=now)
    worst = next((one for one in found if one.level is Level.RED), None)
    return _alarm_title(worst) if worst else None


def _mail_text(mail: Standstill) -> str:
    waiting = mail.waiting_count + mail.stubborn_count
    parts = []
    if mail.last_trouble in set(Reason):
        words = WORDS[Reason(mail.last_trouble)]
        parts.append(_(words.what, address="–"))
        if mail.last_trouble not in (Reason.BUSY, Reason.UNREACHABLE):
            parts.append(_(words.deed))
    parts.append(
        ngettext(
            "%(num)s E-\u2060Mail wartet, verloren ist sie nicht.",
            "%(num)s E-\u2060Mails warten, keine ist verloren.",
            waiting,
        )
    )
    if mail.resting_until is not None:
        parts.append(_("Nächster Versuch: %(when)s.", when=instant(mail.resting_until)))
    return " ".join(parts)
