"""Whatever Excel made of a list is read row by row; what is no list is refused."""

import pytest

from lms.kernel.csv_tables import (
    CUT_OFF,
    HEADINGS_AGAIN,
    TOO_MANY_CELLS,
    UNCLOSED,
    Column,
    ColumnsMissing,
    ColumnTwice,
    NoRows,
    NotCsv,
    read_table,
)

COLUMNS = (Column("email", "E-Mail"), Column("first_name", "Vorname"), Column("unit", "Bereich"))
NEEDED = (("first_name",), ("email", "unit"))


def rows(content):
    if isinstance(content, str):
        content = content.encode()
    return [
        (row.line, dict(row.cells), row.fault) for row in read_table(content, COLUMNS, NEEDED).rows
    ]


JANA = {"email": "j@x.org", "first_name": "Jäna", "unit": "Küche, Nacht"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "text",
    [
        'email,first_name,unit\nj@x.org,Jäna,"Küche, Nacht"\n',
        "E-Mail;Vorname;Bereich\nj@x.org;Jäna;Küche, Nacht\n",
        "BEREICH\tvorname\te_mail\nKüche, Nacht\tJäna\tj@x.org\n",
        "sep=;\nE-Mail;Vorname;Bereich\nj@x.org;Jäna;Küche, Nacht",
        "\n;;\nE-Mail ; Vorname;  Bereich\n  j@x.org ;Jäna;Küche, Nacht\n;;\n\n",
    ],
)
def test_encodings_delimiters_and_headings(text, encoding, ends):
    content = text.replace("\n", ends).encode(encoding)
    [(line, cells, fault)] = rows(content)
    assert (cells, fault) == (JANA, None)
    assert (
        line == text.split("\n").index(next(one for one in text.split("\n") if "Jäna" in one)) + 1
    )


def test_a_row_is_known_by_the_line_it_begins_in():
    found = rows('email;first_name;unit\na;"A\nB";C\n\n;;\n"d ""x""";E;F\n')
    assert found == [
        (2, {"email": "a", "first_name": "A\nB", "unit": "C"}, None),
        (6, {"email": 'd "x"', "first_name": "E", "unit": "F"}, None),
    ]


def test_unknown_columns_are_reported_and_left_alone():
    table = read_table(b"Vorname;Kostenstelle;;E-Mail\nA;12;x;b\n", COLUMNS, NEEDED)
    assert (table.unknown, table.columns) == (("Kostenstelle",), ("first_name", "email"))
    assert dict(table.rows[0].cells) == {"first_name": "A", "email": "b"}


@pytest.mark.parametrize(
    ("last", "fault"),
    [
        ("c;D", CUT_OFF),
        ("c;D;", None),
        ('c;"D', UNCLOSED),
        ("c;D\n", None),
    ],
)
def test_a_file_that_ends_in_the_middle_loses_its_last_row_only(last, fault):
    found = rows(f"email;first_name;unit\na;Ä;b\n{last}")
    assert [one[2] for one in found] == [None, fault]


def test_a_file_that_ends_in_the_middle_of_a_letter():
    content = "email;first_name;unit\na;Ä;b\nc;D;Küche".encode()
    assert [one[2] for one in rows(content[:-4])] == [None, CUT_OFF]
    assert rows(b"email;first_name;unit\na;b;Caf\xe9")[0][1]["unit"] == "Café"


def test_one_bad_row_stops_nothing_else():
    found = rows(
        "email;first_name;unit\n"
        'a;"open;b\n'
        "b;B;c;surplus\n"
        "Email;Vorname;Bereich\n"
        "email;first_name;unit\n"
        'c;5" Rohr;d\n'
        "e;" + "x" * 200_000 + ";f\n"
        'g;"' + "y" * 200_000 + '";h\n'
        "i;J;k\n"
    )
    assert [(line, fault) for line, _cells, fault in found] == [
        (2, UNCLOSED),
        (3, TOO_MANY_CELLS),
        (4, None),
        (5, HEADINGS_AGAIN),
        (6, None),
        (7, None),
        (8, None),
        (9, None),
    ]
    assert found[4][1]["first_name"] == '5" Rohr'


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04rest of a workbook",
        b"email;first_name;unit\na;\0;b\n",
        "email;first_name;unit\na;b;c\n".encode("utf-16"),
        b"MZ\x90 program",
        b"email;first_name;unit\na;b;\x81\n",
    ],
)
def test_what_is_no_text_is_refused(content):
    with pytest.raises(NotCsv):
        rows(content)


@pytest.mark.parametrize(
    "content",
    ["", "\ufeff", "\n\n", "email;first_name;unit", "email;first_name;unit\n;;\n\n", "sep=;"],
)
def test_a_file_without_rows_is_refused(content):
    with pytest.raises(NoRows):
        rows(content)


def test_missing_and_doubled_columns_are_named():
    with pytest.raises(ColumnsMissing) as missing:
        rows("Name;Datum\na;b\n")
    assert missing.value.values == {
        "missing": "Vorname (first_name), E-Mail (email) / Bereich (unit)",
        "found": "Name, Datum",
    }
    with pytest.raises(ColumnsMissing) as nothing:
        rows("x\n" + "a\n")
    assert nothing.value.values["found"] == "x"
    with pytest.raises(ColumnTwice) as twice:
        rows("email;E-Mail;first_name\na;b;c\n")
    assert twice.value.values == {"column": "E-Mail"}
