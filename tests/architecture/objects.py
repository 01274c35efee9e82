"""Every object that stands in an address, and how a real one of somebody else is made.

A new address with a value in it (`/things/<int:thing_id>`) needs a line in OBJECTS:

    "feature.endpoint": Thing(Whose.PERSON, thing_of_jana),   # 404 for everybody but its person
    "feature.endpoint": Thing(Whose.PERSON, thing_of_jana, OFFICER),   # and these
    "feature.endpoint": Thing(Whose.HOUSE, thing_of_house),   # open to all who have the right
    "feature.endpoint": Thing(Whose.VIEWER, lesson),          # writes into one's own progress only
    "feature.endpoint": Thing(Whose.SECRET, unknown_token),   # known by whoever has the address

The maker gets a World and gives the values of the address; `world.jana` is whose object it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.access.models import SignIn
from lms.access.operations.signing_in import sign_in as begin
from lms.certifications.models import Certificate
from lms.certifications.operations import requiring
from lms.certifications.operations.external import Brought, bring
from lms.courses.models import CourseMedium
from lms.kernel import files
from lms.kernel.viewer import Role
from lms.learning import operations as learning
from lms.learning.models import PracticeReport
from lms.lists.operations.parts import read_list
from lms.lists.operations.rows import bring as bring_list
from lms.lists.operations.saving import save_within
from lms.lists.rules import Importer, ListKind, Occasion
from lms.outbox.models import MailboxMessage
from lms.people.models import Absence, Person
from lms.workshops.models import Workshop
from lms.workshops.operations import closing, planning
from tests import factories
from tests.duties import ZONE, House, at
from tests.learning.samples import HANDED_IN, document, publish
from tests.outbox.mails import queue_mail
from tests.workshops.samples import FRAME, Hall, meeting

TODAY = factories.TODAY.isoformat()
OFFICER = frozenset({Role.OFFICER})
_NUMBERS = count(1)


class Whose(Enum):
    """Who finds the object when the page as such is open to them."""

    PERSON = "its person alone"
    HOUSE = "everybody with the right"
    VIEWER = "shared, but what it shows and changes is the viewer's own"
    SECRET = "whoever knows the address"


@dataclass(frozen=True)
class Thing:
    """An object in an address: whose it is, and the values that name a real one."""

    whose: Whose
    make: Callable[["World"], dict[str, Any]]
    also: frozenset[Role] = frozenset()


class World:
    """Jana has one of everything; made when it is asked for."""

    def __init__(self, session: Session, jana: Person, files_root: Path) -> None:
        self.session = session
        self.jana = jana
        self.files_root = files_root

    @cached_property
    def house(self) -> House:
        """The organisation."""
        return House(self.session)

    @cached_property
    def certificate(self) -> Certificate:
        """Jana's certificate."""
        made = self.house.show(self.jana, self.house.course(), TODAY).certificate
        assert made is not None
        return made

    @cached_property
    def course_slug(self) -> str:
        """A published course in which Jana has handed in a report."""
        assert self.report
        return document(HANDED_IN).slug

    @cached_property
    def report(self) -> PracticeReport:
        """Jana's report on a practice task."""
        version = publish(self.session, document(HANDED_IN))
        times = {"zone": ZONE, "now": factories.NOW}
        enrolment = learning.enrol(
            self.session, person_id=self.jana.id, course_id=version.course_id,
            today=factories.TODAY, now=factories.NOW,
        )  # fmt: skip
        learning.report_practice(self.session, enrolment, "plan", "Mein Plan.", **times)
        return self.session.scalars(
            select(PracticeReport).where(PracticeReport.enrolment_id == enrolment.id)
        ).one()

    @cached_property
    def proof_id(self) -> int:
        """A document of Jana's that waits for approval."""
        content = b"%PDF-1.7"
        what = Brought(
            person_id=self.jana.id,
            course_id=self.house.course().id,
            completed_on=factories.TODAY,
            issuer="",
            note="",
            file_name="nachweis.pdf",
            file_sha256=files.save(self.files_root, content),
            media_type="application/pdf",
            size_bytes=len(content),
        )
        return bring(self.session, what, today=factories.TODAY, now=factories.NOW).id

    @cached_property
    def requirement_id(self) -> int:
        """A requirement of the house."""
        return self.house.require(self.house.course(), TODAY).id

    @cached_property
    def batch_id(self) -> int:
        """Something that waits for release."""
        batch = requiring.open_batch(self.session, "people", made_by=None, now=at(TODAY))
        self.session.flush()
        return batch.id

    @cached_property
    def session_id(self) -> int:
        """A session that Jana leads."""
        return self.offered_session(Hall(self.session, self.house)).id

    def offered_session(self, hall: Hall) -> Workshop:
        """A session of yesterday, led by Jana."""
        made = hall.draft(meeting("2026-11-23"), now=at("2026-11-20"))
        made.trainer_id = made.created_by = self.jana.id
        return planning.publish(self.session, made.id, by=self.jana.id, now=at("2026-11-20"))

    @cached_property
    def import_id(self) -> int:
        """A staff list that was saved; a preview is seen by whoever brought it (tests/lists)."""
        table = read_list(ListKind.PEOPLE, b"email,first_name,last_name,unit\na@x.org,A,A,A\n")
        occasion = Occasion(today=factories.TODAY, now=factories.NOW, importer=Importer())
        made = bring_list(
            self.session,
            ListKind.PEOPLE,
            file_name="liste.csv",
            content=b"",
            table=table,
            occasion=occasion,
        )
        save_within(self.session, made, table, occasion)
        return made.id

    @cached_property
    def mail_id(self) -> int:
        """A mail to Jana that waits."""
        return queue_mail(self.session, self.jana).id


