"""How long a sign-in lasts and how often one may guess (trust.md 1.9, 1.12); pure."""

import datetime as dt

from lms.kernel.viewer import Role

_EMPLOYEE_ONLY = frozenset({Role.EMPLOYEE})
SEEN_EVERY = dt.timedelta(minutes=1)


def idle_limit(roles: frozenset[Role], *, kept: bool) -> dt.timedelta:
    """Employees 8 hours (14 days when kept), everybody with another role 60 minutes."""
    if roles != _EMPLOYEE_ONLY:
        return dt.timedelta(minutes=60)
    return dt.timedelta(days=14) if kept else dt.timedelta(hours=8)


def absolute_limit(roles: frozenset[Role], *, kept: bool) -> dt.timedelta:
    """Employees 24 hours (14 days when kept), everybody with another role 12 hours."""
    if roles != _EMPLOYEE_ONLY:
        return dt.timedelta(hours=12)
    return dt.timedelta(days=14) if kept else dt.timedelta(hours=24)


def is_live(
    roles: frozenset[Role],
    *,
    created_at: dt.datetime,
    seen_at: dt.datetime,
    kept: bool,
    now: dt.datetime,
) -> bool:
    """True while a sign-in neither idled out nor reached its end."""
    return (
        now - seen_at < idle_limit(roles, kept=kept)
        and now - created_at < absolute_limit(roles, kept=kept)
    )
