"""Captions that everybody can read in time."""

import captions
from captions import Cue


def test_a_short_sentence_is_one_line() -> None:
    assert captions.cues([(1.0, 3.5, "Was machst du jetzt?")]) == [
        Cue(1.0, 3.5, ("Was machst du jetzt?",)),
    ]


def test_two_lines_are_of_similar_length() -> None:
    text = "Es hakt? Kamera aus. Für den Ton reicht oft auch ein schwaches Netz."
    assert captions.cues([(0, 6, text)]) == [
        Cue(0, 6, ("Es hakt? Kamera aus. Für den Ton", "reicht oft auch ein schwaches Netz.")),
    ]


def test_a_long_sentence_is_cut_at_its_comma_and_shares_its_time() -> None:
    text = (
        "Wenn die Verbindung abbricht und niemand mehr etwas hört, "
        "dann ruf die Familie auf dem Telefon an."
    )
    first, second = captions.cues([(10, 20, text)])
    assert first.text == "Wenn die Verbindung abbricht und niemand mehr etwas hört,"
    assert second.text == "dann ruf die Familie auf dem Telefon an."
    assert (first.start, first.end, second.start, second.end) == (10, 15.876, 15.876, 20)
    assert captions.faults([first, second]) == []


def test_what_is_written_is_read_again() -> None:
    cues = [Cue(0, 2.04, ("Hallo.",)), Cue(2.04, 3661.5, ("Eine Zeile,", "noch eine."))]
    vtt = captions.write(cues)
    assert vtt == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.040\nHallo.\n\n"
        "00:00:02.040 --> 01:01:01.500\nEine Zeile,\nnoch eine.\n"
    )
    assert captions.read(vtt) == cues


def test_exactly_the_limits_are_allowed() -> None:
    line = "x" * 42
    assert captions.faults([Cue(0, 5, (line, line))]) == []


def test_cues_that_are_hard_to_read_are_named() -> None:
    assert captions.faults([Cue(0, 9, ("a", "b", "c"))]) == ["more than 2 lines: a b c"]
    assert captions.faults([Cue(0, 9, ("x" * 43,))]) == ["longer than 42: " + "x" * 43]
    assert captions.faults([Cue(0, 1, ("x" * 18,))]) == [
        "faster than 17 characters a second: " + "x" * 18,
    ]
    assert captions.faults([Cue(0, 2, ("a",)), Cue(1, 3, ("b",))]) == [
        "begins before the last one ends: b",
    ]
