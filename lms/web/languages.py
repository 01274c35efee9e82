"""Which language a page speaks, and how dates and numbers read in it.

The language is the one a person chose, else the browser's, else the organisation's.
"""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import flask_babel
from babel.dates import format_date
from flask import Flask, has_request_context, request
from flask_babel import gettext

from lms.kernel.domain import DomainError
from lms.settings import LOCALES, Settings
from lms.web.guard import current_viewer

LOCALE_COOKIE = "lms_locale"


def init_languages(app: Flask, settings: Settings) -> None:
    """German texts stand in the code; the English catalogue lies in lms/translations."""

    def choose() -> str:
        if not has_request_context():
            return settings.default_locale
        person = current_viewer()
        chosen = (person.locale if person else None) or request.cookies.get(LOCALE_COOKIE)
        if chosen in LOCALES:
            return chosen
        return request.accept_languages.best_match(LOCALES) or settings.default_locale

    babel = flask_babel.Babel(
        app, default_locale="de", default_timezone=settings.time_zone.key, locale_selector=choose
    )
    app.extensions["lms_babel"] = babel
    app.jinja_env.filters.update(
        day=day,
        short_day=short_day,
        table_day=table_day,
        long_day=long_day,
        clock=clock,
        instant=instant,
        local_day=local_day,
        time_span=time_span,
        in_language=in_language,
    )
    app.jinja_env.globals.update(current_locale=locale)


def locale() -> str:
    """`de` or `en` of the present page or mail."""
    found = flask_babel.get_locale()
    return found.language if found else "de"


def spoken(error: DomainError) -> str:
    """The text of a domain error in the present language, days and titles included."""
    values = {name: _worded(value) for name, value in error.values.items()}
    return str(gettext(error.message, **values))


def _worded(value: object) -> object:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return day(value)
    return in_language(value) if isinstance(value, Mapping) else value


def in_language(texts: Mapping[str, Any] | None, language: str | None = None) -> Any:  # noqa: ANN401 - text or list of texts
    """The text in the present language, else in whichever language there is."""
    if not texts:
        return ""
    return texts.get(language or locale()) or texts.get("de") or next(iter(texts.values()))


def _pattern(value: dt.date, german: str, english: str) -> str:
    language = locale()
    return _formatted(value, german if language == "de" else english, _territory(language))


# A table of people shows a hundred dates, many of them twice; formatting is most of a cell's cost.
@lru_cache(maxsize=4096)
def _formatted(value: dt.date, pattern: str, territory: str) -> str:
    return format_date(value, pattern, locale=territory)


def _territory(language: str) -> str:
    return "en_GB" if language == "en" else "de_DE"


def day(value: dt.date) -> str:
    """14.03.2028 or 14 March 2028: certificates and facts."""
    return _pattern(value, "dd.MM.yyyy", "d\u00a0MMMM yyyy")


def long_day(value: dt.date) -> str:
    """Dienstag, 1. Dezember 2026: running text."""
    return _pattern(value, "EEEE, d.\u00a0MMMM yyyy", "EEEE, d\u00a0MMMM yyyy")


def short_day(value: dt.date, today: dt.date | None = None) -> str:
    """Di., 1. Dezember, with the year only when it is another one: lists."""
    if today is not None and value.year == today.year:
        return _pattern(value, "EEE, d.\u00a0MMMM", "EEE, d\u00a0MMMM")
    return _pattern(value, "EEE, d.\u00a0MMMM yyyy", "EEE, d\u00a0MMMM yyyy")


def table_day(value: dt.date) -> str:
    """01.12.26: tables."""
    return _pattern(value, "dd.MM.yy", "dd/MM/yy")


def clock(value: dt.datetime) -> str:
    """10:42 Uhr or 10:42 of an aware instant, in the organisation's zone."""
    local = flask_babel.to_user_timezone(value)
    return f"{local:%H:%M}" + ("\u00a0Uhr" if locale() == "de" else "")


def instant(value: dt.datetime) -> str:
    """Day and time of an aware instant, in the organisation's zone."""
    local = flask_babel.to_user_timezone(value)
    return f"{table_day(local.date())}, {local:%H:%M}"


def local_day(value: dt.datetime) -> dt.date:
    """The organisation's calendar day of an aware instant."""
    local: dt.datetime = flask_babel.to_user_timezone(value)
    return local.date()


def time_span(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """14:00–16:30 Uhr or 14:00–16:30, in the organisation's zone."""
    first, last = (flask_babel.to_user_timezone(one) for one in (starts_at, ends_at))
    return f"{first:%H:%M}–{last:%H:%M}" + ("\u00a0Uhr" if locale() == "de" else "")
