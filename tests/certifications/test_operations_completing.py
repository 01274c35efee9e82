"""Completions through the database: the vectors of certification.md 8, and what they leave."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.certifications.models import Activity, Certificate, Cycle, Evidence
from lms.certifications.operations import changing
from lms.certifications.rules.policy import RenewalBase
from lms.certifications.rules.scopes import Scope
from tests.duties import House, at, day, with_e0


@pytest.fixture
def house(session):
    return House(session)


def ends(house, who, course):
    """Last valid days of all evidence, in the order it was written."""
    found = house.session.scalars(
        select(Evidence.valid_until)
        .where(Evidence.person_id == who.id, Evidence.course_id == course.id)
        .order_by(Evidence.id)
    )
    return [one.isoformat() if one else None for one in found]


def test_first_completion_gives_a_year_a_certificate_and_the_next_round(house):
    who, course = house.person(), house.course()
    house.require(course, "2026-03-01")
    done = house.show(who, course, "2026-03-10")
    assert done.evidence.valid_until == day("2027-03-10")
    assert done.activity is None
    assert done.certificate.evidence_id == done.evidence.id
    assert done.certificate.code != done.evidence.serial
    first, following = house.rounds(who, course)
    assert (first.state, first.evidence_id, first.closed_on) == (
        "fulfilled",
        done.evidence.id,
        day("2026-03-10"),
    )
    assert (following.kind, following.opens_on, following.due_on) == (
        "renewal",
        day("2027-01-09"),
        day("2027-03-10"),
    )
    assert following.prev_evidence_id == done.evidence.id
    assert house.status(who, course, "2027-01-08", "2027-01-09", "2027-03-10", "2027-03-11") == [
        "valid",
        "due",
        "due",
        "overdue",
    ]


def test_leap_day_returns(house):
    who, course = house.person(), house.course()
    house.require(course, "2024-02-01")
    for on in ("2024-02-29", "2025-02-20", "2026-02-20", "2027-02-20", "2028-02-20"):
        house.show(who, course, on)
    assert ends(house, who, course) == [
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
        "2029-02-28",
    ]
    assert [one.seq for one in house.rounds(who, course)] == [1, 2, 3, 4, 5, 6]


def test_month_ends_do_not_drift(house):
    who, course = house.person(), house.course(months=1)
    house.require(course, "2026-01-01", interval_months=1)
    for on in ("2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"):
        house.show(who, course, on)
    assert ends(house, who, course) == [
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
        "2026-06-30",
        "2026-07-31",
    ]


def test_a_repeat_before_the_window_is_an_activity_and_changes_nothing(house):
    who, course = with_e0(house)
    before = house.live(who, course).id
    done = house.show(who, course, "2025-06-01", key="enrolment:7")
    assert (done.evidence, done.certificate) == (None, None)
    assert (done.activity.done_on, done.activity.source) == (day("2025-06-01"), "course")
    assert ends(house, who, course) == ["2026-03-10"]
    assert house.live(who, course).id == before
    house.show(who, course, "2025-06-01", key="enrolment:8")
    assert len(house.session.scalars(select(Activity)).all()) == 1


@pytest.mark.parametrize(
    ("on", "until"), [("2026-01-09", "2027-03-10"), ("2026-03-10", "2027-03-10")]
)
def test_on_time_keeps_the_rhythm(house, on, until):
    who, course = with_e0(house)
    assert house.held(who, course, on).valid_until == day(until)
    assert house.live(who, course).due_on == day(until)


def test_the_day_before_the_window_is_too_early(house):
    who, course = with_e0(house)
    assert house.show(who, course, "2026-01-08").evidence is None


def test_late_starts_anew_and_the_gap_stays_visible(house):
    who, course = with_e0(house)
    assert house.held(who, course, "2026-05-20").valid_until == day("2027-05-20")
    assert house.status(who, course, "2026-03-10", "2026-03-11", "2026-05-19", "2026-05-20") == [
        "due",
        "overdue",
        "overdue",
        "valid",
    ]


def test_grace_keeps_the_rhythm_and_has_its_status(house):
    who, course = with_e0(house, grace_days=10)
    assert house.status(who, course, "2026-03-11", "2026-03-20", "2026-03-21") == [
        "grace",
        "grace",
        "overdue",
    ]
    assert house.held(who, course, "2026-03-20").valid_until == day("2027-03-10")


def test_anchor_completion_renews_at_any_time(house):
    who, course = with_e0(house, renewal_base=RenewalBase.COMPLETION)
    assert house.held(who, course, "2026-02-01").valid_until == day("2027-02-01")


def test_fixed_day_leaves_the_least_validity(house):
    who, course = house.person(), house.course()
    house.require(
        course,
        "2026-01-01",
        renewal_base=RenewalBase.FIXED,
        fixed_month=12,
        fixed_day=31,
        min_valid_months=6,
    )
    assert house.held(who, course, "2026-03-10").valid_until == day("2026-12-31")
    assert house.held(who, course, "2026-12-01").valid_until == day("2027-12-31")


def test_once_is_enough_for_ever(house):
    who, course = house.person(), house.course(months=None)
    house.require(course, "2026-01-01", interval_months=None)
    assert house.held(who, course, "2026-01-10").valid_until is None
    assert [one.state for one in house.rounds(who, course)] == ["fulfilled"]
    assert house.status(who, course, "2026-01-09", "2026-01-10", "2040-01-01") == [
        "open",
        "valid",
        "valid",
    ]
    assert house.show(who, course, "2026-06-01").evidence is None


def test_without_a_duty_the_course_says_how_long(house):
    who, course = house.person(), house.course(months=24)
    assert house.held(who, course, "2026-03-10").valid_until == day("2028-03-10")
    assert house.session.scalars(select(Cycle)).all() == []
    assert house.status(who, course, "2026-03-09", "2026-03-10", "2028-03-10", "2028-03-11") == [
        None,
        "valid",
        "valid",
        None,
    ]


def test_the_same_key_again_is_the_same_evidence(house):
    who, course = with_e0(house)
    first = house.show(who, course, "2026-02-01", key="enrolment:1")
    again = house.show(who, course, "2026-02-02", key="enrolment:1")
    assert again.evidence.id == first.evidence.id
    assert again.certificate.id == first.certificate.id
    assert len(house.rounds(who, course)) == 3


def test_evidence_says_who_wrote_it_and_when(house):
    who, officer, course = house.person(), house.person(), house.course()
    evidence = house.held(who, course, "2026-02-01", recorded_by=officer.id, kind="attendance")
    assert (evidence.recorded_at, evidence.recorded_by) == (at("2026-02-01", "10:00"), officer.id)
    entry = house.session.scalars(
        select(AuditEntry).where(AuditEntry.verb == "evidence_recorded")
    ).one()
    assert (entry.actor, entry.object_id) == (f"person:{officer.id}", evidence.id)


def test_the_policy_of_the_round_holds_until_it_is_over(house):
    who, course = with_e0(house)
    requirement = house.live(who, course).revision_id
    house.require(course, "2025-06-01", Scope(jobs=frozenset({"Küche"})), interval_months=6)
    assert house.live(who, course).revision_id == requirement
    assert house.held(who, course, "2026-03-01").valid_until == day("2027-03-10")


# ---------------------------------------------------------------------------------- new versions


def test_an_older_version_does_not_count_once_another_must_be_taken(house):
    who, course = house.person(), house.course()
    house.require(course, "2026-01-01", initial_due_days=90)
    first = house.version(course, published_on="2026-01-02")
    second = house.version(course, published_on="2026-02-01", retrain_days=30)
    done = house.show(who, course, "2026-02-10", course_version_id=first.id)
    assert (done.evidence, done.activity.done_on) == (None, day("2026-02-10"))
    assert house.live(who, course).kind == "initial"
    assert house.held(who, course, "2026-02-10", course_version_id=second.id)


def test_a_newer_version_without_retraining_leaves_the_older_one_good(house):
    who, course = house.person(), house.course()
    house.require(course, "2026-01-01")
    first = house.version(course, published_on="2026-01-02")
    house.version(course, published_on="2026-02-01")
    assert house.held(who, course, "2026-02-10", course_version_id=first.id)


# ---------------------------------------------------------------------------------- alternatives


def test_an_alternative_fulfils_the_duty_under_the_dutys_own_policy(house):
    who, duty, other = house.person(), house.course("duty"), house.course("other", months=36)
    house.require(duty, "2026-01-01", alternatives=("other",))
    original = house.held(who, other, "2026-02-01", key="enrolment:9")
    assert original.valid_until == day("2029-02-01")
    copy = house.session.scalars(select(Evidence).where(Evidence.course_id == duty.id)).one()
    assert (copy.kind, copy.completed_on, copy.valid_until, copy.course_version_id) == (
        "alternative",
        day("2026-02-01"),
        day("2027-02-01"),
        None,
    )
    assert copy.source_key == f"alternative:{other.id}:enrolment:9"
    assert house.live(who, duty).due_on == day("2027-02-01")


def test_an_early_repeat_of_the_other_course_counts_where_it_is_due(house):
    who, duty, other = house.person(), house.course("duty"), house.course("other")
    house.require(other, "2024-01-01")
    house.held(who, other, "2026-01-01")
    house.require(duty, "2026-02-01", alternatives=("other",))
    assert house.live(who, duty).due_on == day("2027-01-01")
    house.revoke(
        house.session.get_one(Evidence, house.live(who, duty).prev_evidence_id), "2026-03-01"
    )
    done = house.show(who, other, "2026-03-10")
    assert done.activity is not None
    assert house.live(who, duty).due_on == day("2027-03-10")


def test_what_was_shown_before_counts_as_an_alternative_for_a_new_duty(house):
    who, late = house.person(), house.person()
    duty, other = house.course("duty"), house.course("other", months=36)
    house.held(who, other, "2026-01-15")
    house.held(late, other, "2024-01-15")
    house.require(duty, "2026-11-24", alternatives=("other",))
    assert house.status(who, duty, "2026-11-15", "2026-11-24") == ["valid", "due"]
    assert house.live(who, duty).due_on == day("2027-01-15")
    assert house.status(late, duty, "2025-01-15", "2025-01-16", "2026-11-24") == [
        "due",
        "overdue",
        "overdue",
    ]
    kinds = house.session.scalars(select(Evidence.kind).where(Evidence.course_id == duty.id)).all()
    assert kinds == ["alternative", "alternative"]


def test_an_alternative_that_ran_out_before_somebody_was_hired_begins_nothing(house):
    duty, other = house.course("duty"), house.course("other")
    who = house.person(hired_on=day("2026-12-01"))
    house.held(who, other, "2024-01-15")
    house.require(duty, "2026-11-24", alternatives=("other",))
    assert house.live(who, duty).kind == "initial"
    assert house.session.scalars(select(Evidence).where(Evidence.course_id == duty.id)).all() == []


def test_an_alternative_of_an_alternative_does_not_count(house):
    who = house.person()
    first, second, third = (house.course(slug) for slug in ("first", "second", "third"))
    house.require(second, "2026-01-01", alternatives=("first",))
    house.require(third, "2026-01-01", alternatives=("second",))
    house.held(who, first, "2026-02-01")
    assert house.live(who, second).kind == "renewal"
    assert house.live(who, third).kind == "initial"


def test_every_evidence_has_one_certificate(house):
    who, duty = house.person(), house.course("duty")
    house.course("other")
    house.require(duty, "2026-01-01", alternatives=("other",))
    house.held(who, duty, "2026-02-01")
    evidence = house.session.scalars(select(Evidence.id)).all()
    assert house.session.scalars(select(Certificate.evidence_id)).all() == evidence


def test_an_extension_longer_than_a_round_still_ends_ahead(house):
    who, course = with_e0(house)

    changing.extend(
        house.session,
        house.live(who, course).id,
        day("2026-06-10"),
        actor="operator",
        today=day("2026-03-01"),
        now=at("2026-03-01"),
    )
    assert house.live(who, course).baseline_due_on == day("2026-03-10")
    assert house.held(who, course, "2026-06-01").valid_until == day("2027-03-10")
    assert (
        house.live(who, course).due_on - dt.timedelta(days=60) == house.live(who, course).opens_on
    )
