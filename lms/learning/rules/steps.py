"""The order of a course's lessons for one person: what is done, what is next, what is locked.

Lessons are taken one after another. A practice report that waits for its confirmation holds
nobody up: the lessons after it are open, and only the course's end waits for it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.courses.document import AnyLesson
from lms.kernel.domain import N_, DomainError


class StepState(StrEnum):
    """How a lesson stands for one person."""

    DONE = "done"
    WAITING = "waiting"
    OPEN = "open"
    LOCKED = "locked"


class LessonLocked(DomainError):
    """The lessons before it come first."""

    message = N_("Dieser Schritt kommt erst nach Schritt %(number)s.")


@dataclass(frozen=True, slots=True)
class Step:
    """A lesson with its place, counted from 1; `after` is the step right before a locked one."""

    lesson: AnyLesson
    number: int
    state: StepState
    after: int = 0

    @property
    def is_open(self) -> bool:
        """True when somebody may go there."""
        return self.state is not StepState.LOCKED


def steps_of(
    lessons: Sequence[AnyLesson], *, done: Collection[str], waiting: Collection[str] = ()
) -> tuple[Step, ...]:
    """The lessons in their order; everything behind the first unfinished one is locked."""
    steps: list[Step] = []
    unfinished = 0
    for number, lesson in enumerate(lessons, 1):
        state = _state(lesson.key, done, waiting, is_locked=unfinished > 0)
        steps.append(Step(lesson, number, state, unfinished if state is StepState.LOCKED else 0))
        if state in (StepState.OPEN, StepState.LOCKED):
            unfinished = number
    return tuple(steps)


def _state(
    key: str, done: Collection[str], waiting: Collection[str], *, is_locked: bool
) -> StepState:
    if key in done:
        return StepState.DONE
    if key in waiting:
        return StepState.WAITING
    return StepState.LOCKED if is_locked else StepState.OPEN


def current_step(steps: Sequence[Step], last_acted_in: str | None = None) -> Step | None:
    """Where to go on: where one last was, else the first that is open; None when none is left."""
    open_steps = [step for step in steps if step.state is StepState.OPEN]
    last = next((step for step in open_steps if step.lesson.key == last_acted_in), None)
    return last or next(iter(open_steps), None)


def find_step(steps: Sequence[Step], key: str) -> Step | None:
    """The step of a lesson; None when this round does not contain it."""
    return next((step for step in steps if step.lesson.key == key), None)


def next_step(steps: Sequence[Step], number: int) -> Step | None:
    """The step after this one; None behind the last."""
    return steps[number] if number < len(steps) else None


def require_open(step: Step) -> None:
    """Refuse a locked lesson and name the one before it."""
    if not step.is_open:
        raise LessonLocked(number=step.after)


def remaining_minutes(steps: Sequence[Step]) -> int:
    """What the lessons that are neither done nor waiting take together."""
    left = (StepState.OPEN, StepState.LOCKED)
    return sum(step.lesson.minutes for step in steps if step.state in left)
