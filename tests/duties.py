"""A small house with duties for tests: courses, people, requirements, and days that pass.

Everything is done by the operations; a day is written `"2026-03-10"`.
"""

import datetime as dt
import hashlib
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.models import Cycle, Evidence, Exemption, Requirement
from lms.certifications.operations import changing, requiring
from lms.certifications.operations.assigning import Reassignment, reassign
from lms.certifications.operations.completing import Completion, Shown, complete
from lms.certifications.queries.standings import StandingRow, standings_on
from lms.certifications.rules.policy import policy_with_defaults
from lms.certifications.rules.scopes import Scope
from lms.courses.models import Course, CourseVersion
from lms.kernel.db import Sessions
from lms.people import operations as people
from lms.people.models import Person
from lms.reminders.models import Notice
from lms.reminders.operations.sweeping import SweepFrame, SweepResult, sweep
from lms.staff import operations as staff
from tests import course_samples, factories

ZONE = ZoneInfo("Europe/Berlin")
FRAME = SweepFrame(ZONE, "lernstand.example.org", "de")
NAMES = SweepFrame(ZONE, "lernstand.example.org", "de", tells_supervisor=True)
EVERYONE = Scope(everyone=True)
_NUMBERS = count(1)


def day(text: str | dt.date) -> dt.date:
    """A day from its text."""
    return text if isinstance(text, dt.date) else dt.date.fromisoformat(text)


def at(text: str | dt.date, clock: str = "08:00") -> dt.datetime:
    """An instant by the clocks on the walls of the house."""
    return dt.datetime.combine(day(text), dt.time.fromisoformat(clock), ZONE).astimezone(dt.UTC)


