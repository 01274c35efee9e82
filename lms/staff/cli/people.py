"""`flask people`: how people get in, from the first administrator to letters on paper."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click
import flask_babel
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.access.emails import Letterhead
from lms.access.exports import letters_pdf
from lms.access.operations.second_factor import reset_for
from lms.access.operations.set_up import open_set_up
from lms.kernel.clock import utc_now
from lms.kernel.db import transaction
from lms.kernel.domain import DomainError
from lms.kernel.text import unkept
from lms.kernel.viewer import Role
from lms.people.models import Person, Unit
from lms.people.queries import find_organisation, find_person, has_administrator
from lms.staff import operations as staff
from lms.staff.changes import NewPerson, PersonChanges
from lms.staff.operations import inviting
from lms.staff.queries.inviting import list_for_letters
from lms.staff.queries.people import get_master_data
from lms.staff.views.letter_words import sheets
from lms.web.db import house
from lms.web.languages import spoken

_ACTOR = "operator"
_DEFAULT_UNIT = "Verwaltung"

people_commands = AppGroup("people", help="People and how they get in.")


@people_commands.command("setup-address")
def setup_address() -> None:
    """Print a one-time address (72 hours); nothing once there is an administrator."""
    with transaction(house().sessions) as session:
        if has_administrator(session):
            return
        token = open_set_up(session, now=utc_now())
    click.echo(f"{house().settings.base_url}/setup/{token}")


@people_commands.command("invite")
@click.argument("email")
@click.option("--name", help="First and last name; needed for somebody who is not known yet.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="May be given several times; everybody is an employee.",
)
@click.option(
    "--unit",
    default=_DEFAULT_UNIT,
    show_default=True,
    help="Unit of somebody who is not known yet; made when it is new.",
)
def invite(email: str, name: str | None, roles: tuple[str, ...], unit: str) -> None:
    """Send an invitation (72 hours, once) to EMAIL; enters the person if nobody has the address."""
    head = Letterhead.of(house().settings, now=utc_now())
    wanted = frozenset(Role(role) for role in roles)
    try:
        with transaction(house().sessions) as session:
            person = find_person(session, email)
            if person is None:
                person = _added(session, email, name, unit=unit, roles=wanted, head=head)
            else:
                _give(session, person, wanted, head)
            inviting.invite(session, person, head, actor=_ACTOR)
            shown = f"{person.name} <{person.email}>"
    except DomainError as error:
        _refuse(error)
    click.echo(f"invited {shown}")


@people_commands.command("letters")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--unit", help="Only people of this unit.")
def letters(file: Path, unit: str | None) -> None:
    """Write access letters for everybody without an e-mail address and a password into FILE.pdf.

    One page each, with a one-time code (30 days). A new letter makes an older one void.
    """
    settings, head = house().settings, Letterhead.of(house().settings, now=utc_now())
    try:
        with transaction(house().sessions) as session:
            unit_id = _unit_id(session, unit)
            people = list_for_letters(session, today=head.today, unit_id=unit_id)
            written = inviting.write_letters(
                session, people, head, secret_key=settings.secret_key, actor=_ACTOR
            )
            stored = find_organisation(session)
            printed = sheets(
                written,
                organisation=stored.name if stored else settings.organisation,
                base_url=settings.base_url,
                default_locale=settings.default_locale,
                zone=settings.time_zone,
            )
            if printed:
                # Before anything is saved: a code that is on no paper would only void the old one.
                _write_private(file, letters_pdf(printed))
    except DomainError as error:
        _refuse(error)
    except OSError as error:
        click.echo(f"{file}: cannot be written ({error.strerror})", err=True)
        sys.exit(1)
    click.echo(f"letters {len(printed)}" + ("" if printed else ": nobody needs one"))


@people_commands.command("reset-factor")
@click.argument("person")
def reset_factor(person: str) -> None:
    """Remove the lost second factor of PERSON (e-mail address or #number); they are told."""
    head = Letterhead.of(house().settings, now=utc_now())
    try:
        with transaction(house().sessions) as session:
            found = find_person(session, person)
            if found is None:
                click.echo(f"nobody is known as {person!r}", err=True)
                sys.exit(1)
            reset_for(session, found, head, actor=_ACTOR)
    except DomainError as error:
        _refuse(error)
    click.echo("removed")


def _added(
    session: Session,
    email: str,
    name: str | None,
    *,
    unit: str,
    roles: frozenset[Role],
    head: Letterhead,
) -> Person:
    first, _blank, last = (name or "").strip().rpartition(" ")
    if not first:
        message = f"nobody is known as {email!r}; give --name 'First Last' to enter somebody new"
        raise click.UsageError(message)
    values = NewPerson(first_name=first, last_name=last, unit=unit, email=email, roles=roles)
    return staff.add(session, values, actor=_ACTOR, today=head.today, now=head.now)


def _give(session: Session, person: Person, wanted: frozenset[Role], head: Letterhead) -> None:
    """Rights that the person does not have yet; none is taken."""
    present = {given.role for given in get_master_data(session, person.id).roles}
    if not wanted <= present | {Role.EMPLOYEE}:
        changes = PersonChanges(roles=frozenset(present | wanted))
        staff.change(session, person, changes, actor=_ACTOR, today=head.today, now=head.now)


def _unit_id(session: Session, name: str | None) -> int | None:
    if name is None:
        return None
    found = None if unkept(name) else session.scalar(select(Unit.id).where(Unit.name == name))
    if found is None:
        click.echo(f"no unit is called {name!r}", err=True)
        sys.exit(1)
    return found


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)


def _refuse(error: DomainError) -> NoReturn:
    with flask_babel.force_locale("en"):
        click.echo(spoken(error), err=True)
    sys.exit(1)
