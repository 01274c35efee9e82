"""One person in one course, as its page needs to know it."""

import datetime as dt
from dataclasses import dataclass

from flask import url_for

from lms.certifications.queries.duties import Duty, duty_in
from lms.courses.document import Course, Mode
from lms.courses.lessons import lessons_for
from lms.learning.models import Enrolment
from lms.learning.queries.dates import ShownEvidence, facts_of, find_evidence
from lms.learning.queries.rounds import LearnerCourse, Marks, get_course, get_version
from lms.learning.rules.rounds import Offer, RoundFacts, mode_for, offer_of
from lms.learning.rules.steps import Step, current_step, steps_of
from lms.learning.views.wording import said
from lms.web.db import db_session, house
from lms.web.guard import viewer
from lms.web.languages import locale


@dataclass(frozen=True, slots=True)
class Stand:
    """Everything about one person in one course that its page is made of."""

    course: LearnerCourse
    document: Course
    duty: Duty | None
    facts: RoundFacts
    evidence: ShownEvidence | None
    enrolment: Enrolment | None
    mode: Mode
    steps: tuple[Step, ...]
    offer: Offer
    is_outdated: bool
    today: dt.date
    language: str

    @property
    def current(self) -> Step | None:
        """Where to go on."""
        last = self.enrolment.current_lesson if self.enrolment else None
        return current_step(self.steps, last)

    def title_of(self, step: Step) -> str:
        """The title of a lesson in the language of the course."""
        return said(step.lesson.title, self.language)


def lesson_url(slug: str, enrolment: Enrolment) -> str:
    """Where an open round goes on."""
    if enrolment.current_lesson is None:
        return url_for("learning.course", slug=slug)
    return url_for("learning.lesson", slug=slug, lesson=enrolment.current_lesson)


def load_stand(slug: str) -> Stand:
    """Everything about the viewer in this course; NotFound when there is no such course."""
    session, who, today = db_session(), viewer().person_id, house().today()
    found = get_course(session, slug, who)
    duty = duty_in(session, who, found.course_id, today=today)
    evidence = find_evidence(session, duty.evidence_id if duty else None)
    going_on = found.open_round
    is_outdated = going_on is not None and found.is_outdated(going_on)
    version = going_on.version if going_on and not is_outdated else found.newest
    document = get_version(session, version).document
    facts = facts_of(found, duty, evidence, window_days=document.window_days)
    enrolment = going_on.enrolment if going_on and not is_outdated else None
    mode = Mode(enrolment.mode) if enrolment else mode_for(document.renewal.mode, facts, today)
    marks = found.marks if enrolment else Marks()
    steps = steps_of(lessons_for(document, mode), done=marks.done, waiting=marks.waiting)
    offer = offer_of(
        facts,
        today,
        is_begun=enrolment is not None,
        has_open_step=current_step(steps) is not None,
        was_completed=found.finished_round is not None,
    )
    return Stand(
        course=found,
        document=document,
        duty=duty,
        facts=facts,
        evidence=evidence,
        enrolment=enrolment,
        mode=mode,
        steps=steps,
        offer=offer,
        is_outdated=is_outdated,
        today=today,
        language=document.language_for(locale()),
    )
