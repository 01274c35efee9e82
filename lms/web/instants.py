"""Days and instants on the command line, from years that leave room to reckon in."""

import datetime as dt
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import ScriptInfo

from lms.kernel.clock import parse_instant

if TYPE_CHECKING:
    from lms.web.db import House


_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class _Day(click.ParamType[dt.date]):
    name = "day"

    def convert(
        self,
        value: str | dt.date,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> dt.date:
        """A calendar day as ISO 8601 writes it."""
        if isinstance(value, dt.date):
            return value
        try:
            found = dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day such as 2027-03-01", param, ctx)
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            self.fail(_not_in_range(value), param, ctx)
        return found


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
            found = parse_instant(value, house.settings.time_zone)
        except ValueError:
            self.fail(f"{value!r} is no instant such as 2027-03-01T08:00+01:00", param, ctx)
        except OverflowError:
            self.fail(_not_in_range(value), param, ctx)
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            self.fail(_not_in_range(value), param, ctx)
        return found


def _not_in_range(value: str) -> str:
    return f"{value!r} is not from {_FIRST_YEAR} to {_LAST_YEAR}"


DAY = _Day()
INSTANT = _Instant()
