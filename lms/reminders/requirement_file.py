"""Requirements as a YAML file (contract.md): reading with line and allowed words, writing. Pure."""

import datetime as dt
import difflib
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import yaml

from lms.authoring.yaml_files import Fault, Place, Unreadable, read_yaml
from lms.certifications.rules.policy import PolicyValues, RenewalBase, year_day
from lms.kernel.viewer import Role

_SCOPES = ("everyone", "units", "jobs", "roles", "people")
_NUMBERS = (
    "initial_due_days",
    "window_days",
    "grace_days",
    "overdue_every_days",
    "overdue_count",
    "min_valid_months",
)
_OF_FIXED = ("fixed_day", "min_valid_months")
KEYS = (
    "course",
    "applies_to",
    "alternatives",
    "interval_months",
    "renewal_base",
    "fixed_day",
    "stages",
    "goal_percent",
    "goal_by",
    "ended_on",
    *_NUMBERS,
)


@dataclass(frozen=True, slots=True)
class AppliesTo:
    """For whom, by names as people write them."""

    everyone: bool = False
    units: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(slots=True)
class Entry:
    """One requirement of the file; `policy` holds only what was written down."""

    place: Place
    course: str
    applies_to: AppliesTo
    policy: PolicyValues = field(default_factory=PolicyValues)
    alternatives: tuple[str, ...] = ()
    goal_percent: int | None = None
    goal_by: dt.date | None = None
    ended_on: dt.date | None = None


@dataclass(slots=True)
class ReadFile:
    """What the file says, what is wrong with it, and what is merely worth saying.

    `refused` counts requirements, not faults: one may have several.
    """

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: int = 0
    is_unreadable: bool = False


def read_requirements(file: str, content: bytes) -> ReadFile:
    """Every requirement that can be understood, and a fault for each that cannot."""
    found = ReadFile()
    try:
        values, place = read_yaml(file, content)
    except Unreadable as error:
        return ReadFile(faults=[error.fault], is_unreadable=True)
    for key in values.keys() - {"requirements"}:
        found.faults.append(_unknown(place.find((key,)), key, ("requirements",)))
        found.refused += 1
    rows = values.get("requirements")
    if not isinstance(rows, list) or not rows:
        fault = Fault(file, place.line, "holds no list of requirements", "requirements: [ … ]")
        return ReadFile(faults=[fault], is_unreadable=True)
    for index, row in enumerate(rows):
        _Reader(found, place.find(("requirements", index))).read(row)
    _check_goals(found)
    return found


def _unknown(place: Place, key: object, allowed: tuple[str, ...]) -> Fault:
    near = difflib.get_close_matches(str(key), allowed, 1)
    hint = f"{near[0]}? Or one of " if near else ""
    return Fault(place.file, place.line, f"unknown key {key!r}", hint + ", ".join(allowed))


def _check_goals(found: ReadFile) -> None:
    goals: dict[str, Entry] = {}
    for entry in list(found.entries):
        if entry.goal_percent is None:
            continue
        first = goals.setdefault(entry.course, entry)
        if (first.goal_percent, first.goal_by) != (entry.goal_percent, entry.goal_by):
            place = entry.place.find(("goal_percent",))
            wrong = f"another goal for {entry.course} than in line {first.place.line}"
            found.faults.append(Fault(place.file, place.line, wrong, "one goal for each course"))
            found.refused += 1
            found.entries.remove(entry)


class _Wrong(Exception):
    def __init__(self, key: str, wrong: str, allowed: str) -> None:
        self.key, self.wrong, self.allowed = key, wrong, allowed


