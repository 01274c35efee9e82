"""The sweep: what is due becomes notices and digests (certification.md 3.3, 4.4).

It works in blocks, each in a transaction of its own, so that two sweeps share the work and a
crash loses nothing: what was not committed is found again.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.certifications.models import Batch, Cycle
from lms.kernel.db import Sessions, insert_unless_there, is_postgresql, reading, transaction
from lms.outbox.models import OutboxMessage
from lms.outbox.operations import enqueue
from lms.outbox.rules import EmailDraft
from lms.people.calendar import DAY, WorkingCalendar
from lms.people.models import Person
from lms.people.queries import working_calendar
from lms.reminders.models import Notice
from lms.reminders.plan import Decision, next_action_on, plan
from lms.reminders.queries.rounds import Round, Supervisors, as_rounds, has_address, live_rounds
from lms.reminders.rules import (
    BREAKER_DAYS,
    Audience,
    Outcome,
    PastNotice,
    digest_key,
    planning_day,
    send_window,
    trips_breaker,
)

BLOCK = 500


@dataclass(frozen=True, slots=True)
class SweepFrame:
    """What a sweep needs of the installation."""

    zone: ZoneInfo
    mail_domain: str
    default_locale: str
    tells_supervisor: bool = False


@dataclass(frozen=True, slots=True)
class SweepResult:
    """Rounds looked at, messages queued, rounds held by the circuit breaker."""

    rounds: int = 0
    messages: int = 0
    held: int = 0


def sweep(sessions: Sessions, frame: SweepFrame, *, now: dt.datetime) -> SweepResult:
    """Plan everything that is due by `now` into the outbox; running it again adds nothing."""
    day = planning_day(now, frame.zone)
    if day is None:
        return SweepResult()
    with reading(sessions) as session:
        calendar = working_calendar(session, years=range(day.year - 1, day.year + 3))
        is_working_day = calendar.is_working_day(day)
        is_tripped = is_working_day and _trips(session, frame, day, calendar)
    if not is_working_day:
        return SweepResult()
    if is_tripped:
        with transaction(sessions) as session:
            return SweepResult(held=_hold_everything(session, day, now=now))
    rounds = messages = 0
    while True:
        with transaction(sessions) as session:
            block = _Block(session, frame, calendar, day, now)
            seen, queued = block.work()
        rounds, messages = rounds + seen, messages + queued
        if seen < BLOCK:
            return SweepResult(rounds, messages)


def _due(day: dt.date) -> tuple[object, ...]:
    return (Cycle.next_action_on.is_not(None), Cycle.next_action_on <= day)


def _trips(session: Session, frame: SweepFrame, day: dt.date, calendar: WorkingCalendar) -> bool:
    """True when this sweep would bring the day far above what is usual."""
    rows = session.execute(live_rounds().where(*_due(day))).unique().all()  # type: ignore[arg-type]
    people = set()
    for one in as_rounds(session, rows, tells_supervisor=frame.tells_supervisor, with_notices=True):
        if one.cycle.batch_id is None:
            decisions = plan(one.reminded, day, calendar=calendar, notices=one.notices)
            people |= {
                (one.person.id, decision.audience)
                for decision in decisions
                if decision.outcome is Outcome.QUEUED
            }
    planned_today = session.scalar(
        select(func.count()).where(
            OutboxMessage.local_date == day, OutboxMessage.audience != "immediate"
        )
    )
    return trips_breaker(
        planned_today=planned_today or 0, found=len(people), day_totals=_day_totals(session, day)
    )


def _day_totals(session: Session, day: dt.date) -> list[int]:
    counted = dict(
        session.execute(
            select(OutboxMessage.local_date, func.count())
            .where(
                OutboxMessage.local_date < day,
                OutboxMessage.local_date >= day - dt.timedelta(days=2 * BREAKER_DAYS),
                OutboxMessage.audience != "immediate",
            )
            .group_by(OutboxMessage.local_date)
            .order_by(OutboxMessage.local_date)
        ).all()
    )
    return list(counted.values())


def _hold_everything(session: Session, day: dt.date, *, now: dt.datetime) -> int:
    batch = Batch(kind="breaker", made_at=now)
    session.add(batch)
    session.flush()
    held = session.scalars(
        select(Cycle).where(Cycle.state == "live", Cycle.batch_id.is_(None), *_due(day))  # type: ignore[arg-type]
    ).all()
    for cycle in held:
        cycle.batch_id, cycle.next_action_on = batch.id, None
    audit.record(
        session,
        actor="system:sweep",
        verb="breaker_tripped",
        object_kind="batch",
        object_id=batch.id,
        details={"rounds": len(held)},
        now=now,
    )
    return len(held)


@dataclass(slots=True)
class _Block:
    """Up to 500 due rounds in one transaction."""

    session: Session
    frame: SweepFrame
    calendar: WorkingCalendar
    day: dt.date
    now: dt.datetime

    def work(self) -> tuple[int, int]:
        """How many rounds were looked at, how many messages are new."""
        statement = (
            live_rounds()
            .where(*_due(self.day))  # type: ignore[arg-type]
            .order_by(Cycle.next_action_on, Cycle.id)
            .limit(BLOCK)
        )
        if is_postgresql(self.session):
            statement = statement.with_for_update(of=Cycle, skip_locked=True)
        rows = self.session.execute(statement).unique().all()
        rounds = as_rounds(
            self.session,
            rows,
            tells_supervisor=self.frame.tells_supervisor,
            with_notices=True,
        )
        decided = {
            one.cycle.id: plan(one.reminded, self.day, calendar=self.calendar, notices=one.notices)
            for one in rounds
        }
        queued = self._queue(rounds, decided)
        self.session.flush()
        return len(rows), queued

    def _queue(self, rounds: list[Round], decided: dict[int, tuple[Decision, ...]]) -> int:
        supervisors = Supervisors(self.session, self.day) if self.frame.tells_supervisor else None
        by_recipient: dict[tuple[int, Audience], list[tuple[Round, Decision]]] = defaultdict(list)
        recipients: dict[int, Person] = {}
        pairs = [(one, each) for one in rounds for each in decided[one.cycle.id]]
        for one, decision in pairs:
            if decision.outcome is not Outcome.QUEUED:
                self._note(one, decision, None)
            elif (recipient := self._recipient(one, decision, supervisors)) is None:
                self._note(one, decision, None, skipped="no_address")
            else:
                recipients[recipient.id] = recipient
                by_recipient[recipient.id, decision.audience].append((one, decision))
        messages, postponed = self._write(by_recipient, recipients)
        self._look_again(rounds, decided, postponed)
        return messages

    def _write(
        self,
        by_recipient: dict[tuple[int, Audience], list[tuple[Round, Decision]]],
        recipients: dict[int, Person],
    ) -> tuple[int, set[int]]:
        """Digests with their lines; how many are new, and the rounds that must wait a day."""
        messages = 0
        postponed: set[int] = set()
        for (person_id, audience), lines in sorted(by_recipient.items()):
            message, is_new = self._digest(recipients[person_id], audience)
            messages += is_new
            for one, decision in lines:
                if message is None:
                    postponed.add(one.cycle.id)
                else:
                    self._note(one, decision, message)
        return messages, postponed

    def _recipient(
        self, one: Round, decision: Decision, supervisors: Supervisors | None
    ) -> Person | None:
        if decision.audience is Audience.LEARNER:
            return one.person
        found = supervisors.of(one.person) if supervisors else None
        return found if found is not None and has_address(found) else None

    def _digest(self, person: Person, audience: Audience) -> tuple[OutboxMessage | None, bool]:
        """Today's digest of a person; None when it has left already, so nothing can join it."""
        key = digest_key(audience, person.id, self.day)
        known = self.session.scalar(
            select(OutboxMessage).where(OutboxMessage.idem_key == key).with_for_update()
        )
        if known is not None:
            return (known if known.state == "pending" else None), False
        window = send_window(self.day, self.frame.zone)
        message = enqueue(
            self.session,
            EmailDraft(
                kind="digest",
                person_id=person.id,
                to_address=person.email,
                locale=person.locale or self.frame.default_locale,
            ),
            idem_key=key,
            audience=audience.value,
            local_date=self.day,
            not_before=window.not_before,
            expires_at=window.expires_at,
            mail_domain=self.frame.mail_domain,
            now=self.now,
        )
        return message, True

    def _note(
        self,
        one: Round,
        decision: Decision,
        message: OutboxMessage | None,
        skipped: str | None = None,
    ) -> None:
        insert_unless_there(
            self.session,
            Notice,
            {
                "cycle_id": one.cycle.id,
                "due_rev": one.cycle.due_rev,
                "stage": decision.stage,
                "audience": decision.audience.value,
                "decided_at": self.now,
                "decided_on": self.day,
                "outcome": "queued" if message is not None else "skipped",
                "why": skipped or (decision.why.value if decision.why else None),
                "outbox_id": message.id if message is not None else None,
            },
        )

    def _look_again(
        self,
        rounds: list[Round],
        decided: dict[int, tuple[Decision, ...]],
        postponed: set[int],
    ) -> None:
        """When the next sweep has to look at each round."""
        for one in rounds:
            if one.cycle.id in postponed:
                one.cycle.next_action_on = self.calendar.on_or_after(self.day + DAY)
                continue
            told = tuple(
                PastNotice(
                    due_rev=one.cycle.due_rev,
                    stage=decision.stage,
                    audience=decision.audience,
                    outcome=decision.outcome,
                    decided_on=self.day,
                )
                for decision in decided[one.cycle.id]
            )
            one.cycle.next_action_on = next_action_on(
                one.reminded,
                self.day + DAY,
                calendar=self.calendar,
                notices=(*one.notices, *told),
            )