def mail_of_two_parts() -> str:
    """As it lands in the local mailbox."""
    made = EmailMessage()
    made["Subject"] = "Betreff"
    made.set_content("Text")
    made.add_alternative("<p>Text</p>", subtype="html")
    return made.as_string()


def mailbox_mail(world: World) -> dict[str, Any]:
    """A mail to Jana in the local mailbox."""
    mail = MailboxMessage(
        message_id=f"<{next(_NUMBERS)}@example.org>",
        to_address=world.jana.email,
        subject="Betreff",
        raw=mail_of_two_parts(),
        received_at=factories.NOW,
    )
    world.session.add(mail)
    world.session.flush()
    return {"mail_id": mail.id}


def medium(world: World) -> dict[str, Any]:
    """A picture that no published course shows (that of one is open to all who learn)."""
    found = CourseMedium(sha256="a" * 64, media_type="image/png", size_bytes=1)
    world.session.merge(found)
    return {"sha256": "b" * 64, "name": "picture.png"}


def lesson(world: World) -> dict[str, Any]:
    """A lesson of a published course: what it shows of a person is that of whoever looks."""
    return {"slug": world.course_slug, "lesson": "plan"}


def course(world: World) -> dict[str, Any]:
    """A published course."""
    return {"slug": world.course_slug}


def certificate(world: World) -> dict[str, Any]:
    """Jana's certificate."""
    return {"certificate_id": world.certificate.id}


def proof(world: World) -> dict[str, Any]:
    """Jana's document from elsewhere."""
    return {"proof_id": world.proof_id}


def deputy(world: World) -> dict[str, Any]:
    """Who stands in for Jana; here supervisors are told nothing, so the page is not there."""
    return {"deputy_id": world.jana.id}


def report(world: World) -> dict[str, Any]:
    """Jana's report, which the officer reads since it was handed in."""
    return {"report_id": world.report.id}


def requirement(world: World) -> dict[str, Any]:
    """A requirement."""
    return {"requirement_id": world.requirement_id}


def hold(world: World) -> dict[str, Any]:
    """A batch."""
    return {"batch_id": world.batch_id}


def queued_mail(world: World) -> dict[str, Any]:
    """A mail to Jana that waits."""
    return {"mail_id": world.mail_id}


def unit(world: World) -> dict[str, Any]:
    """A unit that nobody is in."""
    return {"unit_id": factories.make_unit(world.session).id}


def person(world: World) -> dict[str, Any]:
    """Jana herself."""
    return {"person_id": world.jana.id}


def leaver(world: World) -> dict[str, Any]:
    """Somebody who has left."""
    gone = factories.make_person(world.session, left_on=factories.TODAY.replace(month=1))
    return {"person_id": gone.id}


