"""The mail about a document from elsewhere, in both languages."""

import re

import pytest

from lms.delivery.kinds import kinds_of
from lms.delivery.rendering import Writer

LINK = re.compile(r"http://127\.0\.0\.1:8000/go/[\w.-]+")
VALUES = {
    "first_name": "Jana",
    "titles": {"de": "Erste Hilfe", "en": "First aid"},
    "outcome": "approved",
    "counts": True,
    "valid_until": "2027-11-02",
}


@pytest.fixture
def writer(shared_app, session_settings, zone):
    return Writer(
        app=shared_app,
        kinds=kinds_of(zone),
        base_url=session_settings.base_url,
        secret_key=session_settings.secret_key,
        organisation=lambda: "Jugendhilfe Donau-Iller",
        can_reply=True,
    )


def plain(text):
    return text.replace("\u00a0", " ").replace("\u2060", "")


def test_an_approved_document(writer):
    mail = writer.render("external_decided", "de", VALUES)
    assert mail.subject == "Dein Nachweis „Erste Hilfe“ ist anerkannt"
    assert LINK.sub("LINK", plain(mail.text)) == (
        "Hallo Jana,\n\nErste Hilfe\n"
        "Dein Nachweis ist anerkannt und gilt bis 02.11.2027.\nLINK\n\n"
        "Fragen? Antworte einfach auf diese E-Mail.\n\n--\nJugendhilfe Donau-Iller\n"
        "Du bekommst diese E-Mail, weil du einen Nachweis eingereicht hast."
        " Diese E-Mail enthält keine Zählpixel.\n"
    )
    assert "gilt bis 02.11.2027." in mail.html
    english = writer.render("external_decided", "en", VALUES)
    assert english.subject == "Your document for “First aid” counts"
    assert "counts and is valid until 2 November 2027." in plain(english.text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid_until": None}, "Dein Nachweis ist anerkannt und gilt für immer."),
        ({"counts": False, "valid_until": None}, "zählt als freiwillige Wiederholung"),
        ({"outcome": "declined", "counts": False}, "Dein Nachweis wurde nicht anerkannt."),
    ],
)
def test_the_words_follow_from_the_decision(writer, changes, words):
    mail = writer.render("external_decided", "de", VALUES | changes)
    assert words in plain(mail.text)
    assert words in plain(mail.html)


def test_a_declined_document_says_so_in_the_subject(writer):
    mail = writer.render("external_decided", "de", VALUES | {"outcome": "declined"})
    assert mail.subject == "Dein Nachweis „Erste Hilfe“ wurde nicht anerkannt"
