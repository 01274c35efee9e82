"""A backup that is cut off in the middle, or finds the disk full, leaves nothing half."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lms.kernel import files
from tests import databases
from tests.system.backup_house import BackupHouse

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house(tmp_path):
    """An installation whose backup takes a while: 40 MB of films."""
    with databases.sqlite_database(tmp_path / "own.db") as engine:
        databases.migrate(engine)
        made = BackupHouse(tmp_path / "data", engine)
        made.fill()
    for number in range(40):
        files.save(made.settings.files, os.urandom(1_000_000) + bytes([number]))
    (tmp_path / "out").mkdir()
    return made


def command(house, *args):
    """`flask backup …` as a process of its own; its environment too."""
    environ = {
        "PATH": "/usr/bin:/bin",
        "LMS_DATA_DIR": str(house.settings.data_dir),
        "LMS_DATABASE_URL": house.url,
        "LMS_SECRET_KEY": house.settings.secret_key,
    }
    return [sys.executable, "-m", "flask", "backup", *map(str, args)], environ


@pytest.mark.parametrize("stage", ["made", "database", "archive", "films"])
def test_killed_in_the_middle(house, tmp_path, stage):
    target = tmp_path / "out" / "backup.zip"
    args, environ = command(house, "create", target)
    going = subprocess.Popen(args, env=environ, cwd=ROOT, stderr=subprocess.DEVNULL)
    while not reached(target.parent, stage):
        assert going.poll() is None, "it was too fast to be killed"
        time.sleep(0.001)
    going.send_signal(signal.SIGKILL)
    going.wait()
    assert not target.exists()
    assert house.run("create", target)[0] == 0
    assert [path.name for path in target.parent.iterdir()] == ["backup.zip"]
    assert house.run("verify", target)[0] == 0


def reached(folder, stage):
    """How far a backup has come, by what lies in its working folder."""
    for found in folder.glob(".lernstand-backup-*"):
        archive = found / "archive"
        size = archive.stat().st_size if archive.exists() else 0
        return {
            "made": True,
            "database": (found / "database.sqlite").exists(),
            "archive": archive.exists(),
            "films": size > 10_000_000,
        }[stage]
    return False


def test_a_full_disk_is_one_line_and_the_last_backup_stays(house, tmp_path):
    target = tmp_path / "out" / "backup.zip"
    args, environ = command(house, "create", target)
    assert subprocess.run(args, env=environ, cwd=ROOT, check=False).returncode == 0
    before = target.read_bytes()
    done = subprocess.run(
        args,
        env=environ,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000_000,) * 2),
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"the disk of {target.parent} is full (File too large)\n"
    assert [path.name for path in target.parent.iterdir()] == ["backup.zip"]
    assert target.read_bytes() == before
