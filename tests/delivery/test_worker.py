"""What a worker makes of each mail, against a mail server that misbehaves at each step."""

import datetime as dt
import hashlib
import threading
from collections import Counter
from email import message_from_bytes
from email.policy import SMTP

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from lms.delivery.endings import Ending
from lms.delivery.letters import Rendered
from lms.delivery.mailbox import LocalMailbox
from lms.delivery.rounds import deliver_all
from lms.delivery.rules import OutOfTime, Unconfirmed
from lms.kernel.db import reading, transaction
from lms.outbox import operations, queries, throttle
from lms.outbox.models import MailboxMessage, MailThrottle, OutboxMessage
from lms.outbox.rules import State
from lms.people.models import Person
from tests import factories
from tests.delivery.smtp_server import DROP, HANG, mail_server
from tests.delivery.workers import Always, Clock, make_worker, smtp_to
from tests.outbox.mails import CLOSES, OPENS, facts, queue_mail

pytestmark = pytest.mark.usefixtures("loopback")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def ending():
    return Ending()


@pytest.fixture
def server():
    with mail_server() as made:
        yield made


class Taking:
    """A transport that takes every mail, or does what `act` says."""

    def __init__(self, act=None):
        self.act = act
        self.taken = []
        self.to = ""

    def begin(self, to):
        self.to = to

    def hand_over(self, mail):
        if self.act is not None:
            self.act()
        self.taken.append((self.to, mail))
        return "250 taken"

    def reset(self):
        pass

    def close(self):
        pass

    def drop(self):
        pass


def deliver(sessions, session, transport, ending, **changes):
    """Deliver what is due; the test's session sees what came of it."""
    worker = make_worker(sessions, transport, **changes)
    rest_until = deliver_all(worker, ending)
    session.expire_all()
    return worker, rest_until


def test_a_mail_is_sent_with_its_headers_and_its_text_is_kept_blotted(
    sessions, session, server, ending
):
    person = factories.make_person(session, email="jana@example.org")
    mail = queue_mail(session, person)
    worker, rest_until = deliver(sessions, session, smtp_to(server.port), ending)
    assert (rest_until, worker.tally) == (None, Counter(sent=1, expired=0))
    (got,) = server.received
    assert (got.sender, got.to, got.message_id) == (
        "lernstand@example.org",
        "jana@example.org",
        mail.message_id,
    )
    arrived = message_from_bytes(got.raw, policy=SMTP)
    assert (arrived["Reply-To"], arrived["Subject"]) == (
        "schulung@example.org",
        f"Nummer {mail.id}",
    )
    assert "http://127.0.0.1:8000/go/signed.token" in arrived.get_body(("plain",)).get_content()
    assert facts(session, mail, "state", "sent_at", "attempts", "smtp_reply", "subject") == (
        State.SENT,
        OPENS,
        1,
        "250 2.0.0 taken",
        f"Nummer {mail.id}",
    )
    assert mail.text_body == "Text http://127.0.0.1:8000/go/…\n"
    assert mail.html_body == "<p><a href='http://127.0.0.1:8000/go/…'>Text</a></p>"
    assert mail.body_sha256 == hashlib.sha256(got.raw).hexdigest()


STEPS_BEFORE_THE_ANSWER = ["EHLO", "MAIL", "RCPT", "DATA", "TEXT"]


@pytest.mark.parametrize("verb", STEPS_BEFORE_THE_ANSWER)
def test_a_no_for_now_at_each_step_is_tried_again_and_arrives_once(
    sessions, session, server, ending, verb
):
    mail, clock = queue_mail(session), Clock()
    server.will(verb, "451 4.3.0 later")
    deliver(sessions, session, smtp_to(server.port), ending, clock=clock)
    assert facts(session, mail, "state", "not_before", "attempts", "reason", "smtp_reply") == (
        State.PENDING,
        OPENS + MINUTE,
        1,
        "busy",
        "451 4.3.0 later",
    )
    clock.now = OPENS + MINUTE
    deliver(sessions, session, smtp_to(server.port), ending, clock=clock)
    assert facts(session, mail, "state", "attempts", "reason") == (State.SENT, 2, None)
    assert [got.message_id for got in server.received] == [mail.message_id]


