"""What became of rows, in numbers and as it is kept."""

from lms.lists.rules import (
    Fault,
    Importer,
    Outcome,
    RowResult,
    Tally,
    digest_of,
    refused,
    result_from,
    tally_of,
)

MADE = RowResult(line=2, outcome=Outcome.MADE, who="Ada Neu", key="a@example.org", begun=2)
LEFT = RowResult(
    line=3,
    outcome=Outcome.LEFT,
    changes=(("left_on", "", "2026-11-24"),),
    ended=1,
    faults=(Fault(message="Hinweis", values={"most": 3}),),
)
SAME = RowResult(line=4, outcome=Outcome.UNCHANGED)
BAD = RowResult(line=5, outcome=Outcome.REFUSED, faults=(Fault(message="x"),))


def test_somebody_who_leaves_counts_as_a_change_in_the_summary():
    tally = tally_of([MADE, LEFT, SAME, BAD], held=3, mails=2)
    assert tally == Tally(made=1, left=1, unchanged=1, refused=1, begun=2, ended=1, held=3, mails=2)
    assert tally.summary == "made 1, changed 1, unchanged 1, refused 1"
    assert (tally.taken, tally.different) == (3, 2)


def test_parts_add_up():
    assert tally_of([MADE], held=1) + tally_of([LEFT, SAME, BAD], held=2, mails=2) == tally_of(
        [MADE, LEFT, SAME, BAD], held=3, mails=2
    )


def test_a_result_comes_back_from_what_was_kept():
    for one in (MADE, LEFT, BAD):
        assert result_from(one.line, one.outcome.value, one.as_document()) == one


def test_another_outcome_or_another_number_of_waiting_rounds_is_another_preview():
    assert digest_of([MADE, LEFT], 1) == digest_of([LEFT, MADE], 1)
    assert len({digest_of([MADE], 1), digest_of([MADE], 2), digest_of([SAME], 1)}) == 3


def test_a_long_value_is_cut_in_the_report():
    fault = refused("Zu lang", "job", "x" * 200, most=3).fault
    assert (fault.column, fault.value, fault.values) == ("job", "x" * 79 + "…", {"most": 3})


def test_who_brings_a_list():
    assert (Importer().actor, Importer(7).actor) == ("operator", "person:7")
