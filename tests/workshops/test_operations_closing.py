"""Attendance, closing and the evidence, corrections."""

import pytest
from sqlalchemy import select

from lms.certifications.models import Activity, Evidence
from lms.kernel.domain import NotFound
from lms.workshops.models import Attendance
from lms.workshops.operations import closing
from lms.workshops.operations.attendance import enter_attendance
from lms.workshops.queries.places import list_dates
from lms.workshops.queries.tally import tally
from lms.workshops.rules import refusals
from lms.workshops.rules.attendance import Figures
from lms.workshops.rules.words import Presence
from tests.duties import at, day
from tests.workshops.samples import FRAME, meeting

DAY_OF, AFTER = at("2026-12-03", "14:10"), at("2026-12-03", "16:30")
HERE, AWAY, EXCUSED = (Presence.PRESENT, None), (Presence.ABSENT, None), (Presence.EXCUSED, None)


@pytest.fixture
def course(hall):
    return hall.house.course("fallakte")


def enter(hall, workshop, entries, *, no=0, by=None, now=DAY_OF):
    date = list_dates(hall.session, workshop.id)[no]
    enter_attendance(
        hall.session,
        workshop.id,
        date.id,
        {who.id: entry for who, entry in entries.items()},
        by=(by or hall.trainer).id,
        frame=FRAME,
        now=now,
    )


def figures(hall, workshop):
    return tally(hall.session, workshop, list_dates(hall.session, workshop.id)).figures


def close(hall, workshop, *, now=AFTER, digest=None):
    shown = figures(hall, workshop).digest if digest is None else digest
    return closing.close(
        hall.session, workshop.id, digest=shown, by=hall.trainer.id, frame=FRAME, now=now
    )


def evidence(hall):
    rows = hall.session.scalars(select(Evidence).order_by(Evidence.id))
    return [
        (one.person_id, one.kind, one.completed_on, one.source_key, one.revoked_on) for one in rows
    ]


def entered(hall):
    rows = hall.session.scalars(select(Attendance).order_by(Attendance.person_id))
    return [(one.person_id, one.state, one.minutes) for one in rows]


def test_nothing_entered_stays_open_and_evidence_comes_with_closing(hall, course):
    workshop = hall.workshop(course_id=course.id)
    there, excused, away, unknown = (hall.person() for _number in range(4))
    for one in (there, excused, away, unknown):
        hall.sign_up(workshop, one)
    enter(hall, workshop, {there: HERE, excused: EXCUSED, away: AWAY})
    assert evidence(hall) == []
    assert figures(hall, workshop) == Figures(present=1, excused=1, absent=1, open=1, evidence=1)
    assert close(hall, workshop).evidence == 1
    key = f"workshop:{workshop.id}"
    assert evidence(hall) == [(there.id, "attendance", day("2026-12-03"), key, None)]
    assert (workshop.status, workshop.closed_at) == ("done", AFTER)


def test_attendance_can_be_entered_again_until_closing(hall):
    workshop, jana = hall.workshop(), hall.person()
    hall.sign_up(workshop, jana)
    enter(hall, workshop, {jana: AWAY})
    enter(hall, workshop, {jana: HERE})
    assert entered(hall) == [(jana.id, "present", None)]
    close(hall, workshop)
    with pytest.raises(refusals.NoLongerChanged):
        enter(hall, workshop, {jana: AWAY})
    with pytest.raises(refusals.NoLongerChanged):
        close(hall, workshop)


def test_what_attendance_refuses(hall):
    workshop, jana, stranger = hall.workshop(), hall.person(), hall.person()
    hall.sign_up(workshop, jana)
    with pytest.raises(refusals.StillToCome):
        enter(hall, workshop, {jana: HERE}, now=at("2026-12-02", "23:59"))
    with pytest.raises(refusals.NotBooked):
        enter(hall, workshop, {stranger: HERE})
    with pytest.raises(refusals.OwnAttendance):
        enter(hall, workshop, {jana: HERE}, by=jana)
    with pytest.raises(refusals.MinutesOutOfRange):
        enter(hall, workshop, {jana: (Presence.PRESENT, 151)})
    with pytest.raises(NotFound):
        enter_attendance(
            hall.session, workshop.id, 2**31 - 1, {}, by=hall.trainer.id, frame=FRAME, now=DAY_OF
        )
    assert entered(hall) == []


