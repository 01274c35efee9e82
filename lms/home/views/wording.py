"""How one's own stand reads: the sentence under the greeting, dates, tags."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flask_babel
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from lms.certifications.months import months_between
from lms.certifications.rules.status import Status
from lms.home.tasks import Stand, Summary
from lms.kernel.domain import N_
from lms.learning.rules.catalogue import Urgency
from lms.web.languages import locale, short_day, table_day

SOON_DAYS = 14
# Stands where a number of minutes goes, until the sentence is cut there.
_GAP = "\ue000"
_NUMBER_WORDS = (
    *("", "", N_("Zwei"), N_("Drei"), N_("Vier"), N_("Fünf"), N_("Sechs"), N_("Sieben")),
    *(N_("Acht"), N_("Neun"), N_("Zehn"), N_("Elf"), N_("Zwölf")),
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A status tag: key of the colours, words, and an icon where it is not the key's own."""

    key: str
    text: str
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """The sentence under the greeting; `strong` is said with weight."""

    start: str
    strong: str = ""
    end: str = ""


def number_word(count: int) -> str:
    """Numbers up to twelve in words, to begin a sentence with."""
    word = _NUMBER_WORDS[count] if count < len(_NUMBER_WORDS) else ""
    return str(_(word)) if word else str(count)


def minutes(count: int) -> str:
    """12 Minuten."""
    return str(ngettext("%(num)s Minute", "%(num)s Minuten", count))


def said(texts: Mapping[Any, str], language: str) -> str:
    """A text of a course; marked with its language where the page speaks another one."""
    text = texts.get(language) or next(iter(texts.values()))
    if language == locale():
        return text
    return Markup('<span lang="{}">{}</span>').format(language, text)


def filled(sentence: str, **values: str) -> Markup:
    """A sentence with names of courses in it, which may be marked with their language."""
    return escape(sentence) % values


def date_words(value: dt.date, today: dt.date | None = None) -> str:
    """1. Dezember 2028: a date in a sentence; the year goes where it is this one."""
    year = "" if today and value.year == today.year else " yyyy"
    pattern = f"d.\u00a0MMMM{year}" if locale() == "de" else f"d\u00a0MMMM{year}"
    return str(flask_babel.format_date(value, pattern))


def month_words(value: dt.date) -> str:
    """November 2026."""
    return str(flask_babel.format_date(value, "MMMM yyyy"))


def lead_of(found: Summary) -> Lead:
    """The fact and the minutes; nothing is promised that the courses do not give."""
    if found.urgent:
        return _joined(_urgent_facts(found), _urgent_minutes(found), found.urgent_minutes)
    if found.is_first_day:
        return _first_day(found)
    if found.open:
        fact = ngettext(
            "Ein Kurs ist noch offen.",
            "%(count)s Kurse sind noch offen.",
            found.open,
            count=number_word(found.open),
        )
        return _joined(str(fact), _other_minutes(found), found.other_minutes)
    if found.begun:
        fact = ngettext(
            "Ein Kurs ist begonnen.",
            "%(count)s Kurse sind begonnen.",
            found.begun,
            count=number_word(found.begun),
        )
        return _joined(str(fact), _other_minutes(found), found.other_minutes)
    if found.total:
        return Lead(str(_("Gerade drängt nichts.")))
    return Lead(str(_("Für dich ist nichts vorgeschrieben. Such dir aus, was dir hilft.")))


def _joined(fact: str, sentence: str, count: int) -> Lead:
    start, gap, end = f"{fact} {sentence}".partition(_GAP)
    return Lead(start, minutes(count) if gap else "", end)


def _urgent_facts(found: Summary) -> str:
    parts = []
    if found.run_out or found.soon:
        parts.append(_certificates(found))
    if found.renewed:
        parts.append(
            ngettext(
                "Ein Kurs ist neu zu machen.",
                "%(count)s Kurse sind neu zu machen.",
                found.renewed,
                count=number_word(found.renewed),
            )
        )
    if found.missed:
        parts.append(
            ngettext(
                "Ein Kurs ist überfällig.",
                "%(count)s Kurse sind überfällig.",
                found.missed,
                count=number_word(found.missed),
            )
        )
    return " ".join(str(part) for part in parts)


def _certificates(found: Summary) -> str:
    """Ein Nachweis ist abgelaufen, einer läuft bald ab."""
    if not found.run_out:
        return str(
            ngettext(
                "Ein Nachweis läuft bald ab.",
                "%(count)s Nachweise laufen bald ab.",
                found.soon,
                count=number_word(found.soon),
            )
        )
    first = ngettext(
        "Ein Nachweis ist abgelaufen",
        "%(count)s Nachweise sind abgelaufen",
        found.run_out,
        count=number_word(found.run_out),
    )
    if not found.soon:
        return f"{first}."
    second = ngettext(
        "einer läuft bald ab",
        "%(count)s laufen bald ab",
        found.soon,
        count=number_word(found.soon).lower(),
    )
    return f"{first}, {second}."


