"""What a mail server's answers mean: the table of certification.md 3.5."""

import pytest

from lms.delivery.rules import Fate, MailState, Refused, Rest, Step, Verdict, judge
from lms.outbox.rules import Reason

TABLE = [
    (Step.CONNECT, 0, "timed out", Verdict(Fate.RETRY, Reason.UNREACHABLE, Rest.SHORT)),
    (Step.CONNECT, 421, "4.3.2 busy", Verdict(Fate.RETRY, Reason.BUSY, Rest.IF_AGAIN)),
    (Step.CONNECT, 554, "no service", Verdict(Fate.STOP, Reason.SENDER_REFUSED, Rest.LONG)),
    (Step.SECURE, 0, "closed", Verdict(Fate.RETRY, Reason.UNREACHABLE, Rest.SHORT)),
    (Step.SECURE, 454, "no TLS now", Verdict(Fate.RETRY, Reason.BUSY)),
    (Step.SECURE, 502, "no TLS", Verdict(Fate.STOP, Reason.NOT_SECURE, Rest.LONG)),
    (Step.INSECURE, 0, "bad certificate", Verdict(Fate.STOP, Reason.NOT_SECURE, Rest.LONG)),
    (Step.SIGN_IN, 454, "4.7.0 later", Verdict(Fate.RETRY, Reason.BUSY, Rest.LONG)),
    (Step.SIGN_IN, 535, "5.7.8 wrong", Verdict(Fate.STOP, Reason.SIGN_IN_REFUSED, Rest.LONG)),
    (Step.NO_SIGN_IN, 0, "no AUTH", Verdict(Fate.STOP, Reason.SIGN_IN_REFUSED, Rest.LONG)),
    (Step.SENDER, 451, "4.3.0 later", Verdict(Fate.RETRY, Reason.BUSY)),
    (Step.SENDER, 550, "5.7.1 not you", Verdict(Fate.STOP, Reason.SENDER_REFUSED, Rest.LONG)),
    (Step.RECIPIENT, 0, "closed", Verdict(Fate.RETRY, Reason.UNREACHABLE, Rest.SHORT)),
    (Step.RECIPIENT, 421, "closing", Verdict(Fate.RETRY, Reason.BUSY, Rest.IF_AGAIN)),
    (Step.RECIPIENT, 450, "4.2.0 greylisted", Verdict(Fate.RETRY, Reason.BUSY)),
    (Step.RECIPIENT, 451, "4.7.1 later", Verdict(Fate.RETRY, Reason.BUSY)),
    (Step.RECIPIENT, 452, "4.2.2 full for now", Verdict(Fate.RETRY, Reason.BUSY)),
    (Step.RECIPIENT, 454, "4.7.0 later", Verdict(Fate.RETRY, Reason.BUSY)),
    (
        Step.RECIPIENT,
        550,
        "5.1.1 no such user",
        Verdict(Fate.FAIL, Reason.ADDRESS_UNKNOWN, mail_state=MailState.HARD),
    ),
    (
        Step.RECIPIENT,
        550,
        "5.1.10 null MX",
        Verdict(Fate.FAIL, Reason.ADDRESS_UNKNOWN, mail_state=MailState.HARD),
    ),
    (Step.RECIPIENT, 550, "5.1.100 other", Verdict(Fate.FAIL, Reason.REFUSED)),
    (Step.RECIPIENT, 550, "mailbox unavailable", Verdict(Fate.FAIL, Reason.REFUSED)),
    (
        Step.RECIPIENT,
        552,
        "5.2.2 over quota",
        Verdict(Fate.FAIL, Reason.MAILBOX_FULL, mail_state=MailState.SOFT),
    ),
    (
        Step.RECIPIENT,
        552,
        "over quota",
        Verdict(Fate.FAIL, Reason.MAILBOX_FULL, mail_state=MailState.SOFT),
    ),
    (Step.CONTENT, 552, "5.3.4 too large", Verdict(Fate.FAIL, Reason.REFUSED)),
    (Step.RECIPIENT, 550, "5.7.1 policy", Verdict(Fate.FAIL, Reason.POLICY)),
    (Step.CONTENT, 554, "5.7.1 spam", Verdict(Fate.FAIL, Reason.POLICY)),
    (Step.CONTENT, 451, "4.3.0 later", Verdict(Fate.RETRY, Reason.BUSY)),
]


@pytest.mark.parametrize(("step", "code", "text", "verdict"), TABLE)
def test_what_follows_from_an_answer(step, code, text, verdict):
    assert judge(Refused(step, code, text)) == verdict


def test_a_reply_is_kept_in_one_line():
    assert Refused(Step.SENDER, 451, "first\nsecond").reply == "451 first second"
    assert Refused(Step.CONNECT, 0, "timed out").reply == "timed out"
    assert str(Refused(Step.CONNECT, 0, "timed out")) == "connect: 0 timed out"
