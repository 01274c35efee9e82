"""What must be known of others before somebody is added or changed: keys, units, who leads whom."""

from dataclasses import dataclass, field

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from lms.kernel.db import is_postgresql
from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people.models import Person, PersonRole, Unit
from lms.staff.changes import require_no_circle
from lms.staff.faults import AddressTaken, NumberTaken, UnknownSupervisor

_SUPERVISORS_LOCK = 5_107_002
# The owner of a key that was just given away: its row has no id yet.
NEW = 0


@dataclass(slots=True)
class Register:
    """Who has which key, which units there are, who leads whom, who has which rights.

    Read for one person by what is about to change, or of everybody once for many rows; then it
    follows what is done.
    """

    session: Session
    is_whole: bool = False
    by_email: dict[str, int] = field(default_factory=dict)
    by_number: dict[str, int] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    supervisors: dict[int, int | None] = field(default_factory=dict)
    roles: dict[int, frozenset[Role]] = field(default_factory=dict)

    @classmethod
    def of_everybody(cls, session: Session) -> "Register":
        """Three queries, whatever the number of rows that follow."""
        found = cls(session, is_whole=True)
        found.units = {unit.name: unit for unit in session.scalars(select(Unit))}
        for person_id, email, number, supervisor_id in session.execute(
            select(Person.id, Person.email, Person.personnel_number, Person.supervisor_id).where(
                Person.anonymised_at.is_(None)
            )
        ):
            found.supervisors[person_id] = supervisor_id
            found.take(person_id, email, number)
        given: dict[int, set[Role]] = {}
        for person_id, role in session.execute(select(PersonRole.person_id, PersonRole.role)):
            given.setdefault(person_id, set()).add(role)
        found.roles = {person_id: frozenset(roles) for person_id, roles in given.items()}
        return found

    def take(self, person_id: int, email: str | None, number: str | None) -> None:
        """From now on these keys are this person's."""
        if email:
            self.by_email[email] = person_id
        if number:
            self.by_number[number] = person_id

    def let_go(self, email: str | None, number: str | None) -> None:
        """These keys are free."""
        self.by_email.pop(email or "", None)
        self.by_number.pop(number or "", None)

    def require_free(self, email: str | None, number: str | None) -> None:
        """Raise AddressTaken or NumberTaken for a key that somebody has."""
        if not self.is_whole and (email or number):
            self._read_keys(email, number)
        if email in self.by_email:
            raise AddressTaken
        if number in self.by_number:
            raise NumberTaken

    def _read_keys(self, email: str | None, number: str | None) -> None:
        rows = self.session.execute(
            select(Person.id, Person.email, Person.personnel_number).where(
                Person.anonymised_at.is_(None),
                or_(Person.email == email, Person.personnel_number == number),
            )
        )
        for person_id, its_email, its_number in rows:
            self.take(person_id, its_email, its_number)

    def unit_named(self, name: str) -> Unit:
        """The unit of this name, made when it is new."""
        if name not in self.units:
            self.units[name] = people.unit_named(self.session, name)
        return self.units[name]

    def find_unit(self, name: str) -> Unit | None:
        """The unit of this name, if there is one."""
        if name in self.units or self.is_whole:
            return self.units.get(name)
        found = self.session.scalar(select(Unit).where(Unit.name == name))
        if found is not None:
            self.units[name] = found
        return found

    def require_supervisor(self, person_id: int | None, supervisor_id: int) -> None:
        """Raise when nobody has this id, or when the chain above leads back to the person."""
        if not self.is_whole:
            self._read_chain(supervisor_id)
        if supervisor_id not in self.supervisors:
            raise UnknownSupervisor
        require_no_circle(person_id, supervisor_id, self.supervisors.get)

    def _read_chain(self, supervisor_id: int) -> None:
        """Everybody above, in one query."""
        chain = select(Person.id, Person.supervisor_id).where(
            Person.id == supervisor_id, Person.anonymised_at.is_(None)
        )
        above = chain.cte("above", recursive=True)
        above = above.union(
            select(Person.id, Person.supervisor_id).where(Person.id == above.c.supervisor_id)
        )
        rows = self.session.execute(select(above.c.id, above.c.supervisor_id))
        self.supervisors |= dict(rows.all())

    def roles_of(self, person_id: int) -> frozenset[Role]:
        """The rights somebody was given."""
        if not self.is_whole and person_id not in self.roles:
            rows = self.session.scalars(
                select(PersonRole.role).where(PersonRole.person_id == person_id)
            )
            self.roles[person_id] = frozenset(rows)
        return self.roles.get(person_id, frozenset())


def may_give_any_role(register: Register, actor: str) -> bool:
    """True for an administrator, and for whoever has the command line (contract.md)."""
    kind, _colon, number = actor.partition(":")
    if kind != "person":
        return True
    return Role.ADMINISTRATOR in register.roles_of(int(number))


def hold_supervisors(session: Session) -> None:
    """Nobody else changes who leads whom until this transaction ends.

    Of two changes at the same time each may be fine and both together a circle. On SQLite there
    is one writer anyway.
    """
    if is_postgresql(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SUPERVISORS_LOCK})
