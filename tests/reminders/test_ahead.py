"""Days with mail: sums, peaks, days without."""

import datetime as dt

from lms.people.calendar import WorkingCalendar
from lms.reminders.ahead import MailDay, closed_days, mail_days
from lms.reminders.rules import Audience
from lms.reminders.simulation import PreviewItem, PreviewMessage

MONDAY = dt.date(2026, 12, 21)


def message(on, person, *courses, audience=Audience.LEARNER):
    items = tuple(PreviewItem(course, -7, on + dt.timedelta(days=7)) for course in courses)
    return PreviewMessage(on, person, audience, items)


def test_a_day_counts_mails_and_lines_by_course_the_most_first():
    days = mail_days(
        [
            message(MONDAY, "a", "wiki", "zoom"),
            message(MONDAY, "b", "zoom"),
            message(MONDAY, "boss", "zoom", audience=Audience.SUPERVISOR),
        ],
        {},
        staff=100,
    )
    assert days == [MailDay(MONDAY, mails=3, courses={"zoom": 2, "wiki": 1}, supervisors=1)]


def test_more_than_a_tenth_of_the_staff_on_a_day_is_a_peak():
    messages = [message(MONDAY, str(n), "zoom") for n in range(6)]
    assert mail_days(messages, {}, staff=54)[0].share == 11
    assert mail_days(messages, {}, staff=60)[0].share is None


def test_weekdays_without_mail_stand_between_the_days():
    calendar = WorkingCalendar(frozenset({dt.date(2026, 12, 24), dt.date(2026, 12, 26)}))
    closed = closed_days(calendar, {dt.date(2026, 12, 26): "Feiertag"}, MONDAY, 14)
    assert closed == {dt.date(2026, 12, 24): ""}
    days = mail_days([message(dt.date(2026, 12, 28), "a", "zoom")], closed, staff=9)
    assert [(day.on.day, day.mails, day.closed) for day in days] == [(24, 0, ""), (28, 1, None)]
