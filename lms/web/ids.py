"""Ids in addresses: what no database could hold is simply not there (trust.md 3.6)."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

MOST_ID = 2**31 - 1


class Id(IntegerConverter):
    """`<int:…>` up to the largest that both databases hold; a larger number matches no address."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:  # noqa: A002, ANN401 - werkzeug's names
        kwargs.setdefault("max", MOST_ID)
        super().__init__(map, *args, **kwargs)


def init_ids(app: Flask) -> None:
    """Let all addresses use it."""
    app.url_map.converters["int"] = Id