@pytest.mark.parametrize("verb", STEPS_BEFORE_THE_ANSWER[:-1])
@pytest.mark.parametrize("act", [DROP, HANG])
def test_silence_before_the_text_is_tried_again(sessions, session, server, ending, verb, act):
    mail = queue_mail(session)
    server.will(verb, act)
    _, rest_until = deliver(sessions, session, smtp_to(server.port, seconds=0.3), ending)
    assert facts(session, mail, "state", "reason") == (State.PENDING, "unreachable")
    assert rest_until == OPENS + MINUTE
    assert server.received == []


@pytest.mark.parametrize("act", [DROP, HANG])
def test_silence_after_the_text_is_uncertain_and_never_sent_again(
    sessions, session, server, ending, act
):
    mail, clock = queue_mail(session), Clock()
    server.will("TEXT", act)
    deliver(sessions, session, smtp_to(server.port, seconds=0.3), ending, clock=clock)
    assert facts(session, mail, "state", "reason", "closed_at") == (
        State.UNCERTAIN,
        "unconfirmed",
        OPENS,
    )
    clock.now = CLOSES - MINUTE
    deliver(sessions, session, smtp_to(server.port), ending, clock=clock)
    assert facts(session, mail, "state") == (State.UNCERTAIN,)
    assert len(server.received) == 1


def test_an_immediate_mail_is_sent_again_with_the_same_message_id(
    sessions, session, server, ending
):
    mail, clock = queue_mail(session, audience="immediate"), Clock()
    server.will("TEXT", DROP)
    deliver(sessions, session, smtp_to(server.port), ending, clock=clock)
    clock.now = OPENS + MINUTE
    deliver(sessions, session, smtp_to(server.port), ending, clock=clock)
    assert facts(session, mail, "state") == (State.SENT,)
    assert [got.message_id for got in server.received] == [mail.message_id] * 2


@pytest.mark.parametrize(
    ("reply", "reason", "mail_state"),
    [
        ("550 5.1.1 no such user", "address_unknown", "hard"),
        ("552 5.2.2 full", "mailbox_full", "soft"),
        ("550 5.7.1 policy", "policy", "ok"),
        ("550 no", "refused", "ok"),
    ],
)
@pytest.mark.parametrize("verb", ["RCPT", "TEXT"])
def test_a_no_for_good_fails_and_marks_only_a_bad_address(
    sessions, session, server, ending, verb, reply, reason, mail_state
):
    mail = queue_mail(session)
    server.will(verb, reply)
    worker, rest_until = deliver(sessions, session, smtp_to(server.port), ending)
    assert facts(session, mail, "state", "reason", "smtp_reply") == (State.FAILED, reason, reply)
    assert session.get(Person, mail.person_id).mail_state == mail_state
    assert (rest_until, worker.tally["failed"]) == (None, 1)


def test_a_mailbox_that_takes_mail_again_is_no_longer_full(sessions, session, server, ending):
    mail = queue_mail(session)
    session.get(Person, mail.person_id).mail_state = "soft"
    session.flush()
    deliver(sessions, session, smtp_to(server.port), ending)
    assert session.get(Person, mail.person_id).mail_state == "ok"


@pytest.mark.parametrize(
    ("verb", "reply", "reason"),
    [("MAIL", "550 5.7.1 not you", "sender_refused"), ("EHLO", "502 no", "sender_refused")],
)
def test_a_no_to_ourselves_stops_the_delivery_for_everybody_and_costs_no_mail_a_try(
    sessions, session, server, ending, verb, reply, reason
):
    mails = [queue_mail(session) for _ in range(3)]
    server.will(verb, reply)
    worker, rest_until = deliver(sessions, session, smtp_to(server.port), ending)
    assert rest_until == OPENS + 15 * MINUTE
    assert worker.tally["stopped"] == 1
    assert [facts(session, mail, "state", "attempts") for mail in mails] == [(State.PENDING, 0)] * 3
    assert facts(session, mails[0], "reason", "smtp_reply") == (reason, reply)
    assert server.commands.count(verb) == 1


