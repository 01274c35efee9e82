"""Units: added, renamed, put together, deleted when nothing points to them.

The preview of putting together is the deed itself, done inside a savepoint and taken back.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.operations.requiring import hold_what_became_due, open_batch
from lms.certifications.operations.scoping import ScopesMoved, move_scopes
from lms.certifications.queries.needs import rounds_in_need
from lms.kernel.domain import N_, DomainError
from lms.people.models import Person, Unit
from lms.people.operations import unit_named
from lms.people.queries import find_unit_named
from lms.people.rules import require_unit_name
from lms.staff.operations.noting import note
from lms.staff.operations.settling import bring_in_line
from lms.system.operations.organisation import By, ChangedMeanwhile, fingerprint, lock
from lms.system.queries.units import get_unit, list_units

OBJECT_KIND = "unit"


class UnitExists(DomainError):
    """The same name, whatever the case of its letters."""

    message = N_("Den Bereich „%(name)s“ gibt es schon.")


class UnitInUse(DomainError):
    """People or requirements point to it."""

    message = N_("„%(name)s“ wird noch gebraucht. Leg den Bereich mit einem anderen zusammen.")


class SameUnit(DomainError):
    """A unit cannot be put into itself."""

    message = N_("Wähle einen anderen Bereich, in dem dieser aufgehen soll.")


@dataclass(frozen=True, slots=True)
class Merged:
    """What putting together does: people who move, duties that begin and end, rounds that wait.

    `digest` is the same as long as the same would happen.
    """

    source: str
    target: str
    target_id: int
    people: int
    begun: int
    ended: int
    held: int
    scopes: ScopesMoved
    digest: str


def add_unit(session: Session, name: str, *, by: By) -> Unit:
    """A new unit; BadUnitName, UnitExists."""
    lock(session)
    require_unit_name(name)
    _require_free(session, name, None)
    unit = unit_named(session, name)
    _note(session, unit.id, "unit_added", by=by)
    return unit


def rename_unit(session: Session, unit_id: int, name: str, *, seen: str, by: By) -> bool:
    """Another name for the same unit: people and requirements stay; False when it has it already.

    `seen` is the name that stood in the form.
    """
    lock(session)
    require_unit_name(name)
    unit = get_unit(session, unit_id)
    wanted = name.strip()
    if unit.name == wanted:
        return False
    if unit.name != seen:
        raise ChangedMeanwhile
    _require_free(session, wanted, unit_id)
    unit.name = wanted
    session.flush()
    _note(session, unit_id, "unit_renamed", by=by)
    return True


def delete_unit(session: Session, unit_id: int, *, today: dt.date, by: By) -> str:
    """Delete a unit to which nobody belongs or ever belonged and that no requirement names.

    Its name; UnitInUse for any other.
    """
    lock(session)
    unit = get_unit(session, unit_id)
    row = next(one for one in list_units(session, today=today) if one.id == unit_id)
    if not row.is_free:
        raise UnitInUse(name=unit.name)
    session.delete(unit)
    session.flush()
    _note(session, unit_id, "unit_deleted", by=by)
    return row.name


def preview_merge(
    session: Session, source_id: int, target_id: int, *, today: dt.date, by: By
) -> Merged:
    """What `merge_units` would do, with nothing kept."""
    savepoint = session.begin_nested()
    try:
        return merge_units(session, source_id, target_id, today=today, by=by)
    finally:
        savepoint.rollback()
        session.expire_all()


def merge_units(
    session: Session, source_id: int, target_id: int, *, today: dt.date, by: By
) -> Merged:
    """Put a unit into another one: people move, requirements follow, the empty one is deleted.

    Whoever is in either of them is brought in line with the requirements; rounds that this leaves
    due or overdue wait for release.
    """
    lock(session)
    if source_id == target_id:
        raise SameUnit
    source, target = get_unit(session, source_id), get_unit(session, target_id)
    names = source.name, target.name
    needing = rounds_in_need(session, today=today)
    scopes = move_scopes(session, source_id, target_id, today=today, now=by.now, actor=by.actor)
    movers = set(session.scalars(select(Person.id).where(Person.unit_id == source_id)))
    others = set(session.scalars(select(Person.id).where(Person.unit_id == target_id)))
    session.execute(update(Person).where(Person.unit_id == source_id).values(unit_id=target_id))
    session.delete(source)
    session.flush()
    for person_id in sorted(movers):
        note(session, person_id, "changed", actor=by.actor, now=by.now, fields=["unit"])
    moved = bring_in_line(session, movers, today=today, now=by.now, came_on=today)
    stayed = bring_in_line(session, others, today=today, now=by.now)
    touched = (moved.touched_cycle_ids | stayed.touched_cycle_ids) - needing
    held = _hold(session, touched, today=today, by=by)
    begun, ended = len(moved.begun + stayed.begun), len(moved.ended + stayed.ended)
    _note(session, source_id, "unit_merged", by=by, into=target_id, people=len(movers))
    return Merged(
        source=names[0],
        target=names[1],
        target_id=target_id,
        people=len(movers),
        begun=begun,
        ended=ended,
        held=held,
        scopes=scopes,
        digest=fingerprint(
            names, sorted(movers), sorted(others), begun, ended, held, scopes.changed, scopes.ended
        ),
    )


def _hold(session: Session, cycle_ids: set[int], *, today: dt.date, by: By) -> int:
    if not cycle_ids:
        return 0
    kind, _colon, number = by.actor.partition(":")
    made_by = int(number) if kind == "person" else None
    batch = open_batch(session, "people", made_by=made_by, now=by.now)
    return hold_what_became_due(session, batch, cycle_ids, today=today)


def _require_free(session: Session, name: str, unit_id: int | None) -> None:
    found = find_unit_named(session, name)
    if found is not None and found.id != unit_id:
        raise UnitExists(name=found.name)


def _note(session: Session, unit_id: int, verb: str, *, by: By, **details: int) -> None:
    audit.record(
        session,
        actor=by.actor,
        verb=verb,
        object_kind=OBJECT_KIND,
        object_id=unit_id,
        details=details,
        now=by.now,
    )
