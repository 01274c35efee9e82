"""Health for machines and the administrator's page."""

import datetime as dt
import re
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from lms.audit.models import AuditEntry
from lms.kernel.clock import utc_now
from lms.kernel.db import Sessions, make_engine
from lms.kernel.viewer import Role
from lms.outbox import claims, throttle
from lms.outbox.claims import Claim
from lms.outbox.models import MailThrottle
from lms.outbox.rules import Reason
from lms.people.operations import found_organisation
from lms.system.operations import backups
from lms.system.operations import runs as operations
from lms.system.rules import TIMETABLE
from lms.web.db import House
from tests import factories
from tests.outbox.mails import queue_mail

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def now():
    return utc_now()


@pytest.fixture
def all_well(session, now):
    """Both processes are alive, and the last sweep ended well."""
    for kind in ("scheduler", "delivery"):
        operations.beat(session, kind=kind, process=kind, now=now)
    operations.claim_slot(session, "sweep", now, process="scheduler", now=now)
    operations.end_run(session, "sweep", now, count=0, error=None, now=now)


@pytest.fixture
def administrator(client_of):
    return client_of(Role.ADMINISTRATOR)


def _words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def test_healthz_asks_nobody_and_answers_any_host(client):
    answer = client.get("/healthz", headers={"Host": "10.0.0.7:8000"})
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_readyz(client, session):
    answer = client.get("/readyz", headers={"Host": "10.0.0.7:8000"})
    revision = session.scalar(text("SELECT version_num FROM alembic_version"))
    assert (answer.status_code, answer.json) == (
        200,
        {"status": "ready", "revision": revision, "warnings": []},
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            "UPDATE alembic_version SET version_num = 'ffff'",
            (
                "database is newer than this code (revision ffff is unknown here):"
                " install the newer release"
            ),
        ),
        (
            "DELETE FROM alembic_version",
            "database is older than this code: run flask db upgrade",
        ),
    ],
)
def test_readyz_says_what_does_not_fit_and_what_to_do(client, session, change, reason):
    session.execute(text(change))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        503,
        {"status": "unavailable", "reasons": [reason]},
    )


@pytest.mark.parametrize("path", ["/readyz", "/health/jobs"])
def test_a_database_that_cannot_be_reached(client, app, settings, path, tmp_path):
    away = Sessions(make_engine(f"sqlite:///{tmp_path}/no/such/folder/x.db"))
    app.extensions["lms"] = House(settings, away)
    answer = client.get(path)
    assert (answer.status_code, answer.json) == (
        503,
        {
            "status": "unavailable",
            "reasons": ["database cannot be reached (OperationalError)"],
        },
    )


def test_health_of_jobs_when_all_is_well(client, all_well):
    answer = client.get("/health/jobs")
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["reasons"]) == ("ok", [])
    assert answer.json["messages"]["pending"] == 0


def test_health_of_jobs_before_anything_runs(client):
    answer = client.get("/health/jobs")
    assert (answer.status_code, answer.json["status"]) == (503, "failing")
    assert answer.json["reasons"] == [
        "no scheduler process is running",
        "no delivery process is running",
    ]


def test_mail_that_waits_for_more_than_half_an_hour(client, session, all_well, now):
    queue_mail(session, not_before=now - 31 * MINUTE, expires_at=now + 60 * MINUTE)
    answer = client.get("/health/jobs")
    assert (answer.status_code, [each["key"] for each in answer.json["findings"]]) == (
        503,
        ["waiting"],
    )


def test_an_uncertain_mail_is_a_warning(client, session, all_well, now):
    mail = queue_mail(session, not_before=now, expires_at=now + MINUTE)
    claims.claim(session, worker="w", now=now)
    claims.mark_sending(session, Claim(mail.id, "w"), text={}, now=now)
    claims.mark_uncertain(session, Claim(mail.id, "w"), reply="", now=now)
    answer = client.get("/health/jobs")
    assert (answer.status_code, answer.json["status"]) == (200, "warning")
    assert answer.json["findings"] == [{"key": "uncertain", "level": "yellow"}]


def test_health_names_nobody(client, session, all_well, now):
    queue_mail(
        session,
        factories.make_person(session, email="jana@example.org"),
        not_before=now - 31 * MINUTE,
        expires_at=now + MINUTE,
    )
    assert "jana" not in client.get("/health/jobs").text


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_the_page_is_the_administrators(client_of, role):
    client = client_of(role)
    assert client.get("/system").status_code == 403
    assert client.post("/system/mail/try-again").status_code == 403


def test_signed_out(client):
    assert client.get("/system").headers["Location"] == "/login?next=/system"
    assert client.post("/system/mail/try-again").status_code == 302


def test_the_page_when_all_runs(administrator, all_well):
    page = _words(administrator.get("/system"))
    assert "Alles läuft." in page
    assert "Erinnerungen planen" in page
    assert "0,0&nbsp;s" in page
    assert "In Ordnung" in page
    assert page.count("Noch nicht gelaufen") == len(TIMETABLE) - 1
    assert "lokales Postfach" in page


def test_settings_with_their_source_and_secrets_only_as_set(
    administrator, app, settings, sessions, monkeypatch, all_well
):
    (settings.data_dir / "lms.env").write_text("LMS_SMTP_HOST=mail.example.org\n")
    monkeypatch.setenv("LMS_SMTP_PORT", "2525")
    changed = replace(
        settings, smtp_host="mail.example.org", smtp_port=2525, smtp_password="hush-hush"
    )
    app.extensions["lms"] = House(changed, sessions)
    answer = administrator.get("/system")
    page = _words(answer)
    assert "LMS_SMTP_HOST mail.example.org lms.env" in page
    assert "LMS_SMTP_PORT 2525 Umgebung" in page
    assert "LMS_TIME_ZONE Europe/Berlin Vorgabe" in page
    assert "LMS_SMTP_PASSWORD gesetzt" in page
    assert "LMS_SECRET_KEY gesetzt" in page
    assert "hush-hush" not in answer.text
    assert settings.secret_key not in answer.text


