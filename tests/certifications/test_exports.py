"""The document itself: what can be read in it, how it is built, and names that mean harm."""

import base64
import datetime as dt
import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from pypdf import PdfReader

from lms.certifications import exports
from lms.certifications.exports import (
    BoardTick,
    CompetenceLine,
    Fact,
    Sheet,
    Words,
    certificate_file_name,
    certificate_pdf,
    certificate_svg,
    has_our_letters,
    printable,
)

SHEET = Sheet(
    language="de",
    title="Nachweis: Zoom-Grundlagen, Jana Weber",
    organisation="Jugendhilfe Donau-Iller",
    issued_on=dt.date(2026, 2, 20),
    name="Jana Weber",
    course="Zoom-Grundlagen",
    words=Words(
        kicker="Nachweis der Kompetenz",
        sentence="hat den Kurs abgeschlossen und das Quiz bestanden:",
        competences="Nachgewiesene Kompetenzen nach DigComp 3.0",
        completed="Online abgeschlossen am 20. Februar 2026",
        check="Echtheit prüfen",
        code="Code 7KQM-4TXD-92HV-3MRT",
        picture="QR-Code mit der Adresse der Prüfung",
    ),
    competences=(
        CompetenceLine("2.1", "Mit und über digitale Technik interagieren", "Stufe 3 von 8"),
        CompetenceLine("4.2", "Personenbezogene Daten schützen", "Stufe 2 von 8"),
    ),
    facts=(
        Fact("gültig ab", "20.02.2026"),
        Fact("gültig bis", "20.02.2028"),
        Fact("Umfang", "45 Minuten"),
    ),
    board_blocks=24,
    board_ticks=(
        BoardTick(0, "20.02.2026", strong=True),
        BoardTick(0.25, "6 Monate"),
        BoardTick(1, "20.02.2028", strong=True),
    ),
    signature=("Miriam Koch", "Digitalisierungsbeauftragte"),
    check_url="https://lernen.example.org/verify/7KQM-4TXD-92HV-3MRT",
)
HOSTILE = [
    '#import "x": *',
    "#panic()",
    "$x^2$ *fett* _kursiv_ @ref <label>",
    '"; ] } \\ // /* `code` ',
    "<script>alert(1)</script>",
    "{{ 7*7 }} %s %(name)s",
]


def pages_of(pdf: bytes):
    return PdfReader(io.BytesIO(pdf)).pages


def text_of(pdf: bytes) -> str:
    """All text of the one page, as one line."""
    (page,) = pages_of(pdf)
    return " ".join(page.extract_text().split())


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return certificate_pdf(SHEET)


def test_everything_on_it_can_be_read(pdf):
    text = text_of(pdf)
    for words in (
        "Jugendhilfe Donau-Iller",
        "Nachweis der Kompetenz",
        "Jana Weber",
        "hat den Kurs abgeschlossen und das Quiz bestanden:",
        "Zoom-Grundlagen",
        "2.1 Mit und über digitale Technik interagieren Stufe 3 von 8",
        "gültig ab 20.02.2026",
        "gültig bis 20.02.2028",
        "Umfang 45 Minuten",
        "Online abgeschlossen am 20. Februar 2026",
        "Miriam Koch Digitalisierungsbeauftragte",
        "Echtheit prüfen · Code 7KQM-4TXD-92HV-3MRT",
        "lernen.example.org/verify",
    ):
        assert words in text, words


def test_it_is_one_a4_page_in_upright_format(pdf):
    (page,) = pages_of(pdf)
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]


def test_it_is_tagged_and_says_so(pdf):
    reader = PdfReader(io.BytesIO(pdf))
    catalogue = reader.trailer["/Root"]
    assert bool(catalogue["/MarkInfo"]["/Marked"])
    assert catalogue["/Lang"] == "de"
    assert bool(catalogue["/ViewerPreferences"]["/DisplayDocTitle"])
    assert reader.metadata.title == "Nachweis: Zoom-Grundlagen, Jana Weber"
    assert "pdfuaid:part" in catalogue["/Metadata"].get_data().decode()


