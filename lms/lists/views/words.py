"""What becomes of a row in words, in the language of the page."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.lists.rules import COLUMNS, Fault, ListKind, Outcome, RowResult
from lms.web.languages import day, in_language, locale

Titles = Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence: what it is about, what it was, what it is."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the table: `pieces` and `sentences` say what happens, `faults` what is wrong."""

    line: int
    who: str
    key: str
    outcome: Outcome
    pieces: tuple[Piece, ...]
    sentences: tuple[str, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def shown(kind: ListKind, result: RowResult, titles: Titles) -> ShownRow:
    """The row as people read it."""
    faults = tuple(sentence_of(kind, fault) for fault in result.faults)
    is_refused = result.outcome is Outcome.REFUSED
    return ShownRow(
        line=result.line,
        who=result.who or "–",
        key=result.key or _("kein Eintrag"),
        outcome=result.outcome,
        pieces=() if is_refused else tuple(_pieces(kind, result, titles)),
        sentences=tuple(_sentences(result)),
        faults=faults if is_refused else (),
        notes=() if is_refused else faults,
    )


def sentence_of(kind: ListKind, fault: Fault) -> str:
    """Column, value in quotes, what to do."""
    words = words_of(fault)
    if not fault.column:
        return words
    name = column_name(kind, fault.column)
    if not fault.value:
        return str(_("Spalte „%(column)s“: %(words)s", column=name, words=words))
    return str(
        _(
            "Spalte „%(column)s“, „%(value)s“: %(words)s",
            column=name,
            value=fault.value,
            words=words,
        )
    )


def words_of(fault: Fault) -> str:
    """What is wrong and what to do."""
    return str(_(fault.message, **fault.values))


def column_name(kind: ListKind, key: str) -> str:
    """The heading of a column in the language of the page."""
    if key == "valid_until":
        return str(_("gültig bis"))
    found = next((one for one in COLUMNS[kind] if one.key == key), None)
    if found is None:
        return key
    return found.german.replace("E-", "E-\u2060") if locale() == "de" else found.key


def _pieces(kind: ListKind, result: RowResult, titles: Titles) -> list[Piece]:
    if result.outcome is Outcome.UNCHANGED:
        return []
    is_new = result.outcome is Outcome.MADE
    return [
        # Nothing stood there before: an empty day of a new row was never "without end".
        Piece(
            column_name(kind, column),
            "" if is_new else _value(column, old, titles),
            _value(column, new, titles),
        )
        for column, old, new in result.changes
    ]


def _value(column: str, text: str, titles: Titles) -> str:
    if column == "until_on" and not text:
        return str(_("ohne Ende"))
    if column.endswith(("_on", "_until")) and text:
        return day(dt.date.fromisoformat(text))
    if column == "course":
        return str(in_language(titles[text])) if text in titles else text
    return text


def _sentences(result: RowResult) -> list[str]:
    found = []
    if result.outcome is Outcome.UNCHANGED:
        found.append(_("Keine Änderung"))
    if result.remark == "repeat":
        found.append(_("Eine freiwillige Wiederholung: Sie ändert kein Datum."))
    if result.remark == "new_unit":
        found.append(_("Den Bereich gibt es noch nicht, er wird angelegt."))
    if result.begun:
        found.append(
            ngettext("Eine Pflicht kommt dazu.", "%(num)s Pflichten kommen dazu.", result.begun)
        )
    if result.ended and result.outcome is Outcome.LEFT:
        found.append(
            ngettext(
                "Eine Pflicht endet dann, Nachweise bleiben.",
                "%(num)s Pflichten enden dann, Nachweise bleiben.",
                result.ended,
            )
        )
    elif result.ended:
        found.append(ngettext("Eine Pflicht endet.", "%(num)s Pflichten enden.", result.ended))
    return found
