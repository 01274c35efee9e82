"""The plan of reminders (certification.md 3.2, 3.3): which stage is told on which day. Pure."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms.people.calendar import DAY, WorkingCalendar
from lms.reminders.rules import (
    MIN_GAP_DAYS,
    SUPERVISOR_STAGE,
    Audience,
    Outcome,
    PastNotice,
    RemindedCycle,
    SkipReason,
)

_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, order=True)
class PlannedStage:
    """A stage and the working day it falls on."""

    planned_on: dt.date
    stage: int
    audience: Audience


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a stage today: queued, or skipped and why."""

    stage: int
    audience: Audience
    outcome: Outcome
    why: SkipReason | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is still to be told of a cycle, in the order of its days, and what was told last."""

    pending: tuple[PlannedStage, ...]
    newest_sent: int | None = None
    last_mail_on: dt.date | None = None

    def after(self, decisions: Iterable[Decision], today: dt.date) -> "Outlook":
        """The outlook once the decisions of a day are carried out: they handle all that was due."""
        sent = [
            one.stage
            for one in decisions
            if one.outcome is Outcome.QUEUED and one.audience is Audience.LEARNER
        ]
        return Outlook(
            tuple(one for one in self.pending if one.planned_on > today),
            max(sent, default=self.newest_sent),
            today if sent else self.last_mail_on,
        )


def planned_day(stage: int, cycle: RemindedCycle, calendar: WorkingCalendar) -> dt.date:
    """The working day of a learner's stage.

    Before the due date it moves back, never before the round opens (then its first working day);
    on the due date and after it, it moves forward.
    """
    day = cycle.due_on + dt.timedelta(days=stage)
    if stage >= 0:
        return calendar.on_or_after(day)
    day = calendar.on_or_before(day)
    return day if day >= cycle.opens_on else calendar.on_or_after(cycle.opens_on)


def supervisor_day(cycle: RemindedCycle, calendar: WorkingCalendar) -> dt.date:
    """The day of the supervisors' digest: the first Monday a week overdue and out of grace."""
    day = max(cycle.due_on + dt.timedelta(days=SUPERVISOR_STAGE), cycle.grace_until + DAY)
    return calendar.on_or_after(day + dt.timedelta(days=-day.weekday() % _WEEK_DAYS))


def outlook(
    cycle: RemindedCycle, calendar: WorkingCalendar, notices: Iterable[PastNotice] = ()
) -> Outlook:
    """Every stage of the cycle's due date that was not handled yet, with its day."""
    notices = list(notices)
    ours = [one for one in notices if one.due_rev == cycle.due_rev]
    handled = {(one.stage, one.audience) for one in ours}
    pending = [one for one in _stages(cycle, calendar) if (one.stage, one.audience) not in handled]
    return Outlook(
        tuple(sorted(pending)),
        max((one.stage for one in ours if _is_mail(one)), default=None),
        max((one.decided_on for one in notices if _is_mail(one)), default=None),
    )


def _stages(cycle: RemindedCycle, calendar: WorkingCalendar) -> Iterator[PlannedStage]:
    for stage in cycle.stages:
        yield PlannedStage(planned_day(stage, cycle, calendar), stage, Audience.LEARNER)
    if cycle.tells_supervisor:
        yield PlannedStage(supervisor_day(cycle, calendar), SUPERVISOR_STAGE, Audience.SUPERVISOR)


def _is_mail(notice: PastNotice) -> bool:
    return notice.outcome is Outcome.QUEUED and notice.audience is Audience.LEARNER


def plan(
    cycle: RemindedCycle,
    today: dt.date,
    *,
    calendar: WorkingCalendar,
    notices: Iterable[PastNotice] = (),
) -> tuple[Decision, ...]:
    """What a sweep of this day records: the newest due stage per audience, older ones skipped.

    Nothing on a day without mail and while the round is held. Once the decisions are recorded
    as notices the same call returns nothing.
    """
    if cycle.is_held or not _may_send(cycle, today, calendar):
        return ()
    return decide(cycle, today, outlook(cycle, calendar, notices))


def _may_send(cycle: RemindedCycle, day: dt.date, calendar: WorkingCalendar) -> bool:
    return calendar.is_working_day(day) and not any(span.covers(day) for span in cycle.quiet)


def decide(cycle: RemindedCycle, today: dt.date, ahead: Outlook) -> tuple[Decision, ...]:
    """As `plan` on a day with mail, from an outlook that is there already."""
    due = [one for one in ahead.pending if one.planned_on <= today]
    decisions: list[Decision] = []
    for audience in Audience:
        stages = sorted(one.stage for one in due if one.audience is audience)
        decisions += [
            Decision(stage, audience, Outcome.SKIPPED, SkipReason.SUPERSEDED)
            for stage in stages[:-1]
        ]
        decisions += [_newest(cycle, today, ahead, audience, stage) for stage in stages[-1:]]
    return tuple(decisions)


def _newest(
    cycle: RemindedCycle, today: dt.date, ahead: Outlook, audience: Audience, stage: int
) -> Decision:
    """What becomes of the newest due stage: the reasons not to send it, in their order."""
    if audience is Audience.SUPERVISOR:
        return Decision(stage, audience, Outcome.QUEUED)
    if ahead.newest_sent is not None and ahead.newest_sent > stage:
        return Decision(stage, audience, Outcome.SKIPPED, SkipReason.SUPERSEDED)
    if not cycle.has_address:
        return Decision(stage, audience, Outcome.SKIPPED, SkipReason.NO_ADDRESS)
    if stage < 0 and _was_mailed_lately(ahead, today):
        return Decision(stage, audience, Outcome.SKIPPED, SkipReason.GAP)
    return Decision(stage, audience, Outcome.QUEUED)


def _was_mailed_lately(ahead: Outlook, today: dt.date) -> bool:
    return ahead.last_mail_on is not None and (today - ahead.last_mail_on).days < MIN_GAP_DAYS


def next_action_on(
    cycle: RemindedCycle,
    not_before: dt.date,
    *,
    calendar: WorkingCalendar,
    notices: Iterable[PastNotice] = (),
) -> dt.date | None:
    """The first day from `not_before` on for which `plan` decides something; None: no such day.

    After a change of the round `not_before` is today, after a sweep of today tomorrow. A held
    round has no such day until it is released.
    """
    if cycle.is_held:
        return None
    return next_day(cycle, not_before, outlook(cycle, calendar, notices), calendar)


def next_day(
    cycle: RemindedCycle, not_before: dt.date, ahead: Outlook, calendar: WorkingCalendar
) -> dt.date | None:
    """As `next_action_on`, from an outlook that is there already."""
    if not ahead.pending:
        return None
    day = calendar.on_or_after(max(ahead.pending[0].planned_on, not_before))
    while quiet := [span for span in cycle.quiet if span.covers(day)]:
        back_on = [span.day_after for span in quiet]
        if None in back_on:
            return None
        day = calendar.on_or_after(max(one for one in back_on if one is not None))
    return day
