"""What changes a duty besides completion: leave, exemption, extension, revocation, versions."""

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.certifications.models import Evidence
from lms.certifications.operations import changing
from lms.certifications.operations.changing import AlreadyRevoked, OwnExemption
from lms.certifications.rules.changes import ExtensionAfterExpiry, ExtensionIsNotLater
from lms.kernel.domain import NotFound
from tests.duties import House, at, day, with_e0


@pytest.fixture
def house(session):
    return House(session)


def extend(house, cycle, until, today):
    return changing.extend(
        house.session, cycle.id, day(until), actor="operator", today=day(today), now=at(today)
    )


def publish(house, course, on, days):
    return house.version(course, published_on=on, retrain_days=days)


# --------------------------------------------------------------------------------------- absences


def test_long_leave_moves_the_due_date_and_never_the_proof(house):
    who, course = with_e0(house)
    house.away(who, "2026-01-15", "2026-08-31", today="2026-01-10")
    cycle = house.live(who, course)
    assert (cycle.due_on, cycle.baseline_due_on, cycle.why, cycle.due_rev) == (
        day("2026-10-01"),
        day("2026-03-10"),
        "absence",
        1,
    )
    assert house.status(who, course, "2026-01-14", "2026-01-15", "2026-08-31", "2026-09-01") == [
        "due",
        "paused",
        "paused",
        "open",
    ]
    assert house.row(who, course, "2026-09-20").valid_until == day("2026-03-10")
    assert house.held(who, course, "2026-09-20").valid_until == day("2027-09-20")


def test_a_completion_before_the_old_due_date_keeps_the_rhythm(house):
    who, course = with_e0(house)
    house.away(who, "2026-01-15", "2026-08-31", today="2026-01-10")
    assert house.held(who, course, "2026-03-10").valid_until == day("2027-03-10")


@pytest.mark.parametrize(
    ("until", "due"), [("2026-03-26", "2026-03-10"), ("2026-03-27", "2026-04-27")]
)
def test_leave_counts_from_28_days_on(house, until, due):
    who, course = with_e0(house)
    house.away(who, "2026-02-28", until, today="2026-02-20")
    assert house.live(who, course).due_on == day(due)


def test_adjacent_absences_are_one(house):
    who, course = with_e0(house)
    house.away(who, "2026-03-01", "2026-03-15", today="2026-02-20")
    assert house.live(who, course).due_rev == 0
    house.away(who, "2026-03-16", "2026-04-10", today="2026-03-15")
    assert house.live(who, course).due_on == day("2026-05-11")
    assert house.status(who, course, "2026-03-05") == ["paused"]


def test_leave_that_begins_after_the_due_date_excuses_nothing(house):
    who, course = with_e0(house)
    house.away(who, "2026-03-11", "2026-05-31", today="2026-03-10")
    assert house.live(who, course).due_on == day("2026-03-10")
    assert house.status(who, course, "2026-05-31", "2026-06-01") == ["paused", "overdue"]


def test_leave_counts_for_the_next_round_as_well(house):
    who, course = with_e0(house)
    house.away(who, "2027-02-01", "2027-06-30", today="2026-01-10")
    assert house.live(who, course).due_rev == 0
    house.held(who, course, "2026-02-01")
    cycle = house.live(who, course)
    assert (cycle.due_on, cycle.baseline_due_on, cycle.due_rev) == (
        day("2027-07-31"),
        day("2027-03-10"),
        0,
    )


# ------------------------------------------------------------------------------------- exemptions


def test_an_exemption_rests_and_gives_thirty_days_after_it(house):
    who, course = with_e0(house)
    house.exempt(who, course, "2026-02-01", "2026-07-31", by=house.person())
    assert house.live(who, course).due_on == day("2026-08-31")
    assert house.status(who, course, "2026-02-01", "2026-07-31", "2026-08-01") == [
        "exempt",
        "exempt",
        "open",
    ]


def test_nobody_exempts_themselves(house):
    who, course = with_e0(house)
    with pytest.raises(OwnExemption):
        house.exempt(who, course, "2026-02-01", None, by=who)


def test_an_exemption_of_one_course_leaves_the_other(house):
    who, course = with_e0(house)
    other = house.course()
    house.require(other, "2026-01-15")
    house.exempt(who, course, "2026-02-01", None, by=house.person())
    assert house.status(who, other, "2026-02-01") == ["open"]
    assert house.live(who, course).due_on == day("2026-03-10")