def absence(world: World) -> dict[str, Any]:
    """A day on which Jana is away."""
    found = world.session.scalar(select(Absence).where(Absence.person_id == world.jana.id))
    if found is None:
        world.house.away(world.jana, TODAY, TODAY, today=TODAY)
        found = world.session.scalars(select(Absence)).one()
    return {"person_id": world.jana.id, "absence_id": found.id}


def sign_in(world: World) -> dict[str, Any]:
    """Another browser in which Jana is signed in."""
    begin(world.session, world.jana, user_agent="Test", keep=False, now=factories.NOW)
    found = world.session.scalars(
        select(SignIn.id).where(SignIn.person_id == world.jana.id).order_by(SignIn.id.desc())
    )
    return {"sign_in_id": found.first()}


def led_session(world: World) -> dict[str, Any]:
    """A session of yesterday that Jana led and nobody has closed."""
    return {"workshop_id": world.session_id}


def closed_session(world: World) -> dict[str, Any]:
    """A closed session that Jana led, and somebody who had a place in it."""
    hall = Hall(world.session, world.house)
    made, who = world.offered_session(hall), hall.person()
    hall.book(made, who, now=at("2026-11-20"))
    closing.close(
        world.session, made.id, digest="0-0-0-0-1-0", by=hall.trainer.id, frame=FRAME,
        now=factories.NOW,
    )  # fmt: skip
    return {"workshop_id": made.id, "person_id": who.id}


def no_token(_world: World) -> dict[str, Any]:
    """A token that was never given out."""
    return {"token": "x" * 43}


