"""Mail of a record in words: what was sent, what comes next."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from lms.outbox.rules import State
from lms.reminders.rules import Outcome
from lms.reminders.simulation import PreviewMessage
from lms.staff.queries.history import NoticeLine
from lms.web.languages import short_day

SHOWN = 6


@dataclass(frozen=True, slots=True)
class MailDay:
    """One mail of the record: its day, whether it is still to come, and what it said."""

    on: dt.date
    sentence: str


def days_words(days: int) -> str:
    """How far a day lies from the due date: before, on it, or after it."""
    if days < 0:
        return str(ngettext("noch %(num)s Tag", "noch %(num)s Tage", -days))
    if days == 0:
        return str(_("heute fällig"))
    return str(ngettext("seit %(num)s Tag überfällig", "seit %(num)s Tagen überfällig", days))


def mail_days(
    notices: Iterable[NoticeLine],
    ahead: Sequence[PreviewMessage],
    titles: Mapping[int, str],
    titles_by_slug: Mapping[str, str],
) -> list[MailDay]:
    """The next mail and the newest ones, six lines at most, the latest day first."""
    planned = [_planned(message, titles_by_slug) for message in ahead[:1]]
    by_day: dict[dt.date, list[NoticeLine]] = {}
    for line in notices:
        if line.outcome == Outcome.QUEUED:
            by_day.setdefault(line.decided_on, []).append(line)
    told = [_told(on, by_day[on], titles) for on in sorted(by_day, reverse=True)]
    return [*planned, *told][:SHOWN]


def _planned(message: PreviewMessage, titles: Mapping[str, str]) -> MailDay:
    lines = [
        f"{titles[item.course]}, {days_words((message.send_on - item.due_on).days)}"
        for item in message.items
    ]
    return MailDay(message.send_on, _("geplant: %(what)s", what="; ".join(lines)))


def _told(on: dt.date, lines: Sequence[NoticeLine], titles: Mapping[int, str]) -> MailDay:
    what = "; ".join(_line(one, titles) for one in lines)
    return MailDay(on, f"{_state(lines[0].mail_state)}: {what}")


def _line(line: NoticeLine, titles: Mapping[int, str]) -> str:
    title = titles.get(line.course_id, "")
    if line.due_on is None:
        return title
    return f"{title}, {days_words((line.decided_on - line.due_on).days)}"


def _state(state: str | None) -> str:
    words = {
        State.SENT: _("gesendet"),
        State.FAILED: _("nicht zugestellt"),
        State.UNCERTAIN: _("unsicher, ob angekommen"),
        State.CANCELLED: _("nicht gesendet"),
        State.EXPIRED: _("nicht gesendet"),
    }
    return str(words.get(State(state), _("geplant"))) if state else ""


def post_of(
    notices: Iterable[NoticeLine], cycle_id: int, next_on: dt.date | None, *, today: dt.date
) -> str:
    """Sent and coming mail of one round in a sentence or two."""
    sent = [
        one.decided_on
        for one in notices
        if one.cycle_id == cycle_id
        and one.outcome == Outcome.QUEUED
        and one.mail_state == State.SENT
    ]
    parts = []
    if sent:
        parts.append(
            ngettext(
                "%(num)s Erinnerung gesendet, die letzte am %(day)s.",
                "%(num)s Erinnerungen gesendet, die letzte am %(day)s.",
                len(sent),
                day=short_day(max(sent), today),
            )
        )
    if next_on is not None:
        parts.append(_("Die nächste kommt am %(day)s.", day=short_day(next_on, today)))
    return " ".join(parts) or str(_("Es ist keine Erinnerung geplant."))
