"""What /privacy promises not to be recorded is not: one test for each of its sentences.

A promise names its check; the test of that name proves it from tables, templates and code.
"""

import ast
import re
from pathlib import Path

from lms.models import Model
from lms.privacy.rules import NOT_RECORDED

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = [
    (table.name, column.name)
    for table in Model.metadata.tables.values()
    for column in table.columns
]


def columns_like(pattern):
    """Columns with one of these words in their name."""
    words = re.compile(rf"(?:^|_)(?:{pattern})(?:_|$)")
    return {f"{table}.{column}" for table, column in COLUMNS if words.search(column)}


def test_each_promise_has_its_check_and_each_check_its_promise():
    checks = {
        name.removeprefix("test_not_recorded_") for name in globals() if "not_recorded_" in name
    }
    assert checks == {promise.check for promise in NOT_RECORDED}


def test_not_recorded_time_on_a_page():
    # Minutes and seconds there are only of courses, sessions and what people hand in of others.
    assert (
        columns_like("seconds|duration|dwell|time_spent|viewed|visited|visits|opened_page") == set()
    )
    assert columns_like("page") == {"record_views.page"}
    script = (ROOT / "lms" / "static" / "app.js").read_text("utf-8")
    # The page that is left saves what was typed; it measures nothing.
    assert re.findall(r"performance\.|Date\.now|timeStamp|PerformanceObserver", script) == []


def test_not_recorded_watching_a_video():
    assert columns_like("watched|position_seconds|resume|seek|speed|share_watched|clicks") == set()
    progress = Model.metadata.tables["lesson_progress"]
    assert set(progress.columns.keys()) == {"enrolment_id", "lesson_key", "done_at", "is_confirmed"}


def test_not_recorded_place():
    # The throttle keeps a keyed hash of address or name, never what it was made of.
    assert columns_like("ip|remote|client|latitude|longitude|geo|city|device|fingerprint") == set()
    attempts = Model.metadata.tables["sign_in_attempts"]
    assert set(attempts.columns.keys()) == {"id", "subject", "at"}
    assert attempts.columns["subject"].type.length == 64
    log = ROOT.joinpath("lms", "web", "errors.py").read_text("utf-8")
    assert "remote_addr" not in log


def test_not_recorded_opening_a_mail():
    tables = ("outbox_messages.", "mailbox_messages.", "notices.")
    told = {name for name in columns_like("opened|clicked|read|seen") if name.startswith(tables)}
    assert told == set()
    mails = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "templates" / "emails").rglob("*.html")
    )
    assert re.findall(r"<img|background=|url\(|<link|<script", mails) == []


def test_not_recorded_reason_of_an_absence():
    absences = Model.metadata.tables["absences"]
    assert set(absences.columns.keys()) == {"id", "person_id", "from_on", "until_on"}


def test_not_recorded_comparing_people():
    assert columns_like("rank|ranking|percentile|rating|grade|average") == set()
    # Scores and answers are read by the pages of the one who gave them, and nowhere else.
    readers = {
        path.relative_to(ROOT / "lms").parts[0]
        for path in (ROOT / "lms").rglob("*.py")
        if {"QuizAttempt", "Response"} & names_from_learning(path)
    }
    # The start page tells the viewer where they left off.
    assert readers <= {"learning", "home"}


def names_from_learning(path):
    """What a module imports from the tables of learning."""
    return {
        alias.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "lms.learning.models"
        for alias in node.names
    }
