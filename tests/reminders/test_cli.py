"""`flask reminders`, `flask requirements` and `flask status` as others call them (contract.md)."""

import json

import pytest
from sqlalchemy import select

from lms.certifications.models import Batch, Cycle, Requirement
from lms.certifications.operations import requiring
from lms.certifications.rules.scopes import Scope
from lms.kernel.clock import utc_now
from lms.learning.operations import enrolling
from lms.outbox.models import OutboxMessage
from lms.people.models import Unit
from lms.reminders.models import Notice
from tests.duties import House, at, day, with_e0

FILE = """\
requirements:
  - course: zoom
    applies_to: {everyone: true}
"""


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def run(cli, session, clock):
    """Runs a command on 2026-02-20; the test's session sees what it did."""
    clock(at("2026-02-20", "07:00"))

    def invoke(*args):
        session.commit()
        result = cli.invoke(args=[str(one) for one in args])
        session.expire_all()
        return result

    return invoke


@pytest.fixture
def write(tmp_path):
    """Writes a file and gives its path."""

    def to_file(text):
        path = tmp_path / "requirements.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


# ----------------------------------------------------------------------------------------- status


def test_status_as_json(house, run, session):
    who, course = with_e0(house)
    session.get_one(Unit, who.unit_id).name = "Küche"
    result = run("status", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [
        {
            "person": who.email,
            "unit": "Küche",
            "course": course.slug,
            "status": "due",
            "progress": "not_started",
            "valid_from": "2025-03-10",
            "valid_until": "2026-03-10",
            "opens_on": "2026-01-09",
            "due_on": "2026-03-10",
        }
    ]


def test_status_of_a_day_a_person_and_a_course(house, run):
    who, course = with_e0(house)
    paper = house.person(email=None, personnel_number="0815")
    house.require(house.course("other"), "2026-01-01")
    house.reassign("2026-01-01")

    def seen(*args):
        found = json.loads(run("status", "--format", "json", *args).stdout)
        return [(one["person"], one["course"], one["status"], one["valid_from"]) for one in found]

    assert seen("--at", "2026-03-11", "--course", course.slug, "--person", who.email) == [
        (who.email, course.slug, "overdue", "2025-03-10")
    ]
    assert seen("--person", "#0815", "--course", "other") == [("#0815", "other", "overdue", None)]
    assert seen("--at", "2020-01-01") == []
    assert paper.key == "#0815"


def test_status_says_who_has_begun(house, run, session):
    who, course = with_e0(house)
    enrolling.enrol(
        session,
        person_id=who.id,
        course_id=course.id,
        today=day("2026-02-19"),
        now=at("2026-02-19"),
    )
    (row,) = json.loads(run("status", "--format", "json").stdout)
    assert row["progress"] == "in_progress"


def test_status_as_csv_and_table(house, run):
    who, course = with_e0(house)
    csv = run("status", "--format", "csv", "--at", "2026-03-11").stdout.splitlines()
    unit = csv[1].split(";")[1]
    dates = ["2025-03-10", "2026-03-10", "2026-01-09", "2026-03-10"]
    assert csv == [
        "person;unit;course;status;progress;valid_from;valid_until;opens_on;due_on",
        ";".join([who.email, unit, course.slug, "overdue", "not_started", *dates]),
    ]
    assert course.slug in run("status").stdout


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--person", "nobody@example.org"], 1),
        (["--course", "nothing"], 1),
        (["--person", "\udcff"], 1),
        (["--course", "\udcff"], 1),
        (["--at", "gestern"], 2),
        (["--format", "xml"], 2),
    ],
)
def test_status_of_what_is_not_there(run, args, code):
    result = run("status", *args)
    assert (result.exit_code, result.stdout) == (code, "")
    assert repr(args[1]).strip("'") in result.stderr


# -------------------------------------------------------------------------------------- reminders


