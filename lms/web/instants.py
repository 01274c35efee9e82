"""Instants on the command line."""

import datetime as dt
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import ScriptInfo

from lms.kernel.clock import parse_instant

if TYPE_CHECKING:
    from lms.web.db import House


class _Instant(click.ParamType[dt.datetime]):
    name = "instant"

    def convert(
        self,
        value: str | dt.datetime,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> dt.datetime:
        """An aware instant in UTC; wall time of the organisation when no offset is given."""
        if isinstance(value, dt.datetime):
            return value
        # Options are read before a command has its application context.
        info = ctx.find_object(ScriptInfo) if ctx else None
        house: House = (info.load_app() if info else current_app).extensions["lms"]
        try:
            return parse_instant(value, house.settings.time_zone)
        except ValueError:
            self.fail(f"{value!r} is no instant such as 2027-03-01T08:00+01:00", param, ctx)


INSTANT = _Instant()
