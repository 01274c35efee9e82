"""Every page of the url map under axe; the main ones in every dress; nothing wider than a phone."""

import pytest

from lms.web.guard import PUBLIC, access_of

WIDE = [
    *("/login", "/verify", "/verify/0000-0000-0000-0000"),
    *("/legal", "/accessibility", "/help", "/help/officer"),
]
# Pages that need an id or a word, by who opens them.
WITH_WORDS = {
    "employee": [
        "/courses/zoom-basics",
        "/courses/data-protection",
        "/courses/digital-counselling",
    ],
    "officer": ["/people/1", "/progress?status=overdue", "/progress?q=niemand"],
    "author": ["/authoring/zoom-basics"],
    "administrator": ["/people/1"],
    "dpo": [],
    "management": [],
}
DRESSES = [
    {"size": "wide", "dark": True, "language": "de-DE"},
    {"size": "wide", "dark": False, "language": "en-GB"},
    {"size": "phone", "dark": False, "language": "de-DE"},
    {"size": "phone", "dark": True, "language": "en-GB"},
]
MAIN = {
    "employee": ["/", "/courses", "/courses/zoom-basics", "/certificates", "/account"],
    "officer": ["/", "/progress", "/people/1", "/requirements", "/reminders", "/outbox"],
    "author": ["/authoring/", "/authoring/zoom-basics"],
    "administrator": ["/system", "/mailbox", "/people"],
}
# Answers that are no pages of ours.
FILES = (".csv", ".pdf", ".zip")
NOT_PAGES = ("/healthz", "/readyz", "/health/jobs", "/static", "/media", "/go/")


def pages_without_words(app, role):
    """Addresses of the url map that a role may open as they are."""
    client_rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and not rule.arguments
        and not rule.rule.startswith(NOT_PAGES)
        and not rule.rule.endswith(FILES)
    ]
    return sorted(rule.rule for rule in client_rules if access_of(app, rule.endpoint) != PUBLIC)


@pytest.mark.parametrize("role", list(WITH_WORDS))
def test_every_page_of_a_role_is_accessible(visit, site, role):
    seen = visit(examined=True)
    page = seen.sign_in(role)
    found = {}
    for path in pages_without_words(site.app, role) + WITH_WORDS[role]:
        answer = page.goto(site.address + path, wait_until="load")
        is_page = "text/html" in (answer.headers.get("content-type") or "")
        if answer.status in (200, 403) and is_page and (told := seen.violations()):
            found[path] = told
    assert found == {}


@pytest.mark.parametrize("role", list(WITH_WORDS))
def test_no_page_of_a_role_breaks_the_security_policy(visit, site, role):
    # What the browser complains about fails the test at the end of the visit.
    seen = visit()
    page = seen.sign_in(role)
    for path in pages_without_words(site.app, role) + WITH_WORDS[role]:
        page.goto(site.address + path, wait_until="load")


@pytest.mark.parametrize("path", WIDE)
def test_public_pages_are_accessible(visit, path):
    seen = visit(examined=True)
    seen.go(path)
    assert seen.violations() == []


@pytest.mark.parametrize("dress", DRESSES, ids=lambda dress: "-".join(map(str, dress.values())))
@pytest.mark.parametrize("role", list(MAIN))
def test_the_main_pages_in_every_dress(visit, role, dress):
    seen = visit(**dress, examined=True)
    seen.sign_in(role)
    found = {}
    for path in MAIN[role]:
        seen.go(path)
        told = seen.violations()
        if seen.overflow() > 0:
            told.append(f"{seen.overflow()} px too wide")
        if told:
            found[path] = told
    assert found == {}


@pytest.mark.parametrize("role", list(MAIN))
def test_nothing_scrolls_sideways_on_the_narrowest_phone(visit, role):
    seen = visit(size="narrow")
    seen.sign_in(role)
    too_wide = {}
    for path in MAIN[role]:
        seen.go(path)
        if seen.overflow() > 0:
            too_wide[path] = seen.overflow()
    assert too_wide == {}
