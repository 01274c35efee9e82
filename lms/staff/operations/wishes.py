"""What is stored of a person beside what is wanted: what differs, whether it may be, writing it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.kernel.viewer import Role
from lms.people.models import Person, PersonRole
from lms.staff.changes import COMMON_ROLES, KEEP, require_key, require_may_change_roles
from lms.staff.faults import OwnRecord
from lms.staff.operations.register import Register, may_give_any_role
from lms.staff.stays import Stay, Turn, stay_after

PLAIN = ("first_name", "last_name", "email", "personnel_number", "job", "locale")


class Wish:
    """What is stored beside what is wanted, as far as it differs."""

    def __init__(
        self,
        session: Session,
        register: Register,
        person: Person,
        given: Mapping[str, Any],
        today: dt.date,
    ) -> None:
        self.session, self.register, self.person, self.today = session, register, person, today
        self.old_roles = register.roles_of(person.id)
        self.stay, self.turn = stay_after(
            Stay(person.hired_on, person.left_on),
            hired_on=given.get("hired_on", KEEP),
            left_on=given.get("left_on", KEEP),
            today=today,
        )
        wanted: dict[str, Any] = dict(given) | {
            "hired_on": self.stay.hired_on,
            "left_on": self.stay.left_on,
        }
        self.gives_roles = "roles" in wanted
        if self.turn is Turn.RETURNS and not self.gives_roles:
            # Rights that are an administrator's to give do not come back by themselves.
            wanted["roles"] = self.old_roles & COMMON_ROLES
        self.differing = {
            name: value for name, value in wanted.items() if value != self._stored(name, value)
        }

    def _stored(self, name: str, wanted: Any) -> Any:  # noqa: ANN401 - any field
        if name == "roles":
            return self.old_roles
        if name == "unit":
            unit = self.register.find_unit(wanted)
            return wanted if unit is not None and unit.id == self.person.unit_id else None
        return getattr(self.person, name)

    def require_allowed(self, actor: str) -> None:
        """Raise NotAllowed for oneself, and for rights that are not the actor's to give."""
        is_own = actor == f"person:{self.person.id}"
        if "roles" in self.differing and self.gives_roles:
            require_may_change_roles(
                self.old_roles,
                self.differing["roles"],
                is_own=is_own,
                is_administrator=may_give_any_role(self.register, actor),
            )
        if is_own and self.differing.keys() - {"locale"}:
            raise OwnRecord

    def require_possible(self) -> None:
        """Raise PersonFault for keys that are gone or taken and for who leads whom."""
        email = self.differing.get("email", KEEP)
        number = self.differing.get("personnel_number", KEEP)
        require_key(
            self.person.email if email is KEEP else email,
            self.person.personnel_number if number is KEEP else number,
        )
        self.register.require_free(
            None if email is KEEP else email, None if number is KEEP else number
        )
        supervisor_id = self.differing.get("supervisor_id")
        if supervisor_id is not None:
            self.register.require_supervisor(self.person.id, supervisor_id)

    def write(self) -> None:
        """Put what differs into the rows."""
        for name in (*PLAIN, "supervisor_id", "hired_on", "left_on"):
            if name in self.differing:
                setattr(self.person, name, self.differing[name])
        if "unit" in self.differing:
            self.person.unit = self.register.unit_named(self.differing["unit"])
        if "email" in self.differing:
            self.person.mail_state = "ok"
        if "supervisor_id" in self.differing:
            self.register.supervisors[self.person.id] = self.differing["supervisor_id"]
        if "roles" in self.differing:
            self._write_roles(self.differing["roles"])

    def _write_roles(self, roles: frozenset[Role]) -> None:
        person_id = self.person.id
        taken = self.old_roles - roles
        if taken:
            self.session.execute(
                delete(PersonRole).where(
                    PersonRole.person_id == person_id, PersonRole.role.in_(taken)
                )
            )
        self.session.add_all(
            PersonRole(person_id=person_id, role=role) for role in sorted(roles - self.old_roles)
        )
        self.session.flush()
        self.session.expire(self.person, ["roles"])
        self.register.roles[person_id] = roles
