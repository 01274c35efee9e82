"""Access letters on paper: a page each, everything on it, whatever somebody is called."""

import io

import pytest
from pypdf import PdfReader

from lms.access.exports import LetterWords, Sheet, letters_pdf

WORDS = LetterWords(number="Personalnummer", code="Code", address="Adresse", picture="QR-Code")


def sheet(**changes):
    values = {
        "language": "de",
        "organisation": "Jugendhilfe Donau-Iller",
        "name": "Jana Weber",
        "unit": "Hauswirtschaft",
        "title": "Dein Zugang zu Lernstand",
        "lead": "Hallo Jana.",
        "number": "1001",
        "code": "ABCD-2345-6789",
        "url": "https://lernstand.example.org/code?number=1001",
        "shown": "lernstand.example.org/code",
        "steps": ("Öffne die Adresse.", "Gib den Code ein."),
        "until": "Der Code gilt bis Donnerstag.",
        "help": "Frag nach.",
        "words": WORDS,
    }
    return Sheet(**(values | changes))


def pages(sheets):
    return [page.extract_text() for page in PdfReader(io.BytesIO(letters_pdf(sheets))).pages]


def test_each_letter_is_a_page_with_all_that_is_needed():
    found = pages([sheet(), sheet(name="Ali Öz", number="1002", code="ZZZZ-0000-1111")])
    assert len(found) == 2
    for text, wanted in zip(found, (("Jana Weber", "1001"), ("Ali Öz", "1002")), strict=True):
        assert all(word in text for word in wanted)
    assert "ABCD-2345-6789" in found[0]
    assert "lernstand.example.org/code" in found[0]
    assert "ABCD-2345-6789" not in found[1]


@pytest.mark.parametrize("name", ['#import "x": *', "$x$ [y] \\", "Ωμέγα Ж", "名 🙂", "A" * 300])
def test_whatever_somebody_is_called_the_letter_comes(name):
    assert len(pages([sheet(name=name)])) == 1


def test_a_long_letter_stays_on_one_page():
    assert len(pages([sheet(unit="Bereich " * 20, organisation="Haus " * 30)])) == 1
