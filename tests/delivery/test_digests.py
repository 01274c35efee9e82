"""Values of a digest become what its templates read."""

import datetime as dt

import pytest

from lms.delivery.digests import Tone, digest_context, tone_of
from tests.delivery.digest_values import TODAY, digest, line

WEEK = dt.timedelta(days=7)


@pytest.mark.parametrize(
    ("days_late", "grace_days", "tone"),
    [
        (-60, 0, Tone.AHEAD),
        (-1, 14, Tone.AHEAD),
        (0, 0, Tone.TODAY),
        (1, 0, Tone.OVERDUE),
        (14, 14, Tone.GRACE),
        (15, 14, Tone.OVERDUE),
    ],
)
def test_the_tone_follows_from_the_days(days_late, grace_days, tone):
    assert tone_of(days_late, grace_days=grace_days) is tone


def test_one_course_is_linked_by_the_button():
    context = digest_context(digest(line(TODAY + WEEK)), lambda path: f"https://x{path}")
    (only,) = context["lines"]
    assert (context["url"], context["today"]) == ("https://x/courses/fallakte", TODAY)
    assert (only.due_on, only.days_late, only.tone) == (TODAY + WEEK, -7, Tone.AHEAD)
    assert (only.runs_out, only.keeps_rhythm, only.minutes) == (True, True, 12)


def test_several_courses_lead_home():
    values = digest(line(TODAY + WEEK), line(TODAY + 2 * WEEK), more=3)
    assert digest_context(values, lambda path: f"https://x{path}")["url"] == "https://x/"


@pytest.mark.parametrize(
    ("changes", "runs_out", "keeps_rhythm"),
    [
        ({"valid_until": None}, False, True),
        ({"valid_until": "2027-06-30"}, False, True),
        ({"renewal_base": "completion"}, True, False),
        ({"why": "version"}, True, False),
    ],
)
def test_what_is_said_about_the_certificate(changes, runs_out, keeps_rhythm):
    values = digest(line(TODAY + WEEK, **changes))
    (only,) = digest_context(values, str)["lines"]
    assert (only.runs_out, only.keeps_rhythm) == (runs_out, keeps_rhythm)


def test_values_with_a_hole_have_no_text():
    with pytest.raises(KeyError):
        digest_context({"first_name": "Jana", "lines": [{}]}, str)
