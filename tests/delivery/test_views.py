"""/go/<signed>: where the links of mails lead."""

import datetime as dt

import pytest

from lms.kernel.clock import utc_now
from lms.kernel.viewer import Role
from lms.web.links import signed_path


@pytest.fixture
def link(settings):
    return signed_path(settings.secret_key, "/courses/fallakte")


def test_signed_in_one_lands_on_the_page(client_of, link):
    answer = client_of(Role.EMPLOYEE).get(link)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/courses/fallakte")
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_signed_out_one_signs_in_first_and_the_link_gives_no_right(client, link):
    answer = client.get(link)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/login?next=/courses/fallakte",
    )
    assert "Set-Cookie" not in answer.headers


def test_looking_at_a_link_uses_nothing_up(client, link):
    answers = [client.head(link), client.get(link), client.get(link)]
    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert client.post(link).status_code == 405


@pytest.mark.parametrize("signed", ["x", "x.y.z", "a" * 2000])
def test_a_broken_link_says_so_and_leads_home(client, signed):
    answer = client.get(f"/go/{signed}")
    assert answer.status_code == 404
    assert "Dieser Link führt nirgends mehr hin" in answer.text


def test_a_link_signed_with_another_key_is_broken(client):
    assert client.get(signed_path("another-key", "/courses/fallakte")).status_code == 404


def test_a_link_that_ran_out(client, link, clock):
    clock(utc_now() + dt.timedelta(days=401))
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/logout", "nowhere"])
def test_even_a_signed_link_leads_to_own_pages_only(client_of, settings, path):
    signed = signed_path(settings.secret_key, path)
    assert client_of(Role.EMPLOYEE).get(signed).status_code == 404