class House:
    """One organisation with closing days and holidays; everybody was always there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        people.found_organisation(session, name="Haus", holidays_region="DE-BW")

    def course(self, slug: str | None = None, *, months: int | None = 12, **changes: Any) -> Course:
        """A published course whose own interval is `months`."""
        course = Course(slug=slug or f"course-{next(_NUMBERS)}", created_at=at("2020-01-01"))
        self.session.add(course)
        self.session.flush()
        self.version(course, published_on="2020-01-01", months=months, **changes)
        return course

    def version(
        self,
        course: Course,
        *,
        published_on: str,
        retrain_days: int | None = None,
        months: int | None = 12,
        **changes: Any,
    ) -> CourseVersion:
        """The next version of a course; with `retrain_days` its duties are told."""
        number = len(
            self.session.scalars(
                select(CourseVersion.id).where(CourseVersion.course_id == course.id)
            ).all()
        )
        document = course_samples.sample(slug=course.slug, validity_months=months, **changes)
        version = CourseVersion(
            course_id=course.id,
            number=number + 1,
            published_on=day(published_on),
            retrain=retrain_days is not None,
            retrain_due_days=retrain_days,
            digest=hashlib.sha256(document.model_dump_json().encode()).hexdigest(),
            titles=document.title,
            changes={},
            document=document.model_dump(mode="json"),
        )
        self.session.add(version)
        self.session.flush()
        if retrain_days is not None:
            changing.version_published(
                self.session,
                course.id,
                due_days=retrain_days,
                published_on=day(published_on),
                today=day(published_on),
            )
        return version

    def person(self, **values: Any) -> Person:
        """Somebody; without `hired_on` they were always there."""
        return factories.make_person(self.session, **({"hired_on": None} | values))

    def require(
        self,
        course: Course,
        on: str,
        scope: Scope = EVERYONE,
        *,
        alternatives: tuple[str, ...] = (),
        **policy: Any,
    ) -> Requirement:
        """A requirement in force since a day; `policy` as in policy_with_defaults."""
        wish = requiring.Wish(
            course_id=course.id,
            scope=scope,
            policy=policy_with_defaults(**policy),
            alternatives=alternatives,
        )
        requirement, _done = requiring.create_requirement(
            self.session, wish, today=day(on), now=at(on), actor="operator"
        )
        return requirement

    def reassign(self, on: str, *who: Person, came_on: str | None = None) -> Reassignment:
        """What happens after a change of unit or job."""
        return reassign(
            self.session,
            today=day(on),
            now=at(on),
            person_ids=[one.id for one in who] or None,
            came_on=day(came_on) if came_on else None,
        )

    def show(
        self, who: Person, course: Course, on: str | dt.date, key: str | None = None, **values: Any
    ) -> Completion:
        """Somebody finishes a course on a day."""
        shown = Shown(
            person_id=who.id,
            course_id=course.id,
            completed_on=day(on),
            source_key=key or f"shown:{next(_NUMBERS)}",
            **values,
        )
        return complete(self.session, shown, now=at(on, "10:00"))

    def held(self, who: Person, course: Course, on: str = "2025-03-10", **values: Any) -> Evidence:
        """As `show`, for a completion that counts."""
        evidence = self.show(who, course, on, **values).evidence
        assert evidence is not None
        return evidence

    def live(self, who: Person, course: Course) -> Cycle:
        """The live round."""
        return self.session.scalars(
            select(Cycle).where(
                Cycle.person_id == who.id, Cycle.course_id == course.id, Cycle.state == "live"
            )
        ).one()

    def rounds(self, who: Person, course: Course) -> list[Cycle]:
        """All rounds in their order."""
        return list(
            self.session.scalars(
                select(Cycle)
                .where(Cycle.person_id == who.id, Cycle.course_id == course.id)
                .order_by(Cycle.seq)
            )
        )

    def row(self, who: Person, course: Course, on: str | dt.date) -> StandingRow | None:
        """The line of `flask status` on a day."""
        rows = standings_on(self.session, day(on), person_id=who.id, course_id=course.id)
        return rows[0] if rows else None

    def status(self, who: Person, course: Course, *days: str) -> list[str | None]:
        """The statuses of some days."""
        rows = [self.row(who, course, one) for one in days]
        return [row.status.value if row else None for row in rows]

    def away(self, who: Person, from_on: str, until_on: str | None, *, today: str) -> None:
        """Somebody is away; entered on `today`."""
        staff.go_away(
            self.session,
            who.id,
            from_on=day(from_on),
            until_on=day(until_on) if until_on else None,
            today=day(today),
            now=at(today),
        )

    def exempt(
        self, who: Person, course: Course, from_on: str, until_on: str | None, *, by: Person
    ) -> Exemption:
        """Somebody is exempted, entered on the first day."""
        exemption = Exemption(
            person_id=who.id,
            course_id=course.id,
            from_on=day(from_on),
            until_on=day(until_on) if until_on else None,
            reason="Grund",
            approved_by=by.id,
        )
        return changing.exempt(self.session, exemption, today=day(from_on), now=at(from_on))

    def revoke(self, evidence: Evidence, on: str) -> Evidence:
        """Evidence is taken back."""
        return changing.revoke(
            self.session, evidence.id, reason="Verwechselt", actor="operator", today=day(on),
            now=at(on),
        )  # fmt: skip


def with_e0(house: House, *, on: str = "2024-01-01", **policy: Any) -> tuple[Person, Course]:
    """E0 of the vectors: shown on 2025-03-10, valid until 2026-03-10, then the next round."""
    who, course = house.person(), house.course()
    house.require(course, on, **policy)
    house.held(who, course, "2025-03-10")
    return who, course


def sweep_days(
    session: Session,
    sessions: Sessions,
    first: str,
    last: str,
    *,
    frame: SweepFrame = FRAME,
    down: tuple[str, str] | None = None,
) -> list[SweepResult]:
    """A sweep at 08:00 on every day; `down` are the first and the last day without one."""
    years = range(day(first).year - 1, day(last).year + 3)
    people.remember_holidays(session, region="DE-BW", years=years)
    session.commit()
    found, today = [], day(first)
    while today <= day(last):
        if down is None or not day(down[0]) <= today <= day(down[1]):
            found.append(sweep(sessions, frame, now=at(today)))
        today += dt.timedelta(days=1)
    session.expire_all()
    return found


def notices(
    session: Session, *, outcome: str = "queued", audience: str = "learner"
) -> list[tuple[str, int]]:
    """Day and stage of what was decided, in the order of days."""
    rows = session.execute(
        select(Notice.decided_on, Notice.stage)
        .where(Notice.outcome == outcome, Notice.audience == audience)
        .order_by(Notice.decided_on, Notice.stage)
    )
    return [(on.isoformat(), stage) for on, stage in rows]
