# ruff: noqa: N802 - aiosmtpd looks for methods by the names of the verbs
"""A real SMTP server on loopback that says no, hangs, or drops the line where a test wants it.

`script` maps a verb to what happens at its next uses: a reply, HANG, DROP, a function that is
called before the usual answer, or None for the usual answer; `chance` decides where the script
says nothing. The verbs are those of SMTP, TEXT
(the whole text was received), and GONE (the answer to it was sent).
"""

import asyncio
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

HANG, DROP = object(), object()
CERTIFICATE = Path(__file__).parent / "localhost.pem"
Act = str | Callable[[], None] | object | None


@dataclass(frozen=True)
class Received:
    """A mail whose text arrived in full."""

    message_id: str
    sender: str
    to: str
    raw: bytes


@dataclass
class MailServer:
    """What a server was asked and what it received; `port` is where it listens."""

    port: int = 0
    script: dict[str, deque[Act]] = field(default_factory=lambda: defaultdict(deque))
    commands: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    chance: Callable[[str], Act] = lambda _verb: None

    def will(self, verb: str, *acts: Act) -> None:
        """What happens at the next uses of a verb."""
        self.script[verb].extend(acts)

    def next_act(self, verb: str) -> Act:
        """What the script says about this use."""
        self.commands.append(verb)
        return self.script[verb].popleft() if self.script[verb] else self.chance(verb)


class _Conversation(SMTP):
    def __init__(self, server: MailServer, **options: Any) -> None:
        self.mail_server = server
        super().__init__(self, hostname="mail.test", ident="test", **options)
        server.connections += 1

    async def _obeyed(self, verb: str) -> bool:
        """True when the script has answered instead."""
        act = self.mail_server.next_act(verb)
        if act is HANG:
            await asyncio.sleep(3600)
        if act is DROP:
            self.transport.abort()
            return True
        if callable(act):
            act()
            return False
        if isinstance(act, str):
            await self.push(act)
        return act is not None

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._obeyed("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._obeyed("STARTTLS"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._obeyed("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str) -> None:
        if not await self._obeyed("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str) -> None:
        if not await self._obeyed("RCPT"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._obeyed("DATA"):
            await super().smtp_DATA(arg)
            if callable(act := self.mail_server.next_act("GONE")):
                act()

    async def smtp_RSET(self, arg: str) -> None:
        self.mail_server.commands.append("RSET")
        await super().smtp_RSET(arg)

    async def smtp_QUIT(self, arg: str) -> None:
        self.mail_server.commands.append("QUIT")
        await super().smtp_QUIT(arg)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        act = self.mail_server.next_act("TEXT")
        refuses = isinstance(act, str)
        if not refuses:
            parsed = message_from_bytes(envelope.content, policy=SMTP_POLICY)
            (to,) = envelope.rcpt_tos
            self.mail_server.received.append(
                Received(str(parsed["Message-ID"]), envelope.mail_from, to, envelope.content)
            )
        if act is HANG:
            await asyncio.sleep(3600)
        if act is DROP:
            self.transport.abort()
        if callable(act):
            act()
        return str(act) if refuses else "250 2.0.0 taken"


@contextmanager
def mail_server(
    *, tls: str = "none", users: Iterable[tuple[str, str]] = ()
) -> Generator[MailServer]:
    """A server in a thread of its own; `tls`: none, starttls, or tls."""
    server = MailServer()
    context = _context() if tls != "none" else None
    known = {name.encode(): password.encode() for name, password in users}

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any):
        return AuthResult(success=known.get(given.login) == given.password, handled=False)

    def converse() -> _Conversation:
        return _Conversation(
            server,
            loop=loop,
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            authenticator=authenticate if known else None,
            auth_require_tls=not known,
        )

    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        loop.create_server(converse, "127.0.0.1", 0, ssl=context if tls == "tls" else None)
    )
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context
