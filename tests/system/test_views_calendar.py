"""/organisation/calendar in the browser: three forms, a preview, and saving what it said."""

import re

import pytest
from sqlalchemy import select

from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people.models import ClosingDay, Closure, Organisation
from tests.factories import NOW

PATH = "/organisation/calendar"


@pytest.fixture(autouse=True)
def today(clock):
    clock(NOW)


@pytest.fixture
def officer(client_of, session):
    people.found_organisation(session, name="Haus", holidays_region="DE-BW")
    return client_of(Role.OFFICER)


def hidden(answer):
    """Everything that the preview sends again."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text)
    return {name: value for name, value in found if name != "csrf_token"}


def save(officer, preview):
    return officer.post(PATH, data=hidden(preview) | {"step": "save"})


def days(session):
    rows = session.execute(select(ClosingDay.month, ClosingDay.day, ClosingDay.name))
    return sorted(tuple(row) for row in rows)


def test_it_shows_days_and_the_holidays_of_this_year_and_the_next(officer):
    text = officer.get(PATH).text
    assert "24.\u00a012." in text
    assert "Baden-Württemberg 2026" in text
    assert "Baden-Württemberg 2027" in text
    assert "<span>Heilige Drei Könige</span>" in text


def test_in_english_the_holidays_are_english(officer):
    text = officer.get(PATH, headers={"Accept-Language": "en"}).text
    assert "<span>Epiphany</span>" in text


def test_a_closing_day_is_previewed_then_saved(officer, session):
    preview = officer.post(PATH, data={"change": "day", "day": "17.2.", "day_name": "Fasching"})
    assert preview.status_code == 200
    assert "Keine E-\u2060Mail geht an einem anderen Tag raus" in preview.text
    assert "Mi., 17.\u00a0Februar 2027" in preview.text
    assert len(days(session)) == 2
    assert save(officer, preview).location == PATH
    assert (2, 17, "Fasching") in days(session)


def test_a_closing_day_is_taken_away(officer, session):
    preview = officer.post(PATH, data={"change": "remove-day", "remove": "24.12."})
    assert preview.status_code == 200
    save(officer, preview)
    assert days(session) == [(12, 31, None)]


def test_a_closure_is_previewed_then_saved_and_removed(officer, session):
    typed = {"change": "closure", "from_on": "2026-12-28", "until_on": "30.12.2026"}
    save(officer, officer.post(PATH, data=typed | {"closure_name": "Betriebsferien"}))
    found = session.scalars(select(Closure)).one()
    assert (str(found.from_on), str(found.until_on), found.name) == (
        "2026-12-28",
        "2026-12-30",
        "Betriebsferien",
    )
    save(officer, officer.post(PATH, data={"change": "remove-closure", "remove": found.id}))
    assert session.scalars(select(Closure)).all() == []


def test_the_state_is_changed(officer, session):
    preview = officer.post(PATH, data={"change": "region", "region": "DE-HH"})
    assert "Feiertage von: Hamburg" in preview.text
    save(officer, preview)
    assert session.scalars(select(Organisation.holidays)).one() == "DE-HH"
    assert "Hamburg 2026" in officer.get(PATH).text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"change": "day", "day": "31.2.", "day_name": "Karneval"}, 'value="Karneval"'),
        ({"change": "day", "day": "", "day_name": "Karneval"}, 'value="Karneval"'),
        ({"change": "day", "day": "24.12."}, 'value="24.12."'),
        ({"change": "day", "day": "17.2.", "day_name": "x" * 121}, "x" * 121),
        ({"change": "closure", "from_on": "x", "until_on": "2026-12-30"}, 'value="x"'),
        ({"change": "closure", "from_on": "2026-12-30", "until_on": "2026-12-28"}, "2026-12-30"),
        ({"change": "closure", "from_on": "0001-01-01", "until_on": "9999-12-31"}, "9999-12-31"),
        ({"change": "region", "region": "DE-XX"}, "Land wechseln"),
        ({"change": "remove-day", "remove": "x"}, "Kalender"),
        ({"change": "remove-closure", "remove": str(2**64)}, "Kalender"),
        ({"change": "other"}, "Kalender"),
        ({}, "Kalender"),
    ],
)
def test_what_cannot_be_is_refused_and_stays(officer, session, typed, kept):
    before = days(session)
    answer = officer.post(PATH, data=typed)
    assert (answer.status_code, kept in answer.text) == (422, True)
    assert days(session) == before


def test_what_somebody_else_did_meanwhile_is_told_with_a_new_preview(officer, client_of, session):
    preview = officer.post(PATH, data={"change": "day", "day": "17.2."})
    other = client_of(Role.ADMINISTRATOR)
    save(other, other.post(PATH, data={"change": "day", "day": "18.2."}))
    stale = save(officer, preview)
    assert stale.status_code == 409
    assert "Seit deiner Vorschau hat sich etwas geändert" in stale.text
    assert (2, 17, None) not in days(session)
    assert save(officer, stale).status_code == 302
    assert (2, 17, None) in days(session)


def test_the_second_of_two_who_remove_the_same_is_told(officer, client_of, session):
    removal = {"change": "remove-day", "remove": "24.12."}
    preview = officer.post(PATH, data=removal)
    other = client_of(Role.ADMINISTRATOR)
    save(other, other.post(PATH, data=removal))
    assert save(officer, preview).status_code == 409
    assert officer.post(PATH, data=removal).status_code == 409
