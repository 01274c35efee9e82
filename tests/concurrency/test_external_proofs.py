"""Documents from elsewhere: two who decide, and one who takes it back, at the same moment."""

import pytest

from lms.certifications.emails import PostFrame
from lms.certifications.models import Certificate, Evidence, ExternalProof
from lms.certifications.operations.external import Brought, approve, bring, decline, withdraw
from lms.certifications.rules.external import AlreadyDecided, AlreadyWaiting
from lms.kernel.db import reading, transaction
from lms.kernel.viewer import Role, Viewer
from lms.outbox.models import OutboxMessage
from tests.concurrency.test_two_at_once import at_once, count
from tests.duties import House, at, day

ON = "2026-11-24"
FRAME = PostFrame("lernstand.example.org", "de")


@pytest.fixture
def waiting(own_sessions):
    """Somebody's document that waits, and two officers."""
    with transaction(own_sessions) as session:
        house = House(session)
        who, course = house.person(), house.course()
        house.require(course, "2026-11-01")
        officers = [house.person(roles=[Role.OFFICER]).id for _number in range(2)]
        proof = bring(session, brought(who.id, course.id), today=day(ON), now=at(ON))
        return own_sessions, proof.id, who.id, officers


def brought(person_id, course_id):
    return Brought(
        person_id=person_id,
        course_id=course_id,
        completed_on=day("2026-11-02"),
        issuer="",
        note="",
        file_name="a.pdf",
        file_sha256="a" * 64,
        media_type="application/pdf",
        size_bytes=9,
    )


def deciding(sessions, proof_id, officer_id, how):
    """What one click of an officer comes to."""
    officer = Viewer(officer_id, "A B", "A", None, frozenset({Role.EMPLOYEE, Role.OFFICER}))

    def decide():
        with transaction(sessions) as session:
            given = {"frame": FRAME, "today": day(ON), "now": at(ON)}
            try:
                if how == "approve":
                    approve(session, proof_id, officer, completed_on=day("2026-11-02"), **given)
                else:
                    decline(session, proof_id, officer, reason="Nein", **given)
            except AlreadyDecided:
                return "too late"
            return how

    return decide


def test_two_who_approve_make_one_certificate(waiting):
    sessions, proof_id, _who, officers = waiting
    deeds = [deciding(sessions, proof_id, one, "approve") for one in officers]
    assert sorted(at_once(*deeds)) == ["approve", "too late"]
    assert (count(sessions, Evidence), count(sessions, Certificate)) == (1, 1)
    assert count(sessions, OutboxMessage) == 1


def test_one_approves_one_declines(waiting):
    sessions, proof_id, _who, (first, second) = waiting
    found = at_once(
        deciding(sessions, proof_id, first, "approve"),
        deciding(sessions, proof_id, second, "decline"),
    )
    assert found.count("too late") == 1
    assert count(sessions, Evidence) == ("approve" in found)


def test_taken_back_while_it_is_approved(waiting):
    sessions, proof_id, who, (officer, _second) = waiting

    def take_back():
        with transaction(sessions) as session:
            try:
                withdraw(session, proof_id, who, now=at(ON))
            except AlreadyDecided:
                return "too late"
            return "withdrawn"

    found = at_once(take_back, deciding(sessions, proof_id, officer, "approve"))
    assert found.count("too late") == 1
    with reading(sessions) as session:
        state = session.get_one(ExternalProof, proof_id).state
    assert state == ("withdrawn" if "withdrawn" in found else "approved")
    assert count(sessions, Evidence) == (state == "approved")


def test_the_same_document_brought_twice_at_once(own_sessions):
    with transaction(own_sessions) as session:
        house = House(session)
        what = brought(house.person().id, house.course().id)

    def send():
        with transaction(own_sessions) as session:
            try:
                bring(session, what, today=day(ON), now=at(ON))
            except AlreadyWaiting:
                return "waits"
            return "brought"

    assert sorted(at_once(send, send, send)) == ["brought", "waits", "waits"]
    assert count(own_sessions, ExternalProof) == 1