def _urgent_minutes(found: Summary) -> str:
    if not found.urgent_minutes:
        return str(_("Dein Teil ist erledigt, es fehlt nur noch die Bestätigung."))
    if found.renewed or found.missed:
        return str(_("Dafür brauchst du etwa %(minutes)s.", minutes=_GAP))
    if found.urgent == 1:
        return str(_("Du erneuerst ihn in etwa %(minutes)s.", minutes=_GAP))
    if found.urgent == 2:
        return str(_("Beide erneuerst du zusammen in etwa %(minutes)s.", minutes=_GAP))
    return str(_("Alle erneuerst du zusammen in etwa %(minutes)s.", minutes=_GAP))


def _other_minutes(found: Summary) -> str:
    if not found.other_minutes:
        return str(_("Dein Teil ist erledigt, es fehlt nur noch die Bestätigung."))
    return str(_("Dafür brauchst du etwa %(minutes)s.", minutes=_GAP))


def _first_day(found: Summary) -> Lead:
    fact = ngettext(
        "Für dich ist eine Kompetenz vorgesehen.",
        "Für dich sind %(num)s Kompetenzen vorgesehen.",
        found.open,
    )
    if found.open == 1:
        return _joined(str(fact), _other_minutes(found), found.other_minutes)
    sentence = _("Fang mit der kürzesten an: %(minutes)s.", minutes=_GAP)
    return _joined(str(fact), str(sentence), found.shortest_minutes)


def settled_words(found: Summary, today: dt.date) -> str:
    """The sentence under "Alles erledigt"."""
    if found.is_at_rest:
        return str(_("Deine Fristen ruhen, solange du weg bist."))
    if found.next_due_on is None:
        return str(_("Für dich ist gerade keine Frist vorgesehen."))
    return str(_("Deine nächste Frist ist am %(day)s.", day=date_words(found.next_due_on, today)))


def due_words(one: Stand, today: dt.date) -> str:
    """fällig am Di., 1. Dezember."""
    if not one.facts.has_duty or one.facts.due_on is None:
        return str(_("freiwillig"))
    if one.facts.status is Status.VALID:
        return str(_("freiwillig begonnen"))
    day = short_day(one.facts.due_on, today)
    if one.is_out:
        return str(_("war fällig am %(day)s", day=day))
    return str(_("fällig am %(day)s", day=day))


def length_words(one: Stand) -> str:
    """12 Minuten, or what is left of what was begun."""
    if one.is_waiting:
        return str(_("wartet auf Bestätigung"))
    if one.facts.is_begun:
        return str(_("noch %(minutes)s", minutes=minutes(one.facts.minutes)))
    return minutes(one.facts.minutes)


def task_tag(one: Stand, today: dt.date) -> Tag:
    """How a task stands: run out, soon, begun, not begun."""
    if one.is_out:
        return _out_tag(one)
    if one.facts.urgency is Urgency.SOON:
        return Tag("soon", soon_words(one.facts.due_on, today))
    return Tag("run", _("Begonnen")) if one.facts.is_begun else Tag("none", _("Nicht begonnen"))


def _out_tag(one: Stand) -> Tag:
    if one.is_renewed:
        return Tag("exp", _("Neu zu machen"), "refresh-cw")
    if one.facts.status is Status.GRACE and one.grace_until is not None:
        return Tag("exp", _("Kulanz bis %(day)s", day=table_day(one.grace_until)))
    return Tag("exp", _("Abgelaufen") if one.has_evidence else _("Überfällig"))


def held_tag(one: Stand, valid_until: dt.date | None, today: dt.date) -> Tag:
    """How a certificate stands."""
    if one.facts.status is Status.PAUSED:
        return Tag("none", _("Ruht"), "circle-pause")
    if one.facts.status is Status.EXEMPT:
        return Tag("none", _("Befreit"), "ban")
    if one.is_out:
        return _out_tag(one)
    if not one.holds_today:
        return Tag("exp", _("Abgelaufen"))
    if one.facts.urgency is Urgency.SOON:
        return Tag("soon", soon_words(one.facts.due_on, today))
    return Tag("ok", time_left(valid_until, today))


def soon_words(end_on: dt.date | None, today: dt.date) -> str:
    """Läuft bald ab; within 14 days the number of days."""
    left = (end_on - today).days if end_on else SOON_DAYS + 1
    if left > SOON_DAYS:
        return str(_("Läuft bald ab"))
    if left <= 0:
        return str(_("Nur noch heute"))
    return str(ngettext("Noch %(num)s Tag", "Noch %(num)s Tage", left))


def time_left(valid_until: dt.date | None, today: dt.date) -> str:
    """Noch 16 Monate."""
    if valid_until is None:
        return str(_("Gültig"))
    if (valid_until - today).days <= SOON_DAYS:
        return soon_words(valid_until, today)
    count = months_between(today, valid_until)
    return str(ngettext("Noch %(num)s Monat", "Noch %(num)s Monate", count))
