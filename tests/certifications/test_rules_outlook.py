"""What a page promises about renewing is what a completion then gives."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certifications.months import months_between
from lms.certifications.rules.board import board_of
from lms.certifications.rules.cycles import CycleDates, CycleKind, next_cycle
from lms.certifications.rules.evidence import EvidenceDates, evidence_for_ever, first_evidence
from lms.certifications.rules.outlook import Outlook, Prospect, outlook_on
from lms.certifications.rules.policy import RenewalBase, policy_with_defaults
from lms.certifications.rules.renewal import renew

DAY = dt.timedelta(days=1)
SHOWN_ON = dt.date(2024, 12, 1)
ENDS_ON = dt.date(2026, 12, 1)
TWO_YEARS = policy_with_defaults(interval_months=24, window_days=60)
HELD = first_evidence(TWO_YEARS, SHOWN_ON)
ROUND = next_cycle(TWO_YEARS, HELD)


def seen(today: dt.date, **changes) -> Outlook:
    found = {"policy": TWO_YEARS, "cycle": ROUND, "follows": HELD} | changes
    return outlook_on(today, found.pop("held", HELD), **found)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (
            dt.date(2026, 10, 1),
            Outlook(Prospect.NOT_YET, dt.date(2026, 10, 2), dt.date(2028, 12, 1), True),
        ),
        (
            dt.date(2026, 10, 2),
            Outlook(Prospect.OPEN, dt.date(2026, 10, 2), dt.date(2028, 12, 1), True),
        ),
        (ENDS_ON, Outlook(Prospect.OPEN, ENDS_ON, dt.date(2028, 12, 1), True)),
        (
            ENDS_ON + DAY,
            Outlook(Prospect.EXPIRED, ENDS_ON + DAY, dt.date(2028, 12, 2), False),
        ),
    ],
)
def test_the_rhythm_is_kept_until_the_last_day(today, expected):
    assert seen(today) == expected


def test_without_a_duty_the_round_after_the_evidence_counts():
    assert seen(dt.date(2026, 11, 24), cycle=None) == seen(dt.date(2026, 11, 24))


def test_once_is_enough():
    for_ever = evidence_for_ever(SHOWN_ON)
    once = policy_with_defaults(interval_months=None)
    found = seen(ENDS_ON, held=for_ever, policy=once, cycle=None, follows=for_ever)
    assert found == Outlook(Prospect.FOR_EVER)


def test_nothing_renews_what_once_was_enough_for():
    for_ever = evidence_for_ever(SHOWN_ON)
    found = seen(ENDS_ON, cycle=None, follows=for_ever)
    assert found == Outlook(Prospect.FOR_EVER)


def test_a_renewal_for_ever_loses_nothing():
    once = policy_with_defaults(interval_months=None)
    assert seen(ENDS_ON, policy=once) == Outlook(Prospect.OPEN, ENDS_ON, None, loses_nothing=True)


def test_where_each_completion_begins_anew_days_are_lost():
    policy = policy_with_defaults(
        interval_months=24, renewal_base=RenewalBase.COMPLETION, window_days=60
    )
    found = seen(dt.date(2026, 11, 24), policy=policy)
    assert found == Outlook(
        Prospect.OPEN, dt.date(2026, 11, 24), dt.date(2028, 11, 24), loses_nothing=False
    )


def test_grace_keeps_the_rhythm_although_the_certificate_has_run_out():
    policy = policy_with_defaults(interval_months=24, window_days=60, grace_days=30)
    found = seen(dt.date(2026, 12, 15), policy=policy, cycle=next_cycle(policy, HELD))
    assert (found.prospect, found.next_until) == (Prospect.EXPIRED, dt.date(2028, 12, 1))


def test_after_a_revocation_the_first_deadline_runs_and_nothing_is_followed():
    anew = CycleDates(
        kind=CycleKind.REVOCATION,
        opens_on=dt.date(2026, 11, 1),
        due_on=dt.date(2026, 12, 1),
        baseline_due_on=dt.date(2026, 12, 1),
        grace_until=dt.date(2026, 12, 1),
    )
    found = seen(dt.date(2026, 11, 24), cycle=anew, follows=None)
    assert (found.renew_from, found.next_until) == (dt.date(2026, 11, 24), dt.date(2028, 11, 24))


days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


@given(
    shown_on=days,
    months=st.integers(1, 60),
    base=st.sampled_from([RenewalBase.EXPIRY, RenewalBase.COMPLETION]),
    after=st.integers(0, 2500),
)
def test_what_the_page_promises_a_completion_keeps(shown_on, months, base, after):
    policy = policy_with_defaults(interval_months=months, renewal_base=base)
    held = first_evidence(policy, shown_on)
    cycle = next_cycle(policy, held)
    today = shown_on + dt.timedelta(days=after)
    found = outlook_on(today, held, policy=policy, cycle=cycle, follows=held)
    assert found.renew_from >= today
    renewed = renew(policy, held, cycle, found.renew_from)
    assert isinstance(renewed, EvidenceDates)
    assert renewed.valid_until == found.next_until
    if base is RenewalBase.EXPIRY and found.prospect is not Prospect.EXPIRED:
        assert found.loses_nothing
        latest = renew(policy, held, cycle, held.valid_until)
        assert latest.valid_until == found.next_until


def test_a_board_has_a_block_a_month_and_a_tick_every_six():
    board = board_of(dt.date(2026, 3, 14), dt.date(2028, 3, 14))
    assert (board.blocks, [tick.months for tick in board.ticks]) == (24, [6, 12, 18])
    assert [tick.share for tick in board.ticks] == [0.25, 0.5, 0.75]


def test_an_early_renewal_makes_the_board_longer():
    board = board_of(dt.date(2026, 2, 20), dt.date(2028, 3, 14))
    assert (board.blocks, [tick.months for tick in board.ticks]) == (25, [6, 12, 18, 24])


@pytest.mark.parametrize(
    ("months", "blocks", "ticks"),
    [(1, 1, []), (6, 6, []), (12, 12, [6]), (36, 36, [6, 12, 18, 24, 30]), (37, 13, [12, 24]),
     (60, 20, [12, 24, 36, 48]), (120, 40, [12, 24, 36, 48, 60, 72, 84, 96, 108])],
)  # fmt: skip
def test_above_three_years_a_block_is_a_quarter(months, blocks, ticks):
    first = dt.date(2026, 1, 1)
    last = dt.date(2026 + months // 12, months % 12 + 1, 1)
    assert months_between(first, last) == months
    board = board_of(first, last)
    assert (board.blocks, [tick.months for tick in board.ticks]) == (blocks, ticks)


def test_for_ever_has_no_dates():
    board = board_of(dt.date(2026, 3, 14), None)
    assert (board.blocks, board.ticks) == (24, ())