def test_preview_as_json(house, run, session):
    who, course = with_e0(house)
    held = house.course()
    house.require(held, "2026-02-01")
    batch = requiring.open_batch(session, "policy", made_by=None, now=utc_now())
    house.live(who, held).batch_id = batch.id
    result = run("reminders", "preview", "--days", "13", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [
        {
            "send_on": "2026-02-20",
            "person": who.email,
            "audience": "learner",
            "items": [{"course": course.slug, "stage": -30, "due_on": "2026-03-10"}],
        },
        {
            "send_on": "2026-02-20",
            "person": who.email,
            "audience": "learner",
            "items": [{"course": held.slug, "stage": -14, "due_on": "2026-03-03"}],
            "held": True,
        },
        {
            "send_on": "2026-02-24",
            "person": who.email,
            "audience": "learner",
            "items": [{"course": course.slug, "stage": -14, "due_on": "2026-03-10"}],
        },
        {
            "send_on": "2026-02-24",
            "person": who.email,
            "audience": "learner",
            "items": [{"course": held.slug, "stage": -7, "due_on": "2026-03-03"}],
            "held": True,
        },
        {
            "send_on": "2026-03-02",
            "person": who.email,
            "audience": "learner",
            "items": [{"course": held.slug, "stage": -1, "due_on": "2026-03-03"}],
            "held": True,
        },
        {
            "send_on": "2026-03-03",
            "person": who.email,
            "audience": "learner",
            "items": [{"course": course.slug, "stage": -7, "due_on": "2026-03-10"}],
        },
        {
            "send_on": "2026-03-03",
            "person": who.email,
            "audience": "learner",
            "items": [{"course": held.slug, "stage": 0, "due_on": "2026-03-03"}],
            "held": True,
        },
    ]
    assert session.scalars(select(Notice)).all() == []


def test_preview_of_the_past_of_one_person_and_in_other_shapes(house, run):
    who, other, course = house.person(), house.person(), house.course()
    house.require(course, "2024-01-01")
    for one in (who, other):
        house.held(one, course)
    args = ("reminders", "preview", "--from", "2026-01-09", "--days", "1", "--person", who.email)
    csv = run(*args, "--format", "csv").stdout.splitlines()
    assert csv == [
        "send_on;person;audience;course;stage;due_on;about;held",
        f"2026-01-09;{who.email};learner;{course.slug};-60;2026-03-10;;",
    ]
    assert who.email in run(*args).stdout
    unknown = run("reminders", "preview", "--person", "x@example.org")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert run("reminders", "preview", "--days", "0").exit_code == 2


def test_holds_for_machines_and_a_part_of_one(house, run, session):
    who, late = house.person(), house.course("late")
    house.held(who, late, "2024-12-01")
    house.require(late, "2026-02-01", Scope(person_ids=frozenset({who.id})))
    batch = requiring.open_batch(session, "requirements", made_by=None, now=at("2026-02-01"))
    cycles = {house.live(who, late).id}
    requiring.hold_what_became_due(session, batch, cycles, today=day("2026-02-01"))
    (shown,) = json.loads(run("reminders", "holds", "--format", "json").stdout)
    assert shown == {
        "batch": batch.id,
        "kind": "requirements",
        "made_at": "2026-02-01T07:00:00+00:00",
        "made_by": None,
        "rounds": 1,
        "people": 1,
        "mails": 1,
        "usual": 0,
        "sample": [who.name],
    }
    lines = run("reminders", "holds", "--format", "csv").stdout.splitlines()
    assert lines == [
        "batch;kind;made_at;made_by;rounds;people;mails;usual;sample",
        f"{batch.id};requirements;2026-02-01T07:00:00+00:00;;1;1;1;0;{who.name}",
    ]
    stranger = run("reminders", "release", batch.id, "--person", house.person().email)
    assert (stranger.exit_code, stranger.stdout) == (1, "")
    assert "holds nothing of these people" in stranger.stderr
    assert run("reminders", "release", batch.id, "--person", "x@example.org").exit_code == 1
    result = run("reminders", "release", batch.id, "--person", who.email)
    assert (result.exit_code, result.stdout) == (0, "released 1\n")
    assert json.loads(run("reminders", "holds", "--format", "json").stdout) == []


def test_sweep_holds_and_release(house, run, session):
    with_e0(house)
    who, late = house.person(), house.course("late")
    house.held(who, late, "2024-12-01")
    house.require(late, "2026-02-01")
    batch = requiring.open_batch(session, "requirements", made_by=None, now=at("2026-02-01"))
    cycle = house.live(who, late)
    requiring.hold_what_became_due(session, batch, {cycle.id}, today=day("2026-02-01"))
    done = run("reminders", "sweep", "--at", "2026-02-24T08:00+01:00")
    assert done.exit_code == 0
    sent = session.scalars(select(OutboxMessage.local_date)).all()
    assert set(sent) == {day("2026-02-24")}
    held = run("reminders", "holds").stdout
    assert str(batch.id) in held
    assert who.name in held
    result = run("reminders", "release", batch.id)
    assert (result.exit_code, result.stdout) == (0, "released 1\n")
    again = run("reminders", "release", batch.id)
    assert (again.exit_code, again.stdout) == (1, "")
    assert f"batch {batch.id} is not waiting" in again.stderr
    assert run("reminders", "release", "x").exit_code == 2
    assert run("reminders", "release", "9999").exit_code == 1
    assert run("reminders", "sweep", "--at", "soon").exit_code == 2


@pytest.mark.parametrize(
    "args",
    [
        ("reminders", "preview", "--from", "9999-12-31"),
        ("reminders", "sweep", "--at", "0001-01-01T00:00"),
        ("reminders", "sweep", "--at", "9999-12-31T23:59"),
        ("mail", "deliver", "--at", "3000-01-01T12:00"),
        ("status", "--at", "1899-12-31"),
    ],
)
def test_a_year_that_nobody_can_mean_is_wrong_usage(run, args):
    done = run(*args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{args[-1]!r} is not from 1900 to 2999" in done.stderr


def test_a_number_that_no_database_holds_is_wrong_usage(run):
    for args in (("reminders", "release"), ("mail", "retry")):
        assert [run(*args, number).exit_code for number in ("2147483647", "2147483648")] == [1, 2]


# ----------------------------------------------------------------------------------- requirements


def test_load_makes_and_says_so_on_standard_output(house, run, session, write):
    house.course("zoom")
    house.person()
    result = run("requirements", "load", write(FILE))
    assert (result.exit_code, result.stdout) == (
        0,
        "made 1, changed 0, unchanged 0, refused 0\n",
    )
    assert "duties that begin: 1, end: 0" in result.stderr
    assert session.scalars(select(Requirement.since)).all() == [day("2026-02-20")]
    again = run("requirements", "load", write(FILE))
    assert again.stdout == "made 0, changed 0, unchanged 1, refused 0\n"


def test_a_dry_run_says_for_whom_and_writes_nothing(house, run, session, write):
    course = house.course("zoom")
    who, late = house.person(email="a@example.org"), house.person(email="b@example.org")
    house.held(late, course, "2024-03-10")
    result = run("requirements", "load", write(FILE), "--dry-run")
    assert (result.exit_code, result.stdout) == (
        0,
        "made 1, changed 0, unchanged 0, refused 0\n",
    )
    assert result.stderr.splitlines() == [
        "dry run: nothing is saved",
        "a@example.org: zoom begins, due 2026-03-22",
        "b@example.org: zoom begins, due 2025-03-10",
        "duties that would begin: 2, end: 0",
        "rounds that would wait for release: 1",
    ]
    for model in (Requirement, Cycle, Batch):
        assert session.scalars(select(model)).all() == []
    assert who.key == "a@example.org"


def test_what_is_refused_ends_with_one_and_the_rest_is_done(house, run, session, write):
    house.course("zoom")
    text = FILE + "  - course: nope\n    applies_to: {everyone: true}\n"
    result = run("requirements", "load", write(text))
    assert (result.exit_code, result.stdout) == (
        1,
        "made 1, changed 0, unchanged 0, refused 1\n",
    )
    assert "requirements.yaml:4: course: no course 'nope'; allowed: zoom" in result.stderr
    assert len(session.scalars(select(Requirement)).all()) == 1


def test_a_file_that_is_none_is_refused_and_one_that_is_missing_is_wrong_usage(
    run, write, tmp_path
):
    empty = run("requirements", "load", write(""))
    assert (empty.exit_code, empty.stdout) == (1, "")
    missing = run("requirements", "load", tmp_path / "none.yaml")
    assert missing.exit_code == 2
    assert run("requirements", "load").exit_code == 2


def test_apply_now_pulls_forward_and_waits(house, run, write):
    who, course = house.person(), house.course("zoom", months=24)
    house.require(course, "2024-01-01", interval_months=24)
    house.held(who, course, "2025-03-10")
    text = FILE + "    interval_months: 12\n"
    result = run("requirements", "load", write(text), "--apply-now")
    assert result.stdout == "made 0, changed 1, unchanged 0, refused 0\n"
    cycle = house.live(who, course)
    assert (cycle.due_on, cycle.why) == (day("2026-03-22"), "policy")
    assert f"(flask reminders release {cycle.batch_id})" in result.stderr


def test_export_loads_again_without_a_change(house, run, write):
    house.course("zoom")
    run("requirements", "load", write(FILE + "    goal_percent: 90\n"))
    exported = run("requirements", "export")
    assert (exported.exit_code, exported.stderr) == (0, "")
    again = run("requirements", "load", write(exported.stdout))
    assert again.stdout == "made 0, changed 0, unchanged 1, refused 0\n"


def test_the_audit_chain_is_verified_by_a_command(house, run):
    with_e0(house)
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert result.stdout.startswith("0 entries in order, 2 waiting to be linked\nhead 0000")
