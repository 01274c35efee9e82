import hashlib

import pytest

from lms.courses.models import CourseMedium
from lms.courses.ranges import OPEN_ENDED_BYTES
from lms.kernel import files

FILM = bytes(range(256)) * (3 * OPEN_ENDED_BYTES // 256)
SIZE = len(FILM)


@pytest.fixture
def keep(session, settings):
    """keep(content, media_type): the address of a medium without its name."""

    def store(content, media_type):
        sha256 = files.save(settings.files, content)
        session.add(CourseMedium(sha256=sha256, media_type=media_type, size_bytes=len(content)))
        session.flush()
        return f"/media/{sha256}"

    return store


@pytest.fixture
def film(keep):
    return keep(FILM, "video/mp4") + "/film.de.mp4"


@pytest.fixture
def browser(client_of):
    return client_of()


def test_signed_out_leads_to_sign_in(client, film):
    response = client.get(film)
    assert (response.status_code, response.headers["Location"]) == (302, f"/login?next={film}")


def test_a_file_comes_whole_with_its_headers(browser, film):
    response = browser.get(film)
    assert (response.status_code, response.data) == (200, FILM)
    expected = {
        "Content-Type": "video/mp4",
        "Content-Length": str(SIZE),
        "Content-Disposition": 'inline; filename="film.de.mp4"',
        "Accept-Ranges": "bytes",
        "ETag": f'"{hashlib.sha256(FILM).hexdigest()}"',
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: response.headers[name] for name in expected} == expected
    assert "Content-Encoding" not in response.headers


def test_head_has_the_headers_alone(browser, film):
    response = browser.head(film, headers={"Range": "bytes=0-9"})
    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Content-Length"] == str(SIZE)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=100-", 100, 100 + OPEN_ENDED_BYTES - 1),
        (f"bytes={SIZE - 3}-", SIZE - 3, SIZE - 1),
        ("bytes=-3", SIZE - 3, SIZE - 1),
        (f"bytes=0-{SIZE + 10}", 0, SIZE - 1),
        ("bytes=5-6, 8-9", 5, 6),
    ],
)
def test_a_part_comes_with_its_place(browser, film, asked, first, last):
    response = browser.get(film, headers={"Range": asked})
    assert (response.status_code, response.data) == (206, FILM[first : last + 1])
    assert response.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response.headers["Content-Length"] == str(last - first + 1)


def test_beyond_the_end_is_416_with_the_size(browser, film):
    response = browser.get(film, headers={"Range": f"bytes={SIZE}-"})
    assert (response.status_code, response.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("asked", ["bytes=9-5", "lines=0-9", "bytes=x"])
def test_a_range_that_is_not_understood_is_ignored(browser, film, asked):
    assert browser.get(film, headers={"Range": asked}).status_code == 200


def test_what_the_browser_has_is_not_sent_again(browser, film):
    etag = browser.get(film).headers["ETag"]
    for condition in (etag, f'"other", W/{etag}', "*"):
        response = browser.get(film, headers={"If-None-Match": condition, "Range": "bytes=0-1"})
        assert (response.status_code, response.data) == (304, b"")
        assert (response.headers["ETag"], response.headers["Cache-Control"]) == (
            etag,
            "private, max-age=3600",
        )
    assert browser.get(film, headers={"If-None-Match": '"other"'}).status_code == 200


def test_if_range_sends_the_part_only_of_the_same_file(browser, film):
    etag = browser.get(film).headers["ETag"]
    for condition, status in (
        (etag, 206),
        (f"W/{etag}", 200),
        ('"other"', 200),
        ("Tue, 24 Nov 2026 09:00:00 GMT", 200),
    ):
        headers = {"Range": "bytes=0-1", "If-Range": condition}
        assert browser.get(film, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("content", "media_type", "name", "content_type", "disposition"),
    [
        (b"WEBVTT\n", "text/vtt", "x.vtt", "text/vtt; charset=utf-8", "inline"),
        (b"RIFFxxxxWEBP", "image/webp", "x.webp", "image/webp", "inline"),
        (b"%PDF-1.7", "application/pdf", "x.pdf", "application/pdf", "attachment"),
    ],
)
def test_types_are_those_of_the_bytes(
    browser, keep, content, media_type, name, content_type, disposition
):
    response = browser.get(f"{keep(content, media_type)}/{name}")
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"] == f'{disposition}; filename="{name}"'


@pytest.mark.parametrize(
    "name",
    ["film.html", "film", "film.webm", "-x.mp4", "fi%22lm.mp4", "fi%0Alm.mp4"],
)
def test_a_name_that_does_not_fit_is_not_found(browser, film, name):
    assert browser.get(film.replace("film.de.mp4", name)).status_code == 404


@pytest.mark.parametrize("sha256", ["0" * 64, "0" * 63, "..%2f..%2fetc", "A" * 64])
def test_what_is_unknown_is_not_found(browser, sha256):
    assert browser.get(f"/media/{sha256}/film.mp4").status_code == 404


def test_a_row_without_its_file_is_not_found(browser, film, settings):
    files.delete(settings.files, hashlib.sha256(FILM).hexdigest())
    assert browser.get(film).status_code == 404


def test_nothing_else_can_be_done_to_a_file(browser, film):
    assert browser.post(film).status_code == 405


def test_a_file_costs_two_queries(browser, film, assert_queries):
    with assert_queries(2):
        browser.get(film)