# ------------------------------------------------------------------------------------- extensions


def test_an_extension_moves_the_due_date_and_not_the_rhythm(house):
    who, course = with_e0(house)
    cycle = extend(house, house.live(who, course), "2026-04-10", "2026-03-01")
    assert (cycle.due_on, cycle.baseline_due_on, cycle.why, cycle.due_rev) == (
        day("2026-04-10"),
        day("2026-03-10"),
        "extension",
        1,
    )
    assert house.status(who, course, "2026-03-10", "2026-03-11", "2026-04-10", "2026-04-11") == [
        "due",
        "open",
        "open",
        "overdue",
    ]
    assert house.held(who, course, "2026-04-05").valid_until == day("2027-03-10")


def test_what_is_late_or_shorter_is_no_extension(house):
    who, course = with_e0(house)
    with pytest.raises(ExtensionAfterExpiry):
        extend(house, house.live(who, course), "2026-04-10", "2026-03-11")
    with pytest.raises(ExtensionIsNotLater):
        extend(house, house.live(who, course), "2026-03-10", "2026-03-01")
    cycle = house.live(who, course)
    house.held(who, course, "2026-03-01")
    with pytest.raises(NotFound):
        extend(house, cycle, "2026-05-01", "2026-03-02")


def test_a_corrected_absence_does_not_lose_what_was_granted(house):
    who, course = with_e0(house)
    extend(house, house.live(who, course), "2026-04-10", "2026-02-01")
    house.away(who, "2026-03-01", "2026-06-30", today="2026-02-02")
    assert house.live(who, course).due_on == day("2026-07-31")


# ------------------------------------------------------------------------------------ revocations


def test_revoking_the_only_evidence_opens_a_round(house):
    who, course = with_e0(house)
    evidence = house.held(who, course, "2026-03-01")
    house.session.flush()
    for one in house.session.scalars(select(Evidence).where(Evidence.person_id == who.id)).all():
        house.revoke(one, "2026-05-04")
    cycle = house.live(who, course)
    assert (cycle.kind, cycle.opens_on, cycle.due_on, cycle.prev_evidence_id) == (
        "revocation",
        day("2026-05-04"),
        day("2026-06-03"),
        None,
    )
    assert house.status(who, course, "2026-05-04", "2026-06-03", "2026-06-04") == [
        "open",
        "open",
        "overdue",
    ]
    before = house.rounds(who, course)[-2]
    assert (before.state, before.close_reason, before.closed_on) == (
        "cancelled",
        "revoked",
        day("2026-05-04"),
    )
    assert (evidence.revoked_on, evidence.revoked_reason) == (day("2026-05-04"), "Verwechselt")
    assert house.held(who, course, "2026-05-10").valid_until == day("2027-05-10")


def test_older_evidence_that_lasts_counts_again(house):
    who, course = with_e0(house)
    newest = house.held(who, course, "2026-02-01")
    house.revoke(newest, "2026-02-02")
    assert house.row(who, course, "2026-03-04").valid_until == day("2026-03-10")
    assert house.status(who, course, "2026-03-04", "2026-03-05", "2026-03-11") == [
        "due",
        "overdue",
        "overdue",
    ]
    assert house.live(who, course).due_on == day("2026-03-04")


def test_revoking_what_was_renewed_since_leaves_the_live_round(house):
    who, course = with_e0(house)
    old = house.session.scalars(select(Evidence)).one()
    house.held(who, course, "2026-02-01")
    house.revoke(old, "2026-02-02")
    assert (house.live(who, course).kind, house.live(who, course).due_on) == (
        "renewal",
        day("2027-03-10"),
    )


def test_revoking_what_counted_for_ever_opens_a_round(house):
    who, course = house.person(), house.course(months=None)
    house.require(course, "2026-01-01", interval_months=None)
    house.revoke(house.held(who, course, "2026-01-10"), "2026-05-04")
    assert (house.live(who, course).kind, house.live(who, course).due_on) == (
        "revocation",
        day("2026-06-03"),
    )


