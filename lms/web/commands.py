"""Commands that are imported when they are called: a web worker never needs them in memory."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import click
from flask.cli import AppGroup


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
    """A group whose commands are named as `module:attribute` and imported on use."""

    def __init__(self, later: Mapping[str, str]) -> None:
        super().__init__()
        self._later = later

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order; nothing is imported for that."""
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        found: click.Command = imported(self._later[cmd_name])
        return found
