"""Making a session, offering it, changing it, calling it off."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.workshops.models import WorkshopDate
from lms.workshops.operations import planning
from lms.workshops.queries.places import list_dates
from lms.workshops.rules import refusals
from tests.duties import at
from tests.workshops.samples import FRAME, NOW, change, meeting, stored


def sequences(hall, workshop):
    return [
        (one.no, one.sequence, one.is_cancelled) for one in list_dates(hall.session, workshop.id)
    ]


def test_a_draft_becomes_an_offer(hall):
    workshop = hall.draft()
    assert workshop.status == "draft"
    planning.publish(hall.session, workshop.id, by=hall.trainer.id, now=NOW)
    assert workshop.status == "published"
    verbs = hall.session.scalars(
        select(AuditEntry.verb).where(AuditEntry.object_kind == "workshop").order_by(AuditEntry.id)
    ).all()
    assert verbs == ["workshop_created", "workshop_published"]
    with pytest.raises(refusals.NotADraft):
        planning.publish(hall.session, workshop.id, by=hall.trainer.id, now=NOW)


@pytest.mark.parametrize(
    ("dates", "values", "refusal"),
    [
        ([meeting("2026-11-23")], {}, refusals.StartsInThePast),
        ([meeting("2026-12-03", is_cancelled=True)], {}, refusals.NoDates),
        ([meeting("2026-12-03")], {"place": None}, refusals.PlaceIsMissing),
    ],
)
def test_what_cannot_be_offered(hall, dates, values, refusal):
    workshop = hall.draft(*dates, **values)
    with pytest.raises(refusal):
        planning.publish(hall.session, workshop.id, by=hall.trainer.id, now=NOW)


def test_an_online_session_needs_no_place_and_a_day_may_have_its_own(hall):
    assert hall.workshop(setting="online", place=None).status == "published"
    assert hall.workshop(meeting("2026-12-03", place="Küche"), place=None).status == "published"


def test_another_time_is_told_to_everybody_on_the_lists(hall):
    workshop, first, second = hall.workshop(capacity=1), hall.person(), hall.person()
    hall.sign_up(workshop, first)
    hall.sign_up(workshop, second)
    (date,) = list_dates(hall.session, workshop.id)
    later = replace(stored(date), starts_at=at("2026-12-03", "14:30"))
    done = change(hall, workshop, later)
    assert (done.told, done.promoted) == (2, [])
    assert sequences(hall, workshop) == [(1, 1, False)]
    assert hall.mails()[-2:] == [(first.id, "changed"), (second.id, "changed")]
    assert change(hall, workshop, later).told == 0
    assert change(hall, workshop, later, place="Küche").told == 2
    assert sequences(hall, workshop) == [(1, 2, False)]


def test_another_title_is_told_to_nobody(hall):
    workshop = hall.workshop()
    hall.sign_up(workshop, hall.person())
    assert change(hall, workshop, titles={"de": "Neu"}).told == 0


def test_a_day_that_people_know_of_is_called_off_and_one_of_a_draft_forgotten(hall):
    days = meeting("2026-12-03"), meeting("2026-12-04")
    workshop, draft = hall.workshop(*days), hall.draft(*days)
    hall.sign_up(workshop, hall.person())
    for one, expected in (
        (workshop, [(1, 0, False), (2, 1, True)]),
        (draft, [(1, 0, False)]),
    ):
        first = list_dates(hall.session, one.id)[0]
        change(hall, one, stored(first))
        assert sequences(hall, one) == expected
    change(hall, workshop, stored(list_dates(hall.session, workshop.id)[0]), meeting("2026-12-10"))
    assert sequences(hall, workshop) == [(1, 0, False), (2, 1, True), (3, 0, False)]


def test_a_day_of_another_session_is_refused(hall):
    workshop, other = hall.workshop(), hall.workshop()
    (date,) = list_dates(hall.session, other.id)
    with pytest.raises(refusals.DatesWereMoved):
        change(hall, workshop, stored(date))


def test_fewer_places_take_nobodys_place_and_more_go_to_the_waiting_list(hall):
    workshop, people = hall.workshop(capacity=2), [hall.person() for _number in range(4)]
    for one in people:
        hall.sign_up(workshop, one)
    assert change(hall, workshop, capacity=1).promoted == []
    assert [state for _who, state, *_rest in hall.states(workshop)].count("booked") == 2
    moved = change(hall, workshop, capacity=3).promoted
    assert [one.person_id for one in moved] == [people[2].id]
    moved = change(hall, workshop, capacity=None).promoted
    assert [one.person_id for one in moved] == [people[3].id]


def test_an_offer_keeps_a_day_and_a_place(hall):
    workshop = hall.workshop()
    with pytest.raises(refusals.PlaceIsMissing):
        change(hall, workshop, place=None)
    (date,) = list_dates(hall.session, workshop.id)
    with pytest.raises(refusals.NoDates):
        change(hall, workshop, replace(stored(date), is_cancelled=True))


def test_calling_off_tells_everybody_and_takes_no_more_sign_ups(hall):
    workshop, first, second = hall.workshop(capacity=1), hall.person(), hall.person()
    hall.sign_up(workshop, first)
    hall.sign_up(workshop, second)
    by = {"by": hall.trainer.id, "frame": FRAME, "now": NOW}
    assert planning.call_off(hall.session, workshop.id, note="Krank", **by) == 2
    assert (workshop.status, workshop.cancel_note) == ("cancelled", "Krank")
    assert hall.states(workshop) == [
        (first.id, "cancelled_by_org", None, None),
        (second.id, "cancelled_by_org", None, None),
    ]
    assert hall.mails()[-2:] == [(first.id, "called_off"), (second.id, "called_off")]
    with pytest.raises(refusals.WorkshopCancelled):
        hall.sign_up(workshop, hall.person())
    with pytest.raises(refusals.NoLongerChanged):
        planning.call_off(hall.session, workshop.id, note=None, **by)
    with pytest.raises(refusals.NoLongerChanged):
        change(hall, workshop)
    assert hall.session.scalars(
        select(WorkshopDate.is_cancelled).where(WorkshopDate.workshop_id == workshop.id)
    ).all() == [False]
