"""Subject, text and HTML of digests, in both languages."""

import datetime as dt
import re

import pytest
from itsdangerous import URLSafeTimedSerializer
from jinja2 import UndefinedError

from lms.delivery.digests import digest_context
from lms.delivery.kinds import kinds_of
from lms.delivery.letters import Rendered, blotted
from lms.delivery.rendering import Writer
from tests.delivery.digest_values import TODAY, digest, line

DAY = dt.timedelta(days=1)
LINK = re.compile(r"http://127\.0\.0\.1:8000/go/[\w.-]+")


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


def test_one_course_in_german(writer):
    mail = writer.render("digest", "de", digest(line(dt.date(2026, 12, 1))))
    assert mail.subject == (
        "Deine Auffrischung „Digitale Fallakte“ ist bis Di., 1. Dezember fällig"
    )
    assert LINK.sub("LINK", mail.text) == (
        "Hallo Jana,\n"
        "\n"
        "ein Kurs braucht dich:\n"
        "\n"
        "Digitale Fallakte\n"
        "Dein Nachweis läuft am Dienstag, 1.\u00a0Dezember 2026 ab."
        " Du kannst jetzt schon erneuern und verlierst keinen Tag. Dauert etwa 12 Minuten.\n"
        "LINK\n"
        "\n"
        "Du kannst jederzeit unterbrechen, dein Stand bleibt gespeichert.\n"
        "\n"
        "Fragen? Antworte einfach auf diese E-\u2060Mail.\n"
        "\n"
        "--\n"
        "Jugendhilfe Donau-Iller\n"
        "Du bekommst diese E-\u2060Mail, weil der Kurs für dich verpflichtend ist."
        " Am Tag kommt höchstens eine. Diese E-\u2060Mail enthält keine Zählpixel.\n"
    )


def test_one_course_in_english(writer):
    mail = writer.render("digest", "en", digest(line(dt.date(2026, 12, 1))))
    assert mail.subject == "Your refresher “Digital case file” is due by Tue, 1 December"
    assert LINK.sub("LINK", mail.text) == (
        "Hello Jana,\n"
        "\n"
        "one course needs you:\n"
        "\n"
        "Digital case file\n"
        "Your certificate runs out on Tuesday, 1\u00a0December 2026."
        " You can renew it now without losing a single day. Takes about 12 minutes.\n"
        "LINK\n"
        "\n"
        "You can stop at any time; your progress is saved.\n"
        "\n"
        "Questions? Simply reply to this e-mail.\n"
        "\n"
        "--\n"
        "Jugendhilfe Donau-Iller\n"
        "You receive this e-mail because the course is mandatory for you."
        " There is at most one a day. This e-mail contains no tracking pixels.\n"
    )


@pytest.mark.parametrize("locale", ["de", "en"])
def test_html_says_what_the_text_says(writer, locale):
    values = digest(line(TODAY + DAY), line(TODAY - 3 * DAY), more=2)
    mail = writer.render("digest", locale, values)
    plain = re.sub(r"<style>.*?</style>|<[^>]+>", " ", mail.html, flags=re.DOTALL)
    words = " ".join(plain.replace("&nbsp;", " ").split())
    for part in mail.text.splitlines():
        if part and part != "--" and not LINK.match(part):
            assert " ".join(part.rstrip(":").split()) in words
    assert f'<html lang="{locale}">' in mail.html


@pytest.mark.parametrize(
    ("due_on", "changes", "subject", "sentence"),
    [
        (
            TODAY + 14 * DAY,
            {"valid_until": None},
            "„Digitale Fallakte“ ist bis Di., 8. Dezember fällig",
            "Fällig bis Dienstag, 8.\u00a0Dezember 2026.",
        ),
        (
            TODAY,
            {},
            "„Digitale Fallakte“ ist heute fällig",
            "Dein Nachweis läuft heute ab.",
        ),
        (
            TODAY,
            {"valid_until": None},
            "„Digitale Fallakte“ ist heute fällig",
            "Heute fällig.",
        ),
        (
            TODAY - DAY,
            {},
            "„Digitale Fallakte“ ist seit 1 Tag überfällig",
            "Seit 1 Tag überfällig: Fällig war der Kurs am 23.11.2026.",
        ),
        (
            TODAY - 35 * DAY,
            {},
            "„Digitale Fallakte“ ist seit 35 Tagen überfällig",
            "Seit 35 Tagen überfällig: Fällig war der Kurs am 20.10.2026.",
        ),
        (
            TODAY - 7 * DAY,
            {"grace_until": "2026-12-01"},
            "„Digitale Fallakte“ ist fällig, Kulanz bis Di., 1. Dezember",
            (
                "Fällig war der Kurs am 17.11.2026."
                " Es gilt Kulanz bis Dienstag, 1.\u00a0Dezember 2026."
            ),
        ),
    ],
)
def test_the_words_follow_from_the_days(writer, due_on, changes, subject, sentence):
    mail = writer.render("digest", "de", digest(line(due_on, **changes)))
    assert mail.subject == subject
    assert mail.text.splitlines()[5] == f"{sentence} Dauert etwa 12 Minuten."


