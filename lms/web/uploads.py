"""How much a page may be sent: one mebibyte, more where its view says so (trust.md 3.6)."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

_View = TypeVar("_View", bound=Callable[..., Any])

MEBIBYTE = 1024 * 1024
# The other fields of the form and the lines between them.
_ROOM = MEBIBYTE


def takes_files(mebibytes: int) -> Callable[[_View], _View]:
    """Mark a view whose form brings files of together so many mebibytes."""

    def mark(view: _View) -> _View:
        view.takes_mebibytes = mebibytes  # type: ignore[attr-defined]
        return view

    return mark


def init_uploads(app: Flask) -> None:
    """Raise the limit before anything reads the form; register it before the guard."""
    app.before_request(_raise_the_limit)


def _raise_the_limit() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    mebibytes: int | None = getattr(view, "takes_mebibytes", None)
    if mebibytes is not None:
        request.max_content_length = mebibytes * MEBIBYTE + _ROOM
