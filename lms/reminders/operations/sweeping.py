"""The sweep: what is due becomes notices and digests (certification.md 3.3, 4.4).

It works in blocks, each in a transaction of its own, so that two sweeps share the work and a
crash loses nothing: what was not committed is found again.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.models import Batch, Cycle
from lms.kernel.db import Sessions, insert_unless_there, is_postgresql, reading, transaction
from lms.outbox.models import OutboxMessage
from lms.outbox.operations import enqueue
from lms.outbox.rules import EmailDraft
from lms.people.calendar import DAY, WorkingCalendar
from lms.people.models import Person
from lms.people.queries import working_calendar
from lms.reminders.models import Notice
from lms.reminders.operations.breaker import due_on_or_before, hold, rounds_to_hold
from lms.reminders.plan import Decision, next_action_on, plan
from lms.reminders.queries.rounds import (
    Round,
    as_rounds,
    live_rounds,
    recipient_of,
    supervisors_for,
)
from lms.reminders.rules import (
    Audience,
    Outcome,
    PastNotice,
    digest_key,
    planning_day,
    send_window,
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
        if not calendar.is_working_day(day):
            return SweepResult()
        too_many = rounds_to_hold(
            session, day, calendar=calendar, tells_supervisor=frame.tells_supervisor
        )
    if too_many:
        with transaction(sessions) as session:
            return SweepResult(held=hold(session, too_many, now=now))
    rounds = messages = 0
    while True:
        with transaction(sessions) as session:
            block = _Block(session, frame, calendar, day, now)
            seen, queued = block.work()
        rounds, messages = rounds + seen, messages + queued
        if seen < BLOCK:
            return SweepResult(rounds, messages)


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
            .where(*due_on_or_before(self.day))
            .order_by(Cycle.next_action_on, Cycle.id)
            .limit(BLOCK)
        )
        if is_postgresql(self.session):
            statement = statement.with_for_update(of=Cycle, skip_locked=True)
        rows = self.session.execute(statement).unique().all()
        if not rows:
            return 0, 0
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
        supervisors = supervisors_for(self.session, self.day, decided.values())
        by_recipient: dict[tuple[int, Audience], list[tuple[Round, Decision]]] = defaultdict(list)
        recipients: dict[int, Person] = {}
        pairs = [(one, each) for one in rounds for each in decided[one.cycle.id]]
        for one, decision in pairs:
            if decision.outcome is not Outcome.QUEUED:
                self._note(one, decision, None)
            elif (recipient := recipient_of(one.person, decision.audience, supervisors)) is None:
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

    def _digest(self, person: Person, audience: Audience) -> tuple[OutboxMessage | None, bool]:
        """Today's digest of a person; None when it has left already, so nothing can join it."""
        window = send_window(self.day, self.frame.zone)
        message = enqueue(
            self.session,
            EmailDraft(
                kind="digest",
                person_id=person.id,
                to_address=person.email,
                locale=person.locale or self.frame.default_locale,
            ),
            idem_key=digest_key(audience, person.id, self.day),
            audience=audience.value,
            local_date=self.day,
            not_before=window.not_before,
            expires_at=window.expires_at,
            mail_domain=self.frame.mail_domain,
            now=self.now,
        )
        # Held until our lines are written: a worker that took it now would send it without them.
        self.session.refresh(message, with_for_update=True)
        is_new = message.created_at == self.now
        return (message if message.state == "pending" else None), is_new

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
        let_go = self._let_go_meanwhile(rounds)
        for one in rounds:
            if one.cycle.id in let_go:
                continue
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

    def _let_go_meanwhile(self, rounds: list[Round]) -> set[int]:
        """Rounds whose batch was released after this look at them had begun.

        They look held here, and the release has set when they are planned: that must stand.
        """
        held = {one.cycle.batch_id for one in rounds if one.reminded.is_held}
        if not held:
            return set()
        released = set(
            self.session.scalars(
                select(Batch.id).where(Batch.id.in_(held), Batch.released_at.is_not(None))
            )
        )
        return {
            one.cycle.id
            for one in rounds
            if one.reminded.is_held and one.cycle.batch_id in released
        }