def test_evidence_is_revoked_once_and_noted(house):
    who, course = with_e0(house)
    evidence = house.session.scalars(select(Evidence)).one()
    house.revoke(evidence, "2026-05-04")
    with pytest.raises(AlreadyRevoked):
        house.revoke(evidence, "2026-05-05")
    with pytest.raises(NotFound):
        changing.revoke(
            house.session, 0, reason="x", actor="x", today=day("2026-01-01"), now=at("2026-01-01")
        )
    entries = house.session.scalars(
        select(AuditEntry).where(AuditEntry.verb == "evidence_revoked")
    ).all()
    assert [(one.object_id, one.actor) for one in entries] == [(evidence.id, "operator")]
    assert house.live(who, course).kind == "revocation"


def test_revoking_without_a_duty_makes_no_round(house):
    who, course = house.person(), house.course()
    house.revoke(house.held(who, course), "2026-01-01")
    assert house.rounds(who, course) == []
    assert house.status(who, course, "2025-12-31") == [None]


def test_what_counted_elsewhere_goes_with_its_original(house):
    who, duty, other = house.person(), house.course("duty"), house.course("other")
    house.require(duty, "2026-01-01", alternatives=("other",))
    original = house.held(who, other, "2026-02-01", key="enrolment:1")
    stays = house.held(who, other, "2026-12-31", key="enrolment:2")
    house.revoke(original, "2027-01-05")
    copies = house.session.scalars(
        select(Evidence).where(Evidence.course_id == duty.id).order_by(Evidence.id)
    ).all()
    assert [one.revoked_on for one in copies] == [day("2027-01-05"), None]
    assert stays.revoked_on is None
    assert house.live(who, duty).kind == "renewal"


# --------------------------------------------------------------------------------------- versions


def test_a_version_to_be_taken_pulls_the_live_round_forward(house):
    who, course = house.person(), house.course()
    house.require(course, "2025-01-01")
    house.held(who, course, "2025-12-31")
    second = publish(house, course, "2026-06-01", 30)
    cycle = house.live(who, course)
    assert (cycle.kind, cycle.why, cycle.opens_on, cycle.due_on, cycle.baseline_due_on) == (
        "version",
        "version",
        day("2026-06-01"),
        day("2026-07-01"),
        day("2026-07-01"),
    )
    assert (cycle.due_rev, house.row(who, course, "2026-07-02").valid_until) == (
        1,
        day("2026-12-31"),
    )
    assert house.status(who, course, "2026-06-15", "2026-07-01", "2026-07-02") == [
        "due",
        "due",
        "overdue",
    ]
    done = house.held(who, course, "2026-06-20", course_version_id=second.id)
    assert done.valid_until == day("2027-06-20")


def test_a_version_later_than_the_due_date_only_opens_the_window(house):
    who, course = with_e0(house)
    publish(house, course, "2025-12-01", 365)
    cycle = house.live(who, course)
    assert (cycle.opens_on, cycle.due_on, cycle.due_rev) == (
        day("2025-12-01"),
        day("2026-03-10"),
        0,
    )


def test_a_version_begins_a_round_where_once_was_enough(house):
    who, course = house.person(), house.course(months=None)
    house.require(course, "2026-01-01", interval_months=None)
    held = house.held(who, course, "2026-01-10")
    publish(house, course, "2026-06-01", 30)
    cycle = house.live(who, course)
    assert (cycle.kind, cycle.due_on, cycle.prev_evidence_id) == (
        "version",
        day("2026-07-01"),
        held.id,
    )
    assert house.status(who, course, "2026-07-01", "2026-07-02") == ["due", "overdue"]


def test_a_version_waits_for_people_on_leave(house):
    who, course = with_e0(house)
    house.away(who, "2026-01-15", "2026-08-31", today="2026-01-10")
    publish(house, course, "2026-02-01", 10)
    assert house.live(who, course).due_on == day("2026-10-01")


def test_a_version_gives_a_joiner_the_same_days_from_the_first_one_on(house):
    course = house.course()
    who = house.person(hired_on=day("2026-12-01"))
    house.require(course, "2026-11-20")
    publish(house, course, "2026-11-24", 5)
    cycle = house.live(who, course)
    assert (cycle.kind, cycle.opens_on, cycle.due_on) == (
        "initial",
        day("2026-12-01"),
        day("2026-12-06"),
    )
