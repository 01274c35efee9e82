"""/reminders: the mail of the next 90 days, and what waits for release."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from lms.audit.looks import note_list
from lms.certifications.queries.pauses import paused_person_ids
from lms.kernel.domain import NotFound
from lms.kernel.permissions import Permission
from lms.people.calendar import DAY, WorkingCalendar
from lms.people.queries import list_unit_sizes, named_days, working_calendar
from lms.reminders.ahead import MailDay, closed_days, mail_days
from lms.reminders.queries.choosing import list_courses
from lms.reminders.queries.holds import list_holds
from lms.reminders.queries.preview import reminders_ahead
from lms.reminders.queries.recipients import Recipient, recipients_of
from lms.reminders.rules import Audience
from lms.reminders.simulation import PreviewMessage
from lms.reminders.views.blueprint import blueprint
from lms.reminders.views.holds import cause, mails_of_first, usual
from lms.web.db import db_session, house
from lms.web.guard import requires
from lms.web.languages import in_language
from lms.web.paging import PAGE_SIZE, Page, page_number

DAYS = 90
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Post:
    """One mail of the next working day: to whom, about what, and how the days stand then."""

    recipient: Recipient
    message: PreviewMessage


@blueprint.get("/reminders")
@requires(Permission.SEE_REMINDERS)
def overview() -> str:
    """Every mail of the next 90 days, computed as the sweep will."""
    session, today, number = db_session(), house().today(), page_number()
    settings = house().settings
    ahead = reminders_ahead(
        session,
        from_on=today,
        today=today,
        days=DAYS,
        tells_supervisor=settings.supervisor_digest == "names",
    )
    free = [message for message in ahead if not message.is_held]
    calendar = working_calendar(session, years=range(today.year, today.year + 2))
    next_on = calendar.on_or_after(today + DAY)
    days = _days(session, free, calendar, today)
    page = Page(days[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], number, len(days))
    if number > page.count:
        raise NotFound
    learners = [message for message in free if message.audience is Audience.LEARNER]
    posts = _posts(session, [message for message in learners if message.send_on == next_on])
    holds = list_holds(session)
    note_list(len(posts))
    return render_template(
        "reminders/overview.html",
        days_ahead=DAYS,
        mails=len(free),
        people=len({message.person for message in learners}),
        holds=holds,
        hold_mails=mails_of_first(holds),
        usual=usual(calendar) if holds else 0,
        cause=cause,
        next_on=next_on,
        is_tomorrow=next_on == today + DAY,
        posts=posts,
        shown=SHOWN,
        page=page,
        peak=max((day for day in days if day.share), key=lambda day: day.mails, default=None),
        titles={one.slug: in_language(one.titles) for one in list_courses(session)},
        paused=len(paused_person_ids(session, today)),
        today=today,
    )


def _days(
    session: Session, messages: Sequence[PreviewMessage], calendar: WorkingCalendar, today: dt.date
) -> list[MailDay]:
    names = named_days(session, today, today + DAY * DAYS)
    closed = closed_days(calendar, names, today, DAYS)
    staff = sum(one.people_count for one in list_unit_sizes(session, today=today))
    return mail_days(messages, closed, staff=staff)


def _posts(session: Session, messages: Sequence[PreviewMessage]) -> list[Post]:
    known = recipients_of(session, [message.person for message in messages])
    posts = [Post(known[one.person], one) for one in messages if one.person in known]
    return sorted(posts, key=lambda post: post.recipient.sort_key)
