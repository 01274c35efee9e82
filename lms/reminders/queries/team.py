"""What the next weekly overview tells about some people, as the sweep will plan it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.certifications.models import Cycle
from lms.courses.queries import list_titles
from lms.people.calendar import DAY
from lms.people.models import Person
from lms.people.queries import working_calendar
from lms.reminders.plan import plan
from lms.reminders.queries.rounds import as_rounds, live_rounds
from lms.reminders.rules import Audience, Outcome, urgency

_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One line of it: who, which course, when it was due."""

    name: str
    titles: dict[str, str]
    due_on: dt.date


@dataclass(frozen=True, slots=True)
class WeeklyOverview:
    """The day it is sent, and its lines, the most urgent first."""

    send_on: dt.date
    lines: tuple[TeamLine, ...]


def next_overview(
    session: Session, supervisor_ids: Collection[int], *, today: dt.date
) -> WeeklyOverview:
    """The overview of the next Monday after today, if that is a holiday of the day after it."""
    calendar = working_calendar(session, years=range(today.year - 1, today.year + 3))
    monday = today + DAY * (_WEEK_DAYS - today.weekday())
    send_on = calendar.on_or_after(monday)
    rows = (
        session.execute(
            live_rounds().where(Person.supervisor_id.in_(supervisor_ids), Cycle.due_on < send_on)
        )
        .unique()
        .all()
    )
    titles = list_titles(session)
    rounds = as_rounds(session, rows, tells_supervisor=True, with_notices=True)
    lines = [
        TeamLine(one.person.name, titles[one.cycle.course_id], one.cycle.due_on)
        for one in rounds
        if any(
            decision.audience is Audience.SUPERVISOR and decision.outcome is Outcome.QUEUED
            for decision in plan(one.reminded, send_on, calendar=calendar, notices=one.notices)
        )
    ]
    return WeeklyOverview(
        send_on, tuple(sorted(lines, key=lambda line: urgency(line.due_on, line.name)))
    )
