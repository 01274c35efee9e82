"""`flask audit verify`: recompute the chain of the log."""

import sys

import click
from flask.cli import with_appcontext

from lms.audit import queries
from lms.kernel.db import reading
from lms.web.db import house


@click.group("audit")
def audit_commands() -> None:
    """The log that is only added to."""


@audit_commands.command("verify")
@with_appcontext
def verify() -> None:
    """Recompute the chain; exit 1 and name the first entry that does not fit."""
    with reading(house().sessions) as session:
        state = queries.verify_chain(session)
    if state.broken_id is not None:
        click.echo(f"audit entry {state.broken_id} does not fit the chain", err=True)
        sys.exit(1)
    click.echo(f"{state.linked} entries in order, {state.waiting} waiting to be linked")
    click.echo(f"head {state.head}")
