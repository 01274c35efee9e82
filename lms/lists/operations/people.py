"""The staff list: who joins, changes and leaves, by the deeds of `staff`."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Assignment
from lms.kernel.csv_tables import CsvTable
from lms.kernel.domain import N_, DomainError
from lms.kernel.viewer import Role
from lms.lists.operations.staff_plan import StaffPlan, unknown_supervisor
from lms.lists.queries.directory import Directory
from lms.lists.rules import Fault, Occasion, Outcome, RowRefused, RowResult, refused
from lms.lists.staff_rows import Node, StaffRow, as_text
from lms.people.models import Person
from lms.staff.changes import KEEP, Kept, NewPerson, PersonChanges
from lms.staff.faults import field_of
from lms.staff.operations.changing import add, change
from lms.staff.operations.settling import Later, settle

_GONE = N_("Diese Person gibt es nicht mehr. Prüfe die Datei noch einmal.")
_COLUMN_OF = {"supervisor_id": "supervisor_email"}


class StaffList:
    """The rows of a file with people."""

    def __init__(self, session: Session, table: CsvTable, occasion: Occasion) -> None:
        self.occasion = occasion
        self._plan = StaffPlan(Directory.read(session), table.rows)
        self.decided = self._plan.decided

    def lines(self) -> list[list[int]]:
        """Those who lead come before those whom they lead."""
        return self._plan.lines()

    def people_of(self, lines: Collection[int]) -> set[int]:
        """Whom these rows are about, as far as they are known."""
        return self._plan.people_of(lines)

    def take_over(
        self,
        session: Session,
        lines: Sequence[int],
        batch_id: int,  # noqa: ARG002 - a person does not name the batch
    ) -> tuple[list[RowResult], set[int]]:
        """Add and change, then bring everybody's duties in line at once."""
        part = _Part(session, self._plan, self.occasion, lines)
        done = [part.take(self._plan.row(line)) for line in lines]
        after = settle(session, part.later, today=self.occasion.today, now=self.occasion.now)
        begun, ended = Counter(after.begun), Counter(after.ended)
        results = [one.result(begun, ended) for one in done]
        touched = {one.person.id for one in done if one.person is not None and one.is_different}
        return results, touched


@dataclass(slots=True)
class _Taken:
    """A row that was taken over or refused by the deeds."""

    row: StaffRow
    outcome: Outcome
    person: Person | None = None
    changes: tuple[tuple[str, str, str], ...] = ()
    faults: tuple[Fault, ...] = ()
    remark: str = ""
    ending: int = 0

    @property
    def is_different(self) -> bool:
        """Whether anything was written."""
        return self.outcome in (Outcome.MADE, Outcome.CHANGED, Outcome.LEFT)

    def result(self, begun: Mapping[int, int], ended: Mapping[int, int]) -> RowResult:
        """With the duties that begin and end."""
        person_id = self.person.id if self.person is not None else 0
        return RowResult(
            line=self.row.line,
            outcome=self.outcome,
            who=self.row.name,
            key=self.row.key,
            changes=self.changes,
            begun=begun.get(person_id, 0) if self.is_different else 0,
            ended=self.ending or (ended.get(person_id, 0) if self.is_different else 0),
            remark=self.remark,
            faults=self.faults + tuple(self.row.notes),
        )


