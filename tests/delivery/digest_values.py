"""Values of digests as reminders hands them over."""

import datetime as dt
from typing import Any

TODAY = dt.date(2026, 11, 24)


def line(due_on: dt.date, **changes: Any) -> dict[str, Any]:
    """One line of a digest."""
    return {
        "titles": {"de": "Digitale Fallakte", "en": "Digital case file"},
        "slug": "fallakte",
        "path": "/courses/fallakte",
        "due_on": due_on.isoformat(),
        "opens_on": (due_on - dt.timedelta(days=60)).isoformat(),
        "grace_until": due_on.isoformat(),
        "days": (TODAY - due_on).days,
        "kind": "renewal",
        "minutes": 12,
        "valid_until": due_on.isoformat(),
        "about": "Jana Weber",
        "why": "plain",
        "interval_months": 24,
        "renewal_base": "expiry",
    } | changes


def digest(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A learner's digest of Tuesday, 24 November 2026."""
    return {"first_name": "Jana", "audience": "learner", "more": 0, "lines": list(lines)} | changes
