"""Public holidays of a region: the same days and names whatever language the server speaks."""

import datetime as dt

import pytest

from lms.people.public_holidays import public_holidays
from lms.people.regions import REGIONS

EPIPHANY = dt.date(2026, 1, 6)


@pytest.mark.parametrize(("language", "name"), [("de", "Heilige Drei Könige"), ("en", "Epiphany")])
def test_names_are_in_the_language_that_was_asked_for(monkeypatch, language, name):
    monkeypatch.setenv("LANGUAGE", "uk")
    public_holidays.cache_clear()
    assert public_holidays("DE-BW", 2026, language)[EPIPHANY] == name


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_the_holidays_of_the_whole_country(region):
    assert public_holidays("DE", 2026).keys() <= public_holidays(region, 2026).keys()
