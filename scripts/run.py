#!/usr/bin/env python3
"""Start Lernstand with one command; see --help."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said in words instead of a syntax error
    sys.exit("Lernstand needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))

import argparse
import contextlib
import errno
import fcntl
import http.client
import ipaddress
import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import environment
import workers
from environment import ROOT, Refusal, say
from workers import Worker

if TYPE_CHECKING:
    from types import FrameType

READY_WITHIN_SECONDS = 60
PORT_WITHIN_SECONDS = 2
STOP_WITHIN_SECONDS = 15
ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to be recognised


@dataclass
class House:
    """The data folder and the processes that serve it."""

    data: Path
    listener: socket.socket
    environ: dict[str, str]
    workers: list[Worker] = field(default_factory=list)

    def start(self, name: str, *command: str, descriptors: tuple[int, ...] = ()) -> Worker:
        """Start one more process."""
        worker = Worker(name, command, self.data / "log" / f"{name}.log", descriptors)
        worker.start(self.environ)
        self.workers.append(worker)
        return worker


def main() -> int:
    """Make the environment, prepare the data, serve until told to stop."""
    options = read_options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup asks for just that
        signal.signal(signal.SIGHUP, leave)
    try:
        data = open_data(options)
        listener = listen(options)
        environment.make("requirements.txt")
        os.umask(0o077)  # database, files and logs are nobody else's (trust.md 6.1)
        house = House(data, listener, child_environ(options, data, listener))
        try:
            keep(house, options)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            workers.stop_all(house.workers, STOP_WITHIN_SECONDS)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Start Lernstand: web pages, scheduler and mail delivery. "
        "The first start installs what is needed and loads a demonstration organisation."
    )
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one (default 8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT / "instance",
        help="folder for database, files and logs (default instance/)",
    )
    parser.add_argument(
        "--empty",
        action="store_true",
        help="no demonstration people; prints a one-time address for the first administrator",
    )
    options = parser.parse_args()
    if not 0 <= options.port <= 65535:
        parser.error("--port needs a number from 0 to 65535")
    return options


def leave(number: int, _frame: FrameType | None) -> NoReturn:
    """Ctrl-C, SIGTERM or a closed terminal: a wanted end, so the exit code is 0."""
    with contextlib.suppress(OSError):  # the terminal may be gone
        say(f"Stopping ({signal.Signals(number).name}) …")
    raise SystemExit(0)


def open_data(options: argparse.Namespace) -> Path:
    """The data folder: made, writable, and held by this process alone."""
    data: Path = options.data.absolute()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "log").mkdir(mode=0o700, exist_ok=True)
        lock = os.open(data / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = (
            f"The data folder {data} cannot be written ({error.strerror}). "
            "Choose another: --data DIR"
        )
        raise Refusal(message) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(lock, 20).decode(errors="replace").strip()
        message = f"The data folder {data} is in use by another run.py (process {holder})."
        raise Refusal(message) from error
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    refuse_wrong_demonstration(options, data)
    return data


def refuse_wrong_demonstration(options: argparse.Namespace, data: Path) -> None:
    """A demonstration, whose sign-ins are one click away, is served to this machine only."""
    if options.empty and (data / "demonstration.json").exists():
        message = (
            f"The data folder {data} holds a demonstration organisation; "
            "--empty needs another one: --data DIR"
        )
        raise Refusal(message)
    if not options.empty and not is_loopback(options.host):
        message = (
            f"--host {options.host} would show the demonstration to others: it is served on "
            "127.0.0.1 only. For a real organisation use --empty."
        )
        raise Refusal(message)


def is_loopback(host: str) -> bool:
    """True for addresses that only this machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(options: argparse.Namespace) -> socket.socket:
    """The listening socket: held here, so that a restart of the web process refuses nobody."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    deadline = time.monotonic() + PORT_WITHIN_SECONDS
    while True:
        try:
            return socket.create_server((options.host, options.port), family=family, backlog=512)
        except OSError as error:
            # The processes of a run.py that was killed let go of the port a moment later.
            if error.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            # create_server adds the address to the text of the errors that have a number.
            number = error.errno or 0
            reason = os.strerror(number) if number > 0 else error.strerror
            message = (
                f"Port {options.port} on {options.host} cannot be used ({reason}). "
                "Choose another: --port N (0 picks a free one)"
            )
            raise Refusal(message) from error


def child_environ(
    options: argparse.Namespace, data: Path, listener: socket.socket
) -> dict[str, str]:
    """The settings that follow from the options; what the operator has set wins."""
    environ = dict(os.environ)
    environ["LMS_DATA_DIR"] = str(data)
    environ["PYTHONUNBUFFERED"] = "1"
    if not environ.get("LMS_BASE_URL"):
        own = f"http://{outer_name(options.host)}:{listener.getsockname()[1]}"
        environ["LMS_BASE_URL"] = base_url_in_file(data / "lms.env") or own
    return environ


def base_url_in_file(path: Path) -> str:
    """What the operator's file says, else an empty text."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""  # the application itself says what is wrong with the file
    pairs = (line.strip().partition("=") for line in lines)
    return next((v.strip().strip("\"'") for key, _, v in pairs if key == "LMS_BASE_URL"), "")


