"""How much mail the next working day brings: the sweep's own plan for one day, two queries."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Batch, Cycle
from lms.certifications.queries.rows import policy_of
from lms.people.calendar import DAY, WorkingCalendar
from lms.people.models import Person
from lms.people.queries import employed_on, working_calendar
from lms.reminders.models import Notice
from lms.reminders.plan import Decision, decide, outlook
from lms.reminders.queries.rounds import Supervisors, has_address, recipient_of
from lms.reminders.rules import Audience, Outcome, PastNotice, RemindedCycle, offsets_of

_Round = tuple[Person, Cycle, list[PastNotice]]


@dataclass(frozen=True, slots=True)
class NextMails:
    """The next working day and how many digests it brings, as known now."""

    send_on: dt.date
    count: int


def next_mails(session: Session, *, today: dt.date, tells_supervisor: bool) -> NextMails:
    """The digests of the first working day after today.

    Only rounds that the plan has something to decide about on that day are looked at, so the size
    of the house does not matter; three queries more where supervisors hear of something.
    """
    years = range(today.year - 1, today.year + 3)
    calendar = working_calendar(session, years=years)
    send_on = calendar.on_or_after(today + DAY)
    # What today's sweep has not come to yet goes out today, and counts for what follows.
    days = [day for day in (today, send_on) if calendar.is_working_day(day)]
    found = [
        (person, audience)
        for person, cycle, notices in _rounds(session, send_on)
        for audience in _told(
            _reminded(person, cycle, tells_supervisor=tells_supervisor), notices, calendar, days
        )
    ]
    supervisors = None
    if any(audience is Audience.SUPERVISOR for _person, audience in found):
        supervisors = Supervisors(session, send_on)
    recipients = [(recipient_of(*one, supervisors), one[1]) for one in found]
    mails = {(person.id, audience) for person, audience in recipients if person is not None}
    return NextMails(send_on, len(mails))


def _rounds(session: Session, send_on: dt.date) -> Iterable[_Round]:
    found: dict[int, _Round] = {}
    for row in session.execute(_statement(), {"send_on": send_on}):
        cycle, person = row[:2]
        _person, _cycle, notices = found.setdefault(cycle.id, (person, cycle, []))
        if row.audience is not None:
            notices.append(_past(row))
    return found.values()


@lru_cache(maxsize=1)
def _statement() -> Select[*tuple[Any, ...]]:
    """Rounds that may send something by then, one row for each of their notices; built once."""
    send_on: Any = bindparam("send_on", type_=Date())
    return (
        select(
            Cycle,
            Person,
            Notice.due_rev.label("told_rev"),
            Notice.stage,
            Notice.audience,
            Notice.outcome,
            Notice.decided_on,
        )
        .join(Person, Person.id == Cycle.person_id)
        .outerjoin(Batch, Batch.id == Cycle.batch_id)
        .outerjoin(Notice, Notice.cycle_id == Cycle.id)
        .where(
            Cycle.state == "live",
            Cycle.next_action_on <= send_on,
            or_(Cycle.batch_id.is_(None), Batch.released_at.is_not(None)),
            employed_on(send_on),
        )
        .options(joinedload(Cycle.revision))
    )


def _past(row: Any) -> PastNotice:  # noqa: ANN401 - a row of the statement above
    return PastNotice(
        due_rev=row.told_rev,
        stage=row.stage,
        audience=Audience(row.audience),
        outcome=Outcome(row.outcome),
        decided_on=row.decided_on,
    )


def _reminded(person: Person, cycle: Cycle, *, tells_supervisor: bool) -> RemindedCycle:
    """A round as the plan sees it; absences are in its day of next action already."""
    return RemindedCycle(
        opens_on=max(cycle.opens_on, cycle.started_on),
        due_on=cycle.due_on,
        grace_until=cycle.grace_until,
        due_rev=cycle.due_rev,
        stages=offsets_of(policy_of(cycle.revision)),
        has_address=has_address(person),
        tells_supervisor=tells_supervisor,
    )


def _told(
    cycle: RemindedCycle,
    notices: list[PastNotice],
    calendar: WorkingCalendar,
    days: list[dt.date],
) -> Iterable[Audience]:
    """Who hears of a round on the last of these days."""
    ahead, decisions = outlook(cycle, calendar, notices), tuple[Decision, ...]()
    for day in days:
        decisions = decide(cycle, day, ahead)
        ahead = ahead.after(decisions, day)
    return (one.audience for one in decisions if one.outcome is Outcome.QUEUED)
