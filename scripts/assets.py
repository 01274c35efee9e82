#!/usr/bin/env python3
"""Rebuild the foreign files below lms/static/ from the packages they come from.

    python3 scripts/assets.py           fetch, cut and write everything, then LICENCES.md
    python3 scripts/assets.py --check   compare the committed files with LICENCES.md

Needs `npm` on the path; cutting the print fonts needs `fonttools` and `brotli`, which are no
dependency of the application (install them into a throw-away environment). The results are
committed: nobody who installs or runs Lernstand needs any of this.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "lms" / "static"
LICENCES = STATIC / "LICENCES.md"


@dataclass(frozen=True)
class Package:
    """One published package: its exact version, its licence and where its source lives."""

    name: str
    version: str
    licence: str
    home: str


REBOOT = Package("bootstrap", "5.3.9", "MIT", "https://github.com/twbs/bootstrap")
HTMX = Package("htmx.org", "2.0.11", "0BSD", "https://github.com/bigskysoftware/htmx")
LUCIDE = Package("lucide-static", "1.62.0", "ISC", "https://github.com/lucide-icons/lucide")
ATKINSON = Package(
    "@fontsource-variable/atkinson-hyperlegible-next",
    "5.3.0",
    "OFL-1.1",
    "https://github.com/googlefonts/atkinson-hyperlegible-next",
)
BRICOLAGE = Package(
    "@fontsource-variable/bricolage-grotesque",
    "5.3.0",
    "OFL-1.1",
    "https://github.com/ateliertriay/bricolage",
)
PACKAGES = (REBOOT, HTMX, LUCIDE, ATKINSON, BRICOLAGE)

# Path below lms/static -> where it is copied from, unchanged.
COPIES = {
    "reboot.css": (REBOOT, "dist/css/bootstrap-reboot.min.css"),
    "htmx.js": (HTMX, "dist/htmx.min.js"),
    "fonts/atkinson-next.woff2": (
        ATKINSON,
        "files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
    ),
    "fonts/atkinson-next-ext.woff2": (
        ATKINSON,
        "files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
    ),
    "fonts/bricolage.woff2": (BRICOLAGE, "files/bricolage-grotesque-latin-wght-normal.woff2"),
    "fonts/bricolage-ext.woff2": (
        BRICOLAGE,
        "files/bricolage-grotesque-latin-ext-wght-normal.woff2",
    ),
}

# Typst reads no variable fonts: path below lms/static -> (the two subsets, family, weight).
PRINT_FONTS = {
    "print/AtkinsonHyperlegibleNext-Regular.ttf": (
        ("fonts/atkinson-next.woff2", "fonts/atkinson-next-ext.woff2"),
        "Atkinson Hyperlegible Next",
        400,
    ),
    "print/AtkinsonHyperlegibleNext-Bold.ttf": (
        ("fonts/atkinson-next.woff2", "fonts/atkinson-next-ext.woff2"),
        "Atkinson Hyperlegible Next",
        700,
    ),
    "print/BricolageGrotesque-Bold.ttf": (
        ("fonts/bricolage.woff2", "fonts/bricolage-ext.woff2"),
        "Bricolage Grotesque",
        700,
    ),
}
STYLES = {400: "Regular", 700: "Bold"}

# Every icon weighs on every first visit: name one here only when a template shows it.
_ICONS = """
    arrow-left arrow-right award ban bell book-open calendar-clock calendar-days chart-column
    check chevron-left chevron-right circle-check circle-dashed circle-pause
    circle-question-mark circle-x clock clock-alert contrast copy database download ellipsis eye
    file-pen file-text funnel history hourglass house info key-round languages layout-dashboard
    lightbulb list-checks lock log-in log-out mail pencil play plus printer refresh-cw search
    send server settings shield-check triangle-alert upload user-round users video x
"""


def main() -> int:
    """Rebuild, or check; the exit status says whether the files are as recorded."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare with LICENCES.md")
    if parser.parse_args().check:
        return check()
    with tempfile.TemporaryDirectory() as folder:
        roots = {package: unpack(package, Path(folder)) for package in PACKAGES}
        for target, (package, source) in COPIES.items():
            write(target, (roots[package] / source).read_bytes())
        write("icons.svg", sprite(roots[LUCIDE] / "icons"))
        for target, (subsets, family, weight) in PRINT_FONTS.items():
            write(target, static_font([STATIC / subset for subset in subsets], family, weight))
        LICENCES.write_text(licences(roots), encoding="utf-8")
    return 0


