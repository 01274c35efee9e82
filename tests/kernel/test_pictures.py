"""Pictures come out with nothing but their pixels, or are refused."""

import io
import struct
import zlib

import pytest
from PIL import Image

from lms.kernel.picture_press import BROKEN, TOO_LARGE, TooManyPixels
from lms.kernel.picture_press import drawn_anew as press
from lms.kernel.pictures import BrokenPicture, PictureTooLarge, drawn_anew


def picture(kind, size=(40, 20), **values):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **values)
    return out.getvalue()


def large_png(width, height):
    """A PNG that claims a size and holds hardly anything."""

    def chunk(name, data):
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_what_hides_in_a_photo_is_gone():
    exif = Image.Exif()
    exif[0x0110] = "Kamera von Jana"
    exif[0x0112] = 6  # lies on its side
    sent = picture("JPEG", exif=exif, comment=b"geheim") + b"PK\x03\x04 an archive behind it"
    made = drawn_anew(sent, "image/jpeg")
    assert b"Jana" not in made
    assert b"geheim" not in made
    assert b"PK\x03\x04" not in made
    with Image.open(io.BytesIO(made)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("JPEG", (20, 40), {})


def test_a_png_stays_a_png_with_its_transparency():
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (1, 2, 3, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(drawn_anew(out.getvalue(), "image/png"))) as shown:
        assert (shown.format, shown.mode, shown.getpixel((0, 0))[3]) == ("PNG", "RGBA", 0)


def test_more_than_25_megapixels_are_refused_before_they_are_drawn():
    with pytest.raises(PictureTooLarge):
        drawn_anew(large_png(50_000, 50_000), "image/png")
    with pytest.raises(TooManyPixels):
        press(large_png(5001, 5000), "png")
    assert (TOO_LARGE, BROKEN) == (3, 4)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n<script>", "image/png"),
        (picture("JPEG")[:200], "image/jpeg"),
        (picture("PNG"), "image/jpeg"),
        (b"", "image/png"),
    ],
)
def test_what_is_no_picture_is_refused(content, media_type):
    with pytest.raises(BrokenPicture):
        drawn_anew(content, media_type)
