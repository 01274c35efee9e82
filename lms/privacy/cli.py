"""`flask privacy export`: what is stored about somebody, for whoever answers for it."""

import datetime as dt
import os
import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy.orm import Session

from lms.kernel.clock import utc_now
from lms.kernel.db import reading, transaction
from lms.people.models import Person
from lms.people.queries import find_person
from lms.privacy.operations import note_export
from lms.privacy.views.taking import gather, packed
from lms.web.db import house

privacy_commands = AppGroup("privacy", help="What is stored about people.")


@privacy_commands.command("export")
@click.argument("person", metavar="EMAIL")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(person: str, file: Path) -> None:
    """Write everything about EMAIL (or #number) into FILE, a ZIP (Art. 15, 20 GDPR)."""
    if not file.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}", param_hint="FILE")
    now = utc_now()
    with reading(house().sessions) as session:
        found = find_person(session, person)
        if found is None:
            click.echo(f"nobody is known as {person!r}; see: flask status", err=True)
            sys.exit(1)
        person_id, content = found.id, _content(session, found, now=now)
    with transaction(house().sessions) as session:
        note_export(session, person_id, actor="operator", now=now)
    _write(file, content)
    click.echo(f"{file}: {len(content)} bytes", err=True)


def _content(session: Session, person: Person, *, now: dt.datetime) -> bytes:
    """The file in the person's language; its certificates name the address of the house."""
    settings = house().settings
    with (
        current_app.test_request_context(base_url=settings.base_url),
        force_locale(person.locale or settings.default_locale),
    ):
        return packed(gather(session, person, now=now))


def _write(file: Path, content: bytes) -> None:
    """A file that only its owner reads, whole or not at all."""
    arriving = file.with_name(f".{file.name}.part")
    try:
        descriptor = os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
        arriving.replace(file)
    except OSError as error:
        arriving.unlink(missing_ok=True)
        click.echo(f"{file} cannot be written ({error.strerror})", err=True)
        sys.exit(1)
