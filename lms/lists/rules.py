"""What a list is, what becomes of its rows, and what an import goes through; pure."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from lms.kernel.csv_tables import Column
from lms.kernel.domain import N_, Conflict, DomainError

# So many rows are saved in the request that confirms them; more are work for the job `imports`.
MOST_AT_ONCE = 500
ROWS_A_TRANSACTION = 200
PREVIEW_HOURS = 24
ROWS_KEPT_DAYS = 30
REASON_LENGTH = 400


class ListKind(StrEnum):
    """Which list; the word is that of the batch and of the address."""

    PEOPLE = "people"
    EVIDENCE = "evidence"
    ABSENCES = "absences"


class State(StrEnum):
    """Where an import stands."""

    CHECKING = "checking"
    READY = "ready"
    CONFIRMED = "confirmed"
    SAVING = "saving"
    DONE = "done"
    TAKING_BACK = "taking_back"
    TAKEN_BACK = "taken_back"


# What the job still has to do.
UNDER_WAY = (State.CHECKING, State.CONFIRMED, State.SAVING, State.TAKING_BACK)


class Outcome(StrEnum):
    """What becomes of a row."""

    MADE = "made"
    CHANGED = "changed"
    LEFT = "left"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ImportExpired(Conflict):
    """A preview is kept for a day."""

    message = N_("Diese Vorschau ist abgelaufen. Lade die Datei noch einmal hoch.")


class NotToTakeBack(DomainError):
    """Only evidence that was saved can be revoked, and once."""

    message = N_("Dieser Import lässt sich nicht zurücknehmen.")


class ReasonMissing(DomainError):
    """A revocation says why."""

    message = N_("Schreib einen Grund dazu, höchstens %(most)s Zeichen.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a cell and what to do; `message` is a German text for the catalogue."""

    message: str
    column: str = ""
    value: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


class RowRefused(Exception):
    """A row that cannot be taken over."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


def refused(message: str, column: str = "", value: str = "", **values: object) -> RowRefused:
    """The refusal of a row for one cell."""
    shown = value if len(value) <= 80 else f"{value[:79]}…"
    return RowRefused(Fault(message=message, column=column, value=shown, values=values))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What becomes of one row: `changes` are column, old and new text."""

    line: int
    outcome: Outcome
    who: str = ""
    key: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    begun: int = 0
    ended: int = 0
    remark: str = ""
    faults: tuple[Fault, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """Everything but line and outcome, as the row keeps it."""
        found = asdict(self)
        del found["line"], found["outcome"]
        return found


def result_from(line: int, outcome: str, document: Mapping[str, Any]) -> RowResult:
    """The result that `as_document` wrote."""
    given = dict(document)
    given["changes"] = tuple((column, old, new) for column, old, new in given["changes"])
    given["faults"] = tuple(Fault(**one) for one in given["faults"])
    return RowResult(line=line, outcome=Outcome(outcome), **given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What came of a list, in numbers; `held` rounds wait for release, `mails` in 30 days."""

    made: int = 0
    changed: int = 0
    left: int = 0
    unchanged: int = 0
    refused: int = 0
    begun: int = 0
    ended: int = 0
    held: int = 0
    mails: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        mine, theirs = asdict(self), asdict(other)
        return Tally(**{name: mine[name] + theirs[name] for name in mine})

    @property
    def summary(self) -> str:
        """The line of the contract: somebody who leaves is a change."""
        return (
            f"made {self.made}, changed {self.changed + self.left},"
            f" unchanged {self.unchanged}, refused {self.refused}"
        )

    @property
    def taken(self) -> int:
        """How many rows say something that can be taken over."""
        return self.made + self.changed + self.left + self.unchanged

    @property
    def different(self) -> int:
        """How many rows change something."""
        return self.made + self.changed + self.left


def tally_of(results: Iterable[RowResult], *, held: int = 0, mails: int = 0) -> Tally:
    """The numbers of some rows."""
    found = list(results)
    counts = {outcome.value: sum(one.outcome is outcome for one in found) for outcome in Outcome}
    return Tally(
        **counts,
        begun=sum(one.begun for one in found),
        ended=sum(one.ended for one in found),
        held=held,
        mails=mails,
    )


def digest_of(results: Iterable[RowResult], held: int) -> str:
    """What was seen in a preview must be what is saved: the same digest."""
    seen = sorted((one.line, one.outcome.value, one.as_document()) for one in results)
    text = json.dumps([seen, held], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Importer:
    """Who brings a list: None is whoever has the command line, who counts as administrator."""

    person_id: int | None = None

    @property
    def actor(self) -> str:
        """For the log."""
        return "operator" if self.person_id is None else f"person:{self.person_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When a list is worked on, and by whom."""

    today: dt.date
    now: dt.datetime
    importer: Importer


COLUMNS: dict[ListKind, tuple[Column, ...]] = {
    ListKind.PEOPLE: (
        Column("email", "E-Mail"),
        Column("personnel_number", "Personalnummer"),
        Column("first_name", "Vorname"),
        Column("last_name", "Nachname"),
        Column("unit", "Bereich"),
        Column("job", "Tätigkeit"),
        Column("roles", "Rollen"),
        Column("supervisor_email", "Vorgesetzte E-Mail"),
        Column("hired_on", "Eintritt"),
        Column("left_on", "Austritt"),
        Column("locale", "Sprache"),
    ),
    ListKind.EVIDENCE: (
        Column("email", "E-Mail"),
        Column("personnel_number", "Personalnummer"),
        Column("course", "Kurs"),
        Column("completed_on", "Abgeschlossen am"),
        Column("source", "Quelle"),
        Column("reference", "Beleg"),
    ),
    ListKind.ABSENCES: (
        Column("email", "E-Mail"),
        Column("personnel_number", "Personalnummer"),
        Column("from_on", "Von"),
        Column("until_on", "Bis"),
    ),
}
# Of each tuple one column at least.
NEEDED: dict[ListKind, tuple[tuple[str, ...], ...]] = {
    ListKind.PEOPLE: (
        ("first_name",),
        ("last_name",),
        ("unit",),
        ("email", "personnel_number"),
    ),
    ListKind.EVIDENCE: (("email", "personnel_number"), ("course",), ("completed_on",)),
    ListKind.ABSENCES: (("email", "personnel_number"), ("from_on",)),
}
