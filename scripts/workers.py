"""The processes that run.py keeps alive, and their logs."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import environment
from environment import say

LONGEST_PAUSE_SECONDS = 30
CALM_AFTER_SECONDS = 60
LOG_DAYS = 7


@dataclass
class Worker:
    """One of the supervised processes and how often it ended by itself."""

    name: str
    command: tuple[str, ...]
    log: Path
    descriptors: tuple[int, ...] = ()
    log_begins_at: int = 0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    restart_at: float = 0.0

    def start(self, environ: dict[str, str]) -> None:
        """Start the process; what it says goes to its log."""
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self.log_begins_at = os.fstat(log).st_size
            self.process = environment.start_child(
                *self.command, env=environ, stdout=log, stderr=log, pass_fds=self.descriptors
            )
        finally:
            os.close(log)
        self.started_at = time.monotonic()

    def go(self) -> None:
        """Tell the process that the database is ready."""
        if self.process is not None and self.process.stdin is not None:
            try:
                self.process.stdin.write(b"\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                return  # it has died; whoever watches it will see that

    def last_words(self, lines: int = 5) -> str:
        """The end of what it has logged since its start."""
        with self.log.open("rb") as stream:
            stream.seek(max(self.log_begins_at, self.log.stat().st_size - 4000))
            text = stream.read().decode(errors="replace")
        return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])


def look_after(worker: Worker, environ: dict[str, str]) -> None:
    """One look at one process."""
    if worker.process is None:
        if time.monotonic() >= worker.restart_at:
            worker.start(environ)
            worker.go()
        return
    code = worker.process.poll()
    if code is None:
        return
    was_calm = time.monotonic() - worker.started_at > CALM_AFTER_SECONDS
    worker.failures = 1 if was_calm else worker.failures + 1
    pause = min(2 ** (worker.failures - 1), LONGEST_PAUSE_SECONDS)
    worker.process, worker.restart_at = None, time.monotonic() + pause
    say(f"{worker.name} ended ({ending(code)}); starting it again in {pause} s. Its last words:")
    say(worker.last_words())


def ending(code: int) -> str:
    """An exit code in words."""
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def stop_all(workers: list[Worker], seconds: float) -> None:
    """Ask all to end at the same time, then end those that did not."""
    running = [w.process for w in workers if w.process is not None and w.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + seconds
    for process in running:
        environment.stop_child(process, max(0.1, deadline - time.monotonic()))


def tidy_logs(folder: Path) -> None:
    """Put what was logged aside by day; nothing is kept longer than a week (trust.md 5.5)."""
    for log in folder.glob("*.log"):
        if log.stat().st_size:
            day = time.strftime("%Y-%m-%d", time.localtime(log.stat().st_mtime))
            _append(log, log.with_name(f"{log.name}.{day}"))
            # Emptied, not replaced: its process keeps it open for appending.
            os.truncate(log, 0)
    for old in folder.glob("*.log.*"):
        if old.stat().st_mtime < time.time() - LOG_DAYS * 24 * 3600:
            old.unlink()


def _append(log: Path, archive: Path) -> None:
    written_at = log.stat().st_mtime
    descriptor = os.open(archive, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "wb") as target, log.open("rb") as source:
        shutil.copyfileobj(source, target)
    os.utime(archive, (written_at, written_at))
