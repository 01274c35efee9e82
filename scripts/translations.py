#!/usr/bin/env python3
"""Keep the English catalogue of the German texts in the sources.

update        extract all texts, merge them into messages.po, compile messages.mo
fill FILE     the same, and take English texts from a JSON file:
              {"German": "English", "German singular": ["one", "other"]}
missing       list the texts that have no English yet, with the files that use them
check         exit 1 when the catalogue is not what the sources ask for

Several people may run it at the same time: everything happens under one lock.
"""

import argparse
import datetime as dt
import fcntl
import io
import json
import os
import re
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
try:
    from babel.messages.catalog import Catalog, Message
    from babel.messages.extract import extract_from_file
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po, write_po
except ModuleNotFoundError:
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists() or Path(sys.prefix) == python.parent.parent:
        sys.exit("The environment is missing: run python3 scripts/run.py once.")
    os.execv(python, [str(python), *sys.argv])  # noqa: S606 - the same script, its own environment

LOCALE = "en"
CATALOGUE = ROOT / "lms" / "translations" / LOCALE / "LC_MESSAGES" / "messages.po"
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".svg"}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "N_": None,
    "ngettext": (1, 2),
}
JINJA_OPTIONS = {"silent": "false", "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols"}
# Dates in the header would change the file whenever somebody looks at it.
NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_DATED_HEADERS = (b'"POT-Creation-Date:', b'"PO-Revision-Date:', b'"Generated-By:')
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")
_ADDRESS_OR_TAG = re.compile(r"</?[a-z][^>]*>")


@dataclass
class Extraction:
    """What the sources ask for, and the files that could not be read."""

    template: Catalog = field(default_factory=lambda: Catalog(locale=LOCALE))
    broken: dict[str, str] = field(default_factory=dict)


def sources() -> Iterator[tuple[Path, str, dict[str, str]]]:
    """Each file that may hold texts, with the extractor's name and options."""
    for path in sorted((ROOT / "lms").rglob("*.py")):
        yield path, "python", {}
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in TEMPLATE_SUFFIXES:
            yield path, "jinja2", JINJA_OPTIONS


def extract() -> Extraction:
    """Read all sources; a file that somebody is in the middle of writing stops nothing."""
    result = Extraction()
    for path, method, options in sources():
        name = path.relative_to(ROOT).as_posix()
        try:
            found = list(extract_from_file(method, path, KEYWORDS, ("L10N:",), options))
        except Exception as error:  # noqa: BLE001 - tokenizer and Jinja raise what they like
            result.broken[name] = f"{type(error).__name__}: {error}"
            continue
        for line, text, comments, context in found:
            result.template.add(text, None, [(name, line)], (), comments, context=context)
    return result


def read_catalogue() -> Catalog:
    """The catalogue as it lies in the repository, empty when there is none."""
    if not CATALOGUE.exists():
        return Catalog(locale=LOCALE)
    with CATALOGUE.open("rb") as stream:
        return read_po(stream, locale=LOCALE)


