"""Documents from elsewhere: brought, approved by somebody else, declined, taken back (T4)."""

import dataclasses
import hashlib

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.audit.models import AuditEntry
from lms.certifications.emails import PostFrame
from lms.certifications.models import Activity, ExternalProof
from lms.certifications.operations.external import (
    Brought,
    approve,
    bring,
    decline,
    withdraw,
)
from lms.certifications.queries.decisions import decision_values
from lms.certifications.queries.external import (
    count_waiting,
    get_to_decide,
    get_visible,
    is_file_needed,
    list_own,
    list_waiting,
)
from lms.certifications.rules.evidence import CompletedInTheFuture, CompletedTooLongAgo
from lms.certifications.rules.external import (
    AlreadyDecided,
    AlreadyWaiting,
    HasLeft,
    ReasonMissing,
    TooMuchKept,
)
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role, Viewer
from lms.outbox.models import OutboxMessage
from lms.people.models import Organisation
from tests.duties import House, at, day, with_e0

FRAME = PostFrame("lernstand.example.org", "de")
ON = "2026-03-15"


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def officer(house):
    return house.person(roles=[Role.OFFICER])


def viewer(person, *roles):
    return Viewer(
        person.id, person.name, person.first_name, person.email, frozenset({Role.EMPLOYEE, *roles})
    )


def brought(session, who, course, completed_on="2026-01-20", on=ON, **changes):
    what = Brought(
        person_id=who.id,
        course_id=course.id,
        completed_on=day(completed_on),
        issuer="Volkshochschule",
        note="",
        file_name="nachweis.pdf",
        file_sha256=hashlib.sha256(f"{who.id}:{course.id}".encode()).hexdigest(),
        media_type="application/pdf",
        size_bytes=1000,
    )
    what = dataclasses.replace(what, **changes)
    return bring(session, what, today=day(on), now=at(on))


def approved(session, proof, by, completed_on="2026-01-20", on=ON):
    return approve(
        session,
        proof.id,
        viewer(by, Role.OFFICER),
        completed_on=day(completed_on),
        frame=FRAME,
        today=day(on),
        now=at(on),
    )


def declined(session, proof, by, reason="Ein anderer Kurs", on=ON):
    return decline(
        session, proof.id, viewer(by, Role.OFFICER), reason=reason, frame=FRAME, today=day(on),
        now=at(on),
    )  # fmt: skip


def test_vector_24_it_counts_from_its_own_day_once_approved(house, session, officer):
    who, course = with_e0(house)
    proof = brought(session, who, course)
    assert house.status(who, course, "2026-03-11", ON) == ["overdue", "overdue"]
    done = approved(session, proof, officer)
    assert done.evidence is not None
    assert done.evidence.valid_until == day("2027-03-10")
    assert (done.evidence.kind, done.evidence.completed_on) == ("external", day("2026-01-20"))
    assert (done.evidence.file_sha256, done.evidence.recorded_by) == (
        proof.file_sha256,
        officer.id,
    )
    assert house.status(who, course, ON) == ["valid"]
    assert (proof.state, proof.evidence_id, proof.decided_by) == (
        "approved",
        done.evidence.id,
        officer.id,
    )
    verbs = session.scalars(
        select(AuditEntry.verb).where(AuditEntry.object_kind == "external_proof")
    )
    assert list(verbs) == ["external_brought", "external_approved"]


def test_the_approver_enters_the_date_that_stands_on_it(house, session, officer):
    who, course = with_e0(house)
    proof = brought(session, who, course, "2026-01-20")
    done = approved(session, proof, officer, "2026-02-03")
    assert (proof.completed_on, proof.approved_on) == (day("2026-01-20"), day("2026-02-03"))
    assert done.evidence is not None
    assert done.evidence.completed_on == day("2026-02-03")


