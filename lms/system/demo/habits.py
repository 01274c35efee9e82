"""How the invented people deal with what is due: on time, late, or not yet. Pure."""

import datetime as dt
import random
from dataclasses import dataclass
from enum import StrEnum

_A_DAY = dt.timedelta(days=1)


class Habit(StrEnum):
    """What somebody usually does with a deadline."""

    EARLY = "early"
    PUNCTUAL = "punctual"
    LATE = "late"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Temper:
    """One person's habit, with a random stream of their own."""

    habit: Habit
    chance: random.Random

    @classmethod
    def of(cls, seed: int, number: int, *, is_example: bool = False) -> "Temper":
        """The same person, the same temper; whoever sets an example is on time."""
        chance = random.Random(seed * 100_003 + number)  # noqa: S311 - reproducible, not secret
        weights = (50, 50, 0, 0) if is_example else (26, 44, 20, 10)
        habit = chance.choices(list(Habit), weights=weights)[0]
        return cls(habit, chance)

    def completes_on(self, opens_on: dt.date, due_on: dt.date) -> dt.date | None:
        """The day this person finishes a round, a weekday; None: nobody knows when."""
        room = max(1, (due_on - opens_on).days)
        if self.habit is Habit.NEVER and self.chance.random() < 0.7:
            return None
        if self.habit is Habit.EARLY:
            day = opens_on + dt.timedelta(days=self.chance.randint(1, max(1, room * 2 // 3)))
        elif self.habit is Habit.PUNCTUAL:
            day = due_on - dt.timedelta(days=self.chance.randint(0, min(12, room - 1)))
        else:
            day = due_on + dt.timedelta(days=self.chance.randint(5, 70))
        while day.weekday() > 4:
            day += _A_DAY
        return day
