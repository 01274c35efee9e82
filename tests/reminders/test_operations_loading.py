"""Requirements from a file: made, changed, unchanged, refused; holds; the way back."""

import pytest
from sqlalchemy import select

from lms.certifications.models import Batch, Cycle, Goal, Requirement
from lms.certifications.queries.requirements import list_in_force
from lms.certifications.rules.policy import RenewalBase, RequirementPolicy
from lms.kernel.viewer import Role
from lms.people.models import Unit
from lms.reminders.operations.loading import LoadOrder, load_requirements
from lms.reminders.queries.effects import differences, duty_dates
from lms.reminders.queries.export import requirement_rows
from lms.reminders.requirement_file import as_yaml, read_requirements
from tests.duties import House, at, day

ON = "2026-11-24"


@pytest.fixture
def house(session):
    return House(session)


def load(session, text, *, on=ON, apply_now=False):
    content = read_requirements("r.yaml", text.encode())
    order = LoadOrder(today=day(on), now=at(on), actor="operator", apply_now=apply_now)
    report = load_requirements(session, content, order)
    session.expire_all()
    return report


def file(*entries):
    """A file of entries, each a list of lines below `course`."""
    lines = ["requirements:"]
    for entry in entries:
        first, *others = entry.strip().splitlines()
        lines += [f"  - {first.strip()}", *(f"    {other.strip()}" for other in others)]
    return "\n".join(lines) + "\n"


ALL = "course: zoom\napplies_to: {everyone: true}"


def only(session):
    (found,) = list_in_force(session)
    return found


# ------------------------------------------------------------------------------ made and changed


def test_what_is_left_out_comes_from_the_course_and_then_from_the_defaults(house, session):
    house.course("zoom", months=24, renewal={"mode": "full", "window_days": 40})
    house.course("plain", months=2)
    report = load(session, file(ALL, "course: plain\napplies_to: {everyone: true}"))
    assert report.summary == "made 2, changed 0, unchanged 0, refused 0"
    zoom, plain = list_in_force(session)
    assert zoom.policy == RequirementPolicy(interval_months=24, window_days=40)
    assert plain.policy == RequirementPolicy(interval_months=2, window_days=28)


def test_what_is_written_wins(house, session):
    unit = house.person().unit_id
    who, course = house.person(email="a@example.org"), house.course("zoom")
    house.course("old")
    name = "Küche"
    reached = f"units: [Haus Nord], jobs: [{name}], roles: [author], people: [{who.email}]"
    house.session.flush()

    session.get_one(Unit, unit).name = "Haus Nord"
    load(
        session,
        file(
            f"""course: zoom
            applies_to: {{{reached}}}
            alternatives: [old]
            initial_due_days: 20
            interval_months: 12
            renewal_base: fixed
            fixed_day: "12-31"
            min_valid_months: 5
            window_days: 30
            grace_days: 3
            stages: [-10, 0]
            overdue_every_days: 5
            overdue_count: 2"""
        ),
    )
    found = only(session)
    assert (found.scope.unit_ids, found.scope.jobs, found.scope.roles, found.scope.person_ids) == (
        {unit},
        {name},
        {Role.AUTHOR},
        {who.id},
    )
    assert found.revision.alternatives == ["old"]
    assert found.policy == RequirementPolicy(
        initial_due_days=20,
        interval_months=12,
        renewal_base=RenewalBase.FIXED,
        fixed_month=12,
        fixed_day=31,
        min_valid_months=5,
        window_days=30,
        grace_days=3,
        stages=(-10, 0),
        overdue_every_days=5,
        overdue_count=2,
    )
    assert house.live(who, course).due_on == day("2026-12-14")


def test_the_same_file_again_changes_nothing(house, session):
    house.person()
    house.course("zoom")
    text = file(ALL + "\ngoal_percent: 90\ngoal_by: 2027-12-31")
    assert load(session, text).summary == "made 1, changed 0, unchanged 0, refused 0"
    cycles = session.scalars(select(Cycle.id)).all()
    again = load(session, text, on="2026-11-25")
    assert again.summary == "made 0, changed 0, unchanged 1, refused 0"
    assert (again.begun, again.held, session.scalars(select(Cycle.id)).all()) == (0, 0, cycles)
    assert only(session).revision.number == 1


