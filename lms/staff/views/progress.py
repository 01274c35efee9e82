"""/progress: who needs something in which course."""

from dataclasses import dataclass
from typing import TypeVar

from flask import render_template, request, url_for
from flask_babel import gettext as _

from lms.audit.looks import note_list
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.people.models import Unit
from lms.people.rules import SEARCH_LENGTH, words_of
from lms.staff.queries.figures import Figures, figures
from lms.staff.queries.overview import Column, list_columns, page_of_people
from lms.staff.queries.people import list_units
from lms.staff.rules import Filters, Need
from lms.staff.views.blueprint import blueprint
from lms.staff.views.cells import Wording
from lms.staff.views.strip import strip
from lms.web.db import db_session, house
from lms.web.guard import requires
from lms.web.languages import in_language
from lms.web.paging import PAGE_SIZE, Page, page_number

_Known = TypeVar("_Known")
_LOOKS = {
    Need.OVERDUE: ("exp", "triangle-alert"),
    Need.DUE: ("soon", "clock-alert"),
    Need.BEGUN: ("run", "play"),
    Need.OPEN: ("none", "circle-dashed"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters with the names of what they name, for the form and the sentence."""

    filters: Filters
    search: str
    unit: Unit | None
    column: Column | None

    def address(self, need: Need | None) -> str:
        """The same list under another need."""
        return url_for(
            "staff.progress",
            q=self.search or None,
            unit=self.unit.id if self.unit else None,
            course=self.column.slug if self.column else None,
            status=need.value if need else None,
        )


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as a link with its count."""

    url: str
    label: str
    count: int
    current: bool
    key: str = ""
    icon: str = ""


@blueprint.get("/progress")
@requires(Permission.SEE_STATUS)
def progress() -> str:
    """People × courses with filters, the next weeks and pages of 25."""
    session, today = db_session(), house().today()
    columns, units = list_columns(session), list_units(session)
    chosen, number = _chosen(columns, units), page_number()
    found = figures(session, chosen.filters, today=today)
    rows = page_of_people(session, chosen.filters, today=today, number=number, size=PAGE_SIZE)
    page = Page(rows, number, found.found(chosen.filters.need))
    if number > page.count:
        raise NotFound
    note_list(len(rows))
    titles = {column.course_id: in_language(column.titles) for column in columns}
    return render_template(
        "staff/progress.html",
        columns=[chosen.column] if chosen.column else columns,
        all_columns=sorted(columns, key=lambda column: titles[column.course_id].casefold()),
        units=units,
        chosen=chosen,
        figures=found,
        weeks=strip(found.weeks, titles, today=today),
        chips=_chips(chosen, found),
        need_words=_need_words(),
        page=page,
        titles=titles,
        words_of=Wording().of,
        search_length=SEARCH_LENGTH,
    )


def _chosen(columns: list[Column], units: list[Unit]) -> Chosen:
    """The filters of the address; what names nothing here is a 404."""
    search = request.args.get("q", "").strip()[:SEARCH_LENGTH]
    unit = _one({str(one.id): one for one in units}, "unit")
    column = _one({one.slug: one for one in columns}, "course")
    need = _one({one.value: one for one in Need}, "status")
    filters = Filters(
        words=words_of(search),
        unit_id=unit.id if unit else None,
        course_id=column.course_id if column else None,
        need=need,
    )
    return Chosen(filters, search, unit, column)


def _one(known: dict[str, _Known], name: str) -> _Known | None:
    text = request.args.get(name, "")
    if text and text not in known:
        raise NotFound
    return known.get(text)


def _chips(chosen: Chosen, found: Figures) -> list[Chip]:
    present = chosen.filters.need
    words = _need_words()
    chips = [Chip(chosen.address(None), _("Alle Personen"), found.people, present is None)]
    for need, (key, icon) in _LOOKS.items():
        url = chosen.address(need)
        chips.append(Chip(url, words[need], found.found(need), present is need, key, icon))
    return chips


def _need_words() -> dict[Need, str]:
    return {
        Need.OVERDUE: _("Überfällig"),
        Need.DUE: _("Läuft bald ab"),
        Need.BEGUN: _("Begonnen"),
        Need.OPEN: _("Nicht begonnen"),
    }
