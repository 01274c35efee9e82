"""Loading the demonstration organisation: the story, people in mid-course, the sign-ins."""

import datetime as dt
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, select

from lms.access import hashing
from lms.access.operations.passwords import set_password
from lms.kernel.db import Sessions, make_engine, reading, transaction
from lms.kernel.domain import DomainError
from lms.people.models import Person
from lms.system.demo.last_touches import last_touches
from lms.system.demo.learners import Classroom, first_rounds, open_rounds, take
from lms.system.demo.people import STARS
from lms.system.demo.scene import Setting
from lms.system.demo.sessions import hold_sessions
from lms.system.demo.story import Story

_BEGUN = 3
_HANDED_IN = 3


class PeopleAreThere(DomainError):
    """A demonstration is never mixed with people who are there already."""

    message = "the database holds people already; choose another LMS_DATA_DIR"


def require_nobody(sessions: Sessions) -> None:
    """Raise PeopleAreThere unless the database is empty."""
    with reading(sessions) as session:
        if session.scalar(select(Person.id).limit(1)) is not None:
            raise PeopleAreThere


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demonstration is written: database address and the file of the sign-ins."""

    database_url: str
    sign_ins_file: Path
    settings_file: Path


def load(
    stage: Stage,
    setting: Setting,
    *,
    make_courier: Callable[[Sessions], Callable[[dt.datetime], object]],
    tell: Callable[[str], None],
    now: dt.datetime,
) -> None:
    """Tell the whole story into an empty database; the file of sign-ins is written last."""
    require_nobody(setting.sessions)
    quick = Sessions(_hasty_engine(stage.database_url))
    setting = replace(setting, sessions=quick)
    story = Story(setting, make_courier(quick), tell)
    jana = STARS[0]
    story.leave_to_the_visitor()
    story.tell_all()
    _fill_the_classroom(story, str(jana.email), now=now)
    last_touches(story, now=now)
    courses = {slug: course_id for slug, (course_id, _version) in story.courses.items()}
    hold_sessions(setting, courses, story.deliver, now=now)
    sign_ins = {
        str(one.role): {"email": str(one.email), "password": _password()}
        for one in STARS
        if one.role is not None
    }
    _set_passwords(quick, sign_ins, now=now)
    quick.engine.dispose()
    _write_private(stage.settings_file, "LMS_SUPERVISOR_DIGEST=names\nLMS_SECOND_FACTOR=offered\n")
    _write_private(stage.sign_ins_file, json.dumps(sign_ins, indent=1) + "\n")


def _hasty_engine(url: str) -> Engine:
    """An engine that does not wait for the disk: what a power cut loses is made again."""
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def hurry(connection: Any, _record: object) -> None:  # noqa: ANN401 - DBAPI connection
            connection.execute("PRAGMA synchronous=OFF")

    return engine


def _password() -> str:
    """Random for each data folder: four groups that can be typed from a terminal."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def _write_private(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    draft.replace(path)


def _fill_the_classroom(story: Story, jana: str, *, now: dt.datetime) -> None:
    """Jana holds one certificate and is in the middle of another course; others are, too."""
    setting = story.setting
    room = Classroom(setting.sessions, setting.zone)
    stars = {str(one.email) for one in STARS}
    courses = {slug: course_id for slug, (course_id, _version) in story.courses.items()}
    if "zoom-basics" in courses:
        months_ago = now - dt.timedelta(days=150)
        take(room, jana, courses["zoom-basics"], started_at=months_ago)
    if "digital-counselling" in courses:
        counselling = courses["digital-counselling"]
        take(room, jana, counselling, started_at=now - dt.timedelta(days=2), most=1)
        with reading(setting.sessions) as session:
            waiting = open_rounds(session, counselling, today=setting.today)
        for number, email in enumerate([one for one in waiting if one not in stars][:_HANDED_IN]):
            take(room, email, counselling, started_at=now - dt.timedelta(days=3 + number))
    for slug in ("wiki-editing", "zoom-basics", "data-protection"):
        if slug not in courses:
            continue
        with reading(setting.sessions) as session:
            begins = first_rounds(session, courses[slug], today=setting.today)
        for number, email in enumerate([one for one in begins if one not in stars][:_BEGUN]):
            begun = now - dt.timedelta(days=1 + number)
            take(room, email, courses[slug], started_at=begun, most=1 + number % 2)


def _set_passwords(
    sessions: Sessions, sign_ins: dict[str, dict[str, str]], *, now: dt.datetime
) -> None:
    """Give the six their passwords; hashed before the transaction begins."""
    hashes = {entry["email"]: hashing.hashed(entry["password"]) for entry in sign_ins.values()}
    with transaction(sessions) as session:
        for person in session.scalars(select(Person).where(Person.email.in_(hashes))):
            set_password(session, person.id, hashes[person.email or ""], keep_sign_in=None, now=now)
