"""How a cell of the overview reads: key of its colour, short text, and what completes it."""

import datetime as dt
from dataclasses import dataclass, field

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


def _fixed() -> dict[str, str]:
    return {
        "valid": _("gültig"),
        "valid_until": _("gültig bis"),
        "for_ever": _("unbefristet"),
        "voluntary": _("freiwillig"),
        "expires": _("läuft ab am"),
        "renew_by": _("zu erneuern bis"),
        "soon": _("bald"),
        "open": _("offen"),
        "begun": _("begonnen:"),
        "exempt": _("befreit"),
        "paused": _("ruht"),
        "expired": _("abgelaufen seit"),
        "late_since": _("überfällig seit"),
        "late": _("überfällig"),
    }


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one page in its language: translated once, not for each cell."""

    fixed: dict[str, str] = field(default_factory=_fixed)
    days: dict[dt.date, str] = field(default_factory=dict)

    def of(self, cell: Cell) -> CellWords:
        """The words for one person in one course."""
        match cell.status:
            case Status.VALID:
                return self._valid(cell)
            case Status.DUE:
                return self._due(cell)
            case Status.OPEN:
                return self._open(cell)
            case Status.EXEMPT:
                return CellWords("none", self.fixed["exempt"], picture="ban")
            case Status.PAUSED:
                return CellWords("none", self.fixed["paused"], picture="circle-pause")
        return self._overdue(cell)

    def _day(self, day: dt.date | None, otherwise: str) -> str:
        if day is None:
            return self.fixed[otherwise]
        if day not in self.days:
            self.days[day] = table_day(day)
        return self.days[day]

    def _valid(self, cell: Cell) -> CellWords:
        text = self._day(cell.valid_until, "for_ever")
        before = self.fixed["valid_until" if cell.valid_until else "valid"]
        return CellWords("ok", text, before, "" if cell.has_duty else self.fixed["voluntary"])

    def _due(self, cell: Cell) -> CellWords:
        day = cell.due_on or cell.valid_until
        before = self.fixed["expires" if day == cell.valid_until else "renew_by"]
        return CellWords("soon", self._day(day, "soon"), before, _progress(cell))

    def _open(self, cell: Cell) -> CellWords:
        until = _("fällig am %(day)s", day=self._day(cell.due_on, "soon")) if cell.due_on else ""
        if cell.done is None:
            return CellWords("none", self.fixed["open"], after=until)
        short = _("%(done)s von %(total)s", done=cell.done, total=cell.total)
        return CellWords("run", short, self.fixed["begun"], until)

    def _overdue(self, cell: Cell) -> CellWords:
        if cell.status is Status.GRACE and cell.grace_until is not None:
            text = _("Kulanz bis %(day)s", day=self._day(cell.grace_until, "late"))
            return CellWords("exp", text, after=_progress(cell))
        has_ended = cell.valid_until is not None and (
            cell.due_on is None or cell.valid_until <= cell.due_on
        )
        day = cell.valid_until if has_ended else cell.due_on
        before = self.fixed["expired" if has_ended else "late_since"]
        return CellWords("exp", self._day(day, "late"), before, _progress(cell))


def _progress(cell: Cell) -> str:
    if cell.done is None:
        return ""
    return str(_("%(done)s von %(total)s Schritten", done=cell.done, total=cell.total))
