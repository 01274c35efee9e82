"""run.py starts three processes, keeps them alive and leaves none behind, however it ends."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("run.py", "environment.py", "supervised.py", "workers.py")
PATIENCE_SECONDS = 30
Found = TypeVar("Found")

pytestmark = pytest.mark.usefixtures("loopback")


@dataclass
class Running:
    """A run.py at work and what it has said so far."""

    process: subprocess.Popen[str]
    reader: threading.Thread
    lines: list[str]
    data: Path

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first line that matches, once it is there."""
        return until(lambda: next(filter(None, (re.search(pattern, x) for x in self.lines)), None))

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.wait_for(r"ready: http://[\d.]+:(\d+)")[1])

    def child(self, word: str) -> psutil.Process:
        """The process that serves web, scheduler or mail."""
        return until(lambda: next((c for c in self.children() if word in c.cmdline()), None))

    def children(self) -> list[psutil.Process]:
        """All processes it has started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def get(self, path: str) -> str:
        """One request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()


def until(look: Callable[[], Found | None]) -> Found:
    """What a look finds, once it finds something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    message = "waited in vain"
    raise AssertionError(message)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with our scripts, our environment and a stub of an application."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "scripts").mkdir()
    (folder / "lms").mkdir()
    for name in SCRIPTS:
        shutil.copy(ROOT / "scripts" / name, folder / "scripts")
    (folder / "lms" / "__init__.py").touch()
    (folder / "lms" / "app.py").touch()
    shutil.copy(Path(__file__).parent / "stub_house.py", folder / "wsgi.py")
    shutil.copy(ROOT / "requirements.txt", folder)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


@pytest.fixture
def start(house: Path, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts run.py on a port of its own; whatever is left is killed at the end."""
    started: list[Running] = []

    def begin(*arguments: str, data: Path = tmp_path / "data", **trial: str) -> Running:
        own = {f"TRIAL_{name}": value for name, value in trial.items()}
        environ = {k: v for k, v in os.environ.items() if not k.startswith("LMS_")} | own
        process = subprocess.Popen(
            [sys.executable, "scripts/run.py", "--port", "0", "--data", str(data), *arguments],
            cwd=house,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(process.stdout))
        reader.start()
        running = Running(process, reader, lines, data)
        started.append(running)
        return running

    yield begin
    for running in started:
        running.process.kill()
        running.process.wait()
        running.reader.join()
        running.process.stdout.close()


def ended(running: Running) -> tuple[int, str]:
    """Exit code and everything it said, for a start that is refused."""
    code = running.process.wait(PATIENCE_SECONDS)
    running.reader.join()
    return code, "".join(running.lines)


def gone(processes: list[psutil.Process]) -> bool:
    """True when none of them is left."""
    return not psutil.wait_procs(processes, timeout=PATIENCE_SECONDS)[1]


def test_it_says_where_it_is_and_how_one_gets_in(start):
    running = start()
    assert running.get("/readyz") == "ok"
    assert running.wait_for(r"employee +kim@example.org +a long one")
    assert {"web", "scheduler", "mail"} == {
        name for name in ("web", "scheduler", "mail") if running.child(name)
    }
    assert running.data.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_cleanly(start, number):
    running = start()
    assert running.port
    running.child("mail")
    children = running.children()
    running.process.send_signal(number)
    assert running.process.wait(PATIENCE_SECONDS) == 0
    assert gone(children)


def test_killed_it_leaves_no_process_behind(start):
    running = start()
    assert running.port
    running.child("mail")
    children = running.children()
    assert len(children) == 3
    running.process.kill()
    assert gone(children)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_ended_while_preparing_it_leaves_no_process_behind(start, number):
    running = start(PREPARE="hang")
    until((running.data / "preparing").exists)
    children = running.children()
    running.process.send_signal(number)
    assert gone(children)


def test_what_is_being_answered_is_answered_to_the_end(start):
    running = start()
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(running.get("/slow")))
    assert running.port
    asking.start()
    until((running.data / "slow-begun").exists)
    running.process.terminate()
    asking.join()
    assert answers == ["slow, but here"]
    assert running.process.wait(PATIENCE_SECONDS) == 0


def test_a_web_process_that_dies_comes_back_and_nobody_is_refused(start):
    running = start()
    assert running.port
    running.child("web").kill()
    assert running.get("/readyz") == "ok"
    assert running.wait_for(r"web ended \(SIGKILL\); starting it again in 1 s")


def test_a_background_process_that_dies_comes_back_with_its_last_words(start):
    running = start(DIES="mail")
    assert running.wait_for(r"mail ended \(exit code 1\); starting it again in 1 s")
    assert running.wait_for("out of coffee")
    assert running.child("mail").is_running()


def test_slow_readers_hold_no_worker(start):
    running = start()
    readers = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(50)]
    for reader in readers:
        reader.sendall(b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    begun = time.monotonic()
    answers = [running.get("/readyz") for _ in range(20)]
    assert answers == ["ok"] * 20
    assert time.monotonic() - begun < 5
    for reader in readers:
        reader.close()


def test_an_empty_house_prints_a_one_time_address(start):
    running = start("--empty")
    found = running.wait_for(r"http://127\.0\.0\.1:(\d+)/setup/token")
    assert int(found[1]) == running.port
    assert not (running.data / "demonstration.json").exists()


def test_data_that_cannot_be_prepared_stops_the_start(start):
    code, said = ended(start(PREPARE="refuse"))
    assert code == 1
    assert "database is newer than this code" in said
    assert "nothing was started" in said


def test_two_on_one_data_folder_are_refused(start):
    first = start()
    assert first.port
    code, said = ended(start())
    assert code == 1
    assert f"is in use by another run.py (process {first.process.pid})" in said


def test_a_port_in_use_is_named(start, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = ended(start("--port", str(port)))
    assert (code, said) == (
        1,
        (
            f"Port {port} on 127.0.0.1 cannot be used (Address already in use). "
            "Choose another: --port N (0 picks a free one)\n"
        ),
    )


def test_a_folder_that_cannot_be_written_is_named(start, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    code, said = ended(start(data=folder))
    assert (code, said) == (
        1,
        (
            f"The data folder {folder} cannot be written (Not a directory). "
            "Choose another: --data DIR\n"
        ),
    )


def test_a_demonstration_is_shown_to_this_machine_only(start):
    code, said = ended(start("--host", "0.0.0.0"))  # noqa: S104 - refused
    assert (code, said) == (
        1,
        (
            "--host 0.0.0.0 would show the demonstration to others: "
            "it is served on 127.0.0.1 only. For a real organisation use --empty.\n"
        ),
    )


def test_a_data_folder_with_a_demonstration_stays_one(start, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "demonstration.json").write_text("{}")
    code, said = ended(start("--empty", data=data))
    assert code == 1
    assert said.startswith(f"The data folder {data} holds a demonstration organisation")