def merge(catalogue: Catalog, extraction: Extraction) -> Catalog:
    """Bring the catalogue up to what the sources ask for; never guess from similar texts."""
    for message in texts(catalogue):
        if any(name in extraction.broken for name, _ in message.locations):
            extraction.template.add(message.id, None, message.locations, context=message.context)
    catalogue.update(extraction.template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for message in texts(catalogue):
        message.flags.discard("fuzzy")
    catalogue.fuzzy = False
    catalogue.project, catalogue.version = "Lernstand", "1"
    catalogue.copyright_holder, catalogue.header_comment = "Lernstand", "# English texts"
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    return catalogue


def texts(catalogue: Catalog) -> list[Message]:
    """All entries but the header."""
    return [message for message in catalogue if message.id]


def po_bytes(catalogue: Catalog) -> bytes:
    """The catalogue as text: sorted, with file names but without line numbers and dates."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=100, sort_output=True, include_lineno=False)
    lines = stream.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_DATED_HEADERS))


def mo_bytes(catalogue: Catalog) -> bytes:
    """The catalogue as the running application reads it."""
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def save(catalogue: Catalog) -> None:
    """Put both files in place, each at once."""
    for path, content in contents(catalogue):
        if not path.exists() or path.read_bytes() != content:
            draft = path.with_suffix(f"{path.suffix}.{os.getpid()}")
            draft.write_bytes(content)
            draft.replace(path)


def contents(catalogue: Catalog) -> list[tuple[Path, bytes]]:
    """Both files and what should stand in them."""
    return [
        (CATALOGUE, po_bytes(catalogue)),
        (CATALOGUE.with_suffix(".mo"), mo_bytes(catalogue)),
    ]


def strings(message: Message) -> tuple[str, ...]:
    """The English forms, one or two."""
    if isinstance(message.string, tuple | list):
        return tuple(message.string)
    return (message.string or "",)


def is_empty(message: Message) -> bool:
    """True while a form has no English yet."""
    forms = strings(message)
    return len(forms) < (2 if message.pluralizable else 1) or not all(forms)


def first_id(message: Message) -> str:
    """The German text, of two forms the singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def problem_of(message: Message) -> str | None:
    """What is wrong with the English of one entry, or None."""
    if is_empty(message):
        return "has no English text"
    german = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    for source, english in zip(german, strings(message), strict=True):
        # The singular may leave the number out in either language ("one course").
        spare = placeholders(german[-1]) if source is german[0] and len(german) > 1 else set()
        if (placeholders(source) ^ placeholders(english)) - spare:
            return f"has other placeholders in English: {english!r}"
        if tags(source) != tags(english):
            return f"has other tags in English: {english!r}"
    return None


def placeholders(text: str) -> set[str]:
    """Names between %( and )."""
    return set(_PLACEHOLDER.findall(text))


def tags(text: str) -> list[str]:
    """HTML tags in the order of the alphabet: a translation may turn them round."""
    return sorted(_ADDRESS_OR_TAG.findall(text))


def read_fillings(path: Path) -> dict[str, str | list[str]]:
    """The JSON file of `fill`; anything but texts and pairs of texts is refused."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: {error}")
    if not isinstance(found, dict):
        sys.exit(f"{path}: expected an object of German and English texts")
    for german, english in found.items():
        pair = isinstance(english, list) and len(english) == 2
        if not (isinstance(english, str) or (pair and all(isinstance(t, str) for t in english))):
            sys.exit(f'{path}: {german!r} needs a text or ["one", "other"]')
    return found


def fill(catalogue: Catalog, fillings: dict[str, str | list[str]]) -> list[str]:
    """Take the English texts; what did not fit comes back as lines for people."""
    by_id = {first_id(message): message for message in texts(catalogue)}
    refused = []
    for german, english in fillings.items():
        message = by_id.get(german)
        if message is None:
            refused.append(f"not in the sources: {german!r}")
        elif message.pluralizable != isinstance(english, list):
            wanted = '["one", "other"]' if message.pluralizable else "one text"
            refused.append(f"needs {wanted}: {german!r}")
        else:
            message.string = tuple(english) if isinstance(english, list) else english
    return refused


@contextmanager
def lock() -> Generator[None]:
    """One at a time, also between processes; the folder itself is the lock."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(CATALOGUE.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def report(lines: Iterable[str]) -> int:
    """Print what is wrong; 1 when something is."""
    count = 0
    for count, line in enumerate(lines, 1):  # noqa: B007 - the number of lines is the answer
        print(line, file=sys.stderr)
    return 1 if count else 0


def broken_lines(extraction: Extraction) -> list[str]:
    """One line for each file that could not be read."""
    return [f"cannot be read: {name}: {why}" for name, why in extraction.broken.items()]


def missing_lines(catalogue: Catalog) -> list[str]:
    """The texts without English and the files they stand in."""
    return [
        f"{first_id(message)!r}  ({', '.join(sorted({name for name, _ in message.locations}))})"
        for message in texts(catalogue)
        if is_empty(message)
    ]


def check_lines(catalogue: Catalog, extraction: Extraction) -> list[str]:
    """Everything that keeps the catalogue from being complete."""
    stale = [
        f"{path.relative_to(ROOT)}: not fresh, run scripts/translations.py update"
        for path, content in contents(catalogue)
        if not path.exists() or path.read_bytes() != content
    ]
    wrong = [
        f"{first_id(message)!r} {problem}"
        for message in texts(catalogue)
        if (problem := problem_of(message)) is not None
    ]
    return broken_lines(extraction) + stale + wrong


def run(arguments: argparse.Namespace) -> int:
    """One command under the lock; the exit code."""
    with lock():
        extraction = extract()
        catalogue = merge(read_catalogue(), extraction)
        if arguments.command == "check":
            return report(check_lines(catalogue, extraction))
        if arguments.command == "missing":
            return report(broken_lines(extraction) + missing_lines(catalogue))
        refused = []
        if arguments.command == "fill":
            refused = fill(catalogue, read_fillings(arguments.file))
        save(catalogue)
        count = len(missing_lines(catalogue))
        print(f"{len(texts(catalogue))} texts, {count} without English", file=sys.stderr)
        return report(broken_lines(extraction) + refused)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("update", "missing", "check"):
        commands.add_parser(name)
    commands.add_parser("fill").add_argument("file", type=Path)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
