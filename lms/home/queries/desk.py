"""What waits on the desks of officer and administrator: all numbers in one query."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from lms.certifications.models import Batch, Cycle, ExternalProof
from lms.certifications.queries.external import waits_for_one
from lms.certifications.queries.pauses import paused_people
from lms.learning.models import PracticeReport
from lms.learning.rules.practice import ReportState
from lms.outbox.models import MailboxMessage, OutboxMessage
from lms.outbox.rules import STATES_OF, State
from lms.outbox.rules import Tag as MailTag
from lms.people.models import Person
from lms.people.queries import employed_on
from lms.reminders.models import Notice
from lms.reminders.queries.letters import is_waiting
from lms.staff.queries.cells import TODAY, all_cells
from lms.staff.rules import Need


@dataclass(frozen=True, slots=True)
class Pile:
    """How many of a thing wait, and since when the oldest does where that is known."""

    count: int = 0
    since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Piles:
    """What waits, by name; what was not asked for is empty."""

    found: dict[str, Pile]

    def of(self, name: str) -> Pile:
        """One of them."""
        return self.found.get(name, Pile())


def count_piles(
    session: Session, *, person_id: int, today: dt.date, is_officer: bool, is_administrator: bool
) -> Piles:
    """What waits for the officer, and what the administrator looks after."""
    values = {"today": today, "viewer": person_id}
    rows = session.execute(_statement(is_officer, is_administrator), values)
    return Piles({row.name: Pile(row.amount, row.since) for row in rows})


@lru_cache(maxsize=3)
def _statement(
    is_officer: bool,  # noqa: FBT001 - the key of the cache
    is_administrator: bool,  # noqa: FBT001
) -> CompoundSelect[Any]:
    parts = [_proofs(is_officer=is_officer)]
    if is_officer:
        parts += [_needs(), _reports(), _held(), _letters(), _stuck()]
    if is_administrator:
        parts += [
            _part(literal("mailbox")).select_from(MailboxMessage),
            _part(literal("people")).select_from(Person).where(employed_on(TODAY)),
        ]
    return union_all(*parts)


def _part(
    name: ColumnElement[Any] | InstrumentedAttribute[str],
    amount: ColumnElement[Any] | None = None,
    since: ColumnElement[Any] | None = None,
) -> Select[Any]:
    never = null().cast(PracticeReport.reported_at.type)
    return select(
        name.label("name"),
        (func.count() if amount is None else amount).label("amount"),
        (never if since is None else since).label("since"),
    )


def _needs() -> Select[Any]:
    """People by what they need; the same numbers as on the chips of the overview."""
    cells = all_cells()
    return (
        _part(cells.c.need, func.count(cells.c.person_id.distinct()))
        .where(cells.c.need.in_((Need.OVERDUE.value, Need.DUE.value)))
        .group_by(cells.c.need)
    )


def _reports() -> Select[Any]:
    return _part(literal("reports"), since=func.min(PracticeReport.reported_at)).where(
        PracticeReport.state == ReportState.REPORTED
    )


def _proofs(*, is_officer: bool) -> Select[Any]:
    """Documents from elsewhere that wait for this person's decision."""
    return (
        _part(literal("proofs"), since=func.min(ExternalProof.brought_at))
        .select_from(ExternalProof)
        .where(waits_for_one(bindparam("viewer"), is_officer=is_officer))
    )


def _held() -> Select[Any]:
    """People whose reminders wait for release."""
    return (
        _part(literal("held"), func.count(Cycle.person_id.distinct()), func.min(Batch.made_at))
        .select_from(Cycle)
        .join(Batch, Batch.id == Cycle.batch_id)
        .where(Batch.released_at.is_(None), Cycle.state == "live")
    )


def _letters() -> Select[Any]:
    """People whom a reminder reaches on paper only, and who are not away."""
    return (
        _part(literal("letters"), func.count(Person.id.distinct()), func.min(Notice.decided_at))
        .select_from(Notice)
        .join(Cycle, Cycle.id == Notice.cycle_id)
        .join(Person, Person.id == Cycle.person_id)
        .outerjoin(Batch, Batch.id == Cycle.batch_id)
        .where(
            is_waiting(),
            employed_on(TODAY),
            Person.id.not_in(paused_people(TODAY)),
            or_(Cycle.batch_id.is_(None), Batch.released_at.is_not(None)),
        )
    )


def _stuck() -> Select[Any]:
    """Mails that failed or are uncertain."""
    wanted: tuple[State, ...] = (*STATES_OF[MailTag.FAILED], *STATES_OF[MailTag.UNCERTAIN])
    return (
        _part(OutboxMessage.state, func.count())
        .where(OutboxMessage.state.in_(wanted))
        .group_by(OutboxMessage.state)
    )
