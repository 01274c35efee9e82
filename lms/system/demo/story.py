"""The history of the demonstration organisation, day by day, by calling the operations."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.authoring.bundles import read_bundle
from lms.authoring.operations import publish_bundle
from lms.certifications.models import Cycle
from lms.certifications.operations import requiring
from lms.certifications.operations.completing import Shown, complete
from lms.certifications.queries.courses import values_of_course
from lms.certifications.rules.policy import policy_with_defaults
from lms.certifications.rules.scopes import Scope
from lms.courses.queries import list_published
from lms.kernel.db import transaction
from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people.models import Person
from lms.reminders.operations.sweeping import sweep
from lms.staff import operations as staff
from lms.system.demo.habits import Temper
from lms.system.demo.people import HEAD, Figure, first_day, invent
from lms.system.demo.scene import RULES, Setting

Deliver = Callable[[dt.datetime], object]
Tell = Callable[[str], None]
_A_DAY = dt.timedelta(days=1)
_ALMOST_A_YEAR = 344
_MORNING = dt.time(8, 0)
_NOON = dt.time(12, 0)


@dataclass(slots=True)
class Story:
    """The telling: what was decided by chance, what is planned for which day."""

    setting: Setting
    deliver: Deliver
    tell: Tell
    chance: random.Random = field(init=False)
    figures: list[Figure] = field(init=False)
    ids: dict[int, int] = field(default_factory=dict)
    courses: dict[str, tuple[int, int]] = field(default_factory=dict)
    plans: dict[dt.date, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    newest_cycle_id: int = 0
    tempers: dict[int, Temper] = field(default_factory=dict)
    reserved: set[tuple[int, str]] = field(default_factory=set)
    appointments: list[tuple[dt.date, int, str]] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.setting.seed)  # noqa: S311 - reproducible, not secret
        self.figures = invent(
            self.setting.people_count,
            history_days=(self.setting.today - self.first_day).days,
            seed=self.setting.seed,
        )

    @property
    def first_day(self) -> dt.date:
        """The day the history begins."""
        return first_day(self.setting.today, years=self.setting.years)

    def at(self, day: dt.date, time: dt.time = _NOON) -> dt.datetime:
        """An instant of a day in the organisation's zone, in UTC."""
        return dt.datetime.combine(day, time, self.setting.zone).astimezone(dt.UTC)

    def tell_all(self) -> None:
        """From the founding to today."""
        with transaction(self.setting.sessions) as session:
            self._found(session)
        day, months = self.first_day, 0
        while day <= self.setting.today:
            self._live_through(day)
            day += _A_DAY
            if (day - self.first_day).days // 61 > months:
                months = (day - self.first_day).days // 61
                self.tell(f"  history until {day:%B %Y}")
        with transaction(self.setting.sessions) as session:
            while audit.link(session):
                pass

    def leave_to_the_visitor(self) -> None:
        """What Jana and the data-protection officer have not done, so that a visitor can."""
        for number, figure in enumerate(self.figures):
            if figure.role is Role.EMPLOYEE:
                self.reserved |= {(number, "zoom-basics"), (number, "digital-counselling")}
                # Shown a year ago but for three weeks: it may be renewed now.
                day = self.setting.today - dt.timedelta(days=_ALMOST_A_YEAR)
                self.appointments.append((day, number, "digital-counselling"))
            if figure.role is Role.DPO:
                self.reserved.add((number, "zoom-basics"))

    def _found(self, session: Session) -> None:
        setting, day = self.setting, self.first_day
        people.found_organisation(
            session, name=setting.organisation, holidays_region=setting.holidays
        )
        years = range(day.year - 1, setting.today.year + 3)
        people.remember_holidays(session, region=setting.holidays, years=years)
        for folder in sorted(path.parent for path in setting.content.glob("*/course.yaml")):
            publish_bundle(
                session,
                read_bundle(folder),
                files_root=setting.files_root,
                now=self.at(day, _MORNING),
                today=day,
            )
        for published in list_published(session):
            self.courses[published.slug] = (published.course_id, published.version_id)
        for number, figure in enumerate(self.figures):
            if figure.joined_after_days is None:
                self._hire(session, number, figure, None)
        self._copy_the_paper_list(session)

    def _hire(
        self, session: Session, number: int, figure: Figure, hired_on: dt.date | None
    ) -> Person:
        if figure.unit not in self.units:
            self.units[figure.unit] = people.unit_named(session, figure.unit).id
        person = people.add_person(
            session,
            first_name=figure.first_name,
            last_name=figure.last_name,
            unit=people.unit_named(session, figure.unit),
            email=figure.email,
            personnel_number=figure.personnel_number,
            job=figure.job,
            roles=[figure.role] if figure.role else [],
            supervisor_id=self._supervisor(figure),
            hired_on=hired_on,
        )
        if figure.job == HEAD:
            self.heads.setdefault(figure.unit, person.id)
        self.ids[number] = person.id
        self.tempers[person.id] = Temper.of(
            self.setting.seed, number, is_example=figure.role is not None
        )
        return person

    def _supervisor(self, figure: Figure) -> int | None:
        top = self.heads.get("Verwaltung")
        if figure.job == HEAD:
            return top
        return self.heads.get(figure.unit, top)

    def _copy_the_paper_list(self, session: Session) -> None:
        """What some people had shown before the house began to use Lernstand."""
        for number in sorted(self.ids):
            for slug, longest_ago in (("zoom-basics", 330), ("data-protection", 300)):
                is_reserved = (number, slug) in self.reserved
                if slug not in self.courses or is_reserved or self.chance.random() > 0.5:
                    continue
                day = self.first_day - dt.timedelta(days=self.chance.randint(10, longest_ago))
                shown = Shown(
                    person_id=self.ids[number],
                    course_id=self.courses[slug][0],
                    completed_on=day,
                    source_key=f"list:{day.isoformat()}",
                    kind="import",
                    reference="Teilnahmeliste",
                )
                complete(session, shown, now=self.at(self.first_day))

    def _is_reserved(self, person_id: int, course_id: int) -> bool:
        return any(
            self.ids.get(number) == person_id and self.courses[slug][0] == course_id
            for number, slug in self.reserved
        )

    def _live_through(self, day: dt.date) -> None:
        setting = self.setting
        with transaction(setting.sessions) as session:
            staff.end_duties_of_leavers(session, today=day, now=self.at(day, dt.time(1)))
            self._change_people(session, day)
            self._make_rules(session, day)
            self._plan_new_rounds(session, day)
        sweep(setting.sessions, setting.frame, now=self.at(day, _MORNING))
        self.deliver(self.at(day, dt.time(8, 5)))
        due = self.plans.pop(day, []) + [
            (self.ids[number], self.courses[slug][0])
            for on, number, slug in self.appointments
            if on == day and slug in self.courses
        ]
        if due and day < setting.today:
            with transaction(setting.sessions) as session:
                for person_id, course_id in due:
                    self._complete(session, person_id, course_id, day)
                self._plan_new_rounds(session, day)

    def _change_people(self, session: Session, day: dt.date) -> None:
        passed = (day - self.first_day).days
        for number, figure in enumerate(self.figures):
            if figure.joined_after_days == passed:
                person = self._hire(session, number, figure, day)
                staff.join(session, person, today=day, now=self.at(day))
            if figure.leaves_after_days == passed and number in self.ids:
                person = session.get_one(Person, self.ids[number])
                staff.leave(session, person, left_on=day, now=self.at(day))
        for number, start, length in self._absences():
            if start == passed and number in self.ids:
                until = None if length is None else day + dt.timedelta(days=length)
                staff.go_away(
                    session,
                    self.ids[number],
                    from_on=day,
                    until_on=until,
                    today=day,
                    now=self.at(day),
                )

    def _absences(self) -> Iterator[tuple[int, int, int | None]]:
        """Figure, days after the beginning, length: one long leave now, one that is over."""
        whole = (self.setting.today - self.first_day).days
        for number in range(13, self.setting.people_count, 20):
            yield number, max(1, whole - 40 - number), 240
        for number in range(17, self.setting.people_count, 25):
            yield number, whole // 2, 12

    def _make_rules(self, session: Session, day: dt.date) -> None:
        passed = (day - self.first_day).days
        whole = (self.setting.today - self.first_day).days
        officer = next(
            (self.ids[n] for n, one in enumerate(self.figures) if one.role is Role.OFFICER), None
        )
        for rule in RULES:
            begins = rule.after_days if rule.after_days >= 0 else whole + rule.after_days
            if begins != passed or rule.slug not in self.courses:
                continue
            course_id = self.courses[rule.slug][0]
            values = {
                **values_of_course(session, course_id),
                "initial_due_days": rule.initial_due_days,
            }
            wish = requiring.Wish(
                course_id=course_id,
                scope=Scope(everyone=not rule.jobs, jobs=rule.jobs),
                policy=policy_with_defaults(**values),  # type: ignore[arg-type]
            )
            requiring.create_requirement(
                session,
                wish,
                today=day,
                now=self.at(day, _MORNING),
                actor=f"person:{officer}" if officer else "operator",
            )
            goal_by = dt.date(self.setting.today.year + 1, 12, 31)
            requiring.set_goal(session, course_id, percent=rule.goal_percent, goal_by=goal_by)

    def _plan_new_rounds(self, session: Session, day: dt.date) -> None:
        """Everybody with a new round decides, by temper, when to do it."""
        new = session.execute(
            select(Cycle.id, Cycle.person_id, Cycle.course_id, Cycle.opens_on, Cycle.due_on)
            .where(Cycle.state == "live", Cycle.id > self.newest_cycle_id)
            .order_by(Cycle.id)
        )
        for cycle_id, person_id, course_id, opens_on, due_on in new:
            self.newest_cycle_id = cycle_id
            if self._is_reserved(person_id, course_id):
                continue
            planned = self.tempers[person_id].completes_on(max(opens_on, day), due_on)
            if planned is not None:
                self.plans[max(planned, day + _A_DAY)].append((person_id, course_id))

    def _complete(self, session: Session, person_id: int, course_id: int, day: dt.date) -> None:
        cycle = session.scalar(
            select(Cycle).where(
                Cycle.person_id == person_id, Cycle.course_id == course_id, Cycle.state == "live"
            )
        )
        person = session.get_one(Person, person_id)
        has_left = person.left_on is not None and person.left_on < day
        if cycle is None or cycle.opens_on > day or has_left:
            return
        version_id = next(v for c, v in self.courses.values() if c == course_id)
        shown = Shown(
            person_id=person_id,
            course_id=course_id,
            completed_on=day,
            course_version_id=version_id,
            source_key=f"demonstration:{day.isoformat()}",
            kind="attendance" if self.chance.random() < 0.25 else "course",
        )
        complete(session, shown, now=self.at(day, dt.time(9 + person_id % 7, 30)))
