"""`flask people import · evidence import · absences import`."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click
import flask_babel
from flask.cli import AppGroup, with_appcontext

from lms.kernel.clock import utc_now
from lms.kernel.db import reading, transaction
from lms.kernel.domain import DomainError
from lms.lists.models import Import
from lms.lists.operations.looking import look
from lms.lists.operations.parts import read_list
from lms.lists.operations.rows import bring
from lms.lists.operations.saving import begin_saving, save
from lms.lists.queries.imports import list_results
from lms.lists.rules import Fault, Importer, ListKind, Occasion, Outcome, RowResult, Tally
from lms.staff.cli.people import people_commands
from lms.web.db import house
from lms.web.languages import spoken

evidence_commands = AppGroup("evidence", help="What people have shown so far.")
absence_commands = AppGroup("absences", help="When people are away; never why.")

MOST_OF_A_NAME = 200
_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Say what would change, write nothing.")


@people_commands.command("import")
@_FILE
@_DRY_RUN
@with_appcontext
def import_people(file: Path, *, dry_run: bool) -> None:
    """Bring the staff list in line with a CSV file; nobody is removed for not being in it."""
    _run(ListKind.PEOPLE, file, dry_run=dry_run)


@evidence_commands.command("import")
@_FILE
@_DRY_RUN
@with_appcontext
def import_evidence(file: Path, *, dry_run: bool) -> None:
    """Record past trainings from a CSV file, judged as on their day; sends nothing."""
    _run(ListKind.EVIDENCE, file, dry_run=dry_run)


@absence_commands.command("import")
@_FILE
@_DRY_RUN
@with_appcontext
def import_absences(file: Path, *, dry_run: bool) -> None:
    """Enter absences from a CSV file; due dates wait for the return."""
    _run(ListKind.ABSENCES, file, dry_run=dry_run)


def _run(kind: ListKind, file: Path, *, dry_run: bool) -> None:
    occasion = Occasion(today=house().today(), now=utc_now(), importer=Importer())
    content = file.read_bytes()
    with flask_babel.force_locale("en"):
        try:
            table = read_list(kind, content)
        except DomainError as error:
            click.echo(f"{file.name}: {spoken(error)}", err=True)
            sys.exit(1)
        _say_unknown(table.unknown)
        if dry_run:
            looked = look(house().sessions, kind, table, occasion)
            _report(looked.results, looked.tally, dry_run=True, batch_id=None)
            return
        with transaction(house().sessions) as session:
            made = bring(
                session,
                kind,
                file_name=file.name[:MOST_OF_A_NAME],
                content=content,
                table=table,
                occasion=occasion,
            )
            begin_saving(session, made)
            import_id = made.id
        save(house().sessions, import_id, occasion)
        with reading(house().sessions) as session:
            done = session.get_one(Import, import_id)
            results = list_results(session, import_id)
            tally, batch_id = Tally(**done.tally), done.batch_id
        _report(results, tally, dry_run=False, batch_id=batch_id)


def _report(
    results: Iterable[RowResult], tally: Tally, *, dry_run: bool, batch_id: int | None
) -> None:
    for one in results:
        for line in _lines(one):
            click.echo(line, err=True)
    if dry_run:
        click.echo("dry run: nothing is saved", err=True)
    will = "would " if dry_run else ""
    if tally.begun or tally.ended:
        click.echo(f"duties that {will}begin: {tally.begun}, end: {tally.ended}", err=True)
    if tally.held or dry_run:
        batch = f" (flask reminders release {batch_id})" if batch_id is not None else ""
        click.echo(f"rounds that {will}wait for release: {tally.held}{batch}", err=True)
    click.echo(tally.summary)
    sys.exit(1 if tally.refused else 0)


def _say_unknown(headings: Iterable[str]) -> None:
    for heading in headings:
        click.echo(f"column {heading!r} is unknown and left alone", err=True)


def _lines(one: RowResult) -> Iterable[str]:
    kind = "" if one.outcome is Outcome.REFUSED else "note: "
    for fault in one.faults:
        yield f"row {one.line}{_place(fault)}: {kind}{_words(fault)}"


def _place(fault: Fault) -> str:
    column = f", column {fault.column}" if fault.column else ""
    return f"{column}, value {fault.value!r}" if fault.value else column


def _words(fault: Fault) -> str:
    return str(flask_babel.gettext(fault.message, **fault.values))
