"""The environment that run.py and test.py make: `.venv` with the pinned requirements.

Only the standard library is used here, since this runs before anything is installed.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SUPERVISED = ROOT / "scripts" / "supervised.py"
_PINNED = re.compile(r"^[\w.-]+(\[[\w,]+\])?==", re.MULTILINE)
_HANDLED = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([\w.-]+)")


class Refusal(Exception):
    """Something stands in the way; the text is one line that says what to do."""


def say(line: str) -> None:
    """Tell the person at the terminal, at once."""
    print(line, flush=True)


def make(*names: str) -> None:
    """Make `.venv` hold what the requirement files ask for; does nothing when it does."""
    with _one_at_a_time():
        if not (PYTHON.exists() and (VENV / "bin" / "pip").exists()):
            _make_venv()
        marker = VENV / f"{Path(names[-1]).stem}.sha256"
        wanted = _digest(names)
        if not marker.exists() or marker.read_text() != wanted:
            _install(names)
            marker.write_text(wanted)


def start_child(
    *arguments: str,
    env: dict[str, str] | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
    pass_fds: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start supervised.py with the environment's Python; it ends when this process does.

    Its standard input is a pipe whose other end only this process holds: when this process is
    gone, however it went, the pipe closes and the child stops itself.
    """
    return subprocess.Popen(
        [str(PYTHON), str(SUPERVISED), *arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        pass_fds=pass_fds,
        start_new_session=True,
    )


def stop_child(child: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask it to end, then end it."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def _one_at_a_time() -> Generator[None]:
    """run.py and test.py may be started at the same moment; the folder itself is the lock."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _make_venv() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            message = (
                f"Python {version} has no {module} here; on Debian or Ubuntu: "
                f"apt-get install python{version}-venv"
            )
            raise Refusal(message)
    say(f"Making the environment .venv with Python {version} …")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        check=False,
        capture_output=True,
        text=True,
    )
    if made.returncode != 0:
        words = (made.stdout + made.stderr).split()
        message = f"The environment .venv could not be made: {' '.join(words)}"
        raise Refusal(message)


def _digest(names: tuple[str, ...]) -> str:
    """Changes with every requirement and with the Python behind the environment."""
    digest = hashlib.sha256(os.path.realpath(PYTHON).encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _install(names: tuple[str, ...]) -> None:
    total = sum(len(_PINNED.findall((ROOT / name).read_text())) for name in names)
    say(f"Installing the requirements ({total} pinned packages; the first time takes a minute) …")
    files = [part for name in names for part in ("-r", str(ROOT / name))]
    options = ["--require-hashes", "--disable-pip-version-check", "--no-input"]
    pip = start_child(
        *("module", "pip", "install", *options, *files),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        last_lines = _show_progress(pip, total)
    finally:
        stop_child(pip, 5)
    if pip.returncode != 0:
        say("\n".join(last_lines))
        message = "The requirements could not be installed (above: pip's last lines)."
        raise Refusal(message)


def _show_progress(pip: subprocess.Popen[bytes], total: int) -> deque[str]:
    """Count packages as pip names them; pip's last lines for the case that it fails."""
    last_lines: deque[str] = deque(maxlen=15)
    seen: set[str] = set()
    for raw in pip.stdout or ():
        line = raw.decode(errors="replace").rstrip()
        last_lines.append(line)
        found = _HANDLED.match(line)
        if found and found[1] not in seen:
            seen.add(found[1])
            _show(f"  {len(seen)} of {total}: {found[1]}", is_step=len(seen) % 10 == 0)
        elif line.startswith("Installing collected packages"):
            _show("  unpacking …", is_step=True)
    pip.wait()
    _show("  done", is_step=True)
    if sys.stdout.isatty():
        say("")
    return last_lines


def _show(text: str, *, is_step: bool) -> None:
    """On a terminal one line that changes, in a file every tenth."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="", flush=True)
    elif is_step:
        say(text)
