"""How a cell of the overview reads: key of its colour, short text, and what completes it."""

from dataclasses import dataclass

from flask_babel import gettext as _

from lms.certifications.rules.status import Status
from lms.staff.queries.overview import Cell
from lms.web.languages import table_day


@dataclass(frozen=True, slots=True)
class CellWords:
    """`before` and `after` are read aloud around the short text; `picture` replaces the icon."""

    key: str
    text: str
    before: str = ""
    after: str = ""
    picture: str | None = None


def cell_words(cell: Cell) -> CellWords:
    """The words for one person in one course."""
    match cell.status:
        case Status.VALID:
            return _valid(cell)
        case Status.DUE:
            return _due(cell)
        case Status.OPEN:
            return _open(cell)
        case Status.EXEMPT:
            return CellWords("none", _("befreit"), picture="ban")
        case Status.PAUSED:
            return CellWords("none", _("ruht"), picture="circle-pause")
    return _overdue(cell)


def _valid(cell: Cell) -> CellWords:
    voluntary = "" if cell.has_duty else _("freiwillig")
    if cell.valid_until is None:
        return CellWords("ok", _("unbefristet"), _("gültig"), voluntary)
    return CellWords("ok", table_day(cell.valid_until), _("gültig bis"), voluntary)


def _due(cell: Cell) -> CellWords:
    day = cell.due_on or cell.valid_until
    before = _("läuft ab am") if day == cell.valid_until else _("zu erneuern bis")
    return CellWords("soon", table_day(day) if day else _("bald"), before, _progress(cell))


def _open(cell: Cell) -> CellWords:
    until = _("fällig am %(day)s", day=table_day(cell.due_on)) if cell.due_on else ""
    if cell.done is None:
        return CellWords("none", _("offen"), after=until)
    short = _("%(done)s von %(total)s", done=cell.done, total=cell.total)
    return CellWords("run", short, _("begonnen:"), until)


def _overdue(cell: Cell) -> CellWords:
    if cell.status is Status.GRACE and cell.grace_until is not None:
        text = _("Kulanz bis %(day)s", day=table_day(cell.grace_until))
        return CellWords("exp", text, after=_progress(cell))
    has_ended = cell.valid_until is not None and (
        cell.due_on is None or cell.valid_until <= cell.due_on
    )
    day = cell.valid_until if has_ended else cell.due_on
    before = _("abgelaufen seit") if has_ended else _("überfällig seit")
    return CellWords("exp", table_day(day) if day else _("überfällig"), before, _progress(cell))


def _progress(cell: Cell) -> str:
    if cell.done is None:
        return ""
    return str(_("%(done)s von %(total)s Schritten", done=cell.done, total=cell.total))
