"""What is known of a person, what shall become of it, and what cannot be; pure.

`PersonChanges` says for each field either the new value or KEEP, so that a form, a row of a file
and a single deed are the same thing.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any, Final, Literal

from lms.kernel.text import one_line, unkept
from lms.kernel.viewer import Role
from lms.people.rules import normal_email, require_unit_name
from lms.staff.faults import (
    BadDay,
    BadLocale,
    BadNumber,
    BadText,
    Missing,
    NoKey,
    OwnRights,
    OwnSupervisor,
    RightsNeedAdministrator,
    SupervisorCircle,
    TooLong,
    UnknownSupervisor,
)

NAME_LENGTH = 100
UNIT_LENGTH = 200
JOB_LENGTH = 120
NUMBER_LENGTH = 40
EMAIL_LENGTH = 254
LOCALES = ("de", "en")
_FIRST_IMPOSSIBLE_ID = 2**31
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
# What an officer may give; every other right is an administrator's (trust.md 2).
COMMON_ROLES = frozenset({Role.EMPLOYEE, Role.AUTHOR})


class Keep(Enum):
    """The one value that means: leave it as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
Kept = Literal[Keep.KEEP]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody who is entered for the first time; `unit` by its name, made when it is new."""

    first_name: str
    last_name: str
    unit: str
    email: str | None = None
    personnel_number: str | None = None
    job: str | None = None
    roles: frozenset[Role] = frozenset()
    supervisor_id: int | None = None
    hired_on: dt.date | None = None
    left_on: dt.date | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanges:
    """What becomes of somebody's master data; None clears a field, KEEP leaves it."""

    first_name: str | Kept = KEEP
    last_name: str | Kept = KEEP
    unit: str | Kept = KEEP
    email: str | Kept | None = KEEP
    personnel_number: str | Kept | None = KEEP
    job: str | Kept | None = KEEP
    roles: frozenset[Role] | Kept = KEEP
    supervisor_id: int | Kept | None = KEEP
    hired_on: dt.date | Kept | None = KEEP
    left_on: dt.date | Kept | None = KEEP
    locale: str | Kept | None = KEEP


def cleaned(values: NewPerson | PersonChanges) -> dict[str, Any]:
    """The fields that are given, as they are stored; the first fault is raised.

    Roles come without the employee's, which everybody is.
    """
    given = {one.name: getattr(values, one.name) for one in fields(values)}
    return {
        name: _CLEANERS[name](value, name) for name, value in given.items() if value is not KEEP
    }


def require_key(email: str | None, personnel_number: str | None) -> None:
    """Raise NoKey for somebody who has neither."""
    if email is None and personnel_number is None:
        raise NoKey


def _line(value: str, field: str, most: int) -> str:
    if unkept(value):
        raise BadText(field)
    line = one_line(unicodedata.normalize("NFC", value))
    if len(line) > most:
        raise TooLong(field, most=most)
    return line


def _needed(most: int) -> Callable[[str, str], str]:
    def clean(value: str, field: str) -> str:
        line = _line(value, field, most)
        if not line:
            raise Missing(field)
        return line

    return clean


def _unit(value: str, field: str) -> str:
    name = _needed(UNIT_LENGTH)(value, field)
    require_unit_name(name)
    return name


def _job(value: str | None, field: str) -> str | None:
    return _line(value or "", field, JOB_LENGTH) or None


def _number(value: str | None, field: str) -> str | None:
    number = _line(value or "", field, NUMBER_LENGTH).removeprefix("#").strip()
    if "@" in number:
        raise BadNumber
    return number or None


def _email(value: str | None, field: str) -> str | None:
    if not (value or "").strip():
        return None
    address = normal_email(value or "")
    if len(address) > EMAIL_LENGTH:
        raise TooLong(field, most=EMAIL_LENGTH)
    return address


def _roles(value: frozenset[Role], _field: str) -> frozenset[Role]:
    return frozenset(value) - {Role.EMPLOYEE}


def _first_day(value: dt.date | None, field: str) -> dt.date | None:
    return require_plausible(value, field) if value else None


def _last_day(value: dt.date | None, field: str) -> dt.date | None:
    # Personnel systems write 31.12.9999 where they mean that no end is known.
    if value is None or value.year == dt.MAXYEAR:
        return None
    return require_plausible(value, field)


def require_plausible(day: dt.date, field: str) -> dt.date:
    """The day itself; BadDay for a year in which nobody worked or will."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadDay(field, first=_FIRST_YEAR, last=_LAST_YEAR)
    return day


def _supervisor(value: int | None, _field: str) -> int | None:
    if value is not None and not 0 < value < _FIRST_IMPOSSIBLE_ID:
        raise UnknownSupervisor
    return value


def _locale(value: str | None, _field: str) -> str | None:
    if value and value not in LOCALES:
        raise BadLocale
    return value or None


_CLEANERS: dict[str, Callable[[Any, str], Any]] = {
    "first_name": _needed(NAME_LENGTH),
    "last_name": _needed(NAME_LENGTH),
    "unit": _unit,
    "email": _email,
    "personnel_number": _number,
    "job": _job,
    "roles": _roles,
    "supervisor_id": _supervisor,
    "hired_on": _first_day,
    "left_on": _last_day,
    "locale": _locale,
}


def require_may_change_roles(
    before: Collection[Role], after: Collection[Role], *, is_own: bool, is_administrator: bool
) -> None:
    """Raise unless whoever acts may give and take what differs (trust.md 2)."""
    differing = frozenset(before) ^ frozenset(after)
    if differing and is_own:
        raise OwnRights
    if differing - COMMON_ROLES and not is_administrator:
        raise RightsNeedAdministrator


def require_no_circle(
    person_id: int | None, supervisor_id: int, supervisor_of: Callable[[int], int | None]
) -> None:
    """Raise when the chain of supervisors above leads back to the person, however long it is."""
    if supervisor_id == person_id:
        raise OwnSupervisor
    seen: set[int] = set()
    above: int | None = supervisor_id
    while above is not None and above not in seen:
        if above == person_id:
            raise SupervisorCircle
        seen.add(above)
        above = supervisor_of(above)