def test_service_not_available_twice_in_a_row_gives_the_server_a_quarter_of_an_hour(
    sessions, session, server, ending
):
    mails = [queue_mail(session) for _ in range(3)]
    server.will("MAIL", "421 4.3.2 busy", "421 4.3.2 busy")
    _, rest_until = deliver(sessions, session, smtp_to(server.port), ending)
    assert rest_until == OPENS + 15 * MINUTE
    assert [facts(session, mail, "state", "attempts") for mail in mails] == [
        (State.PENDING, 1),
        (State.PENDING, 1),
        (State.PENDING, 0),
    ]


def test_service_not_available_once_is_no_reason_to_stop(sessions, session, server, ending):
    mails = [queue_mail(session) for _ in range(3)]
    server.will("MAIL", "421 4.3.2 busy", None, "421 4.3.2 busy")
    _, rest_until = deliver(sessions, session, smtp_to(server.port), ending)
    assert rest_until is None
    assert [facts(session, mail, "state")[0] for mail in mails] == ["pending", "sent", "sent"]


def test_every_worker_keeps_the_rest(sessions, session, server, ending):
    queue_mail(session)
    throttle.note_trouble(session, rest_for=15 * MINUTE, now=OPENS)
    _, rest_until = deliver(
        sessions, session, smtp_to(server.port), ending, clock=Clock(OPENS + MINUTE), name="other"
    )
    assert (rest_until, server.commands) == (OPENS + 15 * MINUTE, [])


def test_retries_until_the_window_ends_then_it_expires_and_is_handed_back_once(
    sessions, session, server, ending
):
    mail, clock, kind = queue_mail(session), Clock(), Always()
    server.will("MAIL", *["451 4.3.0 later"] * 50)
    tried_at = []
    while clock.now < CLOSES:
        deliver(sessions, session, smtp_to(server.port), ending, clock=clock, kinds=kind.kinds)
        tried_at.append((clock.now - OPENS) / MINUTE)
        clock.now = facts(session, mail, "not_before")[0]
        if len(tried_at) > 30:
            break
        if clock.now == CLOSES - dt.timedelta(seconds=1):
            break
    assert tried_at == [0, 1, 6, 21, 81, 141, 201, 261, 321, 381, 441, 501]
    clock.now = CLOSES
    worker, _ = deliver(
        sessions, session, smtp_to(server.port), ending, clock=clock, kinds=kind.kinds
    )
    assert (worker.tally["expired"], kind.reopened) == (1, [mail.id])
    assert facts(session, mail, "state", "reason") == (State.EXPIRED, "window_over")


def test_a_mail_with_nothing_left_to_say_is_cancelled_without_a_word(
    sessions, session, server, ending
):
    mail = queue_mail(session)
    kinds = Always(answer=None).kinds
    worker, _ = deliver(sessions, session, smtp_to(server.port), ending, kinds=kinds)
    assert facts(session, mail, "state", "reason") == (State.CANCELLED, "nothing_left")
    assert (worker.tally["cancelled"], server.commands) == (1, [])


@pytest.mark.parametrize("changes", [{"email": None}, {"mail_state": "hard"}])
def test_nobody_without_a_working_address_is_written_to(sessions, session, server, ending, changes):
    person = factories.make_person(session, personnel_number="4711")
    mail = queue_mail(session, person)
    for name, value in changes.items():
        setattr(person, name, value)
    session.flush()
    deliver(sessions, session, smtp_to(server.port), ending)
    assert facts(session, mail, "state", "reason") == (State.CANCELLED, "no_address")
    assert server.commands == []


def test_a_new_address_gets_the_mail(sessions, session, server, ending):
    person = factories.make_person(session, email="alt@example.org")
    mail = queue_mail(session, person)
    person.email = "neu@example.org"
    session.flush()
    deliver(sessions, session, smtp_to(server.port), ending)
    assert [got.to for got in server.received] == ["neu@example.org"]
    assert facts(session, mail, "to_address") == ("neu@example.org",)


def test_a_check_that_breaks_fails_its_own_mail_only(sessions, session, server, ending):
    broken, fine = queue_mail(session), queue_mail(session, kind="other")
    kinds = Always(answer=RuntimeError("bug")).kinds | {"other": Always().kinds["digest"]}
    deliver(sessions, session, smtp_to(server.port), ending, kinds=kinds)
    assert facts(session, broken, "state", "reason") == (State.FAILED, "check_broke")
    assert facts(session, fine, "state") == (State.SENT,)


