"""`flask mail deliver · list · retry`."""

import datetime as dt
import json
import sys
import time
from collections.abc import Callable

import click
from flask import current_app
from flask.cli import AppGroup

from lms.delivery.assembly import make_worker
from lms.delivery.endings import Ending
from lms.delivery.kinds import kinds_of
from lms.delivery.rounds import deliver_all, follow
from lms.delivery.worker import Worker
from lms.kernel.clock import utc_now
from lms.kernel.db import reading, transaction
from lms.kernel.domain import DomainError
from lms.outbox import operations, queries
from lms.outbox.models import OutboxMessage
from lms.system.operations import runs as system
from lms.system.queries.health import DELIVERY
from lms.web.db import house
from lms.web.ids import MOST_ID
from lms.web.instants import INSTANT

mail = AppGroup("mail", help="Deliver mail; look at the outbox.")

_BEAT_EVERY_SECONDS = 30.0
_SUMMARY = ("sent", "retry", "failed", "uncertain", "cancelled", "expired")


@mail.command("deliver")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many mails.")
@click.option("--at", type=INSTANT, help="Take this instant for now, such as 2027-03-01T08:00.")
@click.option("--follow", "follows", is_flag=True, help="Go on until SIGTERM.")
def deliver(limit: int | None, at: dt.datetime | None, *, follows: bool) -> None:
    """Bring what is due to the mail server, or to the local mailbox when none is set."""
    if follows and (limit is not None or at is not None):
        message = "--follow goes without --limit and --at"
        raise click.UsageError(message)
    with Ending() as ending:
        worker = make_worker(
            current_app,
            house().settings,
            house().sessions,
            kinds=kinds_of(house().settings.time_zone),
            now=_clock_from(at) if at else utc_now,
            rest=ending.sleep,
            conversation=ending.conversation,
        )
        if follows:
            _follow(worker, ending)
        else:
            _deliver_once(worker, ending, limit)


def _deliver_once(worker: Worker, ending: Ending, limit: int | None) -> None:
    rest_until = deliver_all(worker, ending, limit=limit)
    click.echo(", ".join(f"{word} {worker.tally[word]}" for word in _SUMMARY))
    if rest_until is not None:
        click.echo(
            "The mail server cannot be used now; the next try is at"
            f" {rest_until.isoformat(timespec='seconds')}. Nothing is lost: flask mail list",
            err=True,
        )
        sys.exit(1)


def _follow(worker: Worker, ending: Ending) -> None:
    process = system.own_name()
    beaten_at = -_BEAT_EVERY_SECONDS

    def beat() -> None:
        nonlocal beaten_at
        if time.monotonic() - beaten_at >= _BEAT_EVERY_SECONDS:
            with transaction(worker.sessions) as session:
                system.beat(session, kind=DELIVERY, process=process, now=utc_now())
            beaten_at = time.monotonic()

    follow(worker, ending, beat)
    with transaction(worker.sessions) as session:
        system.end_beat(session, process=process)


def _clock_from(start: dt.datetime) -> Callable[[], dt.datetime]:
    """A clock that shows `start` now and goes on from there: the throttle has to see time pass."""
    begun = time.monotonic()
    return lambda: start + dt.timedelta(seconds=time.monotonic() - begun)


@mail.command("list")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table")
def list_mails(shape: str) -> None:
    """Show every mail of the outbox."""
    with reading(house().sessions) as session:
        rows = [_json(mail) for mail in queries.list_mails(session)]
    if shape == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo(
            f"{row['id']:>6}  {row['state']:9}  {row['sent_at'] or row['not_before']}"
            f"  {row['kind']:10}  {row['to'] or '-':40}  {row['subject'] or ''}".rstrip()
        )


def _json(one: OutboxMessage) -> dict[str, object]:
    return {
        "id": one.id,
        "state": one.state,
        "kind": one.kind,
        "to": one.to_address,
        "subject": one.subject,
        "not_before": _iso(one.not_before),
        "expires_at": _iso(one.expires_at),
        "created_at": _iso(one.created_at),
        "sent_at": _iso(one.sent_at),
        "attempts": one.attempts,
        "message_id": one.message_id,
        "reason": one.reason,
        "reply": one.smtp_reply,
    }


def _iso(instant: dt.datetime | None) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None


@mail.command("retry")
@click.argument("mail_id", metavar="ID", type=click.IntRange(1, MOST_ID))
def retry(mail_id: int) -> None:
    """Send a mail that failed, is uncertain, or waits after a try once more, at once."""
    try:
        with transaction(house().sessions) as session:
            operations.resend(session, mail_id, actor="operator", now=utc_now())
    except DomainError as error:
        words = (
            f"mail {mail_id} does not exist"
            if error.status == 404
            else f"mail {mail_id} is not sent again: only one that failed, is uncertain, or waits"
            " after a try is"
        )
        click.echo(words, err=True)
        sys.exit(1)
    click.echo(f"mail {mail_id} is queued again: flask mail deliver")
