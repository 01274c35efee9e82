import datetime as dt

import pytest

from lms.certifications.rules.evidence import anchored_evidence
from lms.certifications.rules.policy import RenewalBase
from lms.certifications.rules.status import Status
from lms.learning.rules.afterwards import Afterwards, Terms, afterwards
from lms.learning.rules.rounds import RoundFacts

TODAY = dt.date(2026, 11, 24)
YEARLY = Terms(interval_months=12, window_days=60)
FIRST = RoundFacts(status=Status.OPEN)


def held(completed_on):
    return anchored_evidence(completed_on, anchor_on=completed_on, k=1, interval_months=12)


def due(until, **values):
    return RoundFacts(
        status=values.pop("status", Status.DUE),
        valid_until=until,
        opens_on=until - dt.timedelta(days=60),
        **values,
    )


def test_the_first_completion_counts_from_today():
    assert afterwards(YEARLY, FIRST, None, today=TODAY) == Afterwards(
        valid_until=dt.date(2027, 11, 24), renew_from=dt.date(2027, 9, 25)
    )


def test_renewing_on_time_costs_no_day():
    until = dt.date(2026, 12, 10)
    terms = Terms(interval_months=12, window_days=60, due_on=until, grace_until=until)
    found = afterwards(terms, due(until), held(dt.date(2025, 12, 10)), today=TODAY)
    assert found.valid_until == dt.date(2027, 12, 10)


def test_grace_keeps_the_rhythm():
    until = dt.date(2026, 11, 20)
    terms = Terms(
        interval_months=12, window_days=60, due_on=until, grace_until=dt.date(2026, 11, 30)
    )
    facts = due(until, status=Status.GRACE)
    found = afterwards(terms, facts, held(dt.date(2025, 11, 20)), today=TODAY)
    assert found.valid_until == dt.date(2027, 11, 20)


def test_late_begins_a_new_rhythm():
    until = dt.date(2026, 11, 1)
    terms = Terms(interval_months=12, window_days=60, due_on=until, grace_until=until)
    facts = due(until, status=Status.OVERDUE)
    found = afterwards(terms, facts, held(dt.date(2025, 11, 1)), today=TODAY)
    assert found.valid_until == dt.date(2027, 11, 24)


def test_a_round_pulled_forward_begins_a_new_rhythm():
    until = dt.date(2027, 6, 1)
    terms = Terms(interval_months=12, window_days=60, due_on=dt.date(2026, 12, 24))
    facts = RoundFacts(status=Status.DUE, valid_until=until, opens_on=TODAY, must_retake=True)
    found = afterwards(terms, facts, held(dt.date(2026, 6, 1)), today=TODAY)
    assert found.valid_until == dt.date(2027, 11, 24)


def test_without_a_live_round_the_evidence_decides():
    until = dt.date(2026, 12, 10)
    found = afterwards(YEARLY, due(until), held(dt.date(2025, 12, 10)), today=TODAY)
    assert found.valid_until == dt.date(2027, 12, 10)


def test_a_voluntary_repeat_changes_nothing():
    until = dt.date(2027, 11, 1)
    facts = due(until, status=Status.VALID)
    assert afterwards(YEARLY, facts, held(dt.date(2026, 11, 1)), today=TODAY) == Afterwards(
        valid_until=until, renew_from=dt.date(2027, 9, 2), changes_nothing=True
    )


def test_what_the_rule_calls_a_repeat_promises_no_new_date():
    until = dt.date(2027, 11, 1)
    facts = due(until, status=Status.OVERDUE)
    terms = Terms(interval_months=12, window_days=60, due_on=until, grace_until=until)
    found = afterwards(terms, facts, held(dt.date(2026, 11, 1)), today=TODAY)
    assert found == Afterwards(valid_until=until)


def test_once_is_enough_where_there_is_no_interval():
    assert afterwards(Terms(interval_months=None), FIRST, None, today=TODAY) == Afterwards(
        is_for_ever=True
    )


@pytest.mark.parametrize("evidence", [None, held(dt.date(2026, 1, 1))])
def test_a_fixed_day_is_not_promised(evidence):
    terms = Terms(interval_months=12, renewal_base=RenewalBase.FIXED)
    assert afterwards(terms, FIRST, evidence, today=TODAY) == Afterwards()


def test_counted_from_completion_a_renewal_never_ends_earlier():
    until = dt.date(2027, 11, 1)
    facts = due(until, status=Status.VALID, renews_any_time=True)
    terms = Terms(
        interval_months=12,
        renewal_base=RenewalBase.COMPLETION,
        window_days=60,
        due_on=until,
        grace_until=until,
    )
    found = afterwards(terms, facts, held(dt.date(2026, 11, 1)), today=TODAY)
    assert found.valid_until == dt.date(2027, 11, 24)