def test_other_values_are_a_new_revision_and_other_people_another_requirement(house, session):
    house.course("zoom")
    load(session, file(ALL))
    changed = load(session, file(ALL + "\ngrace_days: 5"))
    assert changed.summary == "made 0, changed 1, unchanged 0, refused 0"
    assert (only(session).revision.number, only(session).policy.grace_days) == (2, 5)
    other = load(session, file("course: zoom\napplies_to: {jobs: [Küche]}"))
    assert other.summary == "made 1, changed 0, unchanged 0, refused 0"
    assert other.notes == ["not in the file and left as it is: zoom, in force since 2026-11-24"]
    assert len(list_in_force(session)) == 2


def test_what_was_refused_is_not_said_to_be_missing_from_the_file(house, session):
    house.course("zoom")
    load(session, file(ALL))
    refused = load(session, file(ALL + "\ngrace_days: -5"))
    assert (refused.refused, refused.notes) == (
        1,
        ["not in the file, or refused above, and left as it is: zoom, in force since 2026-11-24"],
    )


def test_the_order_of_names_does_not_matter(house, session):
    house.course("zoom")
    load(session, file("course: zoom\napplies_to: {jobs: [Küche, Büro]}"))
    again = load(session, file("course: zoom\napplies_to: {jobs: [Büro, Küche]}"))
    assert again.summary == "made 0, changed 0, unchanged 1, refused 0"


def test_export_is_a_file_that_changes_nothing(house, session):
    unit = house.person(email=None, personnel_number="0815")

    session.get_one(Unit, unit.unit_id).name = "Haus Süd: no"
    house.course("zoom", months=24)
    house.course("old", months=None)
    text = file(
        ALL + "\ninterval_months: null\ngoal_percent: 80",
        """course: old
        applies_to: {units: ['Haus Süd: no'], people: ['#0815']}
        alternatives: [zoom]""",
        """course: old
        applies_to: {roles: [dpo]}
        renewal_base: fixed
        fixed_day: '02-29'
        goal_percent: 5
        goal_by: 2028-02-29""",
        "course: zoom\napplies_to: {jobs: ['Köchin, Koch']}\nrenewal_base: completion\nstages: []",
    )
    assert load(session, text).summary == "made 4, changed 0, unchanged 0, refused 0"
    before = requirement_rows(session)
    again = load(session, as_yaml(before))
    assert (again.summary, again.notes) == ("made 0, changed 0, unchanged 4, refused 0", [])
    assert requirement_rows(session) == before


