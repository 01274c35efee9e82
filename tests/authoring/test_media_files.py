import hashlib

import pytest

from lms.authoring import media_files
from lms.authoring.media_files import examine
from lms.authoring.yaml_files import Fault
from lms.courses.document import Medium
from tests.course_samples import CAPTIONS, FILM, png

ENDINGS = "png, jpg, jpeg, webp, mp4, webm, vtt, pdf"


def examined(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return examine(f"media/{name}", path)


def test_a_picture_has_its_hash_type_and_size(tmp_path):
    content = png(3, 2)
    assert examined(tmp_path, "door.png", content).medium == Medium(
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="image/png",
        size_bytes=len(content),
        width=3,
        height=2,
    )


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("film.mp4", FILM, "video/mp4"),
        ("film.vtt", CAPTIONS.encode(), "text/vtt"),
        ("paper.PDF", b"%PDF-1.7\n", "application/pdf"),
    ],
)
def test_other_media_have_no_width(tmp_path, name, content, media_type):
    medium = examined(tmp_path, name, content).medium
    assert (medium.media_type, medium.width) == (media_type, None)


@pytest.mark.parametrize(
    ("name", "content", "wrong", "allowed"),
    [
        ("x.svg", b"<svg/>", "files ending in .svg are not taken", ENDINGS),
        ("x.html", png(), "files ending in .html are not taken", ENDINGS),
        (
            "x.png",
            b"<html>",
            "ends in .png, but its content is none of the types that are taken",
            "content and ending of the same type",
        ),
        (
            "x.mp4",
            png(),
            "ends in .mp4, but its content is image/png",
            "content and ending of the same type",
        ),
        ("x.png", png()[:20], "has no readable size", "a picture of at most 25,000,000 pixels"),
        (
            "x.png",
            png()[:16] + b"\x00\x00\x27\x10\x00\x00\x27\x10" + png()[24:],
            "has 10000 × 10000 pixels",
            "a picture of at most 25,000,000 pixels",
        ),
    ],
)
def test_what_is_not_taken_says_why(tmp_path, name, content, wrong, allowed):
    assert examined(tmp_path, name, content) == Fault(f"media/{name}", 1, wrong, allowed)


def test_each_type_has_its_largest_size(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(FILM)
    with path.open("r+b") as stream:
        stream.truncate(500_000_001)
    assert examine("media/film.mp4", path) == Fault(
        "media/film.mp4", 1, "has 500,000,001 bytes", "at most 500,000,000"
    )
    assert media_files.MAX_BYTES.keys() == {
        "video/mp4",
        "video/webm",
        "application/pdf",
        "text/vtt",
        "image/png",
        "image/jpeg",
        "image/webp",
    }