def test_counts_without_recipients(administrator, session, all_well, now):
    queue_mail(
        session,
        factories.make_person(session, email="jana@example.org"),
        not_before=now + MINUTE,
        expires_at=now + 2 * MINUTE,
    )
    page = administrator.get("/system")
    assert "Geplant 1" in _words(page)
    assert "jana" not in page.text


def test_the_alarm_says_what_stands_still_and_one_click_tries_again(
    administrator, session, all_well, now
):
    begun = now - 40 * MINUTE
    tried, _untried = (
        queue_mail(session, not_before=begun, expires_at=now + 60 * MINUTE) for _ in range(2)
    )
    claims.claim(session, worker="w", now=begun)
    held = Claim(tried.id, "w")
    claims.put_back(
        session, held, again_at=now + MINUTE, reason=Reason.UNREACHABLE, reply="refused"
    )
    throttle.note_trouble(session, rest_for=15 * MINUTE, now=now)
    page = _words(administrator.get("/system"))
    assert "geht keine Post raus" in page
    assert "Der Mailserver ist nicht zu erreichen." in page
    assert "1 E-\u2060Mail wartet, verloren ist sie nicht." in page
    assert "Jetzt noch einmal versuchen" in page
    answer = administrator.post("/system/mail/try-again")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/system")
    assert session.scalars(select(MailThrottle.open_until)).one() is None
    session.refresh(tried)
    assert tried.not_before <= utc_now()
    assert session.scalars(select(AuditEntry.verb)).all()[-1] == "mail.hurried"


def test_trying_again_needs_the_token(administrator):
    assert administrator.post("/system/mail/try-again", csrf=False).status_code == 400
    assert administrator.get("/system/mail/try-again").status_code == 405


@pytest.mark.parametrize(
    ("silent", "title"),
    [
        ("scheduler", "Erinnerungen werden nicht geplant"),
        ("delivery", "Der Versand läuft nicht"),
    ],
)
def test_a_process_that_is_gone(administrator, session, all_well, silent, title):
    operations.end_beat(session, process=silent)
    page = _words(administrator.get("/system"))
    assert title in page
    assert "Jetzt noch einmal versuchen" not in page


def test_a_sweep_that_keeps_failing(administrator, session, now, all_well):
    session.execute(text("DELETE FROM job_runs"))
    ago = now - 40 * MINUTE
    operations.claim_slot(session, "sweep", ago, process="s", now=ago)
    operations.end_run(session, "sweep", ago, count=0, error=None, now=ago)
    operations.claim_slot(session, "sweep", now, process="s", now=now)
    operations.end_run(session, "sweep", now, count=0, error="ValueError", now=now)
    page = _words(administrator.get("/system"))
    assert "wurde nichts geplant" in page
    assert "Letzter Lauf gescheitert ValueError" in page


def test_mail_that_the_server_keeps_refusing(administrator, session, all_well, now):
    mail = queue_mail(session, not_before=now - MINUTE, expires_at=now + 60 * MINUTE)
    for again_at in (now, now, now, now + 50 * MINUTE):
        claims.claim(session, worker="w", now=now)
        held = Claim(mail.id, "w")
        claims.put_back(session, held, again_at=again_at, reason=Reason.NOT_SECURE, reply="x")
    page = _words(administrator.get("/system"))
    assert "Der Mailserver nimmt keine Post an" in page
    assert "Die Administration prüft LMS_SMTP_SECURITY" in page


def test_english(client_of, session, all_well):
    person = factories.make_person(session, roles=[Role.ADMINISTRATOR], locale="en")
    page = _words(client_of(person=person).get("/system"))
    assert "Everything is running." in page
    assert "Plan reminders" in page


def test_the_newest_backups_stand_on_the_page(administrator, session, all_well, now):
    assert "Noch keine Sicherung." in _words(administrator.get("/system"))
    for day, mark in ((2, "a"), (1, "b")):
        backups.note_backup(
            session,
            path=f"/backup/{mark}.zip",
            size_bytes=12_400_000,
            sha256=mark * 64,
            now=now - day * dt.timedelta(days=1),
        )
    backups.note_verified(session, "a" * 64, now=now)
    page = _words(administrator.get("/system"))
    assert page.index("/backup/b.zip") < page.index("/backup/a.zip")
    assert "12,4 MB, noch nicht geprüft /backup/b.zip" in page
    assert "12,4 MB, Wiederherstellung geprüft /backup/a.zip" in page
    assert "Wird Zeit" not in page


def test_backups_that_have_ended_are_an_alarm(client, administrator, session, all_well, now):
    backups.note_backup(
        session, path="/b.zip", size_bytes=1, sha256="a" * 64, now=now - dt.timedelta(days=31)
    )
    answer = client.get("/health/jobs")
    assert (answer.status_code, answer.json["findings"]) == (
        503,
        [{"key": "backup", "level": "red"}],
    )
    page = _words(administrator.get("/system"))
    assert "gibt es keine Sicherung" in page
    assert "Jetzt noch einmal versuchen" not in page


def test_settings_that_the_organisation_overrides_say_so(administrator, session):
    found_organisation(session, name="Haus Stern", holidays_region="DE-HH")
    text = _words(administrator.get("/system"))
    assert "Nur beim ersten Start. Jetzt gilt: Haus Stern" in text
    assert "Nur beim ersten Start. Jetzt gilt: DE-HH" in text
