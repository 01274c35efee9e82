"""Every address says who may open it, and refuses whoever may not (trust.md sections 2 and 7)."""

import re
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lms.kernel.permissions import TABLE, Permission
from lms.kernel.viewer import Role
from lms.people.operations import found_organisation
from lms.web.db import SAFE_METHODS
from lms.web.guard import PUBLIC, SIGNED_IN, access_of

UNSAFE = "POST"
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)", re.IGNORECASE)
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"}
# Last, since the browser is somebody else's afterwards.
SIGNS_OUT = {"access.end_one_sign_in", "access.sign_out"}
SIDE_WRITES = {"sign_ins", "sign_in_attempts", "record_views"}
# Nobody and nothing has this number: the viewer, too, is one of the people.
VALUES = {"Id": 999_999, "IntegerConverter": 1, "UnicodeConverter": "x", "PathConverter": "x/y"}


@pytest.fixture
def app(app, session) -> Flask:
    """The application of a house that was founded, as `prepare` does before anything else."""
    found_organisation(session, name="Haus", holidays_region="DE-BW")
    return app


@pytest.fixture(scope="session")
def rules(shared_app) -> list[Rule]:
    """All addresses."""
    return sorted(shared_app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def path_of(app: Flask, rule: Rule) -> str:
    """An address of this rule with values that name nothing."""
    values = {name: VALUES[type(c).__name__] for name, c in rule._converters.items()}  # noqa: SLF001
    with app.test_request_context(base_url="http://127.0.0.1:8000"):
        return app.url_map.bind("127.0.0.1:8000").build(
            rule.endpoint, values, method=method_of(rule)
        )


def method_of(rule: Rule) -> str:
    """GET where it may, else POST."""
    return "GET" if "GET" in rule.methods else UNSAFE


def private(app: Flask, rules: list[Rule]) -> list[Rule]:
    """Those that not everybody may open."""
    return [rule for rule in rules if access_of(app, rule.endpoint) != PUBLIC]


def test_every_endpoint_says_who_may_open_it(shared_app, rules):
    known = {PUBLIC, SIGNED_IN, *Permission}
    assert [r.endpoint for r in rules if access_of(shared_app, r.endpoint) not in known] == []


def test_every_address_reads_or_writes_never_both(rules):
    mixed = [
        r.rule for r in rules if r.methods & SAFE_METHODS - {"OPTIONS"} and UNSAFE in r.methods
    ]
    assert mixed == []


def test_signed_out_leads_to_the_sign_in_page(app, client, rules, counted):
    for rule in private(app, rules):
        counted("signed out")
        path = path_of(app, rule)
        answer = client.open(path, method=method_of(rule))
        wanted = path if method_of(rule) == "GET" else "/"
        assert (answer.status_code, answer.location) == (
            302,
            f"/login?next={quote(wanted, safe='/')}",
        ), rule


def may(app: Flask, rule: Rule, role: Role) -> bool:
    """True when the page as such is open to this role."""
    asked = access_of(app, rule.endpoint)
    is_open = asked in (PUBLIC, SIGNED_IN)
    return is_open or not {role, Role.EMPLOYEE}.isdisjoint(TABLE[Permission(asked)])


@pytest.mark.parametrize("role", Role)
def test_each_role_opens_what_is_its_own_and_nothing_else(app, client_of, rules, role, counted):
    browser, wrong = client_of(role), []
    for rule in sorted(rules, key=lambda rule: rule.endpoint in SIGNS_OUT):
        answer = browser.open(path_of(app, rule), method=method_of(rule))
        counted("endpoint × role")
        if may(app, rule, role):
            to_sign_in = (answer.location or "").startswith("/login?next=")
            is_right = answer.status_code not in (403, 405, 500) and not to_sign_in
        else:
            is_right = answer.status_code == 403
        wrong += [] if is_right else [(rule.rule, method_of(rule), answer.status_code)]
    assert wrong == []


@pytest.mark.parametrize("role", [None, *Role])
def test_without_a_csrf_token_nothing_is_written(app, client, client_of, rules, role, counted):
    browser, wrong = client if role is None else client_of(role), []
    for rule in rules:
        if UNSAFE not in rule.methods:
            continue
        status = browser.post(path_of(app, rule), csrf=False).status_code
        counted("missing token")
        if role is None:
            expected = 400 if access_of(app, rule.endpoint) == PUBLIC else 302
        else:
            expected = 400 if may(app, rule, role) else 403
        wrong += [] if status == expected else [(rule.rule, status)]
    assert wrong == []


@pytest.mark.parametrize("role", [None, *Role])
def test_the_wrong_method_is_refused(app, client, client_of, rules, role, counted):
    browser = client if role is None else client_of(role)
    taken: dict[str, set[str]] = {}
    for rule in rules:
        taken.setdefault(rule.rule, set()).update(rule.methods)
    wrong = []
    for rule in rules:
        for method in METHODS - taken[rule.rule]:
            status = browser.open(path_of(app, rule), method=method).status_code
            counted("wrong method")
            wrong += [] if status == 405 else [(rule.rule, method, status)]
    assert wrong == []


def test_every_answer_carries_the_headers_of_the_house(app, client_of, rules):
    browser = client_of(*Role)
    for rule in rules:
        if "GET" in rule.methods:
            headers = browser.get(path_of(app, rule)).headers
            assert headers["Content-Security-Policy"].startswith("default-src 'none'; "), rule
            assert "unsafe" not in headers["Content-Security-Policy"], rule
            assert headers["X-Content-Type-Options"] == "nosniff", rule
            assert headers["X-Frame-Options"] == "DENY", rule
            assert "Cache-Control" in headers, rule


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_writes_nothing_but_the_side_writes(app, client_of, rules, count_queries, method):
    browser = client_of(*Role)
    with count_queries() as counted:
        for rule in rules:
            if method in rule.methods:
                browser.open(path_of(app, rule), method=method)
    found = {match[1] for text in counted.statements if (match := WRITES.match(text))}
    assert found <= SIDE_WRITES


def test_a_foreign_host_is_refused(client):
    assert client.get("/login", base_url="http://evil.example").status_code == 400


@pytest.mark.parametrize("host", ["LOCALHOST:8000", "[::1]:8000", "127.0.0.1:8000"])
def test_other_names_of_this_machine_are_its_own(client, host):
    assert client.get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/healthz", "/static/plain/app.css"])
def test_a_host_that_is_no_name_is_refused_in_plain_words(client, path):
    answer = client.get(path, headers={"Host": "x" * 300})
    assert (answer.status_code, answer.text) == (
        400,
        "The host name of this request cannot be read.",
    )


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://[", "//", "x", "http://127.0.0.1:8000@evil.example"]
)
def test_a_foreign_or_broken_origin_is_refused(client, origin):
    assert client.post("/login", headers={"Origin": origin}).status_code == 400


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 5000])
def test_what_is_no_page_of_a_list_is_not_there(client_of, page):
    assert client_of().get(f"/certificates?page={page}").status_code == 404


def test_a_nul_is_refused_wherever_it_stands(client, client_of):
    assert client.get("/verify/%00").status_code == 400
    assert client.get("/verify?code=A%00").status_code == 400
    assert client.post("/login", data={"identifier": "a\0b"}).status_code == 400
    assert client_of(Role.OFFICER).get("/people?a%00=1").status_code == 400
