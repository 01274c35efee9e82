"""The strip of the next weeks: how many rounds are due in each, and in which courses."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import ngettext

from lms.staff.queries.figures import WeekFigure
from lms.staff.rules import Week, next_weeks
from lms.web.languages import locale


@dataclass(frozen=True, slots=True)
class WeekWords:
    """One column of the strip (templates/_macros/weeks.html)."""

    title: str
    range: str
    count: int
    words: str
    detail: str


def strip(
    figures: Sequence[WeekFigure], titles: Mapping[int, str], *, today: dt.date
) -> list[WeekWords]:
    """Five weeks from today on; `titles` of the courses by id."""
    return [_week(week, figures, titles, today) for week in next_weeks(today)]


def _week(
    week: Week, figures: Sequence[WeekFigure], titles: Mapping[int, str], today: dt.date
) -> WeekWords:
    mine = [one for one in figures if one.week == week]
    ending, first = sum(one.ending for one in mine), sum(one.first for one in mine)
    is_this = week.first_on <= today
    return WeekWords(
        title=_("Diese Woche") if is_this else _("KW %(number)s", number=week.number),
        range=_range(week),
        count=ending + first,
        words=_words(ending, first),
        detail=_detail(mine, titles),
    )


def _words(ending: int, first: int) -> str:
    if ending and first:
        return str(ngettext("%(num)s Frist", "%(num)s Fristen", ending + first))
    if ending:
        return str(ngettext("%(num)s läuft ab", "%(num)s laufen ab", ending))
    if first:
        return str(ngettext("%(num)s erste Frist", "%(num)s erste Fristen", first))
    return str(_("keine Frist"))


def _detail(figures: Sequence[WeekFigure], titles: Mapping[int, str]) -> str:
    amounts = [(titles[one.course_id], one.ending + one.first) for one in figures]
    if len(amounts) == 1:
        return amounts[0][0]
    most_first = sorted(amounts, key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{title}\u00a0{amount}" for title, amount in most_first)


def _range(week: Week) -> str:
    """24.–29.11., 30.11.–6.12.; English 24–29 Nov, 30 Nov–6 Dec."""
    if week.first_on == week.last_on:
        return _day(week.last_on)
    is_one_month = week.first_on.month == week.last_on.month
    if not is_one_month:
        return f"{_day(week.first_on)}–{_day(week.last_on)}"
    dot = "." if locale() == "de" else ""
    return f"{week.first_on.day}{dot}–{_day(week.last_on)}"


def _day(day: dt.date) -> str:
    if locale() == "de":
        return f"{day.day}.{day.month}."
    return str(format_date(day, "d\u00a0MMM", locale="en_GB"))