OBJECTS: dict[str, Thing] = {
    "access.end_one_sign_in": Thing(Whose.PERSON, sign_in),
    "lists.show": Thing(Whose.HOUSE, lambda world: {"import_id": world.import_id}),
    "lists.save": Thing(Whose.HOUSE, lambda world: {"import_id": world.import_id}),
    "lists.forget": Thing(Whose.HOUSE, lambda world: {"import_id": world.import_id}),
    "lists.faults": Thing(Whose.HOUSE, lambda world: {"import_id": world.import_id}),
    "lists.take_back": Thing(Whose.HOUSE, lambda world: {"import_id": world.import_id}),
    "access.open_link": Thing(Whose.SECRET, no_token),
    "access.press_link": Thing(Whose.SECRET, no_token),
    "access.set_up": Thing(Whose.SECRET, no_token),
    "access.set_up_submit": Thing(Whose.SECRET, no_token),
    "authoring.course": Thing(Whose.HOUSE, course),
    "certifications.approve_proof": Thing(Whose.PERSON, proof, OFFICER),
    "certifications.check": Thing(Whose.SECRET, lambda _world: {"code": "0000-1111-2222-3333"}),
    "certifications.choose_name": Thing(Whose.PERSON, certificate),
    "certifications.decline_proof": Thing(Whose.PERSON, proof, OFFICER),
    "certifications.document": Thing(Whose.PERSON, certificate, OFFICER),
    "certifications.external_file": Thing(Whose.PERSON, proof, OFFICER),
    "certifications.pdf": Thing(Whose.PERSON, certificate, OFFICER),
    "certifications.pending_proof": Thing(Whose.PERSON, proof, OFFICER),
    "certifications.picture": Thing(Whose.PERSON, certificate, OFFICER),
    "certifications.withdraw_external": Thing(Whose.PERSON, proof),
    "courses.medium": Thing(Whose.SECRET, medium),
    "delivery.follow_link": Thing(Whose.SECRET, lambda _world: {"signed": "x"}),
    "house.help_page": Thing(Whose.SECRET, lambda _world: {"topic": "x"}),
    "house.mark": Thing(Whose.SECRET, lambda _world: {"sha256": "a" * 64}),
    "learning.again": Thing(Whose.VIEWER, course),
    "learning.autosave": Thing(Whose.VIEWER, lesson),
    "learning.begin_quiz": Thing(Whose.VIEWER, lesson),
    "learning.check_answer": Thing(Whose.VIEWER, lesson),
    "learning.confirm": Thing(Whose.HOUSE, report),
    "learning.course": Thing(Whose.HOUSE, course),
    "learning.done": Thing(Whose.VIEWER, course),
    "learning.finish": Thing(Whose.VIEWER, lesson),
    "learning.give_back": Thing(Whose.HOUSE, report),
    "learning.hand_in": Thing(Whose.VIEWER, lesson),
    "learning.keep_answer": Thing(Whose.VIEWER, lesson),
    "learning.later": Thing(Whose.VIEWER, lesson),
    "learning.lesson": Thing(Whose.VIEWER, lesson),
    "learning.report": Thing(Whose.VIEWER, lesson),
    "learning.report_page": Thing(Whose.HOUSE, report),
    "learning.start": Thing(Whose.VIEWER, course),
    "organisation.delete_unit": Thing(Whose.HOUSE, unit),
    "organisation.merge_unit": Thing(Whose.HOUSE, unit),
    "organisation.rename_unit": Thing(Whose.HOUSE, unit),
    "organisation.unit": Thing(Whose.HOUSE, unit),
    "outbox.confirm_arrival": Thing(Whose.HOUSE, queued_mail),
    "outbox.mailbox_html": Thing(Whose.HOUSE, mailbox_mail),
    "outbox.mailbox_mail": Thing(Whose.HOUSE, mailbox_mail),
    "outbox.resend": Thing(Whose.HOUSE, queued_mail),
    "outbox.show": Thing(Whose.HOUSE, queued_mail),
    "reminders.end": Thing(Whose.HOUSE, requirement),
    "reminders.hold": Thing(Whose.HOUSE, hold),
    "reminders.preview_end": Thing(Whose.HOUSE, requirement),
    "reminders.release_hold": Thing(Whose.HOUSE, hold),
    "reminders.requirement": Thing(Whose.HOUSE, requirement),
    "staff.add_absence": Thing(Whose.HOUSE, person),
    "staff.change_absence": Thing(Whose.HOUSE, absence),
    "staff.change_person": Thing(Whose.HOUSE, person),
    "staff.choose_other": Thing(Whose.HOUSE, person),
    "staff.come_back": Thing(Whose.HOUSE, leaver),
    "staff.edit_absence": Thing(Whose.HOUSE, absence),
    "staff.edit_person": Thing(Whose.HOUSE, person),
    "staff.give_rights": Thing(Whose.HOUSE, person),
    "staff.leave": Thing(Whose.HOUSE, person),
    "staff.leaving": Thing(Whose.HOUSE, person),
    "staff.merge_people": Thing(Whose.HOUSE, person),
    "staff.new_absence": Thing(Whose.HOUSE, person),
    # Not there at all while supervisors are told nothing; tests/staff/test_views_team.py.
    "staff.end_own_deputy": Thing(Whose.SECRET, deputy),
    "staff.invite": Thing(Whose.HOUSE, person),
    "staff.person": Thing(Whose.HOUSE, person),
    "staff.person_access": Thing(Whose.HOUSE, person),
    "staff.print_letter": Thing(Whose.HOUSE, person),
    "staff.reset_second_factor": Thing(Whose.HOUSE, person),
    "staff.preview_stay": Thing(Whose.HOUSE, leaver),
    "staff.returning": Thing(Whose.HOUSE, leaver),
    "staff.rights": Thing(Whose.HOUSE, person),
    "staff.stay": Thing(Whose.HOUSE, leaver),
    "static_file": Thing(Whose.SECRET, lambda _world: {"mark_": "x", "path": "nothing.css"}),
    "workshops.ask_to_call_off": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.ask_to_close": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.attendance": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.book": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.call_off": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.change": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.close": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.correct": Thing(Whose.PERSON, closed_session, OFFICER),
    "workshops.correction": Thing(Whose.PERSON, closed_session, OFFICER),
    "workshops.edit": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.enter": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.find": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.publish": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.remove": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.sign_off": Thing(Whose.HOUSE, led_session),
    "workshops.sign_up": Thing(Whose.HOUSE, led_session),
    "workshops.signature_list": Thing(Whose.PERSON, led_session, OFFICER),
    "workshops.workshop": Thing(Whose.HOUSE, led_session),
}
