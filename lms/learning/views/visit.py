"""A lesson as one person meets it in the player: round, steps, and the ways on and back."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.courses.document import Course, Mode, Quiz
from lms.courses.lessons import find_module, lessons_for
from lms.courses.published import Published
from lms.kernel.clock import local_date, utc_now
from lms.kernel.documents import in_language
from lms.kernel.domain import NotFound
from lms.learning.models import Enrolment
from lms.learning.operations.lessons import Outcome
from lms.learning.queries.rounds import (
    LearnerCourse,
    Marks,
    Round,
    get_course,
    get_version,
)
from lms.learning.rules.practice import ReportState
from lms.learning.rules.rounds import CourseRenewed, RoundEnded
from lms.learning.rules.steps import (
    LessonLocked,
    Step,
    StepState,
    find_step,
    next_step,
    require_open,
    steps_of,
)
from lms.learning.views.wording import StepItem, detail_of, forward_to, said
from lms.web.db import db_session, house
from lms.web.guard import viewer
from lms.web.languages import clock, locale, spoken, table_day


@dataclass(frozen=True, slots=True)
class Way:
    """A link or the words of a button, with its address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One lesson of one round; `is_review`: the round was finished, nothing changes any more."""

    course: LearnerCourse
    round: Round
    version: Published
    steps: tuple[Step, ...]
    step: Step
    marks: Marks
    is_review: bool

    @property
    def document(self) -> Course:
        """The course in the version of this round."""
        return self.version.document

    @property
    def enrolment(self) -> Enrolment:
        """The round as it is stored."""
        return self.round.enrolment

    @property
    def language(self) -> str:
        """The language the course is read in here."""
        return self.document.language_for(locale())

    @property
    def is_done(self) -> bool:
        """True when this lesson was finished."""
        return self.step.state is StepState.DONE

    @property
    def slug(self) -> str:
        """The course's name in addresses."""
        return self.course.slug

    @property
    def course_url(self) -> str:
        """The page of the course."""
        return url_for("learning.course", slug=self.slug)

    def url_of(self, step: Step) -> str:
        """The page of a lesson."""
        return url_for("learning.lesson", slug=self.slug, lesson=step.lesson.key)

    def deed_url(self, endpoint: str) -> str:
        """Where a form of this lesson posts to."""
        return url_for(f"learning.{endpoint}", slug=self.slug, lesson=self.step.lesson.key)

    @property
    def back(self) -> Way:
        """The lesson before, or the course."""
        if self.step.number == 1:
            return Way(_("Zum Kurs"), self.course_url)
        return Way(_("Zurück"), self.url_of(self.steps[self.step.number - 2]))

    @property
    def onward(self) -> Way:
        """What comes after this lesson is done: the next one that is open, or the end."""
        following = next_step(self.steps, self.step.number)
        if following is not None:
            return Way(forward_to(following.lesson), self.url_of(following))
        if self.is_review:
            return Way(_("Zum Nachweis"), url_for("learning.done", slug=self.slug))
        return Way(_("Zum Kurs"), self.course_url)

    @property
    def finish_label(self) -> str:
        """The words on the button that finishes this lesson; they name where it leads."""
        following = next_step(self.steps, self.step.number)
        if following is not None:
            return forward_to(following.lesson)
        others = (step for step in self.steps if step.number != self.step.number)
        if all(step.state is StepState.DONE for step in others):
            return str(_("Kurs abschließen"))
        return str(_("Schritt abschließen"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a lesson: header with bar, list of steps, ways, what was saved."""

    title: str
    plain_title: str
    subtitle: str
    count: str
    close_url: str
    states: list[str]
    items: list[StepItem]
    back: Way
    saved: str
    language: str


def frame_of(visit: Visit) -> Frame:
    """The frame of a lesson."""
    numbers = {"number": visit.step.number, "total": len(visit.steps)}
    return Frame(
        title=said(visit.document.title, visit.language),
        plain_title=str(said(visit.step.lesson.title, visit.language)),
        subtitle=_round_words(visit),
        count=str(_("Schritt %(number)s von %(total)s", **numbers)),
        close_url=visit.course_url,
        states=[_bar_state(visit, step) for step in visit.steps],
        items=[_item(visit, step) for step in visit.steps],
        back=visit.back,
        saved=_saved_words(visit),
        language=visit.language,
    )


def _round_words(visit: Visit) -> str:
    """The module one is in, and what kind of round it is where that matters."""
    if visit.is_review:
        return str(_("Abgeschlossen, zum Nachlesen"))
    module = find_module(visit.document, visit.step.lesson.key)
    title = in_language(module.title, visit.language) if module else ""
    if visit.enrolment.mode == Mode.REFRESHER:
        return str(_("Auffrischung: %(module)s", module=title))
    return title


def _bar_state(visit: Visit, step: Step) -> str:
    if step.number == visit.step.number:
        return "current"
    return "done" if step.state is StepState.DONE else "open"


def _item(visit: Visit, step: Step) -> StepItem:
    here = step.number == visit.step.number
    is_returned = visit.marks.reports.get(step.lesson.key) is ReportState.RETURNED
    return StepItem(
        title=said(step.lesson.title, visit.language),
        detail=detail_of(step, here=here, is_returned=is_returned),
        state="current" if here else ("done" if step.state is StepState.DONE else "open"),
        url=visit.url_of(step) if step.is_open else None,
    )


def _saved_words(visit: Visit) -> str:
    saved_at = visit.marks.saved_at
    if saved_at is None or visit.is_review:
        return ""
    day = local_date(saved_at, house().settings.time_zone)
    if day == house().today():
        return str(_("Stand gespeichert um %(time)s", time=clock(saved_at)))
    return str(_("Stand gespeichert am %(day)s", day=table_day(day)))


def find_visit(slug: str, lesson: str) -> Visit | None:
    """The lesson in the open round, else in the finished one; None: the course page helps on.

    None means that nothing was begun, the course was renewed, or the lesson is locked; the last
    is said in a message. NotFound: the round has no such lesson.
    """
    session = db_session()
    found = get_course(session, slug, viewer().person_id)
    taken = found.open_round or found.finished_round
    if taken is None or (found.open_round is not None and found.is_outdated(taken)):
        return None
    version = get_version(session, taken.version)
    lessons = lessons_for(version.document, Mode(taken.enrolment.mode))
    is_review = found.open_round is None
    marks = found.marks
    if is_review:
        at = taken.enrolment.completed_at or utc_now()
        marks = Marks(done={one.key: at for one in lessons})
    steps = steps_of(lessons, done=marks.done, waiting=marks.waiting)
    step = find_step(steps, lesson)
    if step is None:
        raise NotFound
    try:
        require_open(step)
    except LessonLocked as error:
        flash(spoken(error), "note")
        return None
    return Visit(found, taken, version, steps, step, marks, is_review)


def act(
    slug: str, lesson: str, deed: Callable[[Visit], ResponseReturnValue], *, in_short: bool = False
) -> ResponseReturnValue:
    """Do something in a lesson of the open round; where there is none any more, lead on.

    A second click on the last button finds the round finished and sees what it came to.
    `in_short`: the page asks in the background and shows one line.
    """
    to_course = url_for("learning.course", slug=slug)
    visit = find_visit(slug, lesson)
    if visit is None or visit.is_review:
        return spoken(RoundEnded()) if in_short else redirect(_end_url(visit) or to_course)
    try:
        return deed(visit)
    except (RoundEnded, CourseRenewed) as error:
        if in_short:
            return spoken(error)
        flash(spoken(error), "note")
        return redirect(to_course)


def _end_url(visit: Visit | None) -> str | None:
    """Where the end of a finished round is seen: a quiz shows its answers once more."""
    if visit is None:
        return None
    if isinstance(visit.step.lesson, Quiz):
        return visit.url_of(visit.step)
    return url_for("learning.done", slug=visit.slug)


def lead_on(visit: Visit, outcome: Outcome, *, was_refresher: bool = False) -> ResponseReturnValue:
    """Where a finished lesson leads: on, to the end of the course, or back to its page."""
    if outcome.is_completed:
        return redirect(url_for("learning.done", slug=visit.slug))
    if was_refresher and visit.enrolment.mode == Mode.FULL:
        flash(_("Die Frist ist vorbei. Deshalb gehört jetzt der ganze Kurs dazu."), "note")
    if outcome.next_lesson is None:
        return redirect(visit.course_url)
    return redirect(url_for("learning.lesson", slug=visit.slug, lesson=outcome.next_lesson.key))