@pytest.mark.parametrize(
    ("completed_on", "error"),
    [("2026-03-16", CompletedInTheFuture), ("2025-03-14", CompletedTooLongAgo)],
)
def test_neither_tomorrow_nor_older_than_one_interval(house, session, officer, completed_on, error):
    who, course = house.person(), house.course()
    with pytest.raises(error):
        brought(session, who, course, completed_on)
    proof = brought(session, who, course)
    with pytest.raises(error):
        approved(session, proof, officer, completed_on)
    assert proof.state == "pending"


def test_the_interval_is_that_of_the_duty(house, session):
    who, course = house.person(), house.course(months=12)
    house.require(course, "2026-01-01", interval_months=24)
    assert brought(session, who, course, "2024-03-15").state == "pending"
    other = house.course(months=None)
    assert brought(session, who, other, "1999-01-01").state == "pending"


def test_before_the_window_it_is_a_repeat_and_says_so(house, session, officer):
    who, course = with_e0(house)
    proof = brought(session, who, course, "2025-11-20", on="2025-11-24")
    done = approved(session, proof, officer, "2025-11-20", on="2025-11-24")
    assert (done.evidence, proof.state, proof.evidence_id) == (None, "approved", None)
    assert session.scalars(select(Activity.done_on)).all() == [day("2025-11-20")]
    values = decision_values(session, proof.id, who.id, today=day("2025-11-24"))
    assert values == {
        "first_name": "Kim",
        "titles": {"de": "Beispiel", "en": "Sample"},
        "outcome": "approved",
        "counts": False,
        "valid_until": None,
    }


def test_nobody_approves_their_own(house, session, officer):
    course = house.course()
    proof = brought(session, officer, course)
    for roles in ([Role.OFFICER], [Role.ADMINISTRATOR], [Role.OFFICER, Role.ADMINISTRATOR]):
        with pytest.raises(NotFound):
            approve(
                session, proof.id, viewer(officer, *roles), completed_on=day("2026-01-20"),
                frame=FRAME, today=day(ON), now=at(ON),
            )  # fmt: skip
    proof.state, proof.decided_at, proof.approved_on = "approved", at(ON), day(ON)
    proof.decided_by = officer.id
    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()


def test_the_administrator_decides_on_the_officers_alone(house, session, officer):
    course, who = house.course(), house.person()
    administrator = viewer(house.person(roles=[Role.ADMINISTRATOR]), Role.ADMINISTRATOR)
    theirs, others = brought(session, officer, course), brought(session, who, course)
    waiting = [row.proof.id for row in list_waiting(session, administrator, limit=9, offset=0)]
    assert (waiting, count_waiting(session, administrator)) == ([theirs.id], 1)
    with pytest.raises(NotFound):
        get_to_decide(session, others.id, administrator)
    with pytest.raises(NotFound):
        decline(
            session, others.id, administrator, reason="x", frame=FRAME, today=day(ON), now=at(ON)
        )
    done = approve(
        session, theirs.id, administrator, completed_on=day("2026-01-20"), frame=FRAME,
        today=day(ON), now=at(ON),
    )  # fmt: skip
    assert done.evidence is not None
    assert done.evidence.person_id == officer.id


def test_declined_it_has_a_reason_and_loses_its_file(house, session, officer):
    who, course = house.person(), house.course()
    proof = brought(session, who, course)
    with pytest.raises(ReasonMissing):
        declined(session, proof, officer, reason=" \n ")
    assert declined(session, proof, officer) == proof.file_sha256
    assert (proof.state, proof.reason) == ("declined", "Ein anderer Kurs")
    (row,) = list_own(session, who.id)
    assert row.proof.reason == "Ein anderer Kurs"
    with pytest.raises(NotFound):
        get_visible(session, proof.id, viewer(who))


def test_what_was_decided_or_taken_back_stays_so(house, session, officer):
    who, course = house.person(), house.course()
    proof = brought(session, who, course)
    assert withdraw(session, proof.id, who.id, now=at(ON)) == proof.file_sha256
    assert list_own(session, who.id) == []
    for deed in (approved, declined):
        with pytest.raises(AlreadyDecided):
            deed(session, proof, officer)
    again = brought(session, who, course)
    approved(session, again, officer)
    with pytest.raises(AlreadyDecided):
        withdraw(session, again.id, who.id, now=at(ON))
    with pytest.raises(NotFound):
        withdraw(session, again.id, officer.id, now=at(ON))
    with pytest.raises(NotFound):
        withdraw(session, 999, who.id, now=at(ON))


