"""Headers and parts of a mail."""

import datetime as dt
from email import message_from_bytes
from email.policy import SMTP

import pytest

from lms.delivery.letters import (
    BadHeader,
    BadMailAddress,
    Rendered,
    Sender,
    blotted,
    build,
    envelope_address,
)

NOW = dt.datetime(2026, 11, 24, 7, 0, tzinfo=dt.UTC)
SENDER = Sender("lernstand@example.org", "schulung@example.org", "Jugendhilfe Donau-Iller")
RENDERED = Rendered("„Zoom-Grundlagen“ ist heute fällig", "Hallo Jana,\n.\nÄ\n", "<p>Hallo</p>")


def _built(rendered=RENDERED, *, sender=SENDER, to="jana@example.org", message_id="<1@x>"):
    mail = build(rendered, sender=sender, to=to, message_id=message_id, now=NOW)
    return message_from_bytes(mail.as_bytes(), policy=SMTP)


def test_headers():
    mail = _built()
    headers = {name: str(value) for name, value in mail.items() if not name.startswith("Content")}
    assert headers == {
        "From": "Jugendhilfe Donau-Iller <lernstand@example.org>",
        "To": "jana@example.org",
        "Reply-To": "schulung@example.org",
        "Subject": "„Zoom-Grundlagen“ ist heute fällig",
        "Date": "Tue, 24 Nov 2026 07:00:00 +0000",
        "Message-ID": "<1@x>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "MIME-Version": "1.0",
    }


def test_both_parts_text_first():
    mail = _built()
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = mail.iter_parts()
    assert text.get_content().splitlines() == ["Hallo Jana,", ".", "Ä"]
    assert html.get_content().strip() == "<p>Hallo</p>"
    assert {part.get_content_charset() for part in mail.iter_parts()} == {"utf-8"}


def test_travels_in_seven_bits_and_short_lines():
    long = Rendered("S" * 300, "Ä" * 3000 + "\n", "<p>" + "ö" * 3000 + "</p>")
    raw = build(long, sender=SENDER, to="a@example.org", message_id="<1@x>", now=NOW).as_bytes()
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_a_name_in_the_setting_wins_and_reply_to_may_be_missing():
    mail = _built(sender=Sender("Lernbüro <lernstand@example.org>", None, "Haus"))
    assert mail["From"] == "Lernbüro <lernstand@example.org>"
    assert mail["Reply-To"] is None
    assert Sender("Lernbüro <lernstand@example.org>", None, "Haus").address == (
        "lernstand@example.org"
    )


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\x00", "\x1f", "\x7f"])
def test_control_characters_never_reach_a_header(break_):
    evil = f"a{break_}Bcc: all@example.org"
    with pytest.raises(BadHeader):
        _built(Rendered(evil, "", ""))
    with pytest.raises(BadHeader):
        _built(to=f"jana@example.org{break_}")
    with pytest.raises(BadHeader):
        _built(message_id=f"<1@x>{break_}")
    with pytest.raises(BadHeader):
        _built(sender=Sender("a@example.org", None, evil))


def test_domains_travel_in_idna():
    assert envelope_address("jana@jugendhilfe-müller.de") == "jana@xn--jugendhilfe-mller-f3b.de"
    assert _built(to="jana@jugendhilfe-müller.de")["To"] == "jana@xn--jugendhilfe-mller-f3b.de"


@pytest.mark.parametrize(
    "address",
    ["", "jana", "@example.org", "jana@", "jäna@example.org", "a b@example.org", "a@.example",
     "<a@example.org>", f"a@{'x' * 64}.org"],
)  # fmt: skip
def test_what_no_mail_can_be_sent_to_is_refused(address):
    with pytest.raises(BadMailAddress):
        envelope_address(address)


def test_kept_text_opens_nothing():
    text = "Kurs öffnen: https://example.org/go/abc.DEF-1_2%2F3 Danke. <a href='/go/x.y'>"
    assert blotted(text) == "Kurs öffnen: https://example.org/go/… Danke. <a href='/go/…'>"
