"""The gauge board on a certificate: how many blocks, and where its ticks stand; pure."""

import datetime as dt
from dataclasses import dataclass

from lms.certifications.months import months_between

MONTHS_A_TICK = 6
MOST_MONTHS = 36
_MONTHS_A_QUARTER = 3
_BLOCKS_FOR_EVER = 24


@dataclass(frozen=True, slots=True)
class Tick:
    """`share` of the board's height from its foot; `months` after the first day."""

    share: float
    months: int


@dataclass(frozen=True, slots=True)
class Board:
    """A block a month, above 36 months a block a quarter; ticks between the two ends."""

    blocks: int
    ticks: tuple[Tick, ...] = ()


def board_of(valid_from: dt.date, valid_until: dt.date | None) -> Board:
    """The board of a certificate that holds from one day to another, None: for ever."""
    if valid_until is None:
        return Board(_BLOCKS_FOR_EVER)
    months = months_between(valid_from, valid_until)
    is_long = months > MOST_MONTHS
    step = 2 * MONTHS_A_TICK if is_long else MONTHS_A_TICK
    # A tick close to the upper end would stand in the way of its date.
    ticks = [
        Tick(at / months, at)
        for at in range(step, months, step)
        if (months - at) / months >= 1 / 30
    ]
    return Board(-(-months // _MONTHS_A_QUARTER) if is_long else months, tuple(ticks))
