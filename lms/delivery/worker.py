"""The mail worker: takes one mail after the other from the outbox to the mail server.

One transaction per step (certification.md 3.5): claim and last check; the mark `sending`, before
the text leaves; what came of it.
"""

import datetime as dt
import hashlib
import json
import logging
import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from jinja2 import TemplateError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lms.delivery import operations
from lms.delivery.letters import BadMailAddress, Rendered, Sender, blotted, build, envelope_address
from lms.delivery.operations import Kinds, Pause, Settled, Task
from lms.delivery.rules import Fate, OutOfTime, Refused, Rest, Unconfirmed, judge
from lms.kernel.db import Sessions, transaction
from lms.outbox import claims, throttle
from lms.outbox.rules import (
    BREAKER_FOR,
    BUSY_IN_A_ROW,
    UNREACHABLE_FOR,
    Audience,
    ClaimLost,
    Reason,
    retry_at,
)

_LOG = logging.getLogger("lms.delivery")
_WRITE_TRIES = 5


class Transport(Protocol):
    """Where mail goes, in steps."""

    def begin(self, to: str) -> None: ...
    def hand_over(self, mail: bytes) -> str: ...
    def reset(self) -> None: ...
    def close(self) -> None: ...
    def drop(self) -> None: ...


@dataclass
class Worker:
    """One worker; `write` renders a task, `rest` waits so many seconds, `now` is the clock.

    `sender` is asked for each mail, since the organisation may have changed its name.

    `conversation` surrounds each exchange with the mail server and may raise OutOfTime in it.
    """

    name: str
    sessions: Sessions
    transport: Transport
    kinds: Kinds
    write: Callable[[Task], Rendered]
    sender: Callable[[], Sender]
    per_minute: int
    now: Callable[[], dt.datetime]
    rest: Callable[[float], None]
    luck: Callable[[], float] = random.random  # noqa: S311 - spreads retries, guards nothing
    conversation: Callable[[], AbstractContextManager[None]] = nullcontext
    tally: Counter[str] = field(default_factory=Counter)

    def tidy(self) -> None:
        """Take back what dead workers held; let go of what is too late."""
        with transaction(self.sessions) as session:
            self.tally["expired"] += operations.tidy(session, kinds=self.kinds, now=self.now())

    def deliver_one(self) -> Pause | bool:
        """Take one mail as far as it gets. False: nothing may leave now; Pause: not before then."""
        with transaction(self.sessions) as session:
            found = operations.take_next(
                session,
                kinds=self.kinds,
                worker=self.name,
                per_minute=self.per_minute,
                now=self.now(),
            )
        if found is None or isinstance(found, Pause):
            return found or False
        if isinstance(found, Settled):
            self.tally[found.outcome] += 1
        else:
            self._settle(found)
        return True

    def _settle(self, task: Task) -> None:
        try:
            outcome = self._send(task)
        except ClaimLost:
            # Called off, or taken over: whoever has the mail now decides.
            self.transport.reset()
            outcome = "lost"
        self.tally[outcome] += 1
        _LOG.info("%s", json.dumps({"mail": task.held.mail_id, "outcome": outcome}))

    def _send(self, task: Task) -> str:
        try:
            rendered = self.write(task)
            to = envelope_address(task.to_address)
            mail = build(
                rendered,
                sender=self.sender(),
                to=task.to_address,
                message_id=task.message_id,
                now=self.now(),
            ).as_bytes()
        except BadMailAddress:
            return self._fail(task, Reason.BAD_ADDRESS)
        except (TemplateError, LookupError, TypeError, ValueError):
            _LOG.exception("mail %s: no text", task.held.mail_id)
            return self._fail(task, Reason.NO_TEXT)
        return self._converse(task, to, mail, rendered)

    def _converse(self, task: Task, to: str, mail: bytes, rendered: Rendered) -> str:
        try:
            with self.conversation():
                self.transport.begin(to)
        except Refused as refused:
            return self._refused(task, refused)
        except OutOfTime:
            self.transport.drop()
            self._write(lambda session: claims.give_back(session, task.held))
            return "given_back"
        with transaction(self.sessions) as session:
            claims.mark_sending(session, task.held, text=_kept(rendered, mail), now=self.now())
        try:
            with self.conversation():
                reply = self.transport.hand_over(mail)
        except Refused as refused:
            return self._refused(task, refused)
        except (Unconfirmed, OutOfTime) as error:
            self.transport.drop()
            return self._unconfirmed(task, str(error) or "the worker had to end")
        self._write(lambda session: self._sent(session, task, reply))
        return "sent"

    def _sent(self, session: Session, task: Task, reply: str) -> None:
        claims.mark_sent(session, task.held, reply=reply, now=self.now())
        operations.clear_soft_mark(session, task.person_id)
        throttle.note_success(session)

    def _fail(self, task: Task, reason: Reason) -> str:
        self._write(
            lambda session: claims.mark_failed(
                session, task.held, reason=reason, reply="", now=self.now()
            )
        )
        return "failed"

    def _unconfirmed(self, task: Task, reply: str) -> str:
        if task.audience == Audience.IMMEDIATE:
            # Somebody waits for it: twice, with the same Message-ID, is better than perhaps never.
            self._write(lambda session: self._put_back(session, task, Reason.UNCONFIRMED, reply))
            return "retry"
        self._write(
            lambda session: claims.mark_uncertain(session, task.held, reply=reply, now=self.now())
        )
        return "uncertain"

    def _refused(self, task: Task, refused: Refused) -> str:
        verdict = judge(refused)
        self.transport.reset()
        _LOG.warning(
            "%s",
            json.dumps({"mail": task.held.mail_id, "step": refused.step, "code": refused.code}),
        )

        def write(session: Session) -> None:
            if verdict.fate is Fate.FAIL:
                claims.mark_failed(
                    session, task.held, reason=verdict.reason, reply=refused.reply, now=self.now()
                )
            elif verdict.fate is Fate.STOP:
                claims.give_back(session, task.held, reason=verdict.reason, reply=refused.reply)
            else:
                self._put_back(session, task, verdict.reason, refused.reply)
            if verdict.mail_state is not None:
                operations.mark_address(session, task.person_id, verdict.mail_state)
            self._leave_alone(session, verdict.rest)

        self._write(write)
        return {Fate.FAIL: "failed", Fate.STOP: "stopped", Fate.RETRY: "retry"}[verdict.fate]

    def _put_back(self, session: Session, task: Task, reason: Reason, reply: str) -> None:
        again_at = retry_at(
            task.attempts, now=self.now(), expires_at=task.expires_at, luck=self.luck()
        )
        claims.put_back(session, task.held, again_at=again_at, reason=reason, reply=reply)

    def _leave_alone(self, session: Session, rest: Rest) -> None:
        now = self.now()
        if rest is Rest.SHORT:
            throttle.note_trouble(session, rest_for=UNREACHABLE_FOR, now=now)
        elif rest is Rest.LONG or (
            rest is Rest.IF_AGAIN and throttle.note_busy(session, now=now) >= BUSY_IN_A_ROW
        ):
            throttle.note_trouble(session, rest_for=BREAKER_FOR, now=now)

    def _write(self, write: Callable[[Session], None]) -> None:
        """Write down what is known for certain, also when the database is away for a moment."""
        for tries_left in reversed(range(_WRITE_TRIES)):
            try:
                with transaction(self.sessions) as session:
                    write(session)
            except OperationalError:
                if not tries_left:
                    raise
                self.rest(1)
            else:
                return


def _kept(rendered: Rendered, mail: bytes) -> dict[str, str]:
    return {
        "subject": rendered.subject[:200],
        "text_body": blotted(rendered.text),
        "html_body": blotted(rendered.html),
        "body_sha256": hashlib.sha256(mail).hexdigest(),
    }
