"""/workshops: what is ahead, one's own first; what is over; drafts."""

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask import render_template, request, url_for
from flask_babel import gettext as _

from lms.kernel.clock import utc_now
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission, may
from lms.kernel.text import whole_number
from lms.kernel.viewer import Role
from lms.web.db import db_session, house
from lms.web.guard import signed_in, viewer
from lms.web.ids import MOST_ID
from lms.web.languages import in_language
from lms.web.paging import PAGE_SIZE, Page, page_number
from lms.workshops.queries.listing import (
    Shelf,
    WorkshopFilters,
    count_workshops,
    list_courses_with_workshops,
    list_mine,
    page_of_workshops,
)
from lms.workshops.rules.words import Setting
from lms.workshops.views.blueprint import blueprint
from lms.workshops.views.wording import SETTING_WORDS, line_of

MOST_MINE = 10
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter as a link."""

    url: str
    label: str
    current: bool
    icon: str = ""
    key: str = ""


@blueprint.get("/workshops")
@signed_in
def workshops() -> str:
    """Sessions by date, 25 a page."""
    session, who, now, today = db_session(), viewer(), utc_now(), house().today()
    courses = list_courses_with_workshops(session)
    filters = _filters(courses.keys())
    number = page_number()
    rows = page_of_workshops(session, filters, now=now, number=number, size=PAGE_SIZE)
    page = Page(rows, number, count_workshops(session, filters, now=now))
    if number > page.count:
        raise NotFound
    has_filters = filters.course_id is not None or filters.setting is not None
    is_start = filters.shelf is Shelf.AHEAD and number == 1 and not has_filters
    mine = list_mine(session, who.person_id, now=now, limit=MOST_MINE) if is_start else []
    return render_template(
        "workshops/list.html",
        page=page,
        lines=[line_of(row, today) for row in rows],
        mine=[line_of(row, today) for row in mine],
        filters=filters,
        courses=sorted(((key, in_language(one)) for key, one in courses.items()), key=_by_title),
        settings=SETTING_WORDS,
        has_filters=has_filters,
        chips=_chips(filters),
        organises=filters.sees_drafts,
    )


def _by_title(one: tuple[int, str]) -> str:
    return one[1].casefold()


def _filters(course_ids: Container[int]) -> WorkshopFilters:
    who = viewer()
    organises = may(who, Permission.ORGANISE_WORKSHOPS)
    shelf = _choice(Shelf, "show") or Shelf.AHEAD
    if shelf is Shelf.DRAFTS and not organises:
        raise NotFound
    setting = _choice(Setting, "setting")
    return WorkshopFilters(
        shelf=shelf,
        course_id=_course(course_ids),
        setting=setting.value if setting else None,
        person_id=who.person_id,
        sees_drafts=organises,
        manager_id=None if who.is_a(Role.OFFICER) else who.person_id,
    )


def _course(known: Container[int]) -> int | None:
    text = request.args.get("course", "")
    if not text:
        return None
    found = whole_number(text, 1, MOST_ID)
    if found is None or found not in known:
        raise NotFound
    return found


def _choice(kind: type[_Choice], name: str) -> _Choice | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        return kind(text)
    except ValueError as error:
        raise NotFound from error


def _chips(filters: WorkshopFilters) -> list[Chip]:
    shelves = [
        (Shelf.AHEAD, _("Kommende"), "calendar-days"),
        (Shelf.PAST, _("Vergangene"), "history"),
    ]
    if filters.sees_drafts:
        shelves.append((Shelf.DRAFTS, _("Entwürfe"), "file-pen"))
    return [
        Chip(
            url_for(
                "workshops.workshops",
                show=None if shelf is Shelf.AHEAD else shelf.value,
                course=filters.course_id,
                setting=filters.setting,
            ),
            label,
            shelf is filters.shelf,
            icon,
        )
        for shelf, label, icon in shelves
    ]
