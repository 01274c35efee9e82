"""The import contract holds, covers everything, and would be broken by what it forbids."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LMS = ROOT / "lms"
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
PACKAGES = {path.parent.name for path in LMS.glob("*/__init__.py")}
SHARED = {"kernel", "web"}
ROOMS = {
    *("rules", "models", "queries", "emails", "operations"),
    *("forms", "exports", "views", "cli"),
}
# One law each: a file, a line that breaks it, and the contract that must see it.
BREACHES = [
    ("audit/queries.py", "import lms.people.models", "floors"),
    ("people/rules.py", "import lms.people.models", "rooms"),
    ("people/operations.py", "import flask", "no_flask_below_views"),
    ("people/rules.py", "import sqlalchemy", "pure"),
    ("learning/views/course.py", "import lms.access.forms", "own_rooms"),
    ("system/models.py", "import apscheduler", "only_jobs_knows_apscheduler"),
]


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Check the package `lms` below a folder with the contracts of pyproject.toml."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo", *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


def test_every_contract_is_kept():
    checked = lint(ROOT)
    assert (checked.returncode, checked.stdout if checked.returncode else "") == (0, "")


@pytest.mark.parametrize(("path", "line", "contract"), BREACHES, ids=[b[2] for b in BREACHES])
def test_a_breach_is_seen(tmp_path, path, line, contract):
    shutil.copytree(LMS, tmp_path / "lms", ignore=lambda _, names: set(names) & {"static"})
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "import_contracts.py", tmp_path / "scripts")
    assert lint(tmp_path, "--contract", contract).returncode == 0
    with (tmp_path / "lms" / path).open("a") as stream:
        stream.write(f"\n{line}\n")
    assert lint(tmp_path, "--contract", contract).returncode == 1


def test_every_feature_has_rooms():
    assert set(CONTRACTS["rooms"]["containers"]) == {f"lms.{name}" for name in PACKAGES - SHARED}


def test_only_jobs_may_know_apscheduler():
    modules = {path.stem for path in LMS.glob("*.py")} - {"__init__"}
    expected = {f"lms.{name}" for name in (PACKAGES | modules) - {"jobs"}}
    assert set(CONTRACTS["only_jobs_knows_apscheduler"]["source_modules"]) == expected


def test_pure_modules_exist():
    for module in CONTRACTS["pure"]["source_modules"]:
        pattern = module.removeprefix("lms.").replace(".", "/")
        assert [*LMS.glob(f"{pattern}.py"), *LMS.glob(f"{pattern}/__init__.py")] != [], module


def test_a_feature_is_described_in_one_paragraph_and_imports_nothing():
    for name in PACKAGES:
        text = (LMS / name / "__init__.py").read_text("utf-8").strip()
        assert text.startswith('"""'), name
        assert text.endswith('"""'), name
        assert text.count('"""') == 2, name
        assert "\n\n" not in text, name
