"""The checklist for every address of learning: signed out, method, token."""

import pytest

from lms.kernel.viewer import Role

READS = [
    "/courses",
    "/courses/sample",
    "/courses/sample/done",
    "/courses/sample/learn/welcome",
    "/practice",
    "/practice/1",
]
DEEDS = [
    "/courses/sample/start",
    "/courses/sample/again",
    "/courses/sample/learn/welcome/finish",
    "/courses/sample/learn/check/attempt",
    "/courses/sample/learn/check/save",
    "/courses/sample/learn/check/answer",
    "/courses/sample/learn/check/hand-in",
    "/courses/sample/learn/try/draft",
    "/courses/sample/learn/try/later",
    "/courses/sample/learn/try/report",
    "/practice/1/confirm",
    "/practice/1/return",
]


def test_the_lists_are_complete(app):
    found = {r.endpoint for r in app.url_map.iter_rules() if r.endpoint.startswith("learning.")}
    adapter = app.url_map.bind("127.0.0.1:8000")
    listed = {adapter.match(path, "GET")[0] for path in READS}
    listed |= {adapter.match(path, "POST")[0] for path in DEEDS}
    assert found == listed


@pytest.mark.parametrize("path", READS)
def test_signed_out_one_signs_in_first(client, path):
    assert client.get(path).location == f"/login?next={path}"


@pytest.mark.parametrize("path", DEEDS)
def test_signed_out_nothing_is_done(client, path):
    assert client.post(path).location == "/login?next=/"


@pytest.mark.parametrize("path", READS)
def test_pages_are_only_read(client_of, path):
    assert client_of(Role.OFFICER).post(path).status_code == 405


@pytest.mark.parametrize("path", DEEDS)
def test_deeds_are_not_done_by_reading(client_of, learning, path):
    assert client_of(Role.OFFICER).get(path).status_code == 405


@pytest.mark.parametrize("path", DEEDS)
def test_deeds_need_the_token(client_of, learning, path):
    assert client_of(Role.OFFICER).post(path, csrf=False).status_code == 400