# ---------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (
            ALL + "\nwindow_day: 3",
            "r.yaml:4: unknown key 'window_day'; allowed: window_days? Or one of course,",
        ),
        (
            "course: zom\napplies_to: {everyone: true}",
            "r.yaml:2: course: no course 'zom'; allowed: good, zoom",
        ),
        ("applies_to: {everyone: true}", "r.yaml:2: course: is missing; allowed: the slug"),
        ("course: zoom", "r.yaml:2: applies_to: is missing; allowed: {everyone: true} or units,"),
        (
            "course: zoom\napplies_to: {units: [Nirgends]}",
            "r.yaml:3: applies_to: no unit 'Nirgends'; allowed:",
        ),
        (
            "course: zoom\napplies_to: {people: [x@example.org]}",
            "r.yaml:3: applies_to: nobody is known as 'x@example.org'; allowed: an address",
        ),
        (
            "course: zoom\napplies_to: {roles: [chef]}",
            "r.yaml:3: applies_to: unknown role 'chef'; allowed: employee,",
        ),
        (
            "course: zoom\napplies_to: {unit: [x]}",
            "r.yaml:3: applies_to: unknown key 'unit'; allowed: everyone,",
        ),
        (
            "course: zoom\napplies_to: {everyone: false}",
            "r.yaml:3: applies_to: names nobody; allowed:",
        ),
        (
            ALL + "\nalternatives: [nope]",
            "r.yaml:4: alternatives: no course 'nope'; allowed: good, zoom",
        ),
        (
            ALL + "\ninterval_months: 0",
            "r.yaml:4: interval_months: 0; allowed: a whole number from 1 to 120",
        ),
        (
            ALL + "\ninterval_months: 2\nwindow_days: 56",
            "r.yaml:5: window_days: 56 is not possible here; allowed: from 0 to 55",
        ),
        (
            ALL + "\nrenewal_base: fixed",
            "r.yaml:2: fixed_day: is missing; allowed: month and day",
        ),
        (
            ALL + "\nrenewal_base: fixed\nfixed_day: '12-31'\ninterval_months: 24",
            "r.yaml:6: interval_months: 24 is not possible here; allowed: 12 or null",
        ),
        (
            ALL + "\nrenewal_base: fixed\nfixed_day: '02-30'",
            "r.yaml:5: fixed_day: '02-30'; allowed: month and day in quotes",
        ),
        (ALL + "\nrenewal_base: yearly", "r.yaml:4: renewal_base: 'yearly'; allowed: completion,"),
        (
            ALL + "\nstages: [-10, -10]",
            "r.yaml:4: stages: (-10, -10) is not possible here; allowed: at most 20 days",
        ),
        (ALL + "\ngoal_percent: 101", "r.yaml:4: goal_percent: 101; allowed: a whole number"),
        (ALL + "\ngoal_by: 2027-01-01", "r.yaml:4: goal_by: is a day without a goal; allowed:"),
        (ALL + "\nended_on: 2026-11-25", "r.yaml:4: ended_on: 2026-11-25"),
        (ALL + "\nended_on: 2026-11-01", "r.yaml:4: ended_on: 2026-11-01 of a requirement that"),
        ("zoom", "r.yaml:2: is no requirement; allowed: course: slug"),
    ],
)
def test_what_cannot_be_is_refused_with_line_and_what_is_allowed(house, session, entry, fault):
    house.course("zoom")
    good = "course: good\napplies_to: {everyone: true}"
    house.course("good")
    report = load(session, file(entry, good))
    assert [str(one).startswith(fault) for one in report.faults] == [True], str(report.faults[0])
    assert report.summary == "made 1, changed 0, unchanged 0, refused 1"
    assert only(session).requirement.course_id is not None


def test_a_requirement_with_two_unknown_keys_is_one_that_is_refused(house, session):
    house.course("zoom")
    report = load(session, file(ALL + "\nfoo: 1\nbar: 2"))
    assert [one.line for one in report.faults] == [4, 5]
    assert report.summary == "made 0, changed 0, unchanged 0, refused 1"


def test_two_goals_for_one_course_the_second_is_refused(house, session):
    house.course("zoom")
    report = load(
        session,
        file(
            ALL + "\ngoal_percent: 90",
            "course: zoom\napplies_to: {jobs: [Küche]}\ngoal_percent: 80",
            "course: zoom\napplies_to: {jobs: [Büro]}\ngoal_percent: 90",
        ),
    )
    assert [str(one) for one in report.faults] == [
        "r.yaml:7: another goal for zoom than in line 2; allowed: one goal for each course"
    ]
    assert report.summary == "made 2, changed 0, unchanged 0, refused 1"
    assert session.scalars(select(Goal.percent)).all() == [90]


def test_the_same_people_and_course_twice_with_other_values_is_refused(house, session):
    house.course("zoom")
    report = load(session, file(ALL, ALL + "\ngrace_days: 4", ALL))
    (fault,) = report.faults
    assert (fault.line, fault.wrong, fault.allowed) == (
        4,
        "course: the same people must hold zoom since line 2",
        "each requirement once",
    )
    assert report.summary == "made 1, changed 0, unchanged 1, refused 1"
    assert only(session).policy.grace_days == 0


def test_keys_of_another_base_are_a_note(house, session):
    house.course("zoom")
    report = load(session, file(ALL + "\nfixed_day: '12-31'"))
    assert report.notes == ["r.yaml:4: fixed_day counts only with renewal_base: fixed"]
    assert report.summary == "made 1, changed 0, unchanged 0, refused 0"


@pytest.mark.parametrize(
    ("text", "line"), [("", 1), ("requirements: []\n", 1), ("a: [\n", 2), ("- 1\n", 1)]
)
def test_what_is_no_list_of_requirements_is_refused_as_a_whole(text, line):
    found = read_requirements("r.yaml", text.encode())
    assert (found.is_unreadable, found.entries) == (True, [])
    assert [one.line for one in found.faults] == [line]


