"""`flask reminders …` and `flask requirements …`: what pages and scheduler do, by hand."""

import datetime as dt
import json
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from lms.kernel.clock import utc_now
from lms.kernel.db import reading, transaction
from lms.kernel.domain import DomainError
from lms.people.queries import get_person
from lms.reminders.operations.loading import LoadOrder, LoadReport, load_requirements
from lms.reminders.operations.releasing import NobodyChosen, release
from lms.reminders.operations.sweeping import SweepFrame, sweep
from lms.reminders.queries.effects import differences, duty_dates
from lms.reminders.queries.export import requirement_rows
from lms.reminders.queries.holding import SendDay, count_mails, list_held, send_day
from lms.reminders.queries.holds import Hold, list_holds
from lms.reminders.queries.preview import reminders_ahead
from lms.reminders.queries.totals import day_totals
from lms.reminders.requirement_file import as_yaml, read_requirements
from lms.reminders.rules import usual_total
from lms.reminders.simulation import ItemDocument, MessageDocument, as_document
from lms.web.db import House, house
from lms.web.ids import MOST_ID
from lms.web.instants import DAY, INSTANT
from lms.web.tables import as_csv, as_table


def sweep_frame(of: House) -> SweepFrame:
    """What the settings say to a sweep."""
    return SweepFrame(
        zone=of.settings.time_zone,
        mail_domain=of.settings.mail_domain,
        default_locale=of.settings.default_locale,
        tells_supervisor=of.settings.supervisor_digest == "names",
    )


@click.group("reminders")
def reminder_commands() -> None:
    """Reminders: preview, sweep, and what waits for release."""


@reminder_commands.command("preview")
@click.option("--from", "from_on", type=DAY, help="First day, default today.")
@click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True)
@click.option("--person", help="E-mail address or #number.")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table")
@with_appcontext
def preview(from_on: dt.date | None, days: int, person: str | None, shape: str) -> None:
    """Every message that would go out; nothing is sent or written."""
    today = house().today()
    with reading(house().sessions) as session:
        messages = reminders_ahead(
            session,
            from_on=from_on or today,
            today=today,
            days=days,
            tells_supervisor=house().settings.supervisor_digest == "names",
            person_id=_person_id(session, person),
        )
    documents = [as_document(message) for message in messages]
    if shape == "json":
        click.echo(json.dumps(documents, ensure_ascii=False, indent=1))
        return
    rows = [_flat(document, item) for document in documents for item in document["items"]]
    head = ["send_on", "person", "audience", "course", "stage", "due_on", "about", "held"]
    if shape == "csv":
        click.echo(as_csv(head, rows), nl=False)
        return
    click.echo(as_table(head, [[str(cell) for cell in row] for row in rows]), nl=False)


def _person_id(session: Session, key: str | None) -> int | None:
    if key is None:
        return None
    try:
        return get_person(session, key).id
    except DomainError:
        click.echo(f"nobody is known as {key!r}; allowed: an e-mail address or #number", err=True)
        sys.exit(1)


def _flat(document: MessageDocument, item: ItemDocument) -> list[str | int]:
    return [
        document["send_on"],
        document["person"],
        document["audience"],
        item["course"],
        item["stage"],
        item["due_on"],
        item.get("about", ""),
        "held" if document.get("held") else "",
    ]


@reminder_commands.command("sweep")
@click.option("--at", "at", type=INSTANT, help="As if it were now.")
@with_appcontext
def sweep_now(at: dt.datetime | None) -> None:
    """Turn what is due into outbox messages; doing it again adds nothing."""
    result = sweep(house().sessions, sweep_frame(house()), now=at or utc_now())
    click.echo(f"rounds {result.rounds}, messages {result.messages}, held {result.held}")


