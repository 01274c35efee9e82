"""What the documents say about commands and settings is what the code does."""

import re
from pathlib import Path
from pkgutil import resolve_name

import click
import pytest
from babel.messages.pofile import read_po

from lms.app import COMMANDS
from lms.settings import Settings, in_force
from lms.system.rules import TIMETABLE

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CATALOGUE = ROOT / "lms" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
# Bold and no text of a page: said for its weight.
SAID_LOUDLY = {"Nicht", "Not"}
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")


def leaves(command: click.Command, path: str) -> dict[str, click.Command]:
    """Every command below this one that does something, by its full name."""
    if not isinstance(command, click.Group):
        return {path: command}
    found: dict[str, click.Command] = {}
    for name, part in command.commands.items():
        found |= leaves(part, f"{path} {name}")
    return found


def commands_of_the_app() -> dict[str, set[str]]:
    """Full names of the app's commands and their options."""
    found: dict[str, click.Command] = {}
    for name, target in COMMANDS.items():
        found |= leaves(resolve_name(target), name)
    return {
        name: {o for p in command.params for o in p.opts if o.startswith("--")}
        for name, command in found.items()
    }


def documented_commands() -> dict[str, set[str]]:
    """The table of docs/operations.md: names and options."""
    rows = re.findall(r"^\| `flask ([^`]+)` \|", OPERATIONS, re.MULTILINE)
    return {
        re.sub(r" *(\[|--|[A-Z]{2}).*", "", row): set(re.findall(r"--[a-z-]+", row)) for row in rows
    }


def documented_settings() -> dict[str, str]:
    """The table of docs/operations.md: names and default values as they stand there."""
    return dict(re.findall(r"^\| `(LMS_\w+)` \| ([^|]+?) \|", OPERATIONS, re.MULTILINE))


def test_every_command_is_documented_with_its_options():
    assert documented_commands() == commands_of_the_app()


def test_the_jobs_of_the_scheduler_are_documented():
    sentence = next(line for line in OPERATIONS.splitlines() if line.startswith("The jobs of the"))
    assert set(re.findall(r"`([a-z-]+)`", sentence)) == {planned.name for planned in TIMETABLE}


def test_documented_settings_are_those_that_are_read():
    source = (ROOT / "lms" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'(?:given\.\w+|_mailbox)\(\s*(?:given, )?"([A-Z_]+)"', source))
    assert set(documented_settings()) == {f"LMS_{name}" for name in read}


def test_documented_defaults_hold(tmp_path):
    settings = Settings.from_env({"LMS_DATA_DIR": str(tmp_path)})
    held = {one.name: one.value for one in in_force(settings, {}) if one.value is not None}
    plain = re.compile(r"`([^`]+)`")
    documented = {
        name: match[1]
        for name, default in documented_settings().items()
        if (match := plain.fullmatch(default)) and name != "LMS_DATA_DIR"
    }
    assert len(documented) > 10
    assert documented == {name: held[name] for name in documented}


def test_settings_documented_without_a_default_have_none(tmp_path):
    held = Settings.from_env({"LMS_DATA_DIR": str(tmp_path)})
    empty = [name for name, default in documented_settings().items() if default == "–"]
    assert empty != []
    assert [n for n in empty if getattr(held, n.removeprefix("LMS_").lower()) is not None] == []


def test_the_readme_names_the_two_commands_alone_on_their_lines():
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert lines.count("python3 scripts/run.py") == 1
    assert lines.count("python3 scripts/test.py") == 1


def test_each_decision_has_a_number_of_its_own():
    numbers = [page.name[:4] for page in (ROOT / "docs" / "decisions").glob("*.md")]
    assert sorted(numbers) == [f"{number:04}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    targets = [t.split("#")[0] for t in LINK.findall(page.read_text("utf-8")) if "://" not in t]
    assert [t for t in targets if t and not (page.parent / t).exists()] == []


def labels(folder: str) -> set[str]:
    """What a handbook prints bold: texts of the pages."""
    pages = "\n".join(page.read_text("utf-8") for page in (ROOT / "docs" / folder).glob("*.md"))
    return set(re.findall(r"\*\*([^*]+)\*\*", pages)) - SAID_LOUDLY


def texts_of_the_pages() -> tuple[set[str], set[str]]:
    """All German texts and all English ones, without the joiners that keep words together."""
    with CATALOGUE.open("rb") as stream:
        messages = [message for message in read_po(stream) if message.id]
    both = ([m.id for m in messages], [m.string for m in messages])
    german, english = (
        {
            text.replace("\u2060", "")
            for value in values
            for text in ([value] if isinstance(value, str) else value)
        }
        for values in both
    )
    return german, english


def test_the_handbooks_quote_what_the_pages_say():
    german, english = texts_of_the_pages()
    assert sorted(labels("handbuch") - german) == []
    assert sorted(labels("handbook") - english) == []