def test_an_unknown_kind_fails(sessions, session, server, ending):
    mail = queue_mail(session, kind="unheard_of")
    deliver(sessions, session, smtp_to(server.port), ending)
    assert facts(session, mail, "state", "reason") == (State.FAILED, "no_text")


@pytest.mark.parametrize(
    "write",
    [
        lambda _task: {}["missing"],
        lambda _task: Rendered("S\nBcc: all@example.org", "text", "html"),
    ],
)
def test_a_mail_without_a_text_fails_instead_of_leaving_with_a_hole(
    sessions, session, server, ending, write
):
    mail = queue_mail(session)
    deliver(sessions, session, smtp_to(server.port), ending, write=write)
    assert facts(session, mail, "state", "reason") == (State.FAILED, "no_text")
    assert server.commands == []


def test_an_impossible_address_fails(sessions, session, server, ending):
    mail = queue_mail(session, factories.make_person(session, email="jäna@example.org"))
    deliver(sessions, session, smtp_to(server.port), ending)
    assert facts(session, mail, "state", "reason") == (State.FAILED, "bad_address")


def test_a_mail_that_was_called_off_meanwhile_is_not_sent(sessions, session, server, ending):
    mail = queue_mail(session)

    def call_off(task):
        operations.cancel_pending_of(session, task.person_id, reason="left", now=OPENS)
        return Rendered("S", "text", "html")

    worker, _ = deliver(sessions, session, smtp_to(server.port), ending, write=call_off)
    assert facts(session, mail, "state", "reason") == (State.CANCELLED, "left")
    assert (worker.tally["lost"], server.received) == (1, [])


def test_a_worker_that_was_stopped_for_too_long_sends_nothing(sessions, session, server, ending):
    mail, clock = queue_mail(session), Clock()

    def sleep(_task):
        clock.now += 11 * MINUTE
        return Rendered("S", "text", "html")

    worker, _ = deliver(sessions, session, smtp_to(server.port), ending, clock=clock, write=sleep)
    assert (worker.tally["lost"], server.received) == (1, [])
    assert facts(session, mail, "state") == (State.CLAIMED,)


def test_message_id_is_the_same_on_every_attempt(sessions, session, server, ending):
    mail = queue_mail(session)
    server.will("TEXT", DROP)
    deliver(sessions, session, smtp_to(server.port), ending)
    operations.resend(session, mail.id, actor="operator", now=OPENS)
    deliver(sessions, session, smtp_to(server.port), ending)
    assert [got.message_id for got in server.received] == [mail.message_id] * 2


def test_the_throttle_spaces_mails_evenly(sessions, session, ending):
    mails = [queue_mail(session) for _ in range(4)]
    clock = Clock()
    deliver(sessions, session, Taking(), ending, clock=clock, per_minute=30)
    gaps = [(facts(session, mail, "sent_at")[0] - OPENS).total_seconds() for mail in mails]
    assert [round(gap, 3) for gap in gaps] == [0, 2, 4, 6]
    assert clock.rests == [2.0, 2.0, 2.0]


def test_a_cancelled_mail_costs_no_token(sessions, session, ending):
    for _ in range(3):
        queue_mail(session)
    clock = Clock()
    deliver(
        sessions,
        session,
        Taking(),
        ending,
        clock=clock,
        per_minute=1,
        kinds=Always(answer=None).kinds,
    )
    assert clock.rests == []


def test_a_limit_leaves_the_rest(sessions, session, ending):
    mails = [queue_mail(session) for _ in range(3)]
    deliver_all(make_worker(sessions, Taking()), ending, limit=2)
    session.expire_all()
    assert [facts(session, mail, "state")[0] for mail in mails] == ["sent", "sent", "pending"]


def test_told_to_end_it_stops_claiming(sessions, session, ending):
    mails = [queue_mail(session) for _ in range(2)]

    def tell():
        ending.is_wanted = True

    deliver(sessions, session, Taking(tell), ending)
    assert [facts(session, mail, "state")[0] for mail in mails] == ["sent", "pending"]


