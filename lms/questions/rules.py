"""Question documents and what follows from them: points, draws, the order of options.

Pure: the same question, answer and seed give the same score and order on every host and for ever,
so nothing about a shuffled page has to be stored but its seed.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lms.kernel.documents import Document, Key, Localised, Text, refusal
from lms.kernel.domain import N_, DomainError

QUESTION_TYPES = ("single_choice", "multiple_choice")
LATER_TYPES = (
    "true_false",
    "short_answer",
    "numeric",
    "matching",
    "ordering",
    "gap_text",
)

_FULL = 100
_ROUNDING = Fraction(1, 10)
# Scores are stored as floating point numbers; a hair below the mark is the mark.
_HAIR = 1e-9


class AnswerDoesNotFit(DomainError):
    """The answer names an option that this question does not have, or too many of them."""

    message = N_("Diese Antwort passt nicht zur Frage. Lade die Seite neu.")


class Option(Document):
    """One of the answers to choose from; `weight` in per cent replaces `correct` where given."""

    key: Key
    text: Localised
    correct: bool = False
    weight: Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)] | None = None
    feedback: Localised | None = None


class _Choice(Document):
    key: Key
    text: Localised
    case: Localised | None = None
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=10)]
    points: Annotated[int, Field(ge=1, le=100)] = 1
    shuffle: bool = True
    explanation: Localised | None = None
    reread: Text | None = None

    @model_validator(mode="after")
    def _options_fit_together(self) -> Self:
        keys = [option.key for option in self.options]
        for index, key in enumerate(keys):
            if key in keys[:index]:
                raise refusal(
                    f"option key {key!r} is used twice",
                    "a name of its own",
                    "options",
                    index,
                    "key",
                )
        weighted = [option.weight is not None for option in self.options]
        if any(weighted) and not all(weighted):
            raise refusal(
                "some options have a weight and some have not",
                "a weight on every option, or none and `correct: true`",
                "options",
            )
        return self

    @property
    def is_weighted(self) -> bool:
        """True when the options carry weights instead of right and wrong."""
        return self.options[0].weight is not None

    @property
    def right_keys(self) -> frozenset[str]:
        """The options that make the best answer."""
        return frozenset(option.key for option in self.options if _is_right(self, option))


class SingleChoice(_Choice):
    """Exactly one option is right."""

    type: Literal["single_choice"]

    @model_validator(mode="after")
    def _exactly_one_is_right(self) -> Self:
        count = len(self.right_keys)
        if count != 1:
            raise refusal(
                f"single_choice question {self.key!r} has {count} correct options",
                "exactly one option with `correct: true` (or with weight 100)",
                "options",
            )
        return self


class MultipleChoice(_Choice):
    """Any number of options is right, at least one; each earns its part of the points."""

    type: Literal["multiple_choice"]

    @model_validator(mode="after")
    def _full_points_can_be_reached(self) -> Self:
        if not self.right_keys:
            raise refusal(
                f"multiple_choice question {self.key!r} has no correct option",
                "at least one option with `correct: true` (or with a weight above 0)",
                "options",
            )
        weights = [option.weight or 0 for option in self.options]
        best = sum((Fraction(str(weight)) for weight in weights if weight > 0), Fraction(0))
        if self.is_weighted and abs(best - _FULL) > _ROUNDING:
            raise refusal(
                f"the weights above 0 of question {self.key!r} sum to {float(best):g}",
                "a sum of 100",
                "options",
            )
        return self


Question = Annotated[SingleChoice | MultipleChoice, Field(discriminator="type")]


def _is_right(question: _Choice, option: Option) -> bool:
    if option.weight is None:
        return option.correct
    return option.weight == _FULL if isinstance(question, SingleChoice) else option.weight > 0


def grade(question: SingleChoice | MultipleChoice, chosen: Collection[str]) -> float:
    """The score of an answer from 0 to 1; nothing chosen is 0.

    Multiple choice: each right option adds its part of the right ones, each wrong one takes its
    part of the wrong ones, never below 0, so that ticking everything earns nothing.
    """
    require_fitting(question, chosen)
    if isinstance(question, SingleChoice) and not question.is_weighted:
        return float(question.right_keys == frozenset(chosen))
    total = sum((_shares(question)[key] for key in set(chosen)), start=Fraction(0))
    # Weights may sum to 99.9 or 100.1 where thirds were written as decimals.
    if frozenset(chosen) == question.right_keys:
        return 1.0
    return float(min(max(total, Fraction(0)), Fraction(1)))


def require_fitting(question: SingleChoice | MultipleChoice, chosen: Collection[str]) -> None:
    """Refuse options that the question does not have, and more than one in a single choice."""
    known = {option.key for option in question.options}
    if not known.issuperset(chosen):
        raise AnswerDoesNotFit
    if isinstance(question, SingleChoice) and len(set(chosen)) > 1:
        raise AnswerDoesNotFit


def _shares(question: SingleChoice | MultipleChoice) -> dict[str, Fraction]:
    if question.is_weighted:
        return {option.key: Fraction(str(option.weight)) / _FULL for option in question.options}
    right = len(question.right_keys)
    wrong = len(question.options) - right
    return {
        option.key: Fraction(1, right) if option.correct else Fraction(-1, wrong)
        for option in question.options
    }


def percent(scored: Iterable[tuple[int, float]]) -> int:
    """What (points, score) pairs are worth together, in whole per cent, rounded down.

    Rounded down so that the number people see is the one the pass mark is compared with.
    """
    pairs = list(scored)
    possible = sum(points for points, _score in pairs)
    if not possible:
        return 0
    earned = sum(points * score for points, score in pairs)
    return int(earned * _FULL / possible + _HAIR)


def seeded_order(keys: Iterable[str], seed: str) -> list[str]:
    """The keys in an order that the seed alone decides, whatever order they came in."""
    return sorted(keys, key=lambda key: hashlib.sha256(f"{seed}\0{key}".encode()).digest())


def draw_questions(
    pool: Sequence[SingleChoice | MultipleChoice],
    *,
    count: int | None,
    shuffle: bool,
    seed: str,
) -> list[SingleChoice | MultipleChoice]:
    """The questions of one attempt: `count` out of the pool (all without it), in their order."""
    by_key = {question.key: question for question in pool}
    drawn = set(seeded_order(by_key, f"draw {seed}")[:count])
    order = seeded_order(drawn, f"order {seed}") if shuffle else [k for k in by_key if k in drawn]
    return [by_key[key] for key in order]


def ordered_options(question: SingleChoice | MultipleChoice, *, seed: str) -> list[Option]:
    """The options as one attempt shows them."""
    if not question.shuffle:
        return list(question.options)
    by_key = {option.key: option for option in question.options}
    return [by_key[key] for key in seeded_order(by_key, f"{question.key} {seed}")]
