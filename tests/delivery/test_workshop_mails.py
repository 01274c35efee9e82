"""The mails about sessions, in both languages, and what is checked before they leave."""

import re

import pytest

from lms.delivery.kinds import kinds_of
from lms.delivery.rendering import Writer

LINK = re.compile(r"http://127\.0\.0\.1:8000/go/[\w.-]+")
SUBJECTS = {
    "booked": ("Du hast einen Platz: „KI im Alltag“", "You have a place: “AI at work”"),
    "booked_for": ("Du hast einen Platz: „KI im Alltag“", "You have a place: “AI at work”"),
    "promoted": ("Du bist nachgerückt: „KI im Alltag“", "You have moved up: “AI at work”"),
    "waiting": (
        "Du stehst auf der Warteliste: „KI im Alltag“",
        "You are on the waiting list: “AI at work”",
    ),
    "waiting_for": (
        "Du stehst auf der Warteliste: „KI im Alltag“",
        "You are on the waiting list: “AI at work”",
    ),
    "released": ("Du bist abgemeldet: „KI im Alltag“", "You are signed off: “AI at work”"),
    "changed": ("Geändert: „KI im Alltag“", "Changed: “AI at work”"),
    "called_off": ("Abgesagt: „KI im Alltag“", "Cancelled: “AI at work”"),
    "reminder": (
        "„KI im Alltag“ ist am Do., 3. Dezember 2026",
        "“AI at work” is on Thu, 3 December 2026",
    ),
}


def values(**changes):
    date = {
        "starts_at": "2026-12-03T13:00:00+00:00",
        "ends_at": "2026-12-03T15:30:00+00:00",
        "place": "Saal Donau",
        "is_cancelled": False,
    }
    given = {
        "event": "booked",
        "first_name": "Jana",
        "titles": {"de": "KI im Alltag", "en": "AI at work"},
        "path": "/workshops/7",
        "setting": "on_site",
        "trainer": "Miriam Koch",
        "is_booked": True,
        "place_in_line": None,
        "cancel_until": "2026-12-01",
        "note": "",
        "dates": [date],
    }
    return given | changes


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


def test_a_place_in_german(writer):
    mail = writer.render("workshop", "de", values())
    assert LINK.sub("LINK", plain(mail.text)) == (
        "Hallo Jana,\n\nKI im Alltag\nDu hast einen Platz.\n\n"
        "Donnerstag, 3. Dezember 2026, 14:00–16:30 Uhr, Saal Donau\nGeleitet von Miriam Koch\n\n"
        "Kannst du nicht? Melde dich bis Dienstag, 1. Dezember 2026 ab, dann rückt jemand nach.\n"
        "LINK\n\nFragen? Schreib an Miriam Koch.\n\n--\nJugendhilfe Donau-Iller\n"
        "Du bekommst diese E-Mail, weil du auf der Liste dieses Termins stehst oder standest."
        " Diese E-Mail enthält keine Zählpixel.\n"
    )


@pytest.mark.parametrize("event", SUBJECTS)
@pytest.mark.parametrize("locale", ["de", "en"])
def test_every_event_has_its_subject_and_html_says_what_the_text_says(writer, event, locale):
    given = values(event=event, is_booked=event not in ("waiting", "released"), place_in_line=2)
    mail = writer.render("workshop", locale, given)
    assert plain(mail.subject) == SUBJECTS[event][locale == "en"]
    stripped = re.sub(r"<style>.*?</style>|<[^>]+>", " ", mail.html, flags=re.DOTALL)
    words = " ".join(stripped.split())
    for part in mail.text.splitlines():
        if part and part != "--" and not LINK.match(part):
            assert " ".join(part.split()) in words
    assert not re.search(r"src=|url\(|@import|<link|<script", mail.html)


def test_online_the_link_stands_on_the_page_only(writer):
    mail = writer.render("workshop", "de", values(setting="online", cancel_until=None))
    assert "Den Link zum Online-Treffen findest du auf der Seite des Termins." in mail.text
    assert "Melde dich ab, dann rückt jemand nach." in mail.text


def test_a_day_that_falls_out_is_said(writer):
    date = values()["dates"][0] | {"is_cancelled": True}
    mail = writer.render("workshop", "de", values(event="changed", dates=[date]))
    assert "14:00–16:30 Uhr: fällt aus" in plain(mail.text)


def test_nothing_that_people_typed_becomes_markup(writer):
    probe = "<img src=x onerror=alert(1)>{{ 7*7 }}%(day)s"
    date = values()["dates"][0] | {"place": probe}
    given = values(
        event="called_off", titles={"de": probe}, first_name=probe, note=probe, trainer=probe,
        dates=[date],
    )  # fmt: skip
    mail = writer.render("workshop", "de", given)
    assert "<img" not in mail.html
    assert mail.text.count(probe) == 6