def outer_name(host: str) -> str:
    """How browsers name the address that is listened on; for "all addresses" this host's own."""
    if host in ALL_ADDRESSES:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                # Sends nothing: it only asks which own address leads outwards.
                probe.connect(("192.0.2.1", 9))
                return str(probe.getsockname()[0])
            except OSError:
                return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def keep(house: House, options: argparse.Namespace) -> NoReturn:
    """Prepare, start, announce, and watch until a signal ends it."""
    workers.tidy_logs(house.data / "log")
    descriptor = house.listener.fileno()
    # The web process loads while the database is prepared and waits for the word to go.
    web = house.start("web", "web", str(descriptor), descriptors=(descriptor,))
    prepare(house, options)
    web.go()
    wait_until_ready(house, web)
    house.start("scheduler", "module", "flask", "scheduler", "run")
    house.start("mail", "module", "flask", "mail", "deliver", "--follow")
    announce(house)
    watch(house)


def prepare(house: House, options: argparse.Namespace) -> None:
    """Migrate, publish starter courses, load the demonstration: whatever is still missing."""
    more = ["--empty"] if options.empty else []
    preparing = environment.start_child("module", "flask", "prepare", *more, env=house.environ)
    try:
        code = preparing.wait()
    finally:
        environment.stop_child(preparing, 5)
    if code != 0:
        message = "The data could not be prepared (the reason stands above); nothing was started."
        raise Refusal(message)


def wait_until_ready(house: House, web: Worker) -> None:
    """Until /readyz answers 200; gives up with the reasons that it names."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    reasons = "no answer"
    while time.monotonic() < deadline:
        if web.process is None or web.process.poll() is not None:
            message = f"The web process ended at once:\n{web.last_words()}"
            raise Refusal(message)
        status, reasons = ask_ready(house.listener)
        if status == http.client.OK:
            return
        time.sleep(0.05)
    message = f"The pages are not ready after {READY_WITHIN_SECONDS} seconds: {reasons}"
    raise Refusal(message)


def ask_ready(listener: socket.socket) -> tuple[int, str]:
    """Status and text of /readyz; 0 while nobody answers."""
    host, port = listener.getsockname()[:2]
    connection = http.client.HTTPConnection(ALL_ADDRESSES.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


def announce(house: House) -> None:
    """The address, and how one gets in."""
    say(f"Lernstand is ready: {house.environ['LMS_BASE_URL']}")
    demonstration = house.data / "demonstration.json"
    if demonstration.exists():
        say("Demonstration sign-ins (one click each on the sign-in page):")
        for role, sign_in in json.loads(demonstration.read_text("utf-8")).items():
            say(f"  {role:14} {sign_in['email']:36} {sign_in['password']}")
    else:
        announce_setup(house)
    say(f"Logs: {house.data / 'log'}. Ctrl-C stops it.")


def announce_setup(house: House) -> None:
    """The one-time address; the command prints nothing once there is an administrator."""
    asking = environment.start_child(
        "module", "flask", "people", "setup-address", env=house.environ, stdout=subprocess.PIPE
    )
    try:
        address = asking.stdout.read() if asking.stdout is not None else b""
        asking.wait()
    finally:
        environment.stop_child(asking, 5)
    if address.strip():
        say("The first administrator sets a password here (works once):")
        say(f"  {address.decode().strip()}")


def watch(house: House) -> NoReturn:
    """Start again what dies; put the logs aside when the day changes. Ends by a signal only."""
    day = time.strftime("%x")
    while True:
        time.sleep(0.5)
        for worker in house.workers:
            workers.look_after(worker, house.environ)
        if time.strftime("%x") != day:
            day = time.strftime("%x")
            workers.tidy_logs(house.data / "log")


if __name__ == "__main__":
    sys.exit(main())
