"""A mail as it travels: headers and both parts (certification.md 3.6, standards.md 7); pure."""

import datetime as dt
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from lms.kernel.text import mail_address

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f]")
_OPENING_LINK = re.compile(r"(/(?:go|link)/)[A-Za-z0-9._%-]+")
_BLOTTED = r"\1…"


class BadHeader(ValueError):
    """A control character in a header's value would begin a header of its own (trust.md 3.12)."""


class BadMailAddress(ValueError):
    """An address that this mail cannot be sent to."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Subject and both parts in the recipient's language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the mailbox of the settings, shown under the organisation's name."""

    mailbox: str
    reply_to: str | None
    name: str

    @property
    def address(self) -> str:
        """The envelope's sender."""
        return parseaddr(self.mailbox)[1]


def build(
    rendered: Rendered, *, sender: Sender, to: str, message_id: str, now: dt.datetime
) -> EmailMessage:
    """The mail, text first; BadHeader or BadMailAddress when it could not travel as it is."""
    for value in (rendered.subject, to, message_id, sender.mailbox, sender.name):
        if _FORBIDDEN.search(value):
            raise BadHeader(value)
    mail = EmailMessage(policy=SMTP)
    shown, address = parseaddr(sender.mailbox)
    mail["From"] = Address(shown or sender.name, addr_spec=envelope_address(address))
    mail["To"] = Address(addr_spec=envelope_address(to))
    if sender.reply_to:
        mail["Reply-To"] = sender.reply_to
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return mail


def envelope_address(address: str) -> str:
    """The address, its domain in IDNA; BadMailAddress if none, or one that needs SMTPUTF8."""
    found = mail_address(address)
    if found is None:
        raise BadMailAddress(address)
    return found


def blotted(text: str) -> str:
    """The text as it is kept: whoever reads it later finds no link that still opens something."""
    return _OPENING_LINK.sub(_BLOTTED, text)
