"""What a mail server's answers mean (certification.md 3.5, RFC 5321, RFC 3463); pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from lms.outbox.rules import Reason

_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
_UNKNOWN_MAILBOX = frozenset({(1, 1), (1, 10)})
_FULL_MAILBOX = (2, 2)
_POLICY = 7
_SERVICE_NOT_AVAILABLE = 421
_CANNOT_SIGN_IN_NOW = 454
_STORAGE_EXCEEDED = 552


class Step(StrEnum):
    """Where in the conversation the server said no."""

    CONNECT = "connect"
    SECURE = "secure"
    INSECURE = "insecure"
    SIGN_IN = "sign_in"
    NO_SIGN_IN = "no_sign_in"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"


class Fate(StrEnum):
    """What follows for the mail: tried again, failed, or nobody's mail is tried for a while."""

    RETRY = "retry"
    FAIL = "fail"
    STOP = "stop"


class Rest(StrEnum):
    """Whether the mail server is left alone by all workers: not at all, a minute, or longer."""

    NONE = "none"
    SHORT = "short"
    IF_AGAIN = "if_again"
    LONG = "long"


class MailState(StrEnum):
    """What is known of a person's address."""

    OK = "ok"
    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Fate and reason of the mail, rest for the server, mark for the address."""

    fate: Fate
    reason: Reason
    rest: Rest = Rest.NONE
    mail_state: MailState | None = None


class Refused(Exception):
    """The server answered no, or could not be reached: the mail was certainly not taken.

    Code 0 stands for no answer at all.
    """

    def __init__(self, step: Step, code: int, text: str) -> None:
        self.step = step
        self.code = code
        self.text = " ".join(text.split())
        super().__init__(f"{step}: {code} {self.text}")

    @property
    def reply(self) -> str:
        """What the server said, as it is kept for whoever looks after it."""
        return f"{self.code} {self.text}" if self.code else self.text


class Unconfirmed(Exception):
    """The text left and no answer came: nobody knows whether the mail was taken."""


class OutOfTime(Exception):
    """The worker has been told to end and cannot wait for the server any longer."""


_OWN_FAULTS = {
    Step.CONNECT: Reason.SENDER_REFUSED,
    Step.SENDER: Reason.SENDER_REFUSED,
    Step.SECURE: Reason.NOT_SECURE,
    Step.INSECURE: Reason.NOT_SECURE,
    Step.SIGN_IN: Reason.SIGN_IN_REFUSED,
    Step.NO_SIGN_IN: Reason.SIGN_IN_REFUSED,
}
_NEVER_BY_ACCIDENT = (Step.INSECURE, Step.NO_SIGN_IN)


def judge(refused: Refused) -> Verdict:
    """What follows from a refusal."""
    own_fault = _OWN_FAULTS.get(refused.step)
    is_final = refused.code >= 500 or refused.step in _NEVER_BY_ACCIDENT
    if own_fault and is_final:
        return Verdict(Fate.STOP, own_fault, Rest.LONG)
    if refused.code == 0:
        return Verdict(Fate.RETRY, Reason.UNREACHABLE, Rest.SHORT)
    if refused.code < 500:
        return _for_now(refused)
    return _for_good(refused.code, refused.text)


def _for_now(refused: Refused) -> Verdict:
    if refused.code == _CANNOT_SIGN_IN_NOW and refused.step is Step.SIGN_IN:
        return Verdict(Fate.RETRY, Reason.BUSY, Rest.LONG)
    if refused.code == _SERVICE_NOT_AVAILABLE:
        return Verdict(Fate.RETRY, Reason.BUSY, Rest.IF_AGAIN)
    return Verdict(Fate.RETRY, Reason.BUSY)


def _for_good(code: int, text: str) -> Verdict:
    subject, detail = _enhanced(text)
    if (subject, detail) in _UNKNOWN_MAILBOX:
        return Verdict(Fate.FAIL, Reason.ADDRESS_UNKNOWN, mail_state=MailState.HARD)
    if subject == _POLICY:
        return Verdict(Fate.FAIL, Reason.POLICY)
    is_bare = (subject, detail) == (0, 0)
    if (subject, detail) == _FULL_MAILBOX or (code == _STORAGE_EXCEEDED and is_bare):
        return Verdict(Fate.FAIL, Reason.MAILBOX_FULL, mail_state=MailState.SOFT)
    return Verdict(Fate.FAIL, Reason.REFUSED)


def _enhanced(text: str) -> tuple[int, int]:
    found = _ENHANCED.match(text)
    return (int(found[2]), int(found[3])) if found else (0, 0)