class _Part:
    """Some rows within one transaction."""

    def __init__(
        self, session: Session, plan: StaffPlan, occasion: Occasion, lines: Sequence[int]
    ) -> None:
        self.session, self.plan, self.occasion = session, plan, occasion
        ids = plan.people_of(lines)
        self.later = Later.begin(session)
        self.later.register.supervisors |= dict(plan.earlier(lines))
        self.units = set(self.later.register.units)
        self.people: dict[Node, Person] = {
            ("person", one.id): one
            for one in session.scalars(
                select(Person)
                .where(Person.id.in_(ids), Person.anonymised_at.is_(None))
                .options(joinedload(Person.unit))
                .order_by(Person.id)
                .with_for_update(of=Person)
            )
        }
        self.duties = dict(
            session.execute(
                select(Assignment.person_id, func.count())
                .where(Assignment.person_id.in_(ids), Assignment.ended_on.is_(None))
                .group_by(Assignment.person_id)
            ).all()
        )

    def take(self, row: StaffRow) -> _Taken:
        """Add or change; a refusal of the deeds is one of the row."""
        try:
            return self._add(row) if row.person_id is None else self._change(row)
        except RowRefused as error:
            faults = (error.fault,)
        except DomainError as error:
            field = field_of(error)
            column = _COLUMN_OF.get(field, field)
            faults = (
                Fault(
                    message=error.message,
                    column=column,
                    value=row.cells.get(column, "")[:80],
                    values=error.values,
                ),
            )
        self.plan.refused_lines.add(row.line)
        return _Taken(row, Outcome.REFUSED, faults=faults)

    def _add(self, row: StaffRow) -> _Taken:
        given = dict(row.given)
        supervisor = self._supervisor(row)
        values = NewPerson(
            **(given | {"roles": given.get("roles", frozenset())}),
            supervisor_id=None if supervisor is KEEP else supervisor,
        )
        person = add(
            self.session,
            values,
            actor=self.occasion.importer.actor,
            today=self.occasion.today,
            now=self.occasion.now,
            later=self.later,
        )
        self.people[row.node] = person
        shown = [
            (column, "", as_text(given.get(column)))
            for column in ("unit", "job", "hired_on", "left_on")
            if given.get(column)
        ]
        if given.get("roles", frozenset()) - {Role.EMPLOYEE}:
            shown.append(("roles", "", as_text(given["roles"])))
        return _Taken(row, Outcome.MADE, person, tuple(shown), remark=self._remark(row))

    def _change(self, row: StaffRow) -> _Taken:
        person = self.people.get(row.node)
        if person is None:
            raise refused(_GONE)
        old = self._stored(person)
        supervisor = self._supervisor(row)
        remark = self._remark(row)
        differing = change(
            self.session,
            person,
            PersonChanges(**row.given, supervisor_id=supervisor),
            actor=self.occasion.importer.actor,
            today=self.occasion.today,
            now=self.occasion.now,
            later=self.later,
        )
        new = self._stored(person)
        names = [name for name in old if name in differing]
        changes = [
            (_COLUMN_OF.get(name, name), as_text(old[name]), as_text(new[name])) for name in names
        ]
        is_waiting = self.plan.wanted(row.line) is not None and supervisor is KEEP and not row.notes
        if is_waiting:
            # Who shall lead comes in the same file and is not there yet: only in a rehearsal.
            changes.append(
                ("supervisor_email", as_text(old["supervisor_id"]), row.supervisor or "")
            )
        if not changes:
            return _Taken(row, Outcome.UNCHANGED, person)
        leaves = "left_on" in differing and new["left_on"] is not None
        return _Taken(
            row,
            Outcome.LEFT if leaves else Outcome.CHANGED,
            person,
            tuple(changes),
            remark=remark,
            ending=self.duties.get(person.id, 0) if leaves else 0,
        )

    def _remark(self, row: StaffRow) -> str:
        return "" if row.given["unit"] in self.units else "new_unit"

    def _supervisor(self, row: StaffRow) -> int | Kept | None:
        node = self.plan.wanted(row.line)
        if node is None:
            is_emptied = row.supervisor is None
            return None if is_emptied else KEEP
        if node[0] == "person":
            return node[1]
        person = self.people.get(node)
        if person is None:
            return self._saved_meanwhile(row, node)
        if person.id is None:
            self.session.flush()
        self.later.register.supervisors.setdefault(person.id, person.supervisor_id)
        return person.id

    def _saved_meanwhile(self, row: StaffRow, node: Node) -> int | Kept:
        """Somebody whom an earlier part of the same file has added, or would have."""
        if node[1] in self.plan.refused_lines:
            row.notes.append(unknown_supervisor(row))
            return KEEP
        leader = self.plan.row(node[1])
        register = self.later.register
        by_email = register.by_email.get(leader.email) if leader.email else None
        by_number = register.by_number.get(leader.number) if leader.number else None
        return by_number or by_email or KEEP

    def _stored(self, person: Person) -> dict[str, Any]:
        leader = self.plan.directory.by_id.get(person.supervisor_id or 0)
        return {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "personnel_number": person.personnel_number,
            "unit": person.unit.name,
            "job": person.job,
            "roles": self.later.register.roles_of(person.id),
            "supervisor_id": leader.key if leader else None,
            "hired_on": person.hired_on,
            "left_on": person.left_on,
            "locale": person.locale,
        }