class _LateFor:
    """A conversation in which the time is up at one of its exchanges."""

    def __init__(self, exchange):
        self.left = exchange

    def __call__(self):
        return self

    def __enter__(self):
        self.left -= 1
        if self.left < 0:
            raise OutOfTime

    def __exit__(self, *_error):
        return False


def test_out_of_time_before_the_text_gives_the_mail_back(sessions, session, ending):
    mail = queue_mail(session)
    worker = make_worker(sessions, Taking(), conversation=_LateFor(0))
    deliver_all(worker, ending, limit=1)
    assert facts(session, mail, "state", "attempts") == (State.PENDING, 0)


def test_out_of_time_after_the_text_is_uncertain(sessions, session, ending):
    mail = queue_mail(session)
    worker = make_worker(sessions, Taking(), conversation=_LateFor(1))
    deliver_all(worker, ending, limit=1)
    assert facts(session, mail, "state") == (State.UNCERTAIN,)


def test_what_the_server_took_is_written_down_although_the_database_was_away(
    sessions, session, ending
):
    mail, clock = queue_mail(session), Clock()
    worker = make_worker(sessions, Taking(), clock=clock)
    away = iter([True, True, False])
    sent = worker._sent  # noqa: SLF001 - the moment between the server's answer and its note

    def note(given, task, reply):
        if next(away):
            raise OperationalError("UPDATE", {}, Exception("gone"))
        sent(given, task, reply)

    worker._sent = note  # noqa: SLF001
    deliver_all(worker, ending)
    assert facts(session, mail, "state") == (State.SENT,)
    assert clock.rests == [1, 1]


def test_without_a_mail_server_mail_lands_in_the_local_mailbox(sessions, session, ending):
    mail = queue_mail(session, factories.make_person(session, email="jana@example.org"))
    deliver(sessions, session, LocalMailbox(sessions, lambda: OPENS), ending)
    assert facts(session, mail, "state", "smtp_reply") == (
        State.SENT,
        "250 kept in the local mailbox",
    )
    kept = session.scalars(select(MailboxMessage)).one()
    assert (kept.to_address, kept.subject, kept.message_id, kept.received_at) == (
        "jana@example.org",
        f"Nummer {mail.id}",
        mail.message_id,
        OPENS,
    )
    raw = queries.get_mailbox_mail(session, kept.id).raw
    assert message_from_bytes(raw.encode(), policy=SMTP)["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_crash_around_the_local_mailbox_looks_like_one_around_a_server(
    sessions, session, ending, where
):
    mail = queue_mail(session)
    mailbox = LocalMailbox(sessions, lambda: OPENS)
    keep = mailbox.hand_over

    def crash(raw):
        if where == "after":
            keep(raw)
        raise Unconfirmed("killed")

    mailbox.hand_over = crash
    deliver(sessions, session, mailbox, ending)
    assert facts(session, mail, "state") == (State.UNCERTAIN,)
    assert len(session.scalars(select(MailboxMessage)).all()) == (where == "after")


def test_two_workers_send_each_mail_once_and_keep_the_limit_together(own_sessions):
    with transaction(own_sessions) as session:
        ids = {queue_mail(session).message_id for _ in range(40)}
    clock, lock = Clock(), threading.Lock()
    transports = [Taking(), Taking()]

    def rest(seconds):
        with lock:
            clock.now += dt.timedelta(seconds=seconds)

    def work(number):
        worker = make_worker(
            own_sessions,
            transports[number],
            clock=clock,
            name=f"w{number}",
            per_minute=60,
            rest=rest,
        )
        deliver_all(worker, Ending())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [
        str(message_from_bytes(raw, policy=SMTP)["Message-ID"])
        for transport in transports
        for _, raw in transport.taken
    ]
    assert sorted(sent) == sorted(ids)
    with reading(own_sessions) as session:
        times = sorted(session.scalars(select(OutboxMessage.sent_at)))
        assert session.scalars(select(MailThrottle)).one().id == 1
    # The first may leave a second after its token, when the other worker has just waited.
    assert (times[-1] - times[0]).total_seconds() >= 37.9
