"""Sets one certificate in type: a program of its own, started for each and gone afterwards.

    python -I press.py pdf ua-1 < sheet.json > certificate.pdf

It draws the QR code and lets typst do the rest. In the worker both would stay in memory with
50 MB (fonts, and what typst remembers of earlier sheets); here that is given back at once.
Exit 3: no font has a letter that the standard needs.
"""

import base64
import io
import json
import re
import sys
from pathlib import Path
from typing import Any, Literal

import segno
import typst

Kind = Literal["pdf", "svg"]
Standard = Literal["ua-1"]
NOT_DISPLAYABLE = 3
_INK = "#12282F"
# Typst writes nine decimals of a point; three are enough for any screen and half the bytes.
_SURPLUS_DIGITS = re.compile(rb"(\d\.\d{3})\d+")
_HERE = Path(__file__).resolve().parent
_SOURCE = _HERE / "certificate.typ"
_FONTS = _HERE.parent / "static" / "print"


def print_sheet(sheet: dict[str, Any], kind: Kind, standard: Standard | None) -> bytes:
    """The sheet; TypstError when it cannot be set."""
    sheet["check"]["picture"] = qr_code(sheet["check"]["url"])
    if sheet["mark"] is not None:
        # Typst reads no base 64, but takes a row of numbers for bytes.
        sheet["mark"]["bytes"] = list(base64.b64decode(sheet["mark"].pop("png")))
    compiler = typst.Compiler(
        str(_SOURCE), root=str(_HERE), font_paths=[str(_FONTS)], ignore_system_fonts=True
    )
    made = compiler.compile(
        format=kind, sys_inputs={"sheet": json.dumps(sheet)}, pdf_standards=standard
    )
    if not isinstance(made, bytes):  # more than one page would be a list
        raise TypeError(type(made))
    return _SURPLUS_DIGITS.sub(rb"\1", made) if kind == "svg" else made


def qr_code(address: str) -> str:
    """The address as an SVG of error level M; the sheet leaves it its quiet zone."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False).save(
        out, kind="svg", border=0, dark=_INK, xmldecl=False, nl=False, omitsize=True
    )
    return out.getvalue().decode("ascii")


def main() -> int:
    """Read a sheet from standard input and write what it gives to standard output."""
    kind: Kind = "svg" if sys.argv[1] == "svg" else "pdf"
    standard: Standard | None = "ua-1" if "ua-1" in sys.argv[2:] else None
    try:
        made = print_sheet(json.load(sys.stdin.buffer), kind, standard)
    except typst.TypstError as error:
        sys.stderr.write(f"{error}\n")
        return NOT_DISPLAYABLE if "could not be displayed" in str(error) else 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
