"""How long a sign-in lasts, which passwords are good, where `next` may lead."""

import datetime as dt

import pytest

from lms.access import rules
from lms.kernel.viewer import Role
from lms.web.guard import safe_next

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
EMPLOYEE = frozenset({Role.EMPLOYEE})
OFFICER = frozenset({Role.EMPLOYEE, Role.OFFICER})


@pytest.mark.parametrize(
    ("roles", "kept", "idle", "age", "live"),
    [
        (EMPLOYEE, False, dt.timedelta(hours=7, minutes=59), dt.timedelta(hours=8), True),
        (EMPLOYEE, False, dt.timedelta(hours=8), dt.timedelta(hours=8), False),
        (EMPLOYEE, False, dt.timedelta(hours=1), dt.timedelta(hours=24), False),
        (EMPLOYEE, True, dt.timedelta(days=13), dt.timedelta(days=13), True),
        (EMPLOYEE, True, dt.timedelta(0), dt.timedelta(days=14), False),
        (OFFICER, False, dt.timedelta(minutes=59), dt.timedelta(hours=11), True),
        (OFFICER, False, dt.timedelta(minutes=60), dt.timedelta(hours=1), False),
        (OFFICER, True, dt.timedelta(minutes=61), dt.timedelta(hours=2), False),
        (OFFICER, False, dt.timedelta(minutes=1), dt.timedelta(hours=12), False),
    ],
)
def test_a_sign_in_ends_when_idle_or_old(roles, kept, idle, age, live):
    found = rules.is_live(roles, created_at=NOW - age, seen_at=NOW - idle, kept=kept, now=NOW)
    assert found is live


@pytest.mark.parametrize(
    ("is_used", "is_void", "is_same_address", "minutes", "state"),
    [
        (False, False, True, 14, rules.LinkState.GOOD),
        (False, False, True, 15, rules.LinkState.LATE),
        (False, True, True, 99, rules.LinkState.REPLACED),
        (False, True, False, 99, rules.LinkState.ADDRESS_CHANGED),
        (True, True, False, 99, rules.LinkState.USED),
    ],
)
def test_what_a_link_is_good_for(is_used, is_void, is_same_address, minutes, state):
    found = rules.link_state(
        is_used=is_used,
        is_void=is_void,
        is_same_address=is_same_address,
        expires_at=NOW + dt.timedelta(minutes=15),
        now=NOW + dt.timedelta(minutes=minutes),
    )
    assert found is state


@pytest.mark.parametrize(
    ("typed", "compared"),
    [(" Jana.Weber@Example.ORG ", "jana.weber@example.org"), ("\uff031001", "#1001")],
)
def test_identifiers_are_compared_alike(typed, compared):
    assert rules.normal_identifier(typed) == compared


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("no address", "unknown"),
    ],
)
def test_guessers_are_counted_by_block(address, block):
    assert rules.address_block(address) == block


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/150.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge, Windows"),
        ("curl/8.0", "?, ?"),
    ],
)
def test_a_browser_is_named_coarsely(user_agent, name):
    assert rules.browser_name(user_agent) == name


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/%5cevil.example",
        "/%2fevil.example",
        "%2f%2fevil.example",
        "/courses\r\nSet-Cookie: a=b",
        "/courses%0d%0aLocation: https://evil.example",
        "/\tevil.example",
        "javascript:alert(1)",
        "courses",
        "",
        None,
        "/login?next=/",
        "/logout",
        "/" + "a" * 2001,
        "///evil.example",
        "http:///evil.example",
        "/\x7f",
    ],
)
def test_next_leads_nowhere_else(target):
    assert safe_next(target) is None


@pytest.mark.parametrize("target", ["/", "/courses", "/courses/zoom-basics?t=1", "/people/7#duty"])
def test_next_leads_to_own_pages(target):
    assert safe_next(target) == target


def test_a_link_that_is_not_good_says_why():
    refused = rules.LinkNotGood(rules.LinkState.LATE)
    assert (refused.state, refused.status) == (rules.LinkState.LATE, 410)


@pytest.mark.parametrize(
    ("roles", "has_factor", "is_required", "hours", "must"),
    [
        ({Role.OFFICER}, False, True, None, True),
        ({Role.OFFICER}, False, True, 23, False),
        ({Role.OFFICER}, False, True, 24, True),
        ({Role.OFFICER}, True, True, None, False),
        ({Role.OFFICER}, False, False, None, False),
        ({Role.AUTHOR}, False, True, None, False),
    ],
)
def test_who_must_set_up_a_second_factor(roles, has_factor, is_required, hours, must):
    now = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    found = rules.must_set_up_factor(
        frozenset({Role.EMPLOYEE, *roles}),
        has_factor=has_factor,
        is_required=is_required,
        set_up_at=None if hours is None else now - dt.timedelta(hours=hours),
        now=now,
    )
    assert found is must
