"""The plan of reminders: vectors of certification.md 8 and invariants of 7.2."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.certifications.rules.cycles import CycleDates, initial_cycle, renewal_cycle
from lms.certifications.rules.leave import with_leave
from lms.certifications.rules.policy import RequirementPolicy
from lms.people.calendar import DAY, Span, WorkingCalendar
from lms.reminders.plan import Decision, next_action_on, plan, planned_day, supervisor_day
from lms.reminders.rules import (
    Audience,
    Outcome,
    PastNotice,
    RemindedCycle,
    SkipReason,
    offsets_of,
    quiet_spans,
)

day = dt.date.fromisoformat
YEARS = range(2025, 2029)
HOUSE = WorkingCalendar(
    frozenset(holidays.country_holidays("DE", subdiv="BW", years=YEARS))
    | {dt.date(year, 12, one) for year in YEARS for one in (24, 31)}
)
YEARLY = RequirementPolicy()
OFFSETS = offsets_of(YEARLY)
Mail = tuple[str, int]


def reminded(cycle: CycleDates, policy: RequirementPolicy = YEARLY) -> RemindedCycle:
    return RemindedCycle(
        opens_on=cycle.opens_on,
        due_on=cycle.due_on,
        grace_until=cycle.grace_until,
        due_rev=cycle.due_rev,
        stages=offsets_of(policy),
    )


def due(due_on: str) -> RemindedCycle:
    return reminded(renewal_cycle(YEARLY, day(due_on)))


def every_day(first: str, last: str) -> list[dt.date]:
    return [day(first) + DAY * n for n in range((day(last) - day(first)).days + 1)]


def recorded(
    decisions: Iterable[Decision], cycle: RemindedCycle, today: dt.date
) -> list[PastNotice]:
    return [
        PastNotice(
            due_rev=cycle.due_rev,
            stage=one.stage,
            audience=one.audience,
            outcome=one.outcome,
            decided_on=today,
        )
        for one in decisions
    ]


def swept(
    cycle: RemindedCycle,
    days: Iterable[dt.date],
    notices: Iterable[PastNotice] = (),
    calendar: WorkingCalendar = HOUSE,
) -> list[PastNotice]:
    """What is on record after a sweep on each of these days."""
    record = list(notices)
    for today in days:
        decisions = plan(cycle, today, calendar=calendar, notices=record)
        record += recorded(decisions, cycle, today)
    return record


def mails(notices: Iterable[PastNotice], audience: Audience = Audience.LEARNER) -> list[Mail]:
    return [
        (one.decided_on.isoformat(), one.stage)
        for one in notices
        if one.outcome is Outcome.QUEUED and one.audience is audience
    ]


E0 = due("2026-03-10")


def test_vector_26_the_standard_mails() -> None:
    assert mails(swept(E0, every_day("2025-12-01", "2026-04-15"))) == [
        ("2026-01-09", -60),
        ("2026-02-06", -30),
        ("2026-02-24", -14),
        ("2026-03-03", -7),
        ("2026-03-09", -1),
        ("2026-03-10", 0),
        ("2026-03-17", 7),
        ("2026-03-24", 14),
        ("2026-03-31", 21),
        ("2026-04-07", 28),
        ("2026-04-14", 35),
    ]


@pytest.mark.parametrize(
    ("due_on", "last", "expected"),
    [
        pytest.param(
            "2026-04-05",
            "2026-04-20",
            [
                ("2026-02-04", -60),
                ("2026-03-06", -30),
                ("2026-03-20", -14),
                ("2026-03-27", -7),
                ("2026-04-02", -1),
                ("2026-04-07", 0),
                ("2026-04-13", 7),
                ("2026-04-20", 14),
            ],
            id="27 due on Easter Sunday",
        ),
        pytest.param(
            "2027-01-01",
            "2027-01-15",
            [
                ("2026-11-02", -60),
                ("2026-12-02", -30),
                ("2026-12-18", -14),
                ("2026-12-23", -7),
                ("2026-12-30", -1),
                ("2027-01-04", 0),
                ("2027-01-08", 7),
                ("2027-01-15", 14),
            ],
            id="28 due on New Year's Day",
        ),
        pytest.param(
            "2026-05-25",
            "2026-06-01",
            [
                ("2026-03-26", -60),
                ("2026-04-24", -30),
                ("2026-05-11", -14),
                ("2026-05-18", -7),
                ("2026-05-22", -1),
                ("2026-05-26", 0),
                ("2026-06-01", 7),
            ],
            id="34 due on Whit Monday",
        ),
    ],
)
def test_vectors_27_28_34_holidays_move_mail_and_never_the_due_date(
    due_on: str, last: str, expected: list[Mail]
) -> None:
    cycle = due(due_on)

    assert mails(swept(cycle, every_day("2026-01-01", last))) == expected
    assert cycle.due_on == day(due_on)


def test_vector_30_after_an_outage_the_newest_missed_stage_only() -> None:
    before, after = every_day("2026-01-01", "2026-02-04"), every_day("2026-03-13", "2026-03-31")

    record = swept(E0, before + after)

    assert mails(record) == [
        ("2026-01-09", -60),
        ("2026-03-13", 0),
        ("2026-03-17", 7),
        ("2026-03-24", 14),
        ("2026-03-31", 21),
    ]
    assert [
        (one.stage, one.decided_on.isoformat()) for one in record if one.outcome is Outcome.SKIPPED
    ] == [(-30, "2026-03-13"), (-14, "2026-03-13"), (-7, "2026-03-13"), (-1, "2026-03-13")]


def test_vector_31_two_days_down_before_the_due_date() -> None:
    record = swept(E0, every_day("2026-01-01", "2026-03-06"))

    assert plan(E0, day("2026-03-10"), calendar=HOUSE, notices=record) == (
        Decision(-1, Audience.LEARNER, Outcome.SKIPPED, SkipReason.SUPERSEDED),
        Decision(0, Audience.LEARNER, Outcome.QUEUED),
    )


def test_vector_32_a_released_import_sends_the_newest_stage_and_skips_nine() -> None:
    cycle = due("2026-10-31")

    assert swept(replace(cycle, is_held=True), every_day("2026-11-24", "2026-11-29")) == []
    decisions = plan(cycle, day("2026-11-30"), calendar=HOUSE)
    assert decisions[-1] == Decision(28, Audience.LEARNER, Outcome.QUEUED)
    assert [one.why for one in decisions[:-1]] == [SkipReason.SUPERSEDED] * 9


def test_vector_41_a_joiner_with_ten_days() -> None:
    cycle = reminded(
        initial_cycle(RequirementPolicy(initial_due_days=10), starts_on=day("2026-12-01"))
    )

    assert mails(swept(cycle, every_day("2026-11-20", "2026-12-18"))) == [
        ("2026-12-01", -14),
        ("2026-12-04", -7),
        ("2026-12-10", -1),
        ("2026-12-11", 0),
        ("2026-12-18", 7),
    ]


def test_vector_17_no_mail_while_away_and_the_stages_of_the_new_due_date_after() -> None:
    away = [Span(day("2026-01-15"), day("2026-08-31"))]
    cycle = replace(
        reminded(with_leave(renewal_cycle(YEARLY, day("2026-03-10")), absences=away)),
        quiet=quiet_spans(absences=away),
    )

    assert mails(swept(cycle, every_day("2025-12-01", "2026-10-08"))) == [
        ("2026-09-01", -30),
        ("2026-09-17", -14),
        ("2026-09-24", -7),
        ("2026-09-30", -1),
        ("2026-10-01", 0),
        ("2026-10-08", 7),
    ]
    assert next_action_on(cycle, day("2026-01-15"), calendar=HOUSE) == day("2026-09-01")


def test_learner_mail_stops_after_26_weeks() -> None:
    record = swept(E0, every_day("2026-01-01", "2027-06-30"))

    assert mails(record)[-1] == ("2026-09-08", 182)
    assert next_action_on(E0, day("2026-09-09"), calendar=HOUSE, notices=record) is None


def test_a_round_that_opens_on_a_weekend_begins_on_its_first_working_day() -> None:
    cycle = replace(E0, opens_on=day("2026-01-10"))  # a Saturday

    assert planned_day(-60, cycle, HOUSE) == day("2026-01-12")
    assert planned_day(-14, cycle, HOUSE) == day("2026-02-24")


def test_a_stage_within_three_days_of_the_last_mail_is_skipped_and_the_due_date_is_not() -> None:
    cycle = replace(E0, opens_on=day("2026-03-02"))  # a Monday; -7 falls on Tuesday

    record = swept(cycle, every_day("2026-03-01", "2026-03-10"))

    assert mails(record) == [("2026-03-02", -14), ("2026-03-09", -1), ("2026-03-10", 0)]
    assert plan(cycle, day("2026-03-03"), calendar=HOUSE, notices=record[:3]) == (
        Decision(-7, Audience.LEARNER, Outcome.SKIPPED, SkipReason.GAP),
    )


def test_the_gap_counts_mail_of_the_former_due_date_too_and_three_days_are_enough() -> None:
    record = swept(E0, every_day("2026-01-01", "2026-03-03"))
    moved = replace(E0, due_on=day("2026-04-10"), grace_until=day("2026-04-10"), due_rev=1)

    assert plan(moved, day("2026-03-05"), calendar=HOUSE, notices=record) == (
        Decision(-60, Audience.LEARNER, Outcome.SKIPPED, SkipReason.GAP),
    )
    assert plan(moved, day("2026-03-06"), calendar=HOUSE, notices=record) == (
        Decision(-60, Audience.LEARNER, Outcome.QUEUED),
    )


def test_a_new_due_date_is_told_anew() -> None:
    record = swept(E0, every_day("2026-01-01", "2026-03-06"))
    moved = replace(E0, due_on=day("2026-04-10"), grace_until=day("2026-04-10"), due_rev=1)

    assert mails(swept(moved, every_day("2026-03-07", "2026-04-17"), record))[-6:] == [
        ("2026-03-09", -60),  # -30 on the 11th is too near and left out
        ("2026-03-27", -14),
        ("2026-04-02", -7),
        ("2026-04-09", -1),
        ("2026-04-10", 0),
        ("2026-04-17", 7),
    ]


def test_an_older_stage_is_not_sent_after_a_newer_one() -> None:
    sent = PastNotice(
        due_rev=0,
        stage=-7,
        audience=Audience.LEARNER,
        outcome=Outcome.QUEUED,
        decided_on=day("2026-02-20"),
    )

    assert plan(E0, day("2026-02-26"), calendar=HOUSE, notices=[sent])[-1] == Decision(
        -14, Audience.LEARNER, Outcome.SKIPPED, SkipReason.SUPERSEDED
    )


def test_a_dropped_line_is_handled_but_was_no_mail() -> None:
    cycle = replace(E0, opens_on=day("2026-03-02"))
    *skipped, queued = swept(cycle, [day("2026-03-02")])
    dropped = [*skipped, replace(queued, outcome=Outcome.DROPPED)]

    assert plan(cycle, day("2026-03-02"), calendar=HOUSE, notices=dropped) == ()
    assert plan(cycle, day("2026-03-03"), calendar=HOUSE, notices=dropped) == (
        Decision(-7, Audience.LEARNER, Outcome.QUEUED),
    )


def test_without_an_address_the_stage_is_recorded_for_the_officer() -> None:
    cycle = replace(E0, has_address=False)

    assert plan(cycle, day("2026-02-06"), calendar=HOUSE) == (
        Decision(-60, Audience.LEARNER, Outcome.SKIPPED, SkipReason.SUPERSEDED),
        Decision(-30, Audience.LEARNER, Outcome.SKIPPED, SkipReason.NO_ADDRESS),
    )


@pytest.mark.parametrize(
    "quiet",
    [
        quiet_spans(hired_on=day("2026-03-12")),
        quiet_spans(left_on=day("2026-03-10")),
        quiet_spans(absences=[Span(day("2026-02-20"), day("2026-03-20"))]),
        quiet_spans(exemptions=[Span(day("2026-03-11"), day("2026-03-11"))]),
    ],
    ids=["before hiring", "after leaving", "away", "exempt"],
)
def test_nothing_is_sent_or_recorded_on_quiet_days(quiet: tuple[Span, ...]) -> None:
    assert plan(replace(E0, quiet=quiet), day("2026-03-11"), calendar=HOUSE) == ()
    assert plan(replace(E0, quiet=()), day("2026-03-11"), calendar=HOUSE) != ()


def test_mail_still_goes_on_the_last_day_and_on_the_first() -> None:
    last = replace(E0, quiet=quiet_spans(left_on=day("2026-03-10")))
    first = replace(E0, quiet=quiet_spans(hired_on=day("2026-03-10")))

    assert plan(last, day("2026-03-10"), calendar=HOUSE) != ()
    assert plan(first, day("2026-03-10"), calendar=HOUSE) != ()


# Supervisors


@pytest.mark.parametrize(
    ("due_on", "grace_days", "expected"),
    [
        ("2026-03-10", 0, "2026-03-23"),  # D+7 is a Tuesday
        ("2026-03-09", 0, "2026-03-16"),  # D+7 is a Monday
        ("2026-03-10", 13, "2026-03-30"),  # grace lasts through Monday 23 March
        ("2026-03-10", 12, "2026-03-23"),
        ("2026-03-27", 0, "2026-04-07"),  # Easter Monday
    ],
)
def test_the_supervisor_is_told_on_a_monday_a_week_overdue_and_out_of_grace(
    due_on: str, grace_days: int, expected: str
) -> None:
    dates = renewal_cycle(RequirementPolicy(grace_days=grace_days), day(due_on))
    cycle = replace(reminded(dates), tells_supervisor=True)

    assert supervisor_day(cycle, HOUSE) == day(expected)
    record = swept(cycle, every_day("2026-01-01", "2026-10-31"))
    assert mails(record, Audience.SUPERVISOR) == [(expected, 7)]
    assert mails(record) == mails(
        swept(replace(cycle, tells_supervisor=False), every_day("2026-01-01", "2026-10-31"))
    )


def test_the_supervisor_is_told_of_somebody_without_an_address() -> None:
    cycle = replace(E0, has_address=False, tells_supervisor=True)

    record = swept(cycle, every_day("2026-01-01", "2026-03-31"))

    assert mails(record) == []
    assert mails(record, Audience.SUPERVISOR) == [("2026-03-23", 7)]


# When the sweep looks again


def test_the_sweep_looks_again_when_the_next_stage_falls_due() -> None:
    record = swept(E0, every_day("2026-01-01", "2026-01-09"))

    assert next_action_on(E0, day("2025-06-01"), calendar=HOUSE) == day("2026-01-09")
    assert next_action_on(E0, day("2026-01-10"), calendar=HOUSE, notices=record) == day(
        "2026-02-06"
    )
    assert next_action_on(E0, day("2026-05-01"), calendar=HOUSE) == day("2026-05-04")


@pytest.mark.parametrize(
    "cycle",
    [
        replace(E0, is_held=True),
        replace(E0, quiet=quiet_spans(absences=[Span(day("2026-01-01"))])),
        replace(E0, quiet=quiet_spans(left_on=day("2025-12-31"))),
        replace(E0, stages=()),
    ],
    ids=["held", "away without an end", "gone", "no stages"],
)
def test_a_round_that_waits_for_somebody_has_no_day(cycle: RemindedCycle) -> None:
    assert next_action_on(cycle, day("2026-01-01"), calendar=HOUSE) is None


def test_the_day_after_one_absence_may_lie_in_the_next() -> None:
    spans = [
        Span(day("2026-01-01"), day("2026-02-10")),
        Span(day("2026-02-12"), day("2026-04-30")),
    ]
    cycle = replace(
        E0, quiet=(*quiet_spans(absences=spans), Span(day("2026-02-11"), day("2026-02-11")))
    )

    assert next_action_on(cycle, day("2026-01-01"), calendar=HOUSE) == day("2026-05-04")


# Properties

LENGTHS = st.integers(0, 60)
ANY_LENGTH = LENGTHS | st.none()


@st.composite
def cycles(draw: st.DrawFn, lengths: st.SearchStrategy[int | None] = ANY_LENGTH) -> RemindedCycle:
    due_on = draw(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
    opens_on = due_on - DAY * draw(st.integers(0, 90))
    stages = draw(st.frozensets(st.integers(-90, 0), max_size=6))
    policy = RequirementPolicy(
        stages=tuple(stages),
        overdue_every_days=draw(st.integers(1, 15)),
        overdue_count=draw(st.integers(0, 6)),
    )
    away = [
        Span(from_on, None if length is None else from_on + DAY * length)
        for from_on, length in draw(
            st.lists(
                st.tuples(
                    st.dates(dt.date(2025, 11, 1), dt.date(2027, 1, 31)),
                    lengths,
                ),
                max_size=2,
            )
        )
    ]
    return RemindedCycle(
        opens_on=opens_on,
        due_on=due_on,
        grace_until=due_on + DAY * draw(st.integers(0, 20)),
        stages=offsets_of(policy),
        quiet=quiet_spans(absences=away),
        has_address=draw(st.booleans()),
        tells_supervisor=draw(st.booleans()),
    )


WHOLE = every_day("2025-10-01", "2027-05-31")
SOME_DAYS = st.lists(st.sampled_from(WHOLE), unique=True, max_size=60).map(sorted)


@given(cycles(), SOME_DAYS, st.sampled_from(WHOLE))
def test_planning_twice_is_planning_once(
    cycle: RemindedCycle, days: list[dt.date], today: dt.date
) -> None:
    record = swept(cycle, [*days, today])

    assert plan(cycle, today, calendar=HOUSE, notices=record) == ()


@given(cycles(), SOME_DAYS)
def test_each_stage_is_handled_once_and_sent_stages_rise(
    cycle: RemindedCycle, days: list[dt.date]
) -> None:
    record = swept(cycle, days)

    handled = [(one.stage, one.audience) for one in record]
    assert len(handled) == len(set(handled))
    stages = [stage for _, stage in mails(record)]
    assert stages == sorted(stages)


@given(cycles(), SOME_DAYS)
def test_a_sweep_sends_one_mail_at_most_on_working_days_without_leave(
    cycle: RemindedCycle, days: list[dt.date]
) -> None:
    record = swept(cycle, days)

    for audience in Audience:
        sent_on = [day(sent) for sent, _ in mails(record, audience)]
        assert len(sent_on) == len(set(sent_on))
        assert all(HOUSE.is_working_day(one) for one in sent_on)
        assert not any(span.covers(one) for span in cycle.quiet for one in sent_on)


@settings(deadline=None, max_examples=50)
@given(cycles(lengths=LENGTHS), SOME_DAYS)
def test_an_outage_never_makes_more_mail_and_handles_the_same_stages(
    cycle: RemindedCycle, days: list[dt.date]
) -> None:
    daily, with_outage = swept(cycle, WHOLE), swept(cycle, [*days, *WHOLE[-60:]])

    def handled(record: list[PastNotice]) -> set[tuple[int, Audience]]:
        return {(one.stage, one.audience) for one in record}

    assert handled(with_outage) == handled(daily)
    assert len(mails(with_outage)) <= len(mails(daily))


@settings(deadline=None, max_examples=50)
@given(cycles(), SOME_DAYS, st.integers(0, 500))
def test_the_next_day_is_exactly_the_first_on_which_the_plan_decides(
    cycle: RemindedCycle, days: list[dt.date], start: int
) -> None:
    record = swept(cycle, days)
    deciding = [
        one for one in WHOLE[start:] if plan(cycle, one, calendar=HOUSE, notices=record) != ()
    ]

    next_on = next_action_on(cycle, WHOLE[start], calendar=HOUSE, notices=record)

    assert (next_on if next_on is not None and next_on <= WHOLE[-1] else None) == next(
        iter(deciding), None
    )
