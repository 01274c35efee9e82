"""A house of one room for trials of run.py: copied to wsgi.py of an otherwise empty project.

What it does is chosen by the variables TRIAL_…; marks left in the data folder say what happened.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

import click
from flask import Flask

DATA = Path(os.environ["LMS_DATA_DIR"])
PREPARED = DATA / "prepared"
DEMONSTRATION = {"employee": {"email": "kim@example.org", "password": "a long one"}}

app = Flask("stub")


@app.get("/readyz")
def ready() -> tuple[str, int]:
    """Ready once the data is prepared."""
    return ("ok", 200) if PREPARED.exists() else ("not prepared", 503)


@app.get("/slow")
def slow() -> str:
    """An answer that takes a while."""
    (DATA / "slow-begun").touch()
    time.sleep(2)
    return "slow, but here"


@app.get("/large")
def large() -> bytes:
    """As much as one answer to a range request."""
    return bytes(1024 * 1024)


@app.cli.command("prepare")
@click.option("--empty", is_flag=True)
def prepare(*, empty: bool) -> None:
    """Make the data, or fail, or never end."""
    if os.environ.get("TRIAL_PREPARE") == "refuse":
        sys.exit("database is newer than this code")
    (DATA / "preparing").touch()
    if os.environ.get("TRIAL_PREPARE") == "hang":
        time.sleep(60)
    PREPARED.touch()
    if not empty:
        (DATA / "demonstration.json").write_text(json.dumps(DEMONSTRATION))


def stay(name: str) -> None:
    """Be a background process; one may be told to die at its first start."""
    mark = DATA / f"{name}-died"
    if os.environ.get("TRIAL_DIES") == name and not mark.exists():
        mark.touch()
        sys.exit("out of coffee")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        time.sleep(0.1)


@app.cli.group()
def scheduler() -> None:
    """As in the real house."""


@scheduler.command("run")
def run() -> None:
    """The scheduler."""
    stay("scheduler")


@app.cli.group()
def mail() -> None:
    """As in the real house."""


@mail.command()
@click.option("--follow", is_flag=True)
def deliver(*, follow: bool) -> None:
    """The mail worker."""
    stay("mail")


@app.cli.group()
def people() -> None:
    """As in the real house."""


@people.command("setup-address")
def setup_address() -> None:
    """The one-time address."""
    click.echo(f"{os.environ['LMS_BASE_URL']}/setup/token")
