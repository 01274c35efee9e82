"""Absences and exemptions: when a duty rests and how its due date waits for the return."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from lms.certifications.rules.cycles import CycleDates, CycleKind, CycleWhy
from lms.people.calendar import Span, joined

MIN_PAUSE_DAYS = 28


def pauses(absences: Iterable[Span]) -> tuple[Span, ...]:
    """The absences that count: at least 28 days, adjacent rows as one; an open end always does."""
    return tuple(
        span
        for span in joined(absences)
        if span.length_days is None or span.length_days >= MIN_PAUSE_DAYS
    )


def with_leave(
    cycle: CycleDates,
    *,
    absences: Iterable[Span] = (),
    exemptions: Iterable[Span] = (),
    return_grace_days: int = 30,
) -> CycleDates:
    """The round's due date under all absences and exemptions known now (T7, T8).

    Counted anew from what was granted, so entering, correcting and deleting are the same call,
    and calling it twice changes nothing. Each new round goes through it, too.
    """
    due_on, why = cycle.granted_until, _why_without_leave(cycle)
    return_grace = dt.timedelta(days=return_grace_days)
    for span, cause in _in_order(absences, exemptions):
        back_on = span.day_after
        # An absence that begins after the due date excuses nothing.
        counts = cause is CycleWhy.EXEMPTION or span.from_on <= due_on
        if back_on is not None and counts and back_on + return_grace > due_on:
            due_on, why = back_on + return_grace, cause
    if due_on == cycle.due_on:
        return replace(cycle, why=why)
    return replace(
        cycle,
        due_on=due_on,
        grace_until=due_on + (cycle.grace_until - cycle.due_on),
        due_rev=cycle.due_rev + 1,
        why=why,
    )


def _in_order(absences: Iterable[Span], exemptions: Iterable[Span]) -> list[tuple[Span, CycleWhy]]:
    spans = [(span, CycleWhy.ABSENCE) for span in pauses(absences)]
    spans += [(span, CycleWhy.EXEMPTION) for span in joined(exemptions)]
    return sorted(spans, key=lambda one: one[0].from_on)


def _why_without_leave(cycle: CycleDates) -> CycleWhy:
    if cycle.why not in {CycleWhy.ABSENCE, CycleWhy.EXEMPTION}:
        return cycle.why
    if cycle.extended_until is not None:
        return CycleWhy.EXTENSION
    return CycleWhy.VERSION if cycle.kind is CycleKind.VERSION else CycleWhy.PLAIN
