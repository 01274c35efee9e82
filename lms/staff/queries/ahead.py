"""Which mail one person gets next, from what a record has read already; no query."""

import datetime as dt
from collections.abc import Iterable

from lms.certifications.queries.rows import policy_of
from lms.people.calendar import Span, WorkingCalendar
from lms.people.models import Person
from lms.reminders.queries.rounds import has_address
from lms.reminders.rules import (
    Audience,
    Outcome,
    PastNotice,
    RemindedCycle,
    offsets_of,
    quiet_spans,
)
from lms.reminders.simulation import PreviewMessage, SimulatedCycle, simulate
from lms.staff.queries.history import Away, History, NoticeLine
from lms.staff.queries.record import DutyRow

DAYS_AHEAD = 400


def mail_ahead(
    person: Person,
    duties: Iterable[DutyRow],
    history: History,
    calendar: WorkingCalendar,
    *,
    today: dt.date,
) -> list[PreviewMessage]:
    """The digests of the next 13 months as known today, without rounds that wait for release."""
    cycles = [
        _simulated(person, duty, history)
        for duty in duties
        if duty.cycle is not None and duty.revision is not None and not duty.is_held
    ]
    if not has_address(person):
        return []
    return simulate(cycles, calendar=calendar, from_on=today, days=DAYS_AHEAD)


def _simulated(person: Person, duty: DutyRow, history: History) -> SimulatedCycle:
    cycle, revision = duty.cycle, duty.revision
    if cycle is None or revision is None:
        raise ValueError(duty.slug)
    quiet = quiet_spans(
        hired_on=person.hired_on,
        left_on=person.left_on,
        absences=_spans(history.absences),
        exemptions=_spans(
            one for one in history.exemptions if one.course_id == duty.cell.course_id
        ),
    )
    reminded = RemindedCycle(
        opens_on=max(cycle.opens_on, cycle.started_on),
        due_on=cycle.due_on,
        grace_until=cycle.grace_until,
        due_rev=cycle.due_rev,
        stages=offsets_of(policy_of(revision)),
        quiet=quiet,
    )
    notices = tuple(_past(one) for one in history.notices if one.cycle_id == cycle.id)
    return SimulatedCycle(person=person.key, course=duty.slug, cycle=reminded, notices=notices)


def _spans(rows: Iterable[Away]) -> tuple[Span, ...]:
    return tuple(Span(one.from_on, one.until_on) for one in rows)


def _past(line: NoticeLine) -> PastNotice:
    return PastNotice(
        due_rev=line.due_rev,
        stage=line.stage,
        audience=Audience.LEARNER,
        outcome=Outcome(line.outcome),
        decided_on=line.decided_on,
    )
