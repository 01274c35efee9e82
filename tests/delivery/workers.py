"""Workers for tests: a clock that moves when they rest, a kind of mail that is always due."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from lms.delivery.digests import digest_context
from lms.delivery.letters import Rendered, Sender
from lms.delivery.operations import Kind, Kinds, Task
from lms.delivery.smtp import Server, SmtpTransport
from lms.delivery.worker import Transport, Worker
from lms.kernel.db import Sessions
from tests.outbox.mails import OPENS

SENDER = Sender("lernstand@example.org", "schulung@example.org", "Jugendhilfe Donau-Iller")


@dataclass
class Clock:
    """Shows `now`; whoever rests makes it later."""

    now: dt.datetime = OPENS
    rests: list[float] = field(default_factory=list)

    def __call__(self) -> dt.datetime:
        return self.now

    def rest(self, seconds: float) -> None:
        self.rests.append(round(seconds, 3))
        self.now += dt.timedelta(seconds=seconds)


@dataclass
class Always:
    """A kind whose mails are due unless `answer` says otherwise; remembers what came back."""

    answer: Any = "due"
    reopened: list[int] = field(default_factory=list)

    def check(self, _session: Any, message: Any, *, now: dt.datetime) -> dict[str, Any] | None:  # noqa: ARG002
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"number": message.id} if self.answer == "due" else self.answer

    def reopen(self, _session: Any, messages: Any, *, now: dt.datetime) -> None:  # noqa: ARG002
        self.reopened.extend(message.id for message in messages)

    @property
    def kinds(self) -> Kinds:
        return {"digest": Kind(self.check, self.reopen, digest_context, lambda _values: "digest")}


def plain_text(task: Task) -> Rendered:
    """A mail without templates."""
    link = "http://127.0.0.1:8000/go/signed.token"
    return Rendered(
        f"Nummer {task.values['number']}", f"Text {link}\n", f"<p><a href='{link}'>Text</a></p>"
    )


def smtp_to(port: int, *, seconds: float = 2.0) -> SmtpTransport:
    """A connection to a server of the test."""
    server = Server("127.0.0.1", port, "none", command_seconds=seconds, answer_seconds=seconds)
    return SmtpTransport(server, SENDER.address, own_name="[127.0.0.1]")


def make_worker(
    sessions: Sessions,
    transport: Transport,
    *,
    clock: Clock | None = None,
    kinds: Kinds | None = None,
    **changes: Any,
) -> Worker:
    """A worker without throttle whose retries do not spread."""
    clock = clock or Clock()
    values: dict[str, Any] = {
        "name": "test:1",
        "write": plain_text,
        "sender": lambda: SENDER,
        "per_minute": 0,
        "now": clock,
        "rest": clock.rest,
        "luck": lambda: 0.5,
    }
    return Worker(
        sessions=sessions,
        transport=transport,
        kinds=kinds or Always().kinds,
        **(values | changes),
    )