@dataclass(slots=True)
class _Reader:
    """Reads one row; the first fault refuses it."""

    found: ReadFile
    place: Place

    def read(self, row: object) -> None:
        """Add the entry, or its faults."""
        known = len(self.found.faults)
        self._read(row)
        self.found.refused += len(self.found.faults) > known

    def _read(self, row: object) -> None:
        if not isinstance(row, dict):
            fault = Fault(self.place.file, self.place.line, "is no requirement", "course: slug")
            self.found.faults.append(fault)
            return
        unknown = [key for key in row if key not in KEYS]
        if unknown:
            self.found.faults += [_unknown(self.place.find((key,)), key, KEYS) for key in unknown]
            return
        try:
            self.found.entries.append(self._entry(row))
        except _Wrong as error:
            place = self.place.find((error.key,))
            fault = Fault(place.file, place.line, f"{error.key}: {error.wrong}", error.allowed)
            self.found.faults.append(fault)

    def _entry(self, row: dict[str, Any]) -> Entry:
        course = row.get("course")
        if not isinstance(course, str):
            raise _Wrong("course", "is missing", "the slug of a course")
        return Entry(
            place=self.place,
            course=course,
            applies_to=_applies_to(row.get("applies_to")),
            policy=self._policy(row),
            alternatives=_words(row, "alternatives"),
            goal_percent=self._goal(row),
            goal_by=_day(row, "goal_by"),
            ended_on=_day(row, "ended_on"),
        )

    def _policy(self, row: dict[str, Any]) -> PolicyValues:
        readers: dict[str, partial[Any]] = {
            **{key: partial(_whole, row, key, 0, 3650) for key in _NUMBERS},
            "renewal_base": partial(_base, row),
            "stages": partial(_stages, row.get("stages")),
        }
        values = {key: read() for key, read in readers.items() if row.get(key) is not None}
        if "interval_months" in row:
            values["interval_months"] = _whole(row, "interval_months", 1, 120)
        if row.get("fixed_day") is not None:
            values["fixed_month"], values["fixed_day"] = _fixed_day(row["fixed_day"])
        if values.get("renewal_base") is not RenewalBase.FIXED:
            self._note_keys_of_fixed(row)
        return cast("PolicyValues", values)

    def _goal(self, row: dict[str, Any]) -> int | None:
        percent = _whole(row, "goal_percent", 0, 100)
        if percent is None and row.get("goal_by") is not None:
            raise _Wrong("goal_by", "is a day without a goal", "goal_percent: 90 beside it")
        return percent

    def _note_keys_of_fixed(self, row: dict[str, Any]) -> None:
        for key in _OF_FIXED:
            if row.get(key) is not None:
                place = self.place.find((key,))
                note = f"{place.file}:{place.line}: {key} counts only with renewal_base: fixed"
                self.found.notes.append(note)


def _applies_to(value: object) -> AppliesTo:
    if not isinstance(value, dict) or not value:
        raise _Wrong("applies_to", "is missing", "{everyone: true} or " + ", ".join(_SCOPES[1:]))
    unknown = next((key for key in value if key not in _SCOPES), None)
    if unknown is not None:
        raise _Wrong("applies_to", f"unknown key {unknown!r}", ", ".join(_SCOPES))
    everyone = value.get("everyone", False)
    if not isinstance(everyone, bool):
        raise _Wrong("applies_to", f"everyone is {everyone!r}", "true or false")
    found = AppliesTo(
        everyone=everyone,
        units=_words(value, "units", "applies_to"),
        jobs=_words(value, "jobs", "applies_to"),
        roles=tuple(_role(word) for word in _words(value, "roles", "applies_to")),
        people=_words(value, "people", "applies_to"),
    )
    if found == AppliesTo():
        raise _Wrong("applies_to", "names nobody", "{everyone: true} or " + ", ".join(_SCOPES[1:]))
    return found


def _role(word: str) -> Role:
    if word not in list(Role):
        raise _Wrong("applies_to", f"unknown role {word!r}", ", ".join(Role))
    return Role(word)


def _words(row: dict[str, Any], key: str, blame: str | None = None) -> tuple[str, ...]:
    value = row.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _Wrong(blame or key, f"{key} is {value!r}", "a list of names: [one, two]")
    return tuple(one.strip() for one in value)


def _whole(row: dict[str, Any], key: str, low: int, high: int) -> int | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _Wrong(key, f"{value!r}", f"a whole number from {low} to {high}")
    return value


def _day(row: dict[str, Any], key: str) -> dt.date | None:
    value = row.get(key)
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise _Wrong(key, f"{value!r}", "a day such as 2027-12-31") from error


def _base(row: dict[str, Any]) -> RenewalBase | None:
    value = row.get("renewal_base")
    if value is None:
        return None
    if value not in list(RenewalBase):
        raise _Wrong("renewal_base", f"{value!r}", ", ".join(RenewalBase))
    return RenewalBase(value)


def _fixed_day(value: object) -> tuple[int, int]:
    found = year_day(value) if isinstance(value, str) else None
    if found is None:
        raise _Wrong("fixed_day", f"{value!r}", 'month and day in quotes, such as "12-31"')
    return found


def _stages(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(
        isinstance(one, int) and not isinstance(one, bool) for one in value
    ):
        raise _Wrong("stages", f"{value!r}", "a list of days: [-60, -30, 0]")
    return tuple(value)


def as_yaml(rows: list[dict[str, Any]]) -> str:
    """The file that says the same again."""
    return yaml.safe_dump(
        {"requirements": rows}, sort_keys=False, allow_unicode=True, default_flow_style=None
    )
