"""Find a Chromium for the tests in a browser, or install one. Standard library only."""

import os
import shutil
import subprocess
from pathlib import Path

from environment import PYTHON, Refusal, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright as start\n"
    "with start() as playwright: print(playwright.chromium.executable_path)"
)


def find() -> str | None:
    """The one on PATH, else Playwright's own; None when there is none that starts."""
    on_path = (shutil.which(name) for name in NAMES)
    return next((path for path in on_path if path and _starts(path)), None) or _playwrights()


def find_or_install() -> str:
    """The browser's path; a Refusal with one line when it can neither be found nor installed."""
    found = find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        say("Installing Chromium with apt-get …")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "update", "-q"], quiet)
        _run(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], quiet)
        found = find()
    if found is None:
        say("Installing Chromium with Playwright …")
        _run([str(PYTHON), "-m", "playwright", "install", "chromium"], dict(os.environ))
        found = find()
    if found is None:
        message = "No Chromium for the browser tests: install it (apt-get install chromium) first."
        raise Refusal(message)
    return found


def _playwrights() -> str | None:
    asked = subprocess.run(
        [str(PYTHON), "-c", ASK_PLAYWRIGHT], check=False, capture_output=True, text=True
    )
    path = asked.stdout.strip()
    return path if path and Path(path).exists() and _starts(path) else None


def _starts(path: str) -> bool:
    """On Ubuntu the command may be there and only ask for a snap."""
    command = [path, "--no-sandbox", "--version"]
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _run(command: list[str], environ: dict[str, str]) -> None:
    """Install; whether it worked is seen by looking for the browser again."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environ)
    if done.returncode != 0:
        say("\n".join((done.stdout + done.stderr).splitlines()[-5:]))
