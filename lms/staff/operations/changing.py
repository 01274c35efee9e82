"""Adding people and changing what is known of them, with everything that follows."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.access.emails import Letterhead
from lms.access.operations import signing_in
from lms.access.operations.links import void_links_of
from lms.access.operations.telling import tell_of_new_address
from lms.certifications.operations.presence import move_beginning, undo_leaving
from lms.outbox import operations as outbox
from lms.outbox.models import OutboxMessage
from lms.outbox.rules import State
from lms.people.models import Person, PersonRole
from lms.reminders.models import Notice
from lms.staff.changes import COMMON_ROLES, KEEP, NewPerson, PersonChanges, cleaned, require_key
from lms.staff.faults import RightsNeedAdministrator
from lms.staff.operations.leaving import end_everything_of, finish_leaving
from lms.staff.operations.noting import note
from lms.staff.operations.register import NEW, Register, hold_supervisors, may_give_any_role
from lms.staff.operations.settling import Later, bring_in_line, settle
from lms.staff.operations.wishes import PLAIN, Wish
from lms.staff.stays import Stay, Turn, require_in_order
from lms.workshops.rules.words import Frame

_VERBS = {
    Turn.NONE: "changed",
    Turn.LEAVES: "leaves",
    Turn.NEVER_LEFT: "never_left",
    Turn.RETURNS: "returned",
}


def add(
    session: Session,
    values: NewPerson,
    *,
    actor: str,
    today: dt.date,
    now: dt.datetime,
    later: Later | None = None,
) -> Person:
    """Enter somebody new; their duties begin on the day they join (T1).

    PersonFault (with the field) or BadAddress, BadUnitName for what cannot be, NotAllowed for
    rights that `actor` may not give; then nothing is written. With `later` duties and the log
    wait for `settle`.
    """
    given = cleaned(values)
    register = later.register if later else Register(session)
    require_key(given["email"], given["personnel_number"])
    require_in_order(Stay(given["hired_on"], given["left_on"]))
    if given["roles"] - COMMON_ROLES and not may_give_any_role(register, actor):
        raise RightsNeedAdministrator
    register.require_free(given["email"], given["personnel_number"])
    if given["supervisor_id"] is not None:
        _hold_supervisors(session, later)
        register.require_supervisor(None, given["supervisor_id"])
    person = Person(
        **{name: given[name] for name in PLAIN},
        unit=register.unit_named(given["unit"]),
        supervisor_id=given["supervisor_id"],
        hired_on=given["hired_on"],
        left_on=given["left_on"],
        theme="auto",
        mail_state="ok",
        roles=[PersonRole(role=role) for role in sorted(given["roles"])],
    )
    session.add(person)
    register.take(NEW, person.email, person.personnel_number)
    if later:
        later.added.append((person, actor))
        return person
    session.flush()
    note(session, person.id, "joined", actor=actor, now=now)
    bring_in_line(session, {person.id}, today=today, now=now)
    session.flush()
    return person


def change(
    session: Session,
    person: Person,
    changes: PersonChanges,
    *,
    actor: str,
    today: dt.date,
    now: dt.datetime,
    later: Later | None = None,
    frame: Frame | None = None,
) -> frozenset[str]:
    """Change what is known of somebody and do all that follows; the names of what changed.

    Nothing differs: nothing is written, not even in the log. Raises as `add`, OwnRecord and
    OwnRights for oneself; then nothing is written either.

    What follows: another unit, job or right begins and ends duties; a last day in the past ends
    duties, sign-ins and mail at once, one to come does so by the job `leavers`; a last day that is
    taken back brings back the duties that ended with it; a later first day of somebody who left
    is a return (T11) for which rights beyond author must be given anew; another address ends
    sign-ins and what waits for the old one. With `later` duties wait for `settle`; a row that was
    read is locked only without it. With a `frame` the old address is told and the places of
    somebody gone go to others at once; without it the job `leavers` sees to places.
    """
    register = later.register if later else Register(session)
    if changes.supervisor_id is not KEEP:
        # Before any row: whoever waits for it must not hold what the other one needs.
        _hold_supervisors(session, later)
    if later is None:
        session.refresh(person, with_for_update={"key_share": True, "of": Person})
    wish = Wish(session, register, person, cleaned(changes), today)
    if not wish.differing:
        return frozenset()
    wish.require_allowed(actor)
    wish.require_possible()
    old = Stay(person.hired_on, person.left_on)
    old_keys = person.email, person.personnel_number
    wish.write()
    if wish.differing.keys() & {"email", "personnel_number"}:
        register.let_go(*old_keys)
        register.take(person.id, person.email, person.personnel_number)
    session.flush()
    _log(session, wish, actor=actor, now=now)
    _end_access(session, wish, old_email=old_keys[0], now=now, frame=frame)
    _turn(session, wish, old, now=now, frame=frame)
    waiting = later or Later(register)
    _put_off(wish, old, waiting)
    if later is None:
        settle(session, waiting, today=today, now=now)
    session.flush()
    return frozenset(wish.differing)


def _hold_supervisors(session: Session, later: Later | None) -> None:
    if later is None:
        hold_supervisors(session)
    elif not later.holds_supervisors:
        hold_supervisors(session)
        later.holds_supervisors = True


def _log(session: Session, wish: Wish, *, actor: str, now: dt.datetime) -> None:
    person_id = wish.person.id
    if "roles" in wish.differing:
        roles = wish.differing["roles"]
        note(
            session,
            person_id,
            "rights_changed",
            actor=actor,
            now=now,
            given=sorted(roles - wish.old_roles),
            taken=sorted(wish.old_roles - roles),
        )
    names = sorted(wish.differing.keys() - {"roles"})
    if names:
        note(session, person_id, _VERBS[wish.turn], actor=actor, now=now, fields=names)


def _end_access(
    session: Session,
    wish: Wish,
    *,
    old_email: str | None,
    now: dt.datetime,
    frame: Frame | None,
) -> None:
    """Another address or other rights: whoever is signed in signs in again (trust.md 1.8, 1.11)."""
    if wish.differing.keys() & {"email", "roles"}:
        signing_in.end_all_sign_ins(session, wish.person.id)
    if "email" in wish.differing:
        void_links_of(session, wish.person.id)
    if "email" in wish.differing and old_email is not None:
        outbox.cancel_pending_of(session, wish.person.id, reason="address", now=now)
    if "email" in wish.differing and frame is not None:
        head = Letterhead(frame.mail_domain, frame.default_locale, wish.today, now)
        tell_of_new_address(session, wish.person, head, old_address=old_email)


def _turn(
    session: Session, wish: Wish, old: Stay, *, now: dt.datetime, frame: Frame | None
) -> None:
    """What leaving, never having left, coming back and another first day do by themselves."""
    person_id, today = wish.person.id, wish.today
    is_other_end = wish.stay.left_on != old.left_on
    if old.left_on is not None and old.is_over(today) and is_other_end:
        if wish.turn is Turn.RETURNS:
            # The job may not have come round yet.
            finish_leaving(session, person_id, left_on=old.left_on, now=now, frame=frame)
        else:
            again = undo_leaving(session, person_id, left_on=old.left_on, today=today)
            _tell_again(session, again)
    if wish.stay.left_on is not None and wish.stay.is_over(today):
        if is_other_end:
            last = wish.stay.left_on
            end_everything_of(session, person_id, left_on=last, now=now, frame=frame)
    elif "hired_on" in wish.differing and wish.turn is not Turn.RETURNS:
        move_beginning(session, person_id, hired_on=wish.stay.hired_on, today=today)


def _tell_again(session: Session, cycle_ids: set[int]) -> None:
    """What was called off since somebody left was not told: the sweep plans it anew."""
    called_off = select(OutboxMessage.id).where(
        OutboxMessage.state == State.CANCELLED, OutboxMessage.reason == "left"
    )
    session.execute(
        delete(Notice).where(Notice.cycle_id.in_(cycle_ids), Notice.outbox_id.in_(called_off))
    )


def _put_off(wish: Wish, old: Stay, later: Later) -> None:
    """Whose duties must be brought in line; those who are gone have none."""
    if wish.stay.is_over(wish.today):
        return
    if wish.differing.keys() & {"unit", "job"}:
        later.moved.add(wish.person.id)
    elif "roles" in wish.differing or old.is_over(wish.today):
        later.others.add(wish.person.id)
