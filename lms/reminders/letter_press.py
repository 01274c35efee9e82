"""Sets reminders on paper in type: a program of its own, started for each batch.

    python -I letter_press.py < letters.json > letters.pdf

Typst would keep 50 MB in the worker's memory; here that is given back at once.
"""

import json
import sys
from pathlib import Path
from typing import Any

import typst

_HERE = Path(__file__).resolve().parent
_FONTS = _HERE.parent / "static" / "print"


def print_letters(sheets: list[dict[str, Any]]) -> bytes:
    """One page for each; TypstError when one cannot be set."""
    compiler = typst.Compiler(
        str(_HERE / "letter.typ"),
        root=str(_HERE),
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
    )
    made = compiler.compile(format="pdf", sys_inputs={"sheets": json.dumps(sheets)})
    if not isinstance(made, bytes):
        raise TypeError(type(made))
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(print_letters(json.load(sys.stdin.buffer)))