def test_closing_waits_for_the_end_and_for_the_figures_that_were_shown(hall):
    workshop, jana = hall.workshop(), hall.person()
    hall.sign_up(workshop, jana)
    with pytest.raises(refusals.StillToCome):
        close(hall, workshop, now=at("2026-12-03", "16:29"))
    shown = figures(hall, workshop).digest
    enter(hall, workshop, {jana: HERE})
    with pytest.raises(refusals.FiguresMoved):
        close(hall, workshop, digest=shown)
    assert workshop.status == "published"
    assert close(hall, workshop) == Figures(present=1)


def test_without_a_course_there_is_no_evidence(hall):
    workshop, jana = hall.workshop(), hall.person()
    hall.sign_up(workshop, jana)
    enter(hall, workshop, {jana: HERE})
    assert close(hall, workshop).evidence == 0
    assert evidence(hall) == []


def test_enough_minutes_over_all_days(hall, course):
    days = meeting("2026-12-03"), meeting("2026-12-04")
    workshop = hall.workshop(*days, course_id=course.id, min_minutes=200)
    enough, little, one_day = (hall.person() for _number in range(3))
    for who in (enough, little, one_day):
        hall.sign_up(workshop, who)
    enter(hall, workshop, {enough: HERE, little: (Presence.PRESENT, 49), one_day: HERE})
    second = {enough: (Presence.PRESENT, 50), little: HERE, one_day: AWAY}
    enter(hall, workshop, second, no=1, now=at("2026-12-04", "15:00"))
    found = close(hall, workshop, now=at("2026-12-04", "17:00"))
    assert found == Figures(present=0, partial=2, absent=1, evidence=1)
    assert [(who, on) for who, _kind, on, *_rest in evidence(hall)] == [
        (enough.id, day("2026-12-04"))
    ]


def test_before_the_window_it_is_a_voluntary_repeat(hall, course):
    workshop, jana = hall.workshop(course_id=course.id), hall.person()
    hall.house.require(course, "2026-01-01")
    hall.house.held(jana, course, "2026-11-01")
    hall.sign_up(workshop, jana)
    enter(hall, workshop, {jana: HERE})
    close(hall, workshop)
    assert len(evidence(hall)) == 1
    activity = hall.session.scalars(select(Activity)).one()
    assert (activity.person_id, activity.done_on) == (jana.id, day("2026-12-03"))


def test_in_the_window_it_fulfils_the_round(hall, course):
    workshop, jana = hall.workshop(course_id=course.id), hall.person()
    hall.house.require(course, "2024-01-01")
    hall.house.held(jana, course, "2025-12-10")
    hall.sign_up(workshop, jana)
    enter(hall, workshop, {jana: HERE})
    close(hall, workshop)
    assert hall.house.live(jana, course).due_on == day("2027-12-10")


def test_a_correction_takes_back_with_a_reason_and_can_be_put_right_again(hall, course):
    workshop, jana = hall.workshop(course_id=course.id), hall.person()
    hall.sign_up(workshop, jana)
    enter(hall, workshop, {jana: HERE})
    close(hall, workshop)
    given = {"by": hall.trainer.id, "frame": FRAME, "now": at("2026-12-05", "09:00")}
    ids = hall.session, workshop.id, jana.id
    with pytest.raises(refusals.ReasonMissing):
        closing.take_back(*ids, reason=" ", **given)
    taken = closing.take_back(*ids, reason="Verwechselt", **given)
    assert (taken.revoked_on, taken.revoked_reason) == (day("2026-12-05"), "Verwechselt")
    assert entered(hall) == [(jana.id, "absent", None)]
    closing.add_later(*ids, **given)
    key = f"workshop:{workshop.id}"
    assert [(row[3], row[4]) for row in evidence(hall)] == [
        (key, day("2026-12-05")),
        (f"{key}:1", None),
    ]
    closing.add_later(*ids, **given)
    assert len(evidence(hall)) == 2
    assert closing.take_back(*ids, reason="Doch nicht", **given) is not None
    assert closing.take_back(*ids, reason="Doch nicht", **given) is None


def test_what_corrections_refuse(hall, course):
    workshop, jana, stranger = hall.workshop(course_id=course.id), hall.person(), hall.person()
    hall.sign_up(workshop, jana)
    given = {"by": hall.trainer.id, "frame": FRAME, "now": at("2026-12-05")}
    with pytest.raises(refusals.StillToCome):
        closing.add_later(hall.session, workshop.id, jana.id, **given)
    close(hall, workshop)
    with pytest.raises(refusals.NotBooked):
        closing.add_later(hall.session, workshop.id, stranger.id, **given)
    with pytest.raises(refusals.OwnAttendance):
        closing.add_later(hall.session, workshop.id, jana.id, **(given | {"by": jana.id}))
