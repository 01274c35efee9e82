"""One session as it is shown: to everybody, and with its people to those who may see them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Evidence
from lms.courses.models import Course, CourseVersion
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role, Viewer
from lms.people.models import Person, PersonRole, Unit
from lms.people.queries import employed_on, name_parameters, named
from lms.workshops.models import Attendance, SignUp, Workshop, WorkshopDate
from lms.workshops.queries.listing import place_in_line
from lms.workshops.queries.places import find_live, list_dates
from lms.workshops.rules.places import Terms, first_start, free_places, last_end
from lms.workshops.rules.rights import can_manage, can_take_attendance
from lms.workshops.rules.words import LIVE, PlaceState, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A session with its dates and numbers, and what the viewer is to it."""

    workshop: Workshop
    dates: list[WorkshopDate]
    course_slug: str | None
    course_titles: dict[str, Any] | None
    booked_count: int
    waiting_count: int
    own: SignUp | None
    own_place_in_line: int | None
    manages: bool
    takes_attendance: bool

    @property
    def free(self) -> int | None:
        """How many places are left, None for no limit."""
        return free_places(self.workshop.capacity, self.booked_count)

    @property
    def starts_at(self) -> dt.datetime | None:
        """When it begins."""
        return first_start(self.dates)

    @property
    def ends_at(self) -> dt.datetime | None:
        """When it is over."""
        return last_end(self.dates)

    @property
    def taking_place(self) -> list[WorkshopDate]:
        """Its dates without those that are called off."""
        return [one for one in self.dates if not one.is_cancelled]

    @property
    def is_booked(self) -> bool:
        """Whether the viewer has a place."""
        return self.own is not None and self.own.state == PlaceState.BOOKED

    def terms(self) -> Terms:
        """What decides whether somebody may sign up or off."""
        one = self.workshop
        return Terms(
            status=one.status,
            starts_at=self.starts_at,
            opens_on=one.signup_opens_on,
            closes_on=one.signup_closes_on,
            cancel_until=one.cancel_until,
            contact=one.trainer.name,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody on the list of a session; presence of the one date that was asked for."""

    sign_up: SignUp
    person: Person
    unit: str
    presence: str | None
    minutes: int | None


def get_seen(session: Session, workshop_id: int, viewer: Viewer) -> Seen:
    """A session as this viewer may see it; a draft is not there for others."""
    row = session.execute(_facts(workshop_id)).one_or_none()
    if row is None:
        raise NotFound
    workshop: Workshop = row[0]
    manages = can_manage(viewer, workshop)
    if workshop.status == Status.DRAFT and not manages:
        raise NotFound
    own = find_live(session, workshop_id, viewer.person_id)
    return Seen(
        workshop=workshop,
        dates=list_dates(session, workshop_id),
        course_slug=row.slug,
        course_titles=row.course_titles,
        booked_count=row.booked_count,
        waiting_count=row.waiting_count,
        own=own,
        own_place_in_line=place_in_line(session, own) if own else None,
        manages=manages,
        takes_attendance=can_take_attendance(viewer, workshop),
    )


def get_managed(session: Session, workshop_id: int, viewer: Viewer) -> Seen:
    """As `get_seen`; somebody else's session is not there for whoever does not manage it."""
    found = get_seen(session, workshop_id, viewer)
    if not found.manages:
        raise NotFound
    return found


def get_led(session: Session, workshop_id: int, viewer: Viewer) -> Seen:
    """As `get_seen`, for whoever manages or leads the session."""
    found = get_seen(session, workshop_id, viewer)
    if not found.takes_attendance or found.workshop.status == Status.DRAFT:
        raise NotFound
    return found


def _facts(workshop_id: int) -> Any:  # noqa: ANN401 - a statement of many columns
    last = (
        select(func.max(CourseVersion.number))
        .where(CourseVersion.course_id == Workshop.course_id)
        .correlate(Workshop)
        .scalar_subquery()
    )
    return (
        select(
            Workshop,
            Course.slug,
            CourseVersion.titles.label("course_titles"),
            _count(PlaceState.BOOKED).label("booked_count"),
            _count(PlaceState.WAITLISTED).label("waiting_count"),
        )
        .outerjoin(Course, Course.id == Workshop.course_id)
        .outerjoin(
            CourseVersion,
            (CourseVersion.course_id == Workshop.course_id) & (CourseVersion.number == last),
        )
        .where(Workshop.id == workshop_id)
        .options(joinedload(Workshop.trainer))
    )


def _count(state: PlaceState) -> Any:  # noqa: ANN401 - a scalar subquery
    return (
        select(func.count())
        .select_from(SignUp)
        .where(SignUp.workshop_id == Workshop.id, SignUp.state == state)
        .correlate(Workshop)
        .scalar_subquery()
    )


def page_of_participants(
    session: Session, workshop_id: int, *, number: int, size: int
) -> list[Participant]:
    """Those with a place by name, then the waiting list in its order."""
    return _participants(session, workshop_id, None, LIVE, (size, (number - 1) * size))


def page_of_attendance(
    session: Session, workshop_id: int, date_id: int, *, number: int, size: int
) -> list[Participant]:
    """Those with a place by name, with what was entered for a date."""
    booked = (PlaceState.BOOKED,)
    return _participants(session, workshop_id, date_id, booked, (size, (number - 1) * size))


def list_booked(session: Session, workshop_id: int) -> list[Participant]:
    """Everybody with a place by name, for the printed list."""
    return _participants(session, workshop_id, None, (PlaceState.BOOKED,), None)


def _participants(
    session: Session,
    workshop_id: int,
    date_id: int | None,
    states: tuple[PlaceState, ...],
    window: tuple[int, int] | None,
) -> list[Participant]:
    statement = (
        select(SignUp, Person, Unit.name, Attendance.state, Attendance.minutes)
        .join(Person, Person.id == SignUp.person_id)
        .join(Unit, Unit.id == Person.unit_id)
        .outerjoin(
            Attendance,
            (Attendance.person_id == SignUp.person_id) & (Attendance.workshop_date_id == date_id),
        )
        .where(SignUp.workshop_id == workshop_id, SignUp.state.in_(states))
        .order_by(
            case((SignUp.state == PlaceState.BOOKED, 0), else_=1),
            SignUp.position,
            Person.last_name,
            Person.first_name,
            Person.id,
        )
    )
    if window is not None:
        statement = statement.limit(window[0]).offset(window[1])
    return [
        Participant(sign_up=place, person=person, unit=unit, presence=state, minutes=minutes)
        for place, person, unit, state, minutes in session.execute(statement)
    ]


def count_presence(session: Session, date_id: int) -> dict[str, int]:
    """How often each presence was entered for a date."""
    rows = session.execute(
        select(Attendance.state, func.count())
        .where(Attendance.workshop_date_id == date_id)
        .group_by(Attendance.state)
    )
    return dict(rows.all())


def find_people(
    session: Session, words: tuple[str, ...], *, today: dt.date, limit: int
) -> list[Person]:
    """People by parts of their names, with their units."""
    statement = (
        select(Person)
        .where(named(len(words)), employed_on(today))
        .options(joinedload(Person.unit))
        .order_by(Person.last_name, Person.first_name, Person.id)
        .limit(limit)
    )
    return list(session.scalars(statement, name_parameters(words)))


def list_trainers(session: Session, *, today: dt.date, also: list[int]) -> list[Person]:
    """Who may lead a session at a glance: authors and officers, and these people."""
    leads = select(PersonRole.person_id).where(PersonRole.role.in_((Role.AUTHOR, Role.OFFICER)))
    return list(
        session.scalars(
            select(Person)
            .where((Person.id.in_(leads) & employed_on(today)) | Person.id.in_(also))
            .order_by(Person.last_name, Person.first_name, Person.id)
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Somebody who had a place in a closed session, and whether its evidence is in force."""

    person: Person
    has_evidence: bool


def get_participant(session: Session, workshop: Workshop, person_id: int) -> Given:
    """Somebody with a place; NotFound for others."""
    person = session.scalar(
        select(Person)
        .join(SignUp, SignUp.person_id == Person.id)
        .where(
            SignUp.workshop_id == workshop.id,
            SignUp.person_id == person_id,
            SignUp.state == PlaceState.BOOKED,
        )
    )
    if person is None:
        raise NotFound
    key = f"workshop:{workshop.id}"
    evidence = session.scalar(
        select(Evidence.id)
        .where(
            Evidence.person_id == person_id,
            Evidence.course_id == workshop.course_id,
            Evidence.revoked_on.is_(None),
            (Evidence.source_key == key) | Evidence.source_key.startswith(f"{key}:"),
        )
        .limit(1)
    )
    return Given(person=person, has_evidence=evidence is not None)
