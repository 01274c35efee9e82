"""Days with mail, from what a preview found; pure."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lms.people.calendar import DAY, WorkingCalendar
from lms.reminders.rules import Audience
from lms.reminders.simulation import PreviewMessage

_PEAK = 10


@dataclass(frozen=True, slots=True)
class MailDay:
    """One day: mails to learners by course, digests to supervisors, why there is no mail.

    `share` is the whole per cent of the staff that get mail, where that is a peak: more than ten.
    """

    on: dt.date
    mails: int = 0
    courses: dict[str, int] = field(default_factory=dict)
    supervisors: int = 0
    share: int | None = None
    closed: str | None = None


def mail_days(
    messages: Iterable[PreviewMessage], closed: Mapping[dt.date, str], *, staff: int
) -> list[MailDay]:
    """Days with mail, and weekdays on which the house is closed, in their order.

    `closed` names each such day, empty for closing days of the house; `staff` counts people.
    """
    by_day: dict[dt.date, list[PreviewMessage]] = {}
    for message in messages:
        by_day.setdefault(message.send_on, []).append(message)
    days = [_day(on, found, staff) for on, found in by_day.items()]
    days += [MailDay(on, closed=name) for on, name in closed.items() if on not in by_day]
    return sorted(days, key=lambda day: day.on)


def _day(on: dt.date, messages: list[PreviewMessage], staff: int) -> MailDay:
    learners = [one for one in messages if one.audience is Audience.LEARNER]
    courses = Counter(item.course for one in learners for item in one.items)
    is_peak = staff > 0 and len(learners) * 100 > staff * _PEAK and len(learners) > 1
    return MailDay(
        on,
        mails=len(messages),
        courses=dict(courses.most_common()),
        supervisors=len(messages) - len(learners),
        share=(200 * len(learners) + staff) // (2 * staff) if is_peak else None,
    )


def closed_days(
    calendar: WorkingCalendar, names: Mapping[dt.date, str], first: dt.date, days: int
) -> dict[dt.date, str]:
    """Weekdays from `first` on without mail, with the holiday's name or an empty text."""
    found = {}
    for number in range(days):
        day = first + DAY * number
        if day in calendar.closed_on and WorkingCalendar().is_working_day(day):
            found[day] = names.get(day, "")
    return found
