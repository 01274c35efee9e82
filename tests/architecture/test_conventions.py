"""House rules that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LMS = ROOT / "lms"
MODULES = sorted(LMS.rglob("*.py"))
BANNED = {
    *("util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "services"),
    *("handler", "handlers", "data", "info", "process", "do", "base2"),
}
# Names whose word means just that: LMS_DATA_DIR, a list of common passwords, SQLAlchemy's own.
ALLOWED = {
    "_data_dir",
    "PasswordTooCommon",
    "process_bind_param",
    "process_formdata",
    "process_result_value",
}
LINES = 300
# The three side writes (trust.md, before section 1) and the modules that do them.
ATTEMPTS = {"lms/access/views/counting.py", "lms/certifications/views/check.py"}
LAST_SEEN = {"lms/app.py"}
LOOKS_AT_RECORDS = {"lms/audit/looks.py", "lms/certifications/views/document.py"}


def relative(path: Path) -> str:
    """How a module is named in a message."""
    return path.relative_to(ROOT).as_posix()


def words(name: str) -> set[str]:
    """The words in a name, snake case or camel case; "master data" is one word."""
    name = name.replace("master_data", "master").replace("MasterData", "Master")
    return set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))


def test_commit_is_called_in_two_places():
    found = {
        relative(path): count
        for path in MODULES
        if (count := path.read_text("utf-8").count(".commit("))
    }
    assert found == {"lms/kernel/db.py": 1, "lms/web/db.py": 1}


def test_beside_the_request_write_only_the_three_that_may():
    calls = re.compile(r"(?<!def )\b(?:beside_the_request|after_the_request)\(")
    found = {relative(path) for path in MODULES if calls.search(path.read_text("utf-8"))}
    assert found - {"lms/web/db.py"} == ATTEMPTS | LAST_SEEN | LOOKS_AT_RECORDS


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_paths_and_definitions_say_what_they_are(path):
    assert words(path.stem) & BANNED == set()
    assert words(path.parent.name) & BANNED == set()
    defined = [
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    assert [name for name in defined if name not in ALLOWED and words(name) & BANNED] == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_room_fits_on_a_few_screens(path):
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= LINES


def test_every_setting_is_documented():
    source = (LMS / "settings.py").read_text("utf-8")
    names = set(re.findall(r'(?:given\.\w+|_mailbox)\(\s*(?:given, )?"([A-Z_]+)"', source))
    assert {"DATA_DIR", "SMTP_HOST", "MAIL_FROM", "HOLIDAYS"} <= names
    documented = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert [name for name in sorted(names) if f"LMS_{name}" not in documented] == []