@reminder_commands.command("holds")
@click.option("--format", "shape", type=click.Choice(["table", "csv", "json"]), default="table")
@with_appcontext
def holds(shape: str) -> None:
    """What waits for release after an import or a bulk change."""
    with reading(house().sessions) as session:
        frame = sweep_frame(house())
        send = send_day(
            session, now=utc_now(), zone=frame.zone, tells_supervisor=frame.tells_supervisor
        )
        usual = usual_total(day_totals(session, house().today(), send.calendar))
        documents = [_hold_document(session, one, send, usual) for one in list_holds(session)]
    if shape == "json":
        click.echo(json.dumps(documents, ensure_ascii=False, indent=1))
        return
    head = ["batch", "kind", "made_at", "made_by", "rounds", "people", "mails", "usual", "sample"]
    rows = [[_flat_cell(document[name]) for name in head] for document in documents]
    if shape == "csv":
        click.echo(as_csv(head, rows), nl=False)
        return
    click.echo(as_table(head, [[str(cell) for cell in row] for row in rows]), nl=False)


def _hold_document(session: Session, one: Hold, send: SendDay, usual: int) -> dict[str, object]:
    """A batch as it is printed; `mails` would follow its release, a usual day brings `usual`."""
    return {
        "batch": one.batch_id,
        "kind": one.kind,
        "made_at": one.made_at.isoformat(timespec="seconds"),
        "made_by": one.made_by,
        "rounds": one.round_count,
        "people": one.people_count,
        "mails": count_mails(list_held(session, one.batch_id, send)),
        "usual": usual,
        "sample": list(one.sample),
    }


def _flat_cell(value: object) -> str | int:
    if isinstance(value, list):
        return ", ".join(value)
    return value if isinstance(value, int) else str(value or "")


@reminder_commands.command("release")
@click.argument("batch", type=click.IntRange(1, MOST_ID))
@click.option("--person", "keys", multiple=True, help="Only this person's part; may be repeated.")
@with_appcontext
def release_batch(batch: int, keys: tuple[str, ...]) -> None:
    """Let a batch go: its rounds are planned by the next sweep."""
    try:
        with transaction(house().sessions) as session:
            people = [_person_id(session, key) for key in keys]
            count = release(
                session,
                batch,
                actor="operator",
                released_by=None,
                today=house().today(),
                now=utc_now(),
                person_ids=[one for one in people if one is not None] if keys else None,
            )
    except NobodyChosen:
        click.echo(f"batch {batch} holds nothing of these people", err=True)
        sys.exit(1)
    except DomainError:
        click.echo(f"batch {batch} is not waiting; see: flask reminders holds", err=True)
        sys.exit(1)
    click.echo(f"released {count}")


@click.group("requirements")
def requirement_commands() -> None:
    """Who must hold which course, under which policy."""


@requirement_commands.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, write nothing.")
@click.option("--apply-now", is_flag=True, help="Changed policies act on live rounds, too.")
@with_appcontext
def load(file: Path, *, dry_run: bool, apply_now: bool) -> None:
    """Bring requirements in line with a YAML file; what is not in it stays as it is."""
    content = read_requirements(file.name, file.read_bytes())
    if content.is_unreadable:
        click.echo(str(content.faults[0]), err=True)
        sys.exit(1)
    order = LoadOrder(today=house().today(), now=utc_now(), actor="operator", apply_now=apply_now)
    with transaction(house().sessions) as session:
        before = duty_dates(session) if dry_run else {}
        looked = session.begin_nested()
        report = load_requirements(session, content, order)
        for_whom = list(differences(before, duty_dates(session))) if dry_run else []
        if dry_run:
            looked.rollback()
            click.echo("dry run: nothing is saved", err=True)
    for line in (*map(str, report.faults), *report.notes, *for_whom):
        click.echo(line, err=True)
    _say_effects(report, dry_run=dry_run)
    click.echo(report.summary)
    sys.exit(1 if report.faults else 0)


def _say_effects(report: LoadReport, *, dry_run: bool) -> None:
    will = "would " if dry_run else ""
    click.echo(f"duties that {will}begin: {report.begun}, end: {report.ended}", err=True)
    if report.held:
        batch = "" if dry_run else f" (flask reminders release {report.batch_id})"
        click.echo(f"rounds that {will}wait for release: {report.held}{batch}", err=True)


@requirement_commands.command("export")
@with_appcontext
def export() -> None:
    """The requirements in force as the YAML file that loads them again."""
    with reading(house().sessions) as session:
        click.echo(as_yaml(requirement_rows(session)), nl=False)