def structure(node, found: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Kinds of the tags in their order, with the words that replace a picture."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            structure(child, found)
    elif isinstance(node, dict):
        if "/S" in node:
            found.append((str(node["/S"]), node.get("/Alt")))
        if "/K" in node:
            structure(node["/K"], found)
    return found


def test_headings_lists_and_the_code_have_their_tags(pdf):
    tags = structure(PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"], [])
    kinds = [kind for kind, _alt in tags]
    assert [kind for kind in kinds if re.fullmatch(r"/H\d", kind)] == ["/H1", "/H2"]
    assert kinds.count("/LI") == len(SHEET.competences)
    assert [alt for kind, alt in tags if kind == "/Figure"] == [
        "QR-Code mit der Adresse der Prüfung"
    ]


def test_the_address_at_its_foot_is_a_link(pdf):
    (page,) = pages_of(pdf)
    links = [one.get_object()["/A"]["/URI"] for one in page["/Annots"]]
    assert links == ["https://lernen.example.org/verify/7KQM-4TXD-92HV-3MRT"]


def test_the_same_sheet_gives_the_same_bytes(pdf):
    exports._printed.cache_clear()  # noqa: SLF001 - else the second is the first
    assert certificate_pdf(SHEET) == pdf


def test_it_speaks_the_language_of_the_sheet():
    found = PdfReader(io.BytesIO(certificate_pdf(replace(SHEET, language="en"))))
    assert found.trailer["/Root"]["/Lang"] == "en"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_prints_as_it_is(name):
    text = text_of(certificate_pdf(replace(SHEET, name=name, course=name)))
    # A long word of a title is divided at its end of the line.
    assert re.sub(r"[\s\u2010-]", "", text).count(re.sub(r"[\s\u2010-]", "", name)) == 2


@pytest.mark.parametrize(
    "name", ["Ñuño Ó’Brien-Müller", "Željko Petrović", "Олена Шевченко", "Nguyễn Thị Ngọc Ánh"]
)
def test_names_of_many_languages_keep_the_standard(name):
    found = PdfReader(io.BytesIO(certificate_pdf(replace(SHEET, name=name))))
    assert name in " ".join(found.pages[0].extract_text().split())
    assert "pdfuaid:part" in found.trailer["/Root"]["/Metadata"].get_data().decode()


def test_letters_that_no_font_has_lose_the_standard_but_not_the_document():
    found = PdfReader(io.BytesIO(certificate_pdf(replace(SHEET, name="李小龍 😀"))))
    assert "Zoom-Grundlagen" in found.pages[0].extract_text()
    assert bool(found.trailer["/Root"]["/MarkInfo"]["/Marked"])


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Maximiliane-Friederike Anastasia von und zu Hohenstein-Wittelsbach-Oettingen"},
        {"name": "A" * 100 + " " + "B" * 100},
        {"course": "Datenschutzgrundverordnungsgrundlagenwissen im Alltag der Wohngruppen, Teil 2"},
        {"course": "Sehr langer Titel " * 12},
        {"competences": SHEET.competences * 2},
        {"organisation": "Verein für Jugendhilfe und Erziehung in Oberschwaben und Allgäu e. V."},
    ],
    ids=["name", "words without a blank", "compound", "title", "four competences", "organisation"],
)
def test_long_texts_stay_on_their_page_above_the_signature(changes):
    (page,) = pages_of(certificate_pdf(replace(SHEET, **changes)))
    heights = {}

    def note(text, matrix, _text_matrix, _font, _size):
        if text.strip():
            heights[text.strip()] = (matrix[4], matrix[5])

    page.extract_text(visitor_text=note)
    facts = [y for text, (_x, y) in heights.items() if "45 Minuten" in text]
    foot = [y for text, (_x, y) in heights.items() if "Online abgeschlossen" in text]
    assert len(facts) == len(foot) == 1
    assert facts[0] > foot[0] + 20
    assert all(0 < x < 595 and 0 < y < 842 for x, y in heights.values())


def test_without_an_end_the_board_has_no_dates():
    sheet = replace(
        SHEET,
        facts=(SHEET.facts[0], Fact("gilt", "unbefristet"), SHEET.facts[2]),
        board_ticks=(),
    )
    text = text_of(certificate_pdf(sheet))
    assert "gilt unbefristet" in text
    assert text.count("20.02.2026") == 1
    assert "Monate" not in text


def test_the_picture_is_plain_drawing():
    root = ET.fromstring(certificate_svg(SHEET))  # noqa: S314 - our own output
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert kinds <= {"svg", "g", "path", "rect", "defs", "symbol", "use", "image", "a"}
    attributes = {
        (name.rpartition("}")[2], value)
        for element in root.iter()
        for name, value in element.attrib.items()
    }
    assert [name for name, _value in attributes if name == "style" or name.startswith("on")] == []
    targets = {value[:5] for name, value in attributes if name in ("href", "src")}
    assert {target for target in targets if not target.startswith("#")} == {"https", "data:"}


def test_a_hostile_name_is_no_markup_in_the_picture():
    picture = certificate_svg(replace(SHEET, name=HOSTILE[4], course=HOSTILE[4])).decode()
    assert "<script" not in picture
    assert "alert" not in picture


def qr_picture(svg: bytes) -> str:
    found = re.search(rb'href="data:image/svg\+xml;base64,([^"]+)"', svg)
    return base64.b64decode(found[1]).decode()


def test_the_code_is_a_path_that_follows_the_address():
    one = qr_picture(certificate_svg(SHEET))
    other = qr_picture(certificate_svg(replace(SHEET, check_url=SHEET.check_url[:-1] + "X")))
    assert one.count("<path") == 1
    assert one != other


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Jana  Weber ", "Jana Weber"),
        ("Kim\u202eBeispiel\u200b", "Kim Beispiel"),
        ("A\x00B\nC\ud800", "A B C"),
        ("Mu\u0308ller", "Müller"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
    ],
)
def test_what_has_no_shape_is_left_out(given, expected):
    assert printable(given) == expected


def test_one_foreign_letter_changes_the_face_of_the_whole_name():
    assert has_our_letters("Željko Ő’Müller")
    assert not has_our_letters("Thị")


def test_a_file_name_is_plain():
    assert certificate_file_name("Nachweis", "zoom-basics", "Jürgen Groß/../x") == (
        "nachweis-zoom-basics-juergen-gross-x.pdf"
    )
    assert certificate_file_name("Nachweis", "zoom-basics", "李小龍") == "nachweis-zoom-basics.pdf"


def test_what_needs_much_memory_stays_out_of_this_process():
    # In a process of its own: another test may have drawn something here.
    look = "import sys, lms.app; print(sorted({'typst', 'segno', 'PIL'} & sys.modules.keys()))"
    asked = [sys.executable, "-c", look]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "[]\n"
