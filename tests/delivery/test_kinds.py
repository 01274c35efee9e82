"""From the plan to the mail server with the kinds of the house: sweep, last look, delivery."""

import datetime as dt
from email import message_from_bytes
from email.policy import SMTP

import pytest
from sqlalchemy import select

from lms.delivery.endings import Ending
from lms.delivery.kinds import kinds_of
from lms.delivery.rendering import Writer
from lms.delivery.rounds import deliver_all
from lms.outbox.models import OutboxMessage
from lms.outbox.rules import KIND_NAMES
from lms.reminders.models import Notice
from lms.reminders.operations.sweeping import sweep
from lms.staff import operations as staff
from tests.delivery.smtp_server import mail_server
from tests.delivery.workers import Clock, make_worker, smtp_to
from tests.duties import FRAME, ZONE, House, at, day

pytestmark = pytest.mark.usefixtures("loopback")
TUESDAY, WEDNESDAY = "2026-11-24", "2026-11-25"


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def server():
    with mail_server() as made:
        yield made


@pytest.fixture
def post(session, sessions, shared_app, session_settings, server):
    """What the scheduler and the mail worker do: post.plan(day, time), post.deliver(day, time)."""
    kinds = kinds_of(ZONE)
    writer = Writer(
        app=shared_app,
        kinds=kinds,
        base_url=session_settings.base_url,
        secret_key=session_settings.secret_key,
        organisation=lambda: "Jugendhilfe Donau-Iller",
        can_reply=True,
    )

    class Post:
        def plan(self, on, clock="07:00"):
            session.commit()
            found = sweep(sessions, FRAME, now=at(on, clock)).messages
            session.expire_all()
            return found

        def deliver(self, on, clock):
            session.commit()
            worker = make_worker(
                sessions,
                smtp_to(server.port),
                kinds=kinds,
                clock=Clock(at(on, clock)),
                write=lambda task: writer.render(task.kind, task.locale, task.values),
            )
            deliver_all(worker, Ending())
            session.expire_all()
            return {name: count for name, count in worker.tally.items() if count}

    return Post()


def mails(session):
    rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(mail.state, mail.local_date) for mail in rows]


def told(session):
    wanted = select(Notice.outcome).where(Notice.outcome != "skipped")
    return session.scalars(wanted).all()


def subjects(server):
    return [message_from_bytes(got.raw, policy=SMTP)["Subject"] for got in server.received]


def test_every_kind_has_a_name_for_the_message_log():
    assert set(kinds_of(ZONE)) == set(KIND_NAMES)


def test_seven_courses_on_one_day_are_one_mail_with_seven_lines(house, session, post, server):
    house.person(first_name="Ada")
    for number in range(7):
        house.require(house.course(f"c{number}"), TUESDAY, initial_due_days=14)
    assert post.plan(TUESDAY) == 1
    assert post.deliver(TUESDAY, "08:00") == {"sent": 1}
    assert subjects(server) == ["„Beispiel“ ist bis Di., 8. Dezember fällig und 6 weitere Kurse"]
    assert told(session) == ["queued"] * 7


def test_what_was_completed_before_eight_is_not_written_about(house, session, post, server):
    who, course = house.person(), house.course("only")
    house.require(course, TUESDAY, initial_due_days=14)
    post.plan(TUESDAY)
    house.held(who, course, TUESDAY)
    assert post.deliver(TUESDAY, "08:00") == {"cancelled": 1}
    assert server.commands == []
    assert told(session) == ["dropped"]


def test_a_server_that_is_busy_all_day_costs_a_day_but_no_mail(house, session, post, server):
    house.person()
    house.require(house.course("only"), TUESDAY, initial_due_days=14)
    post.plan(TUESDAY)
    server.will("MAIL", "451 4.3.0 later", "451 4.3.0 later")
    assert post.deliver(TUESDAY, "08:00") == {"retry": 1}
    assert post.deliver(TUESDAY, "08:05") == {"retry": 1}
    assert post.deliver(TUESDAY, "17:00") == {"expired": 1}
    assert told(session) == []
    assert post.plan(TUESDAY, "17:01") == 0
    assert post.plan(WEDNESDAY) == 1
    assert post.deliver(WEDNESDAY, "08:00") == {"sent": 1}
    assert mails(session) == [("expired", day(TUESDAY)), ("sent", day(WEDNESDAY))]
    assert len(server.received) == 1


def test_an_address_that_does_not_exist_gets_no_further_mail(house, session, post, server):
    who = house.person()
    house.require(house.course("only"), TUESDAY, initial_due_days=14)
    post.plan(TUESDAY)
    server.will("RCPT", "550 5.1.1 no such user")
    assert post.deliver(TUESDAY, "08:00") == {"failed": 1}
    session.refresh(who)
    assert who.mail_state == "hard"
    for later in range(1, 40):
        on = (day(TUESDAY) + dt.timedelta(days=later)).isoformat()
        assert post.plan(on) == 0


def test_somebody_who_has_left_gets_no_mail(house, session, post, server):
    who = house.person()
    house.require(house.course("only"), TUESDAY, initial_due_days=14)
    post.plan(TUESDAY)
    staff.leave(session, who, left_on=day("2026-11-23"), now=at(TUESDAY, "07:30"))
    assert post.deliver(TUESDAY, "08:00") == {"cancelled": 1}
    assert server.commands == []
