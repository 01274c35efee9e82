"""`flask absences import`: from and until, never why."""

import datetime as dt

import pytest
from sqlalchemy import select

from lms.certifications.models import Cycle
from lms.people.models import Absence
from tests import factories

HEAD = "Personalnummer;Von;Bis\n"


@pytest.fixture
def jana(house, session):
    return factories.make_person(session, email="jana@x.org", personnel_number="17")


def away(session):
    return [
        (one.from_on.isoformat(), one.until_on and one.until_on.isoformat())
        for one in session.scalars(select(Absence).order_by(Absence.from_on))
    ]


def test_absences_are_entered_corrected_and_known(house, bring, session, jana):
    house.require(house.course("a"), "2026-11-24")
    first = bring("absences", HEAD + "17;01.12.2026;\n17;2026-01-02;2026-01-09\n")
    assert (first.code, first.out) == (0, "made 2, changed 0, unchanged 0, refused 0\n")
    assert away(session) == [("2026-01-02", "2026-01-09"), ("2026-12-01", None)]
    again = bring("absences", HEAD + "17;01.12.2026;31.12.9999\n#17;2026-01-02;2026-01-09\n")
    assert again.out == "made 0, changed 0, unchanged 2, refused 0\n"
    keeps = bring("absences", "email;from_on\njana@x.org;2026-01-02\n")
    assert keeps.out == "made 0, changed 0, unchanged 1, refused 0\n"
    due = session.scalars(select(Cycle.due_on)).one()
    ends = bring("absences", HEAD + "17;2026-12-01;2027-02-28\n17;2027-03-01;2027-03-31\n")
    assert ends.out == "made 1, changed 1, unchanged 0, refused 0\n"
    # Both together are one absence; the due date waits for the return.
    assert session.scalars(select(Cycle.due_on)).one() == dt.date(2027, 5, 1) > due


def test_overlaps_are_refused_and_a_shorter_first_one_is_none(house, bring, session, jana):
    bring("absences", HEAD + "17;2026-01-01;\n")
    done = bring("absences", HEAD + "17;2026-02-01;2026-02-28\n")
    assert (done.code, done.out) == (1, "made 0, changed 0, unchanged 0, refused 1\n")
    assert done.err.startswith("row 2, column from_on, value '2026-02-01': ")
    both = bring("absences", HEAD + "17;2026-02-01;2026-02-28\n17;2026-01-01;2026-01-31\n")
    assert both.out == "made 1, changed 1, unchanged 0, refused 0\n"
    assert away(session) == [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28")]
    longer = bring("absences", HEAD + "17;2026-01-01;2026-02-01\n")
    assert longer.out == "made 0, changed 0, unchanged 0, refused 1\n"


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("17;2026-02-01;2026-01-31", "column until_on, value '2026-01-31'"),
        ("17;;2026-01-31", "column from_on"),
        ("18;2026-01-01;", "column personnel_number, value '18'"),
        ("17;2026-03-01;;Elternzeit", ": "),
    ],
)
def test_a_bad_row_names_its_cell(house, bring, session, jana, row, place):
    done = bring("absences", HEAD + row + "\n17;2026-04-01;2026-04-02\n17;2026-04-01;2026-04-03\n")
    assert done.out == "made 1, changed 0, unchanged 0, refused 2\n"
    assert done.err.startswith(f"row 2{'' if place == ': ' else ', '}{place}")


def test_a_dry_run_writes_nothing(house, bring, session, jana):
    done = bring("absences", HEAD + "17;2026-04-01;2026-04-02\n", "--dry-run")
    assert done.out == "made 1, changed 0, unchanged 0, refused 0\n"
    assert away(session) == []


def test_coming_back_earlier_leaves_a_round_due_that_then_waits(house, bring, session, jana):
    house.require(house.course("a"), "2026-11-24")
    house.session.flush()
    bring("evidence", "email,course,completed_on\njana@x.org,a,2025-11-01\n")
    bring("absences", HEAD + "17;2026-10-01;2027-06-30\n")
    cycle = session.scalars(select(Cycle).where(Cycle.state == "live")).one()
    cycle.batch_id = None
    session.flush()
    done = bring("absences", HEAD + "17;2026-10-01;2026-10-02\n")
    assert "rounds that wait for release: 1" in done.err