def check() -> int:
    """Report every vendored file that is missing or differs from its recorded digest."""
    recorded = dict(re.findall(r"`([^`]+)` \| [^|]+ \| `([0-9a-f]{64})`", LICENCES.read_text()))
    wrong = [name for name in vendored() if recorded.get(name) != digest(name)]
    for name in wrong:
        sys.stderr.write(f"{name}: not as recorded in {LICENCES.name}\n")
    return 1 if wrong else 0


def vendored() -> Iterator[str]:
    """Paths below lms/static that come from elsewhere."""
    yield from COPIES
    yield "icons.svg"
    yield from PRINT_FONTS


def digest(name: str) -> str:
    """SHA-256 of a vendored file; empty when it is missing."""
    path = STATIC / name
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def write(target: str, content: bytes) -> None:
    """Write one file below lms/static."""
    path = STATIC / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def unpack(package: Package, folder: Path) -> Path:
    """Download one package (npm compares the registry's digest) and return its unpacked root."""
    done = subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    root = folder / f"{package.name.replace('/', '-')}-{package.version}"
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(root, filter="data")
    return root / "package"


def sprite(folder: Path) -> bytes:
    """One SVG with a `<symbol>` for each icon; stroke and size come from the style sheet."""
    symbols = []
    for name in _ICONS.split():
        drawing = (folder / f"{name}.svg").read_text(encoding="utf-8")
        shapes = drawing[drawing.index(">", drawing.index("<svg")) + 1 : drawing.index("</svg>")]
        inner = "".join(shapes.split("\n")).replace("  ", "").replace(" />", "/>")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    lines = "\n".join(symbols)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{lines}\n</svg>\n'.encode()


def static_font(subsets: list[Path], family: str, weight: int) -> bytes:
    """Cut one weight out of the variable subsets, join them and name the result for typst."""
    fonts = import_module("fontTools.ttLib")
    instancer = import_module("fontTools.varLib.instancer")
    merge = import_module("fontTools.merge")
    with tempfile.TemporaryDirectory() as folder:
        cut = []
        for number, subset in enumerate(subsets):
            font = fonts.TTFont(subset, recalcTimestamp=False)
            font.flavor = None
            instance = instancer.instantiateVariableFont(font, {"wght": weight})
            cut.append(str(Path(folder) / f"{number}.ttf"))
            instance.save(cut[-1])
        joined = merge.Merger().merge(cut)
        for number, value in naming(family, STYLES[weight]).items():
            joined["name"].setName(value, number, 3, 1, 0x409)
        bold = weight == max(STYLES)
        joined["OS/2"].usWeightClass = weight
        joined["OS/2"].fsSelection = 1 << 5 if bold else 1 << 6
        joined["head"].macStyle = int(bold)
        # The clock would make every rebuild a different file.
        joined.recalcTimestamp = False
        joined["head"].created = joined["head"].modified = fonts.TTFont(subsets[0])["head"].modified
        target = Path(folder) / "joined.ttf"
        joined.save(target)
        return target.read_bytes()


def naming(family: str, style: str) -> dict[int, str]:
    """Entries of the OpenType table `name`: family and style instead of those of the variable."""
    postscript = f"{family.replace(' ', '')}-{style}"
    return {1: family, 2: style, 4: f"{family} {style}", 6: postscript, 16: family, 17: style}


def licences(roots: dict[Package, Path]) -> str:
    """The text of LICENCES.md: every foreign file, where it comes from, under which terms."""
    origin = {target: package for target, (package, _) in COPIES.items()}
    origin["icons.svg"] = LUCIDE
    for target, (subsets, _, _) in PRINT_FONTS.items():
        origin[target] = origin[subsets[0]]
    packages = "\n".join(
        f"| {package.name} | {package.version} | {package.licence} | <{package.home}> |"
        for package in PACKAGES
    )
    files = "\n".join(
        f"| `{name}` | {origin[name].name} | `{digest(name)}` |" for name in vendored()
    )
    texts = "\n".join(
        f"## {package.name} {package.version}\n\n```text\n{terms(roots[package])}\n```\n"
        for package in PACKAGES
    )
    return f"""# Files from elsewhere

Written by `scripts/assets.py`; do not edit. Everything else in this folder is our own work and
stands under the licence of the repository.

| package | version | licence | source |
|---|---|---|---|
{packages}

| file | package | SHA-256 |
|---|---|---|
{files}

`reboot.css`, `htmx.js` and the files in `fonts/` are unchanged. `icons.svg` holds the icons that
Lernstand shows, as symbols. The files in `print/` are single weights cut out of the two variable
subsets of one family and joined; the Open Font License allows that, and neither family reserves
its name.

{texts}"""


def terms(root: Path) -> str:
    """The licence text that the package carries, without trailing blanks."""
    lines = (root / "LICENSE").read_text(encoding="utf-8").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


if __name__ == "__main__":
    sys.exit(main())
