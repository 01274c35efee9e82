"""One conversation with a mail server, in steps: what is taken back after a crash depends on them.

`smtplib.SMTP.sendmail` hides whether a failure came before or after the text left; here
`begin` ends before it and `hand_over` sends it.
"""

import re
import smtplib
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from lms.delivery.rules import Refused, Step, Unconfirmed

_READY_FOR_TEXT = 354
_LINE_DOT = re.compile(rb"(?m)^\.")
_CLOSING = 421
_OPENING = (Step.CONNECT, Step.SECURE, Step.SIGN_IN)
MAILS_PER_CONNECTION = 50


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes. `security`: starttls, tls or none; timeouts in seconds."""

    host: str
    port: int
    security: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    command_seconds: float = 30
    answer_seconds: float = 300


class SmtpTransport:
    """Sends mails one by one over a connection that is used for at most 50 of them."""

    def __init__(self, server: Server, sender: str, *, own_name: str) -> None:
        self._server = server
        self._sender = sender
        self._own_name = own_name
        self._smtp: smtplib.SMTP | None = None
        self._used = 0

    def begin(self, to: str) -> None:
        """Everything before the text: connection, sender, recipient. Refused when one fails."""
        if self._used >= MAILS_PER_CONNECTION:
            self.close()
        was_used = self._used > 0
        try:
            self._announce_sender()
        except Refused as refused:
            # A server may close a connection that was idle; that says nothing about this mail.
            if not was_used or refused.code not in (0, _CLOSING):
                raise
            self.drop()
            self._announce_sender()
        with self._refusal(Step.RECIPIENT):
            _require(Step.RECIPIENT, *self._ready().rcpt(to))

    def hand_over(self, mail: bytes) -> str:
        """Send the text and return the server's answer.

        Refused when the server said no, Unconfirmed when it said nothing after the text.
        """
        smtp = self._ready()
        self._used += 1
        with self._refusal(Step.CONTENT):
            code, answer = smtp.docmd("DATA")
            if code != _READY_FOR_TEXT:
                raise Refused(Step.CONTENT, code, _words(answer))
            code, answer = self._answer_to(smtp, mail)
            _require(Step.CONTENT, code, answer)
        return f"{code} {_words(answer)}"

    def _answer_to(self, smtp: smtplib.SMTP, mail: bytes) -> tuple[int, bytes]:
        try:
            self._set_timeout(smtp, self._server.answer_seconds)
            smtp.send(_travelling(mail))
            code, answer = smtp.getreply()
            self._set_timeout(smtp, self._server.command_seconds)
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            raise Unconfirmed(_description(error)) from error
        if not (200 <= code < 300 or 400 <= code < 600):
            self.drop()
            raise Unconfirmed(f"{code} {_words(answer)}")
        return code, answer

    @staticmethod
    def _set_timeout(smtp: smtplib.SMTP, seconds: float) -> None:
        if smtp.sock is not None:
            smtp.sock.settimeout(seconds)

    def _announce_sender(self) -> None:
        with self._refusal(Step.SENDER):
            _require(Step.SENDER, *self._ready().mail(self._sender))

    def reset(self) -> None:
        """Forget sender and recipient that were announced already."""
        if self._smtp is not None:
            try:
                self._smtp.rset()
            except (OSError, smtplib.SMTPException):
                self.drop()

    def close(self) -> None:
        """Say goodbye."""
        if self._smtp is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self.drop()

    def drop(self) -> None:
        """Let go of the connection without a word."""
        if self._smtp is not None:
            self._smtp.close()
        self._smtp, self._used = None, 0

    def _ready(self) -> smtplib.SMTP:
        if self._smtp is None:
            self._smtp = self._connected()
        return self._smtp

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context()
        with self._refusal(Step.CONNECT):
            smtp = (
                smtplib.SMTP_SSL(
                    server.host,
                    server.port,
                    self._own_name,
                    timeout=server.command_seconds,
                    context=context,
                )
                if server.security == "tls"
                else smtplib.SMTP(
                    server.host, server.port, self._own_name, timeout=server.command_seconds
                )
            )
            # Known before the next command, so that a failure lets go of it.
            self._smtp = smtp
            _require(Step.CONNECT, *smtp.ehlo())
        if server.security == "starttls":
            with self._refusal(Step.SECURE):
                _require(Step.SECURE, *smtp.starttls(context=context))
                _require(Step.SECURE, *smtp.ehlo())
        if server.user:
            with self._refusal(Step.SIGN_IN):
                smtp.login(server.user, server.password or "")
        return smtp

    @contextmanager
    def _refusal(self, step: Step) -> Generator[None]:
        """Whatever smtplib raises as the one exception that the rules judge."""
        try:
            yield
        except Refused as refused:
            if refused.code in (0, _CLOSING) or step in _OPENING:
                self.drop()
            raise
        except smtplib.SMTPResponseException as error:
            self.drop()
            raise Refused(step, error.smtp_code, _words(error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            raise Refused(_step_of(error, step), 0, _description(error)) from error


def _step_of(error: Exception, step: Step) -> Step:
    """A certificate that does not hold, or no TLS at all, is no accident of the network."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Step.INSECURE if step is Step.SECURE else Step.NO_SIGN_IN
    if isinstance(error, ssl.SSLError) and step in _OPENING:
        return Step.INSECURE
    return step


def _travelling(mail: bytes) -> bytes:
    """The text as DATA wants it: dots at the beginning of a line doubled, a lone dot at the end."""
    end = b"" if mail.endswith(b"\r\n") else b"\r\n"
    return _LINE_DOT.sub(b"..", mail) + end + b".\r\n"


def _require(step: Step, code: int, answer: bytes) -> None:
    if not 200 <= code < 300:
        raise Refused(step, max(code, 0), _words(answer))


def _words(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _description(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
