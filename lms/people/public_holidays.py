"""Public holidays of a region, from the library `holidays`. Pure."""

import datetime as dt
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def public_holidays(region: str, year: int) -> dict[dt.date, str]:
    """Day to name; the region is `DE` or `DE-BW`."""
    country, _, state = region.partition("-")
    return dict(holidays.country_holidays(country, subdiv=state or None, years=year).items())