def test_one_document_at_a_time_for_a_course(house, session, officer):
    who, course, other = house.person(), house.course(), house.course()
    proof = brought(session, who, course)
    with pytest.raises(AlreadyWaiting):
        brought(session, who, course)
    assert brought(session, who, other).state == "pending"
    declined(session, proof, officer)
    assert brought(session, who, course).state == "pending"


def test_200_megabytes_a_person(house, session, officer):
    who = house.person()
    half = 100 * 1024 * 1024
    first = brought(session, who, house.course(), size_bytes=half)
    brought(session, who, house.course(), size_bytes=half)
    with pytest.raises(TooMuchKept):
        brought(session, who, house.course(), size_bytes=1)
    declined(session, first, officer)
    assert brought(session, who, house.course(), size_bytes=half).state == "pending"


def test_bytes_that_something_else_shows_are_kept(house, session, officer):
    who, other, course = house.person(), house.person(), house.course()
    same = "a" * 64
    proof = brought(session, who, course, file_sha256=same)
    twin = brought(session, other, course, file_sha256=same)
    assert declined(session, proof, officer) is None
    assert withdraw(session, twin.id, other.id, now=at(ON)) == same
    organisation = session.get_one(Organisation, 1)
    organisation.mark_sha256, organisation.mark_width, organisation.mark_height = same, 1, 1
    assert is_file_needed(session, same)


def test_who_has_left_gets_nothing_recorded(house, session, officer):
    who, course = house.person(), house.course()
    proof = brought(session, who, course)
    who.left_on = day("2026-03-14")
    with pytest.raises(HasLeft):
        approved(session, proof, officer)
    declined(session, proof, officer)
    assert session.scalars(select(OutboxMessage)).all() == []


def test_the_person_is_told_at_once_and_once(house, session, officer):
    who, course = house.person(locale="en"), house.course()
    proof = brought(session, who, course)
    approved(session, proof, officer)
    mail = session.scalars(select(OutboxMessage)).one()
    assert (mail.kind, mail.person_id, mail.audience, mail.locale) == (
        "external_decided",
        who.id,
        "immediate",
        "en",
    )
    assert mail.values == {"proof": proof.id}
    silent = house.person(email=None, personnel_number="77")
    approved(session, brought(session, silent, course), officer)
    assert len(session.scalars(select(OutboxMessage)).all()) == 1


def test_the_file_is_for_those_two_alone(house, session, officer):
    who, course = house.person(), house.course()
    second = house.person(roles=[Role.OFFICER])
    proof = brought(session, who, course)
    for allowed in (viewer(who), viewer(officer, Role.OFFICER), viewer(second, Role.OFFICER)):
        assert get_visible(session, proof.id, allowed).id == proof.id
    for stranger in (
        viewer(house.person()),
        viewer(house.person(), Role.MANAGEMENT),
        viewer(house.person(), Role.ADMINISTRATOR),
    ):
        with pytest.raises(NotFound):
            get_visible(session, proof.id, stranger)
    approved(session, proof, officer)
    assert get_visible(session, proof.id, viewer(officer, Role.OFFICER)).id == proof.id
    with pytest.raises(NotFound):
        get_visible(session, proof.id, viewer(second, Role.OFFICER))


def test_the_mail_says_nothing_about_what_is_open_or_gone(house, session):
    who, course = house.person(), house.course()
    proof = brought(session, who, course)
    assert decision_values(session, proof.id, who.id, today=day(ON)) is None
    assert decision_values(session, 999, who.id, today=day(ON)) is None
    assert session.scalars(select(ExternalProof.state)).all() == ["pending"]
