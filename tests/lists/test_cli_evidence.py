"""`flask evidence import`: rows are judged as completions on their day."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from lms.certifications.models import Activity, Batch, Certificate, Cycle, Evidence
from lms.certifications.operations.assigning import reassign
from lms.outbox.models import OutboxMessage
from tests import factories

HEAD = "email,course,completed_on,source,reference\n"


@pytest.fixture
def jana(house, session):
    return factories.make_person(session, email="jana@x.org", personnel_number="17")


def stored(session):
    return [
        (one.completed_on.isoformat(), one.valid_until and one.valid_until.isoformat())
        for one in session.scalars(
            select(Evidence).where(Evidence.revoked_on.is_(None)).order_by(Evidence.completed_on)
        )
    ]


def live(session):
    return [
        (one.seq, one.kind, one.due_on.isoformat(), one.batch_id is not None)
        for one in session.scalars(select(Cycle).where(Cycle.state == "live"))
    ]


def test_rows_are_replayed_in_the_order_of_their_days(house, bring, session, jana):
    house.require(house.course("a"), "2026-11-24")
    done = bring(
        "evidence",
        HEAD
        + "jana@x.org,a,2026-03-01,workshop,Liste 4\n"
        + "#17,a,10.03.2025,,\n"
        + "jana@x.org,a,2025-06-01,,\n",
    )
    assert (done.code, done.out) == (0, "made 3, changed 0, unchanged 0, refused 0\n")
    # On time keeps the rhythm; a repeat before the window is a learning activity.
    assert stored(session) == [("2025-03-10", "2026-03-10"), ("2026-03-01", "2027-03-10")]
    assert [one.done_on for one in session.scalars(select(Activity))] == [dt.date(2025, 6, 1)]
    assert live(session) == [(3, "renewal", "2027-03-10", False)]
    assert {one.kind for one in session.scalars(select(Evidence))} == {"import"}
    assert session.scalar(select(func.count()).select_from(Certificate)) == 2


def test_the_same_again_changes_nothing_and_other_data_is_refused(house, bring, session, jana):
    house.require(house.course("a"), "2026-11-24")
    rows = "jana@x.org,a,2025-03-10,workshop,Liste 4\njana@x.org,a,2025-06-01,course,\n"
    bring("evidence", HEAD + rows)
    again = bring("evidence", HEAD + rows)
    assert (again.code, again.out) == (0, "made 0, changed 0, unchanged 2, refused 0\n")
    other = bring(
        "evidence",
        HEAD + "jana@x.org,a,2025-03-10,external,Liste 4\njana@x.org,a,2025-06-01,workshop,\n",
    )
    assert (other.code, other.out) == (1, "made 0, changed 0, unchanged 0, refused 2\n")
    assert other.err.startswith("row 2, column source, value 'external': ")
    reference = bring("evidence", HEAD + "jana@x.org,a,2025-03-10,workshop,Liste 5\n")
    assert reference.err.startswith("row 2, column reference, value 'Liste 5': ")
    keeps = bring("evidence", "email,course,completed_on\njana@x.org,a,2025-03-10\n")
    assert keeps.out == "made 0, changed 0, unchanged 1, refused 0\n"
    twice = bring(
        "evidence",
        HEAD + "jana@x.org,a,2026-01-12,,\njana@x.org,a,2026-01-12,,\n#17,a,2026-01-12,course,\n",
    )
    assert twice.out == "made 1, changed 0, unchanged 1, refused 1\n"


def test_what_ran_out_waits_for_release_and_sends_nothing(house, bring, session, jana):
    house.require(house.course("a"), "2026-11-24")
    dry = bring("evidence", HEAD + "jana@x.org,a,2024-01-10,,\n", "--dry-run")
    assert dry.err.splitlines() == [
        "dry run: nothing is saved",
        "rounds that would wait for release: 1",
    ]
    assert stored(session) == []
    done = bring("evidence", HEAD + "jana@x.org,a,2024-01-10,,\n")
    batch = session.scalars(select(Batch)).one()
    assert done.err == f"rounds that wait for release: 1 (flask reminders release {batch.id})\n"
    assert live(session) == [(2, "renewal", "2025-01-10", True)]
    assert batch.kind == "evidence"
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_an_older_row_fills_the_history_and_changes_nothing_newer(house, bring, session, jana):
    house.require(house.course("a"), "2026-11-24")
    bring("evidence", HEAD + "jana@x.org,a,2026-03-01,,\n")
    before = live(session)
    done = bring("evidence", HEAD + "jana@x.org,a,2025-02-01,,\njana@x.org,a,2025-04-01,,\n")
    assert done.out == "made 2, changed 0, unchanged 0, refused 0\n"
    assert stored(session) == [("2025-02-01", "2026-02-01"), ("2026-03-01", "2027-03-01")]
    assert session.scalars(select(Activity.done_on)).all() == [dt.date(2025, 4, 1)]
    assert live(session) == before


def test_what_ran_out_before_somebody_was_hired_leaves_their_first_round(house, bring, session):
    house.require(house.course("a"), "2026-11-24")
    factories.make_person(session, email="new@x.org", hired_on=dt.date(2026, 11, 1))
    reassign(session, today=factories.TODAY, now=factories.NOW)
    before = live(session)
    bring("evidence", HEAD + "new@x.org,a,2024-01-10,,\n")
    assert live(session) == before
    assert before[0][1] == "initial"
    # What still held on that day counts.
    bring("evidence", HEAD + "new@x.org,a,2026-02-10,,\n")
    assert [one[1:] for one in live(session)] == [("renewal", "2027-02-10", False)]


def test_evidence_for_somebody_without_duty_and_as_an_alternative(house, bring, session, jana):
    house.require(house.course("a", months=24), "2026-11-24", alternatives=("b",))
    house.course("b", months=None)
    bring("evidence", HEAD + "jana@x.org,b,2026-03-01,,\n")
    rows = session.scalars(select(Evidence).order_by(Evidence.kind)).all()
    assert [(one.kind, one.valid_until) for one in rows] == [
        ("alternative", dt.date(2027, 3, 1)),
        ("import", None),
    ]
    assert live(session) == [(2, "renewal", "2027-03-01", False)]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("nobody@x.org,a,2026-03-01,,", "column email, value 'nobody@x.org'"),
        ("#99,a,2026-03-01,,", "column personnel_number, value '99'"),
        ("jana@x.org,none,2026-03-01,,", "column course, value 'none'"),
        ("jana@x.org,,2026-03-01,,", "column course"),
        ("jana@x.org,a,2026-11-25,,", "column completed_on, value '2026-11-25'"),
        ("jana@x.org,a,,,", "column completed_on"),
        ("jana@x.org,a,2026-02-29,,", "column completed_on, value '2026-02-29'"),
        ("jana@x.org,a,2026-03-01,zoom,", "column source, value 'zoom'"),
        ("jana@x.org,a,2026-03-01,," + "x" * 10_000, "column reference"),
        (",a,2026-03-01,,", "column email"),
    ],
)
def test_a_bad_row_names_its_cell(house, bring, session, jana, row, place):
    house.course("a")
    done = bring("evidence", HEAD + row + "\njana@x.org,a,2026-11-24,,\n")
    assert (done.code, done.out) == (1, "made 1, changed 0, unchanged 0, refused 1\n")
    assert done.err.startswith(f"row 2, {place}")


def test_status_after_the_paper_list(cli, house, bring, session, jana):
    house.require(house.course("a"), "2026-11-24")
    bring("evidence", HEAD + "jana@x.org,a,2025-12-01,,\n")
    found = json.loads(cli.invoke(args=["status", "--format", "json", "--at", "2026-03-01"]).stdout)
    assert [(one["status"], one["valid_until"]) for one in found] == [("valid", "2026-12-01")]