def test_the_subject_counts_the_other_courses(writer):
    two = writer.render("digest", "de", digest(line(TODAY), line(TODAY)))
    assert two.subject == "„Digitale Fallakte“ ist heute fällig und 1 weiterer Kurs"
    many = writer.render("digest", "en", digest(line(TODAY), line(TODAY), more=5))
    assert many.subject == "“Digital case file” is due today and 6 more courses"


def test_links_are_signed_and_lead_to_the_course(writer, session_settings):
    mail = writer.render("digest", "de", digest(line(TODAY)))
    (link,) = LINK.findall(mail.text)
    assert link in mail.html
    serializer = URLSafeTimedSerializer(session_settings.secret_key, salt="reminder-link")
    assert serializer.loads(link.rpartition("/")[2]) == "/courses/fallakte"


def test_what_is_kept_opens_nothing(writer):
    mail = writer.render("digest", "de", digest(line(TODAY), line(TODAY)))
    assert not LINK.search(blotted(mail.text) + blotted(mail.html))
    assert blotted(mail.text).count("/go/…") == 2


@pytest.mark.parametrize("locale", ["de", "en"])
def test_the_supervisors_digest_names_people_only_inside(writer, locale):
    lines = (line(TODAY - 8 * DAY), line(TODAY - 9 * DAY, about="Tom <b>Lang</b>"))
    mail = writer.render("digest", locale, digest(*lines, audience="supervisor"))
    assert (
        mail.subject
        == {
            "de": "In deinem Team sind 2 Fristen überfällig",
            "en": "2 deadlines in your team are overdue",
        }[locale]
    )
    assert "Jana Weber: Digital" in mail.text
    assert "Tom <b>Lang</b>: Digital" in mail.text
    assert "Tom &lt;b&gt;Lang&lt;/b&gt;: Digital" in mail.html
    assert not LINK.search(mail.text + mail.html)


def test_nothing_that_people_typed_becomes_markup(writer):
    probe = "<img src=x onerror=alert(1)>{{ 7*7 }}%(day)s"
    values = digest(
        line(TODAY, titles={"de": probe}), line(TODAY, titles={"de": probe}), first_name=probe
    )
    mail = writer.render("digest", "de", values)
    assert "<img" not in mail.html
    assert mail.html.count("&lt;img src=x onerror=alert(1)&gt;{{ 7*7 }}%(day)s") == 5
    assert mail.text.count(probe) == 3


def test_html_loads_nothing_and_is_small(writer):
    mail = writer.render("digest", "de", digest(*[line(TODAY + n * DAY) for n in range(10)]))
    assert not re.search(r"src=|url\(|@import|<link|<script", mail.html)
    assert len(mail.html.encode()) < 100_000


def test_a_hole_is_an_error(writer):
    whole = digest_context(digest(line(TODAY)), str)
    del whole["first_name"]
    with pytest.raises(UndefinedError):
        writer._part("digest/body.txt", whole | {"organisation": "", "can_reply": True})  # noqa: SLF001


def test_without_reply_to_nobody_is_told_to_reply(writer):
    mute = Writer(
        writer.app, writer.kinds, writer.base_url, writer.secret_key, writer.organisation, False
    )
    mail: Rendered = mute.render("digest", "de", digest(line(TODAY)))
    assert "Antworte" not in mail.text + mail.html
    assert "Fragen? Deine Digitalisierungsbeauftragten helfen dir gern." in mail.text
