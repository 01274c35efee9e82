"""Sets one certificate in type: a program of its own, started for each and gone afterwards.

    python -I press.py pdf ua-1 < sheet.json > certificate.pdf

Typst would stay in the worker's memory with 40 MB (fonts, and what it remembers of earlier
sheets); here they are given back at once. Exit 3: no font has a letter that the standard needs.
"""

import sys
from pathlib import Path
from typing import Literal

import typst

Kind = Literal["pdf", "svg"]
Standard = Literal["ua-1"]
NOT_DISPLAYABLE = 3
_HERE = Path(__file__).resolve().parent
_SOURCE = _HERE / "certificate.typ"
_FONTS = _HERE.parent / "static" / "print"


def print_sheet(sheet: str, kind: Kind, standard: Standard | None) -> bytes:
    """The sheet, a JSON text; TypstError when it cannot be set."""
    compiler = typst.Compiler(
        str(_SOURCE), root=str(_HERE), font_paths=[str(_FONTS)], ignore_system_fonts=True
    )
    made = compiler.compile(format=kind, sys_inputs={"sheet": sheet}, pdf_standards=standard)
    if not isinstance(made, bytes):  # more than one page would be a list
        raise TypeError(type(made))
    return made


def main() -> int:
    """Read a sheet from standard input and write what it gives to standard output."""
    kind: Kind = "svg" if sys.argv[1] == "svg" else "pdf"
    standard: Standard | None = "ua-1" if "ua-1" in sys.argv[2:] else None
    try:
        made = print_sheet(sys.stdin.buffer.read().decode("utf-8"), kind, standard)
    except typst.TypstError as error:
        sys.stderr.write(f"{error}\n")
        return NOT_DISPLAYABLE if "could not be displayed" in str(error) else 1
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