# ------------------------------------------------------------------------------------ goals, ends


def test_another_goal_is_a_change(house, session):
    house.course("zoom")
    load(session, file(ALL + "\ngoal_percent: 90"))
    report = load(session, file(ALL + "\ngoal_percent: 95"))
    assert report.summary == "made 0, changed 1, unchanged 0, refused 0"
    assert session.scalars(select(Goal.percent)).all() == [95]
    assert only(session).revision.number == 1
    load(session, file(ALL))
    assert session.scalars(select(Goal.percent)).all() == [95]


def test_a_day_ends_a_requirement_and_stays_said(house, session):
    who, course = house.person(), house.course("zoom")
    load(session, file(ALL), on="2026-11-01")
    ended = load(session, file(ALL + "\nended_on: 2026-11-20"))
    assert (ended.summary, ended.ended) == ("made 0, changed 1, unchanged 0, refused 0", 1)
    assert session.scalars(select(Requirement.ended_on)).one() is not None
    assert house.rounds(who, course)[-1].state == "cancelled"
    again = load(session, file(ALL + "\nended_on: 2026-11-20"))
    assert again.summary == "made 0, changed 0, unchanged 1, refused 0"


# ------------------------------------------------------------------------- holds and applying now


def test_what_a_load_leaves_due_or_overdue_waits(house, session):
    late, due, fresh, course = house.person(), house.person(), house.person(), house.course("zoom")
    house.held(late, course, "2025-03-10")
    house.held(due, course, "2025-12-10")
    report = load(session, file(ALL))
    batch = session.scalars(select(Batch)).one()
    assert (report.begun, report.held, report.batch_id, batch.kind) == (
        3,
        2,
        batch.id,
        "requirements",
    )
    assert [house.live(who, course).batch_id for who in (late, due, fresh)] == [
        batch.id,
        batch.id,
        None,
    ]


def test_who_was_due_before_goes_on_as_usual(house, session):
    who, course = house.person(job="Küche"), house.course("zoom")
    house.require(course, "2024-01-01", interval_months=12)
    house.held(who, course, "2025-12-10")
    stricter = "course: zoom\napplies_to: {jobs: [Küche]}\ninterval_months: 6"
    report = load(session, file(stricter))
    assert (house.live(who, course).due_on, house.live(who, course).why) == (
        day("2026-12-10"),
        "plain",
    )
    assert (report.held, session.scalars(select(Batch)).all()) == (0, [])


def test_a_changed_policy_waits_for_the_next_round_unless_applied_now(house, session):
    who, course = house.person(), house.course("zoom", months=24)
    load(session, file(ALL), on="2025-01-01")
    house.held(who, course, "2025-12-10")
    text = file(ALL + "\ninterval_months: 12")
    load(session, text)
    assert house.live(who, course).due_on == day("2027-12-10")
    report = load(session, text, apply_now=True)
    assert report.summary == "made 0, changed 1, unchanged 0, refused 0"
    cycle = house.live(who, course)
    assert (cycle.due_on, cycle.why) == (day("2026-12-24"), "policy")
    assert (report.held, cycle.batch_id) == (1, report.batch_id)
    again = load(session, text, apply_now=True)
    assert again.summary == "made 0, changed 0, unchanged 1, refused 0"


def test_effects_say_for_whom(house, session):
    stays, new, gone = (house.person(email=f"{one}@example.org") for one in ("a", "b", "c"))
    stays.job, gone.job = "Küche", "Küche"
    course = house.course("zoom", months=None)
    house.require(house.course("other"), ON, initial_due_days=20)
    load(session, file("course: zoom\napplies_to: {jobs: [Küche]}\ninterval_months: null"))
    house.held(stays, course, ON)
    before = duty_dates(session)
    gone.job = None
    session.flush()
    house.reassign(ON, gone)
    both = "{people: [a@example.org, b@example.org]}"
    load(session, file(f"course: zoom\napplies_to: {both}\ninterval_months: 12"))
    assert list(differences(before, duty_dates(session))) == [
        "a@example.org: zoom is due 2027-11-24 instead of never",
        "b@example.org: zoom begins, due 2026-12-24",
        "c@example.org: zoom ends",
    ]
    assert new.key == "b@example.org"
