"""The contents of a course: modules with their steps and how each stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from lms.courses.document import Mode
from lms.courses.lessons import lessons_for, minutes_of
from lms.learning.rules.practice import ReportState
from lms.learning.rules.steps import Step, StepState
from lms.learning.views.stand import Stand
from lms.learning.views.wording import StepItem, detail_of, said, short_minutes


@dataclass(frozen=True, slots=True)
class ModuleItem:
    """A module with its steps; `start` is the number of its first one."""

    title: str
    length: str
    start: int
    steps: list[StepItem]


def modules_of(stand: Stand) -> list[ModuleItem]:
    """The modules that the round on offer contains."""
    by_key = {step.lesson.key: step for step in stand.steps}
    items = []
    for module in stand.document.modules:
        steps = [by_key[lesson.key] for lesson in module.lessons if lesson.key in by_key]
        if steps:
            items.append(
                ModuleItem(
                    title=said(module.title, stand.language),
                    length=_length(steps),
                    start=steps[0].number,
                    steps=[_item(stand, step) for step in steps],
                )
            )
    return items


def _length(steps: Sequence[Step]) -> str:
    length = short_minutes(minutes_of([step.lesson for step in steps]))
    is_done = all(step.state is StepState.DONE for step in steps)
    done = _("erledigt")
    return f"{length}, {done}" if is_done else length


def _item(stand: Stand, step: Step) -> StepItem:
    title = stand.title_of(step)
    if stand.enrolment is None:
        # Nothing was begun: what a lesson is, without where one stands.
        plain = Step(step.lesson, step.number, StepState.OPEN)
        return StepItem(title, detail_of(plain), "open", _review_url(stand, step))
    here = stand.current is not None and stand.current.number == step.number
    is_returned = stand.course.marks.reports.get(step.lesson.key) is ReportState.RETURNED
    url = url_for("learning.lesson", slug=stand.course.slug, lesson=step.lesson.key)
    state = "current" if here else ("done" if step.state is StepState.DONE else "open")
    detail = detail_of(step, here=here, is_returned=is_returned)
    return StepItem(title, detail, state, url if step.is_open else None)


def _review_url(stand: Stand, step: Step) -> str | None:
    """Lessons of a finished round stay readable while they are the ones shown here."""
    finished = stand.course.finished_round
    if finished is None or finished.version != stand.course.newest or stand.is_outdated:
        return None
    taken = lessons_for(stand.document, Mode(finished.enrolment.mode))
    if all(lesson.key != step.lesson.key for lesson in taken):
        return None
    return url_for("learning.lesson", slug=stand.course.slug, lesson=step.lesson.key)
