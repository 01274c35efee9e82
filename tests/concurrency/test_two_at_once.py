"""Two at the same moment, with real commits: sweeps that share the work, browsers that finish."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

import pytest
from sqlalchemy import event, func, select, update

from lms.audit import operations as audit
from lms.audit.models import AuditEntry
from lms.audit.queries import verify_chain
from lms.certifications.models import Batch, Certificate, Cycle, Evidence
from lms.certifications.operations.completing import Shown, complete
from lms.certifications.rules.scopes import Scope
from lms.kernel.db import reading, transaction
from lms.outbox.models import OutboxMessage
from lms.people.calendar import Span
from lms.people.deputies import AlreadyArranged
from lms.people.models import Deputy
from lms.reminders.models import Notice
from lms.reminders.operations.releasing import AlreadyReleased, release
from lms.reminders.operations.sweeping import sweep
from lms.staff.operations.deputising import name_deputy
from tests.duties import FRAME, NAMES, House, at, day

ON = "2026-11-24"


def at_once(*deeds):
    """Run deeds in threads that begin together; their results, errors raised."""
    barrier = threading.Barrier(len(deeds))

    def begin(deed):
        barrier.wait(timeout=20)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [one.result(timeout=60) for one in [pool.submit(begin, deed) for deed in deeds]]


def count(sessions, model, *conditions):
    with reading(sessions) as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions))


@pytest.fixture
def busy_house(own_sessions):
    """Twelve people with six first rounds each, all due to be told on the same day."""
    with transaction(own_sessions) as session:
        house = House(session)
        above = house.person()
        people = [house.person(supervisor_id=above.id) for _number in range(12)]
        scope = Scope(person_ids=frozenset(one.id for one in people))
        for _number in range(6):
            house.require(house.course(), "2026-01-07", scope, initial_due_days=20)
    return own_sessions


@pytest.mark.parametrize("frame", [FRAME, NAMES], ids=["learners", "names"])
def test_sweeps_at_once_are_one(busy_house, monkeypatch, frame):
    monkeypatch.setattr("lms.reminders.operations.sweeping.BLOCK", 5)
    # 2026-02-09 is the supervisors' Monday: what all learners miss falls into one digest.
    now = at("2026-02-09")
    at_once(*[lambda: sweep(busy_house, frame, now=now)] * 3)
    expected = 12 + (frame is NAMES)
    assert count(busy_house, OutboxMessage) == expected
    assert count(busy_house, Notice, Notice.outcome == "queued") == 72 * (1 + (frame is NAMES))
    assert count(busy_house, Cycle, Cycle.next_action_on <= day("2026-02-09")) == 0
    again = sweep(busy_house, frame, now=now)
    assert (again.rounds, again.messages) == (0, 0)


def test_sweeps_that_stop_at_once_make_one_batch(busy_house, monkeypatch):
    monkeypatch.setattr("lms.reminders.rules.BREAKER_FLOOR", 3)
    results = at_once(*[lambda: sweep(busy_house, FRAME, now=at("2026-02-09"))] * 2)
    assert sorted(one.held for one in results) in ([0, 72], [72, 72 - 72])
    assert count(busy_house, Batch) == 1
    assert count(busy_house, OutboxMessage) == 0
    assert count(busy_house, Cycle, Cycle.batch_id.is_(None)) == 0


def claim_and_count(sessions):
    """What a worker does: takes what waits, and reads the lines it is going to send."""
    with transaction(sessions) as session:
        taken = session.scalars(
            update(OutboxMessage)
            .where(OutboxMessage.state == "pending")
            .values(state="claimed", claim_until=at("2026-02-09", "08:10"))
            .returning(OutboxMessage.id)
        ).all()
        return lines_of(session, taken)


def lines_of(session, message_ids):
    rows = session.execute(
        select(Notice.outbox_id, func.count())
        .where(Notice.outcome == "queued", Notice.outbox_id.in_(message_ids))
        .group_by(Notice.outbox_id)
    )
    return dict(rows.all())


def test_no_line_joins_a_digest_behind_the_back_of_its_worker(busy_house):
    """A worker comes between the look at a digest and the line that a sweep adds to it."""
    sweep(busy_house, FRAME, now=at("2026-02-09", "07:00"))
    with transaction(busy_house) as session:
        house = House(session)
        house.require(house.course(), "2026-02-09")
    lines, claims = [], []
    with ThreadPoolExecutor(1) as pool:

        def come_between(_connection, _cursor, statement, values, *_rest):
            if statement.startswith("INSERT INTO notices") and "queued" in str(values):
                lines.append(values)
            # The first line is the supervisor's, in a new digest; the second joins one.
            if len(lines) == 2 and not claims:
                claims.append(pool.submit(claim_and_count, busy_house))
                wait(claims, timeout=0.5)

        event.listen(busy_house.engine, "before_cursor_execute", come_between)
        sweep(busy_house, FRAME, now=at("2026-02-09"))
        event.remove(busy_house.engine, "before_cursor_execute", come_between)
        seen = claims[0].result(timeout=60)
    with reading(busy_house) as session:
        assert lines_of(session, seen) == seen


def test_a_sweep_waits_for_a_worker_that_is_taking_the_digest(busy_house):
    sweep(busy_house, FRAME, now=at("2026-02-09", "07:00"))
    with transaction(busy_house) as session:
        house = House(session)
        house.require(house.course(), "2026-02-09")
    with ThreadPoolExecutor(1) as pool:
        with transaction(busy_house) as session:
            session.execute(
                update(OutboxMessage).values(state="claimed", claim_until=at("2026-02-09", "08:10"))
            )
            sweeping = pool.submit(sweep, busy_house, FRAME, now=at("2026-02-09"))
            assert wait([sweeping], timeout=0.5).not_done == {sweeping}
        assert sweeping.result(timeout=60).rounds == 13
    late = Cycle.started_on == day("2026-02-09")
    with reading(busy_house) as session:
        told = session.scalars(
            select(OutboxMessage.state)
            .join(Notice, Notice.outbox_id == OutboxMessage.id)
            .join(Cycle, Cycle.id == Notice.cycle_id)
            .where(late)
        ).all()
        again_on = set(session.scalars(select(Cycle.next_action_on).where(late)))
    # Whoever had a digest on its way waits; the supervisor, who had none, is told at once.
    assert told == ["pending"]
    assert day("2026-02-10") in again_on


@pytest.mark.parametrize("with_duty", [True, False])
def test_two_browsers_finish_the_same_course_once(own_sessions, with_duty):
    with transaction(own_sessions) as session:
        house = House(session)
        who, course = house.person(), house.course()
        if with_duty:
            house.require(course, "2026-11-01")
        shown = Shown(
            person_id=who.id, course_id=course.id, completed_on=day(ON), source_key="enrolment:1"
        )

    def finish():
        with transaction(own_sessions) as session:
            done = complete(session, shown, now=at(ON, "10:00"))
            return done.evidence.id, done.certificate.id, done.activity

    first, *others = at_once(*[finish] * 4)
    assert others == [first] * 3
    assert count(own_sessions, Evidence) == 1
    assert count(own_sessions, Certificate) == 1
    assert count(own_sessions, Cycle) == (2 if with_duty else 0)


def test_the_chain_has_one_order_when_two_link(own_sessions):
    with transaction(own_sessions) as session:
        for number in range(40):
            audit.record(
                session,
                actor="system:x",
                verb="tried",
                object_kind="thing",
                object_id=number,
                now=at(ON),
            )

    def link():
        with transaction(own_sessions) as session:
            return audit.link(session, limit=25)

    assert sorted(at_once(link, link)) == [15, 25]
    with reading(own_sessions) as session:
        state = verify_chain(session)
        assert (state.linked, state.waiting, state.broken_id) == (40, 0, None)
        assert session.scalar(select(func.max(AuditEntry.position))) == 40


@pytest.fixture
def held_house(busy_house):
    """As `busy_house`; all its rounds wait in one batch, and its first sweep has not come yet."""
    with transaction(busy_house) as session:
        batch = Batch(kind="requirements", made_at=at("2026-02-09", "06:00"))
        session.add(batch)
        session.flush()
        session.execute(update(Cycle).values(batch_id=batch.id))
        return busy_house, batch.id


def let_go(sessions, batch_id):
    """What a click on the button does; the number of rounds, or that somebody was faster."""
    with transaction(sessions) as session:
        try:
            return release(
                session, batch_id, actor="operator", released_by=None, today=day("2026-02-09"),
                now=at("2026-02-09"),
            )  # fmt: skip
        except AlreadyReleased:
            return "too late"


def test_two_release_the_same_batch_once(held_house):
    sessions, batch_id = held_house
    deed = partial(let_go, sessions, batch_id)
    assert sorted(map(str, at_once(*[deed] * 3))) == ["72", "too late", "too late"]
    assert sweep(sessions, FRAME, now=at("2026-02-09")).messages == 12


@pytest.mark.parametrize("go", range(3))
def test_a_release_while_sweeps_run_loses_no_round(held_house, monkeypatch, go):
    monkeypatch.setattr("lms.reminders.operations.sweeping.BLOCK", 5)
    sessions, batch_id = held_house
    now = at("2026-02-09")
    at_once(
        partial(let_go, sessions, batch_id),
        *[lambda: sweep(sessions, FRAME, now=now)] * 2,
    )
    sweep(sessions, FRAME, now=now)
    assert count(sessions, OutboxMessage) == 12, go
    assert count(sessions, Notice, Notice.outcome == "queued") == 72


def test_two_deputies_for_the_same_day_are_one(own_sessions):
    with transaction(own_sessions) as session:
        house = House(session)
        above = house.person().id
        others = [house.person().email for _number in range(3)]

    def name(who):
        with transaction(own_sessions) as session:
            span = Span(day(ON), day("2026-12-01"))
            try:
                name_deputy(session, above, who, span, today=day(ON), now=at(ON))
            except AlreadyArranged:
                return "taken"
            return "named"

    assert sorted(at_once(*[partial(name, who) for who in others])) == ["named", "taken", "taken"]
    assert count(own_sessions, Deputy) == 1
