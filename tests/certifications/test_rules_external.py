"""Which files are taken, what they are called, who decides."""

import pytest

from lms.certifications.rules.external import (
    MOST_BYTES,
    EmptyFile,
    FileTooLarge,
    WrongEnding,
    WrongKind,
    file_name,
    may_decide,
    media_type_of,
)
from lms.kernel.viewer import Role, Viewer

PDF = b"%PDF-1.7\n"
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("Foto.JPG", JPEG, "image/jpeg"),
        ("foto.jpeg", JPEG, "image/jpeg"),
        ("bild.png", PNG, "image/png"),
    ],
)
def test_pdf_jpeg_and_png_are_taken(name, content, media_type):
    assert media_type_of(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("leer.pdf", b"", EmptyFile),
        ("gross.pdf", PDF + b"0" * MOST_BYTES, FileTooLarge),
        ("programm.pdf", b"MZ\x90\x00" + b"\0" * 100, WrongKind),
        ("bild.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", WrongKind),
        ("bild.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", WrongKind),
        ("bild.webp", b"RIFF\0\0\0\0WEBP", WrongKind),
        ("film.mp4", b"\0\0\0\x18ftypmp42", WrongKind),
        ("seite.html", PDF, WrongEnding),
        ("bild.png", JPEG, WrongEnding),
        ("ohne", PDF, WrongEnding),
    ],
)
def test_everything_else_is_refused_by_name(name, content, error):
    with pytest.raises(error):
        media_type_of(name, content)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Nachweis Ulm.pdf", "Nachweis Ulm.pdf"),
        ("C:\\Users\\jana\\Nachweis.pdf", "Nachweis.pdf"),
        ("../../etc/passwd", "passwd"),
        ('a"b\r\nX: y.pdf', "ab X: y.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("y" * 300, "y" * 200),
    ],
)
def test_a_name_is_one_line_without_folders(sent, kept):
    assert file_name(sent) == kept


@pytest.mark.parametrize(
    ("roles", "owner_roles", "allowed"),
    [
        ({Role.OFFICER}, set(), True),
        ({Role.OFFICER}, {Role.OFFICER}, True),
        ({Role.ADMINISTRATOR}, set(), False),
        ({Role.ADMINISTRATOR}, {Role.OFFICER}, True),
        ({Role.MANAGEMENT}, {Role.OFFICER}, False),
        ({Role.AUTHOR, Role.DPO}, set(), False),
    ],
)
def test_who_decides(roles, owner_roles, allowed):
    viewer = Viewer(1, "Miriam Koch", "Miriam", None, frozenset({Role.EMPLOYEE, *roles}))
    assert may_decide(viewer, 2, owner_roles) is allowed
    assert not may_decide(viewer, 1, {Role.OFFICER})
