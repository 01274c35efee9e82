"""Rows on the command line: aligned for people, CSV for spreadsheets."""

import csv
import io
from collections.abc import Sequence

from lms.kernel.text import neutralised


def as_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )


def as_csv(head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """Semicolons and CRLF, texts that no spreadsheet takes for a formula; numbers stay numbers."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(
        [neutralised(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return stream.getvalue()
