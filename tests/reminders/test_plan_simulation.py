"""The preview is what daily sweeps would do, in the shape of the contract."""

import datetime as dt
from collections import defaultdict
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lms.certifications.rules.policy import RequirementPolicy
from lms.people.calendar import DAY, Span, WorkingCalendar
from lms.reminders.plan import plan
from lms.reminders.rules import (
    Audience,
    Outcome,
    PastNotice,
    RemindedCycle,
    offsets_of,
    outside_spans,
    quiet_spans,
)
from lms.reminders.simulation import (
    PreviewItem,
    PreviewMessage,
    SimulatedCycle,
    as_document,
    simulate,
)

day = dt.date.fromisoformat
HOUSE = WorkingCalendar(frozenset({day("2026-04-03"), day("2026-04-06"), day("2026-05-01")}))
OFFSETS = offsets_of(RequirementPolicy())


def due(due_on: str) -> RemindedCycle:
    return RemindedCycle(
        opens_on=day(due_on) - DAY * 60,
        due_on=day(due_on),
        grace_until=day(due_on),
        stages=OFFSETS,
    )


def simulated(person: str, course: str, cycle: RemindedCycle) -> SimulatedCycle:
    return SimulatedCycle(person=person, course=course, cycle=cycle)


ADA = simulated("ada@example.org", "zoom-basics", due("2026-03-10"))


def preview(*cycles: SimulatedCycle, from_on: str, days: int) -> list[PreviewMessage]:
    return simulate(cycles, calendar=HOUSE, from_on=day(from_on), days=days)


def sent(messages: list[PreviewMessage]) -> list[tuple[str, int]]:
    return [(one.send_on.isoformat(), one.items[0].stage) for one in messages]


def test_one_message_per_person_and_day_with_the_most_urgent_line_first() -> None:
    messages = preview(
        simulated("#4711", "first-aid", due("2026-03-10")),
        ADA,
        simulated("ada@example.org", "first-aid", due("2026-03-10")),
        simulated("ada@example.org", "fire", due("2026-03-03")),
        from_on="2026-03-10",
        days=1,
    )

    assert messages == [
        PreviewMessage(
            day("2026-03-10"),
            "#4711",
            Audience.LEARNER,
            (PreviewItem("first-aid", 0, day("2026-03-10")),),
        ),
        PreviewMessage(
            day("2026-03-10"),
            "ada@example.org",
            Audience.LEARNER,
            (
                PreviewItem("fire", 7, day("2026-03-03")),
                PreviewItem("first-aid", 0, day("2026-03-10")),
                PreviewItem("zoom-basics", 0, day("2026-03-10")),
            ),
        ),
    ]


def test_a_message_prints_as_the_contract_says() -> None:
    held = replace(ADA, cycle=replace(ADA.cycle, is_held=True), supervisor="boss@example.org")

    assert [as_document(one) for one in preview(ADA, from_on="2026-03-10", days=1)] == [
        {
            "send_on": "2026-03-10",
            "person": "ada@example.org",
            "audience": "learner",
            "items": [{"course": "zoom-basics", "stage": 0, "due_on": "2026-03-10"}],
        }
    ]
    assert as_document(preview(held, from_on="2026-03-23", days=1)[1]) == {
        "send_on": "2026-03-23",
        "person": "boss@example.org",
        "audience": "supervisor",
        "items": [
            {
                "course": "zoom-basics",
                "stage": 7,
                "due_on": "2026-03-10",
                "about": "ada@example.org",
            }
        ],
        "held": True,
    }


def test_a_supervisor_gets_one_message_about_everybody() -> None:
    bob = simulated("bob@example.org", "zoom-basics", due("2026-03-10"))
    (message,) = [
        one
        for one in preview(
            replace(bob, supervisor="boss@example.org"),
            replace(ADA, supervisor="boss@example.org"),
            from_on="2026-03-23",
            days=5,
        )
        if one.audience is Audience.SUPERVISOR
    ]

    assert (message.send_on, message.person) == (day("2026-03-23"), "boss@example.org")
    assert [item.about for item in message.items] == ["ada@example.org", "bob@example.org"]


def test_held_rounds_stand_in_messages_of_their_own() -> None:
    held = replace(simulated("ada@example.org", "fire", due("2026-03-10")))
    held = replace(held, cycle=replace(held.cycle, is_held=True))

    messages = preview(ADA, held, from_on="2026-03-10", days=1)

    assert [(one.is_held, [item.course for item in one.items]) for one in messages] == [
        (False, ["zoom-basics"]),
        (True, ["fire"]),
    ]


def test_stages_before_the_first_day_are_caught_up_with_the_newest_on_a_working_day() -> None:
    assert sent(preview(ADA, from_on="2026-03-07", days=11)) == [
        ("2026-03-09", -1),
        ("2026-03-10", 0),
        ("2026-03-17", 7),
    ]
    assert sent(preview(ADA, from_on="2026-02-28", days=5)) == [("2026-03-02", -14)]


def test_what_was_sent_so_far_is_known_and_what_the_preview_sends_counts() -> None:
    notice = PastNotice(
        due_rev=0,
        stage=-14,
        audience=Audience.LEARNER,
        outcome=Outcome.QUEUED,
        decided_on=day("2026-03-02"),
    )
    older = [replace(notice, stage=stage, outcome=Outcome.SKIPPED) for stage in (-60, -30)]

    known = replace(ADA, notices=(*older, notice))

    assert sent(preview(known, from_on="2026-03-03", days=8)) == [
        ("2026-03-09", -1),
        ("2026-03-10", 0),
    ]
    assert sent(preview(ADA, from_on="2026-03-02", days=9)) == [
        ("2026-03-02", -14),
        ("2026-03-09", -1),
        ("2026-03-10", 0),
    ]


