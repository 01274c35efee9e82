"""Letting people in: invitations by mail, letters on paper, a lost second factor."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from lms.access.emails import Letterhead
from lms.access.operations import letters, links
from lms.access.operations.letters import Letter
from lms.access.rules import Purpose
from lms.people.models import Person
from lms.people.queries import is_employed
from lms.staff.changes import COMMON_ROLES
from lms.staff.faults import NotThere, RightsNeedAdministrator, WithoutAddress
from lms.staff.operations.noting import note
from lms.staff.operations.register import Register, may_give_any_role


def invite(session: Session, person: Person, head: Letterhead, *, actor: str) -> None:
    """Queue an invitation; an older one is void as soon as the new one leaves.

    NotThere for somebody who has left or is still to come, WithoutAddress without an address.
    """
    if not is_employed(person, head.today):
        raise NotThere
    if person.email is None:
        raise WithoutAddress
    links.ask_for_link(session, person, Purpose.INVITATION, head)
    note(session, person.id, "invited", actor=actor, now=head.now)


def invite_all(session: Session, people: Sequence[Person], head: Letterhead, *, actor: str) -> int:
    """Invite each of them; how many."""
    for person in people:
        invite(session, person, head, actor=actor)
    return len(people)


def write_letters(
    session: Session,
    people: Sequence[Person],
    head: Letterhead,
    *,
    secret_key: str,
    actor: str,
) -> list[Letter]:
    """A letter for each, whose roles must be loaded.

    A letter opens all that its person may do, so those of people with further rights are an
    administrator's: RightsNeedAdministrator. NotThere for leavers, HasAddress for the others.
    """
    may_do_all = may_give_any_role(Register(session), actor)
    for person in people:
        if not is_employed(person, head.today):
            raise NotThere
        if not may_do_all and {given.role for given in person.roles} - COMMON_ROLES:
            raise RightsNeedAdministrator
    return letters.write_letters(session, people, secret_key=secret_key, actor=actor, now=head.now)
