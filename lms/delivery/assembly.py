"""Putting a worker together from the settings of an installation."""

import datetime as dt
import secrets
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from email.utils import parseaddr

from flask import Flask

from lms.delivery.letters import Rendered, Sender
from lms.delivery.mailbox import LocalMailbox
from lms.delivery.operations import Kinds, Task
from lms.delivery.rendering import Writer
from lms.delivery.smtp import Server, SmtpTransport
from lms.delivery.worker import Transport, Worker
from lms.kernel.db import Sessions, reading
from lms.people.queries import find_organisation
from lms.settings import Settings
from lms.system.operations.runs import own_name

Now = Callable[[], dt.datetime]


def make_worker(
    app: Flask,
    settings: Settings,
    sessions: Sessions,
    *,
    kinds: Kinds,
    now: Now,
    rest: Callable[[float], None],
    conversation: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Worker:
    """A worker that delivers where the settings say: a mail server, else the local mailbox."""

    def organisation() -> str:
        with reading(sessions) as session:
            found = find_organisation(session)
            return found.name if found else settings.organisation

    writer = Writer(
        app=app,
        kinds=kinds,
        base_url=settings.base_url,
        secret_key=settings.secret_key,
        organisation=organisation,
        can_reply=settings.mail_reply_to is not None,
    )

    def write(task: Task) -> Rendered:
        return writer.render(task.kind, task.locale, task.values)

    def sender() -> Sender:
        return Sender(settings.mail_from, settings.mail_reply_to, organisation())

    address = parseaddr(settings.mail_from)[1]
    return Worker(
        # Process numbers come back, claims of a dead namesake must not look like one's own.
        name=f"{own_name()}:{secrets.token_hex(4)}",
        sessions=sessions,
        transport=make_transport(settings, sessions, sender=address, now=now),
        kinds=kinds,
        write=write,
        sender=sender,
        # The limit is the mail server's; the local mailbox has none.
        per_minute=settings.mail_per_minute if settings.smtp_host else 0,
        now=now,
        rest=rest,
        conversation=conversation,
    )


def make_transport(settings: Settings, sessions: Sessions, *, sender: str, now: Now) -> Transport:
    """The mail server of the settings, or the local mailbox when there is none."""
    if settings.smtp_host is None:
        return LocalMailbox(sessions, now)
    server = Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )
    return SmtpTransport(server, sender, own_name=_own_host())


def _own_host() -> str:
    """How this host greets: its full name if it has one (smtplib's own way may ask the network)."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
