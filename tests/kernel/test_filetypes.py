import io
import struct

import pytest
from PIL import Image

from lms.kernel import filetypes


def picture(form, size=(123, 45), **options):
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, form, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("WEBP"), "image/webp"),
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"WEBVTT\n", "text/vtt"),
        (b"\xef\xbb\xbfWEBVTT", "text/vtt"),
    ],
)
def test_files_are_known_by_their_first_bytes(content, media_type):
    assert filetypes.media_type_of(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg",
        b"<html>",
        b"GIF89a",
        b"MZ",
        b"RIFFxxxxWAVE",
        b"WEBVTTX",
        b"\x1a\x45\xdf\xa3matroska",
    ],
)
def test_anything_else_is_none_of_ours(content):
    assert filetypes.media_type_of(content) is None


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"lossless": True, "exif": b"Exif\0\0" + b"x" * 50}),
    ],
)
def test_pictures_say_their_size(form, options):
    assert filetypes.picture_size(picture(form, **options)) == (123, 45)


def test_a_jpeg_with_a_long_head_says_its_size():
    plain = picture("JPEG")
    noted = plain[:2] + b"\xff\xe1" + struct.pack(">H", 40_002) + b"x" * 40_000 + plain[2:]
    assert filetypes.picture_size(noted) == (123, 45)


@pytest.mark.parametrize(
    "content",
    [
        picture("PNG")[:18],
        picture("JPEG")[:20],
        b"\xff\xd8\xff",
        b"RIFFxxxxWEBPVP8 ",
        b"RIFFxxxxWEBPXXXX" + b"x" * 30,
        b"%PDF-1.7",
        b"",
    ],
)
def test_a_head_that_does_not_say_it_has_no_size(content):
    assert filetypes.picture_size(content) is None


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a/b.c/door.PNG", "png"), ("x.tar.gz", "gz"), ("none", "none"), (".hidden", "hidden")],
)
def test_the_ending_of_a_name(name, ending):
    assert filetypes.ending_of(name) == ending
