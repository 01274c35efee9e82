"""`flask people setup-address`: where the first administrator sets a password."""

import click
from flask.cli import AppGroup

from lms.access.operations.set_up import open_set_up
from lms.kernel.clock import utc_now
from lms.kernel.db import transaction
from lms.people.queries import has_administrator
from lms.web.db import house

people_commands = AppGroup("people", help="People and how they get in.")


@people_commands.command("setup-address")
def setup_address() -> None:
    """Print a one-time address (72 hours); nothing once there is an administrator."""
    with transaction(house().sessions) as session:
        if has_administrator(session):
            return
        token = open_set_up(session, now=utc_now())
    click.echo(f"{house().settings.base_url}/setup/{token}")
