"""Commands that are imported when they are called: a web worker never needs them in memory."""

import copy
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from typing import Any

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import OperationalError

# Says why the database cannot be worked on, and what to do; None when it can.
Gate = Callable[[], str | None]


def imported(name: str) -> Any:  # noqa: ANN401 - whatever stands under the name
    """What `module:attribute` names."""
    module, _colon, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


def later(name: str) -> Callable[..., Any]:
    """The function that `module:attribute` names, imported when it is called."""

    def call(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - handed through
        return imported(name)(*args, **more)

    return call


class LaterCommands(AppGroup):
    """A group whose commands are named as `module:attribute` and imported on use.

    None begins to work on a database whose tables are not those of this code, but those of
    `ungated` ("db", "content check"), and none answers a database that is away with a traceback.
    """

    def __init__(self, later: Mapping[str, str], gate: Gate, ungated: frozenset[str]) -> None:
        super().__init__()
        self._later = later
        self._gate = gate
        self._ungated = ungated

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order; nothing is imported for that."""
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        return self._gated(imported(self._later[cmd_name]), cmd_name)

    def _gated(self, command: click.Command, path: str) -> click.Command:
        """A copy that looks at the database first; of a group, all its commands."""
        found = copy.copy(command)
        if isinstance(found, click.Group):
            found.commands = {
                name: self._gated(inner, f"{path} {name}") for name, inner in found.commands.items()
            }
        elif found.callback is not None:
            is_open = {path, path.partition(" ")[0]} & self._ungated
            found.callback = _careful(found.callback, None if is_open else self._gate)
        return found


def _careful(callback: Callable[..., Any], gate: Gate | None) -> Callable[..., Any]:
    @wraps(callback)
    def call(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - handed through
        try:
            if gate is not None:
                _look(gate)
            return callback(*args, **more)
        except OperationalError as error:
            reason = str(error.orig).partition("\n")[0]
            click.echo(f"the database cannot be used ({reason}): see LMS_DATABASE_URL", err=True)
            sys.exit(1)

    return call


def _look(gate: Gate) -> None:
    with click.get_current_context().ensure_object(ScriptInfo).load_app().app_context():
        reason = gate()
    if reason:
        click.echo(reason, err=True)
        sys.exit(1)
