"""Sessions of the demonstration: some that are over, one with places, one that is full, a draft."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.kernel.db import reading, transaction
from lms.people.calendar import WorkingCalendar
from lms.people.models import Person
from lms.people.queries import working_calendar
from lms.system.demo.learners import open_rounds
from lms.system.demo.people import STARS
from lms.system.demo.scene import Setting
from lms.workshops.operations import places, planning
from lms.workshops.operations.attendance import Entry, enter_attendance
from lms.workshops.operations.closing import close
from lms.workshops.operations.locking import hold
from lms.workshops.queries.places import list_dates
from lms.workshops.queries.tally import tally
from lms.workshops.rules.planning import DatePlan, Plan
from lms.workshops.rules.words import Frame, Method, Presence
from lms.workshops.rules.words import Setting as Where

_STARTS, _ENDS = dt.time(14), dt.time(16, 30)
_HERE: Entry = (Presence.PRESENT, None)
_EXCUSED: Entry = (Presence.EXCUSED, None)
_ABSENT: Entry = (Presence.ABSENT, None)
_FULL = 4


@dataclass(frozen=True, slots=True)
class _Text:
    german: str
    english: str
    about: str


_DATA = _Text(
    "Datenschutz im Gruppenalltag", "Data protection in everyday group work",
    "Fälle aus den Gruppen, gemeinsam gelöst: Fotos, Messenger, Akten.",
)  # fmt: skip
_SHARING = _Text(
    "World-Café: Was hat sich bewährt?", "World Café: what has worked?",
    "An drei Tischen sammeln wir, was im digitalen Alltag gut klappt.",
)  # fmt: skip
_AI = _Text(
    "World-Café: KI im pädagogischen Alltag", "World Café: AI in everyday education",
    "Texte, Grenzen, Gespräche mit Jugendlichen: drei Runden mit wechselnden Tischen.",
)  # fmt: skip
_ZOOM = _Text(
    "Zoom ausprobieren", "Trying out Zoom",
    "Wir üben in einer kleinen Runde: Ton, Bild, Freigabe und Kleingruppen.",
)  # fmt: skip
_WIKI = _Text(
    "Schreibwerkstatt Wiki", "Wiki writing workshop",
    "Jede und jeder bringt ein Thema mit und geht mit einem Eintrag nach Hause.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diary:
    """When and by whom sessions are held; `deliver` sends what waits at an instant."""

    setting: Setting
    courses: dict[str, int]
    deliver: Callable[[dt.datetime], object]
    calendar: WorkingCalendar
    officer_id: int
    author_id: int
    now: dt.datetime

    @property
    def frame(self) -> Frame:
        """What deeds are handed."""
        given = self.setting.frame
        return Frame(given.zone, given.mail_domain, given.default_locale)

    def day(self, days: int) -> dt.date:
        """A working day so many days from today; before today below zero."""
        found = self.setting.today + dt.timedelta(days=days)
        if days < 0:
            return self.calendar.on_or_before(found)
        return self.calendar.on_or_after(found)

    def at(self, day: dt.date, clock: dt.time) -> dt.datetime:
        """An instant by the clock on the wall."""
        return dt.datetime.combine(day, clock, self.setting.zone).astimezone(dt.UTC)

    def plan(self, text: _Text, day: dt.date, **values: object) -> Plan:
        """A session of two and a half hours in the hall."""
        date = DatePlan(id=None, starts_at=self.at(day, _STARTS), ends_at=self.at(day, _ENDS))
        given: dict[str, object] = {
            "titles": {"de": text.german, "en": text.english},
            "descriptions": {"de": text.about},
            "course_id": None,
            "setting": Where.ON_SITE.value,
            "method": Method.TRAINING.value,
            "place": "Saal Donau, Erdgeschoss",
            "online_url": None,
            "trainer_id": self.author_id,
            "capacity": 12,
            "signup_opens_on": None,
            "signup_closes_on": None,
            "cancel_until": None,
            "min_minutes": None,
            "dates": (date,),
        }
        return Plan(**(given | values))  # type: ignore[arg-type]


def hold_sessions(
    setting: Setting,
    courses: dict[str, int],
    deliver: Callable[[dt.datetime], object],
    *,
    now: dt.datetime,
) -> None:
    """Everything that has to do with sessions, after the history has been told."""
    emails = {one.role: one.email for one in STARS if one.role}
    with reading(setting.sessions) as session:
        ids = dict(session.execute(select(Person.email, Person.id)).all())
        years = range(setting.today.year - 1, setting.today.year + 2)
        calendar = working_calendar(session, years=years)
    officer, author = ids[emails["officer"]], ids[emails["author"]]  # type: ignore[index]  # StrEnum
    diary = Diary(setting, courses, deliver, calendar, officer, author, now)
    jana = ids[emails["employee"]]  # type: ignore[index]  # as above
    _hold_what_is_over(diary)
    _offer_what_is_ahead(diary, jana)


def _hold_what_is_over(diary: Diary) -> None:
    data = diary.courses.get("data-protection")
    past, lately, yesterday = diary.day(-20), diary.day(-9), diary.day(-1)
    with reading(diary.setting.sessions) as session:
        due = open_rounds(session, data, today=past) if data else []
        learners = _people(session, due, day=past)[:7]
        others = _people(session, None, day=lately)
    _over(diary, diary.plan(_DATA, past, course_id=data), learners, closes=True)
    cafe = diary.plan(_SHARING, lately, method=Method.WORLD_CAFE.value, capacity=18)
    _over(diary, cafe, others[:9], closes=True)
    _over(diary, diary.plan(_WIKI, yesterday), others[3:9], closes=False)


def _over(diary: Diary, plan: Plan, people: Sequence[int], *, closes: bool) -> None:
    """A session that took place: signed up a week before, entered and, if so, closed."""
    date, setting, frame = plan.dates[0], diary.setting, diary.frame
    offered_at = date.starts_at - dt.timedelta(days=7)
    entered_at = date.ends_at + dt.timedelta(minutes=5)
    with transaction(setting.sessions) as session:
        made = planning.create(session, plan, by=diary.officer_id, now=offered_at)
        planning.publish(session, made.id, by=diary.officer_id, now=offered_at)
        for person_id in people:
            places.sign_up(session, made.id, person_id, frame=frame, now=offered_at)
    diary.deliver(offered_at + dt.timedelta(minutes=5))
    # One excused, one absent, and the last one of an open list not entered yet.
    entries = dict.fromkeys(people, _HERE) | dict(
        zip(people[-3:-1], (_EXCUSED, _ABSENT), strict=False)
    )
    if not closes and people:
        del entries[people[-1]]
    with transaction(setting.sessions) as session:
        date_id = list_dates(session, made.id)[0].id
        by = {"by": diary.author_id, "frame": frame, "now": entered_at}
        enter_attendance(session, made.id, date_id, entries, **by)  # type: ignore[arg-type]
        if closes:
            found = tally(session, hold(session, made.id).workshop, list_dates(session, made.id))
            by["by"] = diary.officer_id
            close(session, made.id, digest=found.figures.digest, **by)  # type: ignore[arg-type]


def _offer_what_is_ahead(diary: Diary, jana: int) -> None:
    soon, later, far = diary.day(7), diary.day(13), diary.day(42)
    with reading(diary.setting.sessions) as session:
        people = _people(session, None, day=far)
    until = diary.day(5)
    cafe = diary.plan(
        _AI, soon, method=Method.WORLD_CAFE.value, capacity=18, trainer_id=diary.officer_id,
        cancel_until=until,
    )  # fmt: skip
    zoom = diary.plan(
        _ZOOM, later, course_id=diary.courses.get("zoom-basics"), setting=Where.ONLINE.value,
        place=None, online_url="https://zoom.example/j/81234567890", capacity=_FULL,
    )  # fmt: skip
    _offer(diary, cafe, [jana, *people[:6]])
    _offer(diary, zoom, people[6 : 6 + _FULL + 2])
    with transaction(diary.setting.sessions) as session:
        planning.create(session, diary.plan(_WIKI, far), by=diary.officer_id, now=diary.now)
    diary.deliver(diary.now)


def _offer(diary: Diary, plan: Plan, people: Sequence[int]) -> None:
    with transaction(diary.setting.sessions) as session:
        made = planning.create(session, plan, by=diary.officer_id, now=diary.now)
        planning.publish(session, made.id, by=diary.officer_id, now=diary.now)
        for person_id in people:
            places.sign_up(session, made.id, person_id, frame=diary.frame, now=diary.now)


def _people(session: Session, emails: Sequence[str] | None, *, day: dt.date) -> list[int]:
    """People who stay and are there on a day, without the six that a visitor signs in as."""
    stars = {one.email for one in STARS}
    statement = select(Person.id, Person.email).where(
        Person.email.is_not(None),
        Person.left_on.is_(None),
        (Person.hired_on.is_(None)) | (Person.hired_on <= day),
    )
    rows = session.execute(statement.order_by(Person.id)).all()
    wanted = None if emails is None else set(emails)
    return [
        person_id
        for person_id, email in rows
        if email not in stars and (wanted is None or email in wanted)
    ]
