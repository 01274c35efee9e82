"""Public holidays of a region, from the library `holidays`. Pure."""

import datetime as dt
from functools import lru_cache

import holidays

# Mostly Protestant parishes of Bavaria: what differs there is no longer told apart.
_SAME = {"BYP": "BY"}


@lru_cache(maxsize=64)
def public_holidays(region: str, year: int, language: str = "de") -> dict[dt.date, str]:
    """Day to name; the region is `DE` or `DE-BW`.

    The language is always said: the library else speaks that of the server's environment.
    """
    country, _, state = region.partition("-")
    state = _SAME.get(state, state)
    spoken = "en_US" if language == "en" else "de"
    found = holidays.country_holidays(country, subdiv=state or None, years=year, language=spoken)
    return dict(found.items())