def test_the_days_begin_with_the_first_and_end_before_days_are_over() -> None:
    assert sent(preview(ADA, from_on="2026-03-10", days=7)) == [("2026-03-10", 0)]
    assert sent(preview(ADA, from_on="2026-03-10", days=8)) == [
        ("2026-03-10", 0),
        ("2026-03-17", 7),
    ]
    assert preview(ADA, from_on="2026-03-10", days=0) == []


def test_a_past_round_is_told_while_it_was_live() -> None:
    lived = outside_spans(day("2026-02-10"), day("2026-03-10"))

    assert sent(
        preview(replace(ADA, cycle=replace(ADA.cycle, quiet=lived)), from_on="2026-01-01", days=365)
    ) == [("2026-02-10", -30), ("2026-02-24", -14), ("2026-03-03", -7), ("2026-03-09", -1)]


@st.composite
def simulated_cycles(draw: st.DrawFn) -> SimulatedCycle:
    due_on = dt.date(2026, 3, 1) + DAY * draw(st.integers(0, 120))
    away_on = dt.date(2026, 1, 1) + DAY * draw(st.integers(0, 200))
    length = draw(st.integers(0, 90))
    cycle = RemindedCycle(
        opens_on=due_on - DAY * draw(st.integers(0, 60)),
        due_on=due_on,
        grace_until=due_on + DAY * draw(st.integers(0, 14)),
        stages=OFFSETS[: draw(st.integers(0, 12))],
        quiet=quiet_spans(absences=[Span(away_on, away_on + DAY * length)]),
        has_address=draw(st.booleans()),
    )
    return SimulatedCycle(
        person=f"p{draw(st.integers(1, 3))}",
        course=f"c{draw(st.integers(1, 3))}",
        supervisor=draw(st.sampled_from([None, "boss"])),
        cycle=cycle,
    )


def swept_daily(
    cycles: list[SimulatedCycle], from_on: dt.date, days: int
) -> dict[tuple[dt.date, str, Audience], list[PreviewItem]]:
    """The sweep's own way: every day, every round, notices on record."""
    digests: dict[tuple[dt.date, str, Audience], list[PreviewItem]] = defaultdict(list)
    records: list[list[PastNotice]] = [[] for _ in cycles]
    for today in (from_on + DAY * n for n in range(days)):
        for one, record in zip(cycles, records, strict=True):
            cycle = replace(one.cycle, tells_supervisor=one.supervisor is not None)
            for decision in plan(cycle, today, calendar=HOUSE, notices=tuple(record)):
                record.append(
                    PastNotice(
                        due_rev=0,
                        stage=decision.stage,
                        audience=decision.audience,
                        outcome=decision.outcome,
                        decided_on=today,
                    )
                )
                if decision.outcome is not Outcome.QUEUED:
                    continue
                to_learner = decision.audience is Audience.LEARNER
                digests[today, one.person if to_learner else "boss", decision.audience].append(
                    PreviewItem(
                        one.course,
                        decision.stage,
                        cycle.due_on,
                        None if to_learner else one.person,
                    )
                )
    return digests


def in_any_order(items: list[PreviewItem] | tuple[PreviewItem, ...]) -> list[str]:
    return sorted(map(repr, items))


@settings(deadline=None, max_examples=40)
@given(st.lists(simulated_cycles(), max_size=5), st.integers(0, 150))
def test_the_preview_is_what_daily_sweeps_do(cycles: list[SimulatedCycle], start: int) -> None:
    from_on = dt.date(2026, 1, 1) + DAY * start

    messages = simulate(cycles, calendar=HOUSE, from_on=from_on, days=120)

    assert {
        (one.send_on, one.person, one.audience): in_any_order(one.items) for one in messages
    } == {key: in_any_order(items) for key, items in swept_daily(cycles, from_on, 120).items()}
    assert len({(one.send_on, one.person, one.audience) for one in messages}) == len(messages)
    assert all(HOUSE.is_working_day(one.send_on) for one in messages)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(simulated_cycles(), max_size=5).flatmap(
        lambda one: st.tuples(st.just(one), st.permutations(one))
    )
)
def test_independent_people_may_come_in_any_order(
    both: tuple[list[SimulatedCycle], list[SimulatedCycle]],
) -> None:
    def shown(cycles: list[SimulatedCycle]) -> list[tuple[dt.date, str, Audience, list[str]]]:
        return [
            (one.send_on, one.person, one.audience, in_any_order(one.items))
            for one in simulate(cycles, calendar=HOUSE, from_on=day("2026-01-01"), days=200)
        ]

    assert shown(both[0]) == shown(both[1])


class CountingCalendar(WorkingCalendar):
    """Counts the days that were looked at: the cost of a simulation on any machine."""

    looked_at = 0

    def is_working_day(self, day: dt.date) -> bool:
        CountingCalendar.looked_at += 1
        return super().is_working_day(day)


def test_a_year_visits_only_days_on_which_something_is_decided() -> None:
    cycles = [
        simulated(f"p{person}", "zoom-basics", due(f"2026-{month:02}-10"))
        for person in range(10)
        for month in range(1, 13)
    ]

    messages = simulate(cycles, calendar=CountingCalendar(), from_on=day("2026-01-01"), days=365)

    assert messages[0].send_on == day("2026-01-01")
    assert CountingCalendar.looked_at / len(cycles) < 120  # day by day it would be 365 at least
