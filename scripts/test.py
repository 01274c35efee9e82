#!/usr/bin/env python3
"""Check everything with one command; see --help."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said in words instead of a syntax error
    sys.exit("Lernstand needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))

import argparse
import os
import subprocess
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import chromium
import environment
from environment import PYTHON, ROOT, Refusal, say

PYTEST = (str(PYTHON), "-m", "pytest", "-q")


@dataclass(frozen=True)
class Step:
    """One check: commands that must all end with 0."""

    name: str
    commands: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Outcome:
    """How it went."""

    name: str
    ok: bool
    seconds: float
    output: str = ""


def main() -> int:
    """Make the environment, run every check, sum up."""
    options, rest = read_options()
    begun = time.monotonic()
    try:
        environment.make("requirements.txt", "requirements-dev.txt")
        environ = test_environ()
        if not options.fast:
            environ["LMS_TEST_CHROMIUM"] = chromium.find_or_install()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    say(f"ready after {time.monotonic() - begun:.1f} s")
    outcomes = [] if rest else run_side_by_side(static_steps(options), environ)
    outcomes += [run_aloud(step, environ) for step in test_steps(options, rest)]
    return sum_up(outcomes, time.monotonic() - begun)


def read_options() -> tuple[argparse.Namespace, list[str]]:
    """Own options, and what goes to pytest."""
    parser = argparse.ArgumentParser(
        description="Run linters, type check, import contract, template check and all tests, "
        "on SQLite and PostgreSQL and in Chromium. Further arguments go to pytest (then only "
        "tests are run)."
    )
    parser.add_argument(
        "--fast", action="store_true", help="without browser and PostgreSQL, in under a minute"
    )
    parser.add_argument("--faults", action="store_true", help="with the long fault injections")
    return parser.parse_known_args()


def test_environ() -> dict[str, str]:
    """Without the settings of whoever starts the tests."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LMS_") or name.startswith("LMS_TEST_")
    }


def static_steps(options: argparse.Namespace) -> list[Step]:
    """What can be checked without a database, the longest first."""
    tools = PYTHON.parent
    ruff, djlint = str(tools / "ruff"), str(tools / "djlint")
    coverage = (str(PYTHON), "-m", "coverage")
    unit_tests = (
        (*coverage, "erase"),
        (*coverage, "run", *PYTEST[1:], "-n", "2", "-m", "unit"),
        (*coverage, "combine", "--quiet"),
        (*coverage, "report", "--fail-under=100", "--include", ",".join(pure_files())),
    )
    return [
        Step("types (mypy)", ((str(tools / "mypy"),),)),
        *([] if options.fast else [Step("rules, every branch of them", unit_tests)]),
        Step("format (ruff)", ((ruff, "format", "--check", "."),)),
        Step("lint (ruff)", ((ruff, "check", "."),)),
        Step("import contract", ((str(tools / "lint-imports"), "--no-logo"),)),
        Step("templates (djlint)", ((djlint, "templates", "--lint", "--quiet"),)),
        Step("translations", ((str(PYTHON), "scripts/translations.py", "check"),)),
    ]


def pure_files() -> list[str]:
    """Rules and pure modules, as the import contract lists them."""
    with (ROOT / "pyproject.toml").open("rb") as stream:
        contracts = tomllib.load(stream)["tool"]["importlinter"]["contracts"]
    modules = next(each["source_modules"] for each in contracts if each["id"] == "pure")
    paths = [module.replace(".", "/") for module in modules]
    return [name for path in paths for name in (f"{path}.py", f"{path}/*.py")]


def test_steps(options: argparse.Namespace, rest: list[str]) -> list[Step]:
    """Tests that need a database, a browser, or patience."""
    left_out = ["not browser", "not postgresql"] if options.fast else []
    if rest:
        marks = left_out + ([] if options.faults else ["not faults"])
        return [pytest_step("chosen tests", marks, *rest)]
    # The full run has had the unit tests by then, with their branches counted.
    main_marks = ["not faults", *(left_out or ["not unit", "not browser"])]
    steps = [pytest_step("tests", main_marks, "-n", "2")]
    if not options.fast:
        marks = ["browser", "not faults"]
        steps.append(pytest_step("tests in the browser", marks, "-n", "2"))
    if options.faults:
        steps.append(pytest_step("fault injections", ["faults", *left_out]))
    return steps


def pytest_step(name: str, marks: list[str], *arguments: str) -> Step:
    """One run of pytest for tests that carry all these marks."""
    return Step(name, ((*PYTEST, "-m", " and ".join(marks), *arguments),))


def run_side_by_side(steps: list[Step], environ: dict[str, str]) -> list[Outcome]:
    """Two at a time; what a step says is shown when it failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda step: run_quietly(step, environ), steps))


def run_quietly(step: Step, environ: dict[str, str]) -> Outcome:
    """Run a step, keep what it says."""
    begun = time.monotonic()
    output, ok = "", True
    for command in step.commands:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environ,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        output += done.stdout
        ok = ok and done.returncode == 0
    outcome = Outcome(step.name, ok, time.monotonic() - begun, output)
    say(line_of(outcome) + ("" if ok else f"\n{output.rstrip()}\n"))
    return outcome


def run_aloud(step: Step, environ: dict[str, str]) -> Outcome:
    """Run a step whose progress people want to see."""
    say(f"…     {step.name}")
    begun = time.monotonic()
    codes = [
        subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
        for command in step.commands
    ]
    outcome = Outcome(step.name, not any(codes), time.monotonic() - begun)
    say(line_of(outcome))
    return outcome


def line_of(outcome: Outcome) -> str:
    """One line of the summary."""
    return f"{'ok' if outcome.ok else 'FAIL':5} {outcome.name:28} {outcome.seconds:6.1f} s"


def sum_up(outcomes: list[Outcome], seconds: float) -> int:
    """All results once more, below each other; the exit code."""
    say("\nSummary")
    for outcome in outcomes:
        say(f"  {line_of(outcome)}")
    failed = [outcome.name for outcome in outcomes if not outcome.ok]
    say(f"  {'FAIL: ' + ', '.join(failed) if failed else 'all passed'}, {seconds:.0f} s in all")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
