"""A published course, somebody who learns, and the deeds of learning with times filled in."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.operations.completing import Completion, Shown, complete
from lms.certifications.operations.requiring import Wish, create_requirement
from lms.certifications.rules.policy import policy_with_defaults
from lms.certifications.rules.scopes import Scope
from lms.courses.models import CourseVersion
from lms.kernel.viewer import Role
from lms.learning import operations
from lms.learning.models import Enrolment, PracticeReport, QuizAttempt
from lms.people.models import Person
from tests.factories import NOW, TODAY, make_person
from tests.learning.samples import publish

RIGHT = {"one": ["b"], "two": ["c", "d"], "three": ["g"]}
WRONG = {"one": ["a"], "two": ["e"], "three": ["h"]}


@dataclass
class Learning:
    """The deeds of one learner in one course; `now` may be moved."""

    session: Session
    person: Person
    version: CourseVersion
    zone: ZoneInfo
    now: dt.datetime = NOW

    @property
    def times(self) -> dict[str, Any]:
        return {"zone": self.zone, "now": self.now}

    def enrol(self, **values: Any) -> Enrolment:
        given = {"today": self.now.astimezone(self.zone).date(), "now": self.now} | values
        return operations.enrol(
            self.session, person_id=self.person.id, course_id=self.version.course_id, **given
        )

    def finish(self, enrolment: Enrolment, key: str, *, confirmed: bool = True):
        return operations.finish_lesson(
            self.session, enrolment, key, confirmed=confirmed, **self.times
        )

    def start(self, enrolment: Enrolment, key: str = "check") -> QuizAttempt:
        return operations.start_attempt(self.session, enrolment, key, **self.times)

    def answer(self, attempt: QuizAttempt, question: str, choices: list[str]):
        return operations.answer(self.session, attempt, question, choices, **self.times)

    def answer_all(self, attempt: QuizAttempt, answers: dict[str, list[str]] = RIGHT):
        for key in attempt.question_keys:
            found = self.answer(attempt, key, answers[key])
        return found.outcome

    def report(self, enrolment: Enrolment, key: str = "try", text: str = "Es ging gut."):
        return operations.report_practice(self.session, enrolment, key, text, **self.times)

    def report_of(self, enrolment: Enrolment) -> PracticeReport:
        return self.session.scalars(
            select(PracticeReport).where(PracticeReport.enrolment_id == enrolment.id)
        ).one()

    def up_to_quiz(self) -> Enrolment:
        enrolment = self.enrol()
        self.finish(enrolment, "welcome")
        self.finish(enrolment, "film")
        return enrolment

    def all_of_it(self):
        enrolment = self.up_to_quiz()
        self.answer_all(self.start(enrolment))
        return enrolment, self.report(enrolment)

    def require(self, **policy: Any) -> None:
        create_requirement(
            self.session,
            Wish(
                course_id=self.version.course_id,
                scope=Scope(person_ids=frozenset({self.person.id})),
                policy=policy_with_defaults(**({"interval_months": 24} | policy)),
            ),
            today=TODAY,
            now=NOW,
            actor="operator",
        )

    def hold(self, completed_on: dt.date, **values: Any) -> Completion:
        shown = Shown(
            person_id=self.person.id,
            course_id=self.version.course_id,
            completed_on=completed_on,
            source_key=f"held:{completed_on}",
            **values,
        )
        return complete(self.session, shown, now=NOW)


@pytest.fixture
def learner(session):
    return make_person(session, first_name="Jana", last_name="Weber")


@pytest.fixture
def officer(session):
    return make_person(session, roles=[Role.OFFICER])


@pytest.fixture
def learning(session, learner, zone):
    return Learning(session, learner, publish(session), zone)


@pytest.fixture
def learning_of(session, learner, zone):
    """learning_of(document): the same learner in another course."""

    def make(found):
        return Learning(session, learner, publish(session, found), zone)

    return make
