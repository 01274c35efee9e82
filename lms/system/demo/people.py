"""Who is in the demonstration organisation: names, units, jobs; the same seed, the same people.

Names are invented combinations; nobody real is meant.
"""

import datetime as dt
import random
from dataclasses import dataclass, replace
from pathlib import Path

from lms.kernel.text import slug
from lms.kernel.viewer import Role

UNITS = (
    "Wohngruppe Donau",
    "Wohngruppe Iller",
    "Ambulante Hilfen",
    "Tagesgruppe",
    "Schulsozialarbeit",
    "Verwaltung",
)
SPECIALIST = "pädagogische Fachkraft"
HEAD = "Bereichsleitung"
OFFICE = "Verwaltungskraft"
KITCHEN = "Hauswirtschaft"
DOMAIN = "donau-iller.example"

_FIRST, _LAST = (
    block.split()
    for block in Path(__file__).with_name("names.txt").read_text("utf-8").split("\n\n")
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One invented person; `joined_after_days` None: was there before the history begins."""

    first_name: str
    last_name: str
    unit: str
    job: str
    email: str | None = None
    personnel_number: str | None = None
    role: Role | None = None
    joined_after_days: int | None = None
    leaves_after_days: int | None = None


# The six that a visitor signs in as.
STARS = (
    Figure("Jana", "Weber", UNITS[0], SPECIALIST, f"jana.weber@{DOMAIN}", "1001", Role.EMPLOYEE),
    Figure("Aylin", "Kaya", UNITS[4], SPECIALIST, f"aylin.kaya@{DOMAIN}", "1002", Role.AUTHOR),
    Figure("Miriam", "Koch", UNITS[5], OFFICE, f"miriam.koch@{DOMAIN}", "1003", Role.OFFICER),
    Figure("Peter", "Arnold", UNITS[5], HEAD, f"peter.arnold@{DOMAIN}", "1004", Role.MANAGEMENT),
    Figure("Erkan", "Demir", UNITS[5], OFFICE, f"erkan.demir@{DOMAIN}", "1005", Role.ADMINISTRATOR),
    Figure("Sabine", "Roth", UNITS[5], OFFICE, f"sabine.roth@{DOMAIN}", "1006", Role.DPO),
)
_FIRST_NUMBER = 1101
_PEOPLE_A_LEAVER = 27
_PEOPLE_A_JOINER = 11
_PEOPLE_WITHOUT_ADDRESS = 18


def unit_names(people_count: int) -> list[str]:
    """Six units up to 120 people, then one more for each further 40."""
    more = max(0, (people_count - 120) // 40)
    return [*UNITS, *(f"Außenstelle {number}" for number in range(1, more + 1))]


def invent(people_count: int, *, history_days: int, seed: int) -> list[Figure]:
    """So many people who are there at the end, and a few more who have left by then."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    units = unit_names(people_count)
    figures = [
        # New in the house: a visitor can begin with a course that nobody has begun for them.
        replace(one, joined_after_days=history_days - 25) if one.role is Role.DPO else one
        for one in STARS
    ]
    used = {(one.first_name, one.last_name) for one in figures}
    number = _FIRST_NUMBER
    leavers = people_count // _PEOPLE_A_LEAVER
    while len(figures) < people_count + leavers:
        unit = units[len(figures) % len(units)]
        first, last, email = _name(chance, used, number)
        place = len(figures)
        figures.append(
            Figure(
                first,
                last,
                unit,
                _job(chance, unit, is_first=place < len(STARS) + len(units)),
                None if place % _PEOPLE_WITHOUT_ADDRESS == 17 else email,
                str(number),
                joined_after_days=_joins(chance, place, history_days),
                leaves_after_days=(
                    chance.randrange(history_days // 3, history_days - 20)
                    if place >= people_count
                    else None
                ),
            )
        )
        number += 1
    return figures


def _name(chance: random.Random, used: set[tuple[str, str]], number: int) -> tuple[str, str, str]:
    for _try in range(50):
        first, last = chance.choice(_FIRST), chance.choice(_LAST)
        if (first, last) not in used:
            used.add((first, last))
            return first, last, f"{slug(first)}.{slug(last)}@{DOMAIN}"
    # Larger organisations have namesakes: the number tells them apart.
    return first, last, f"{slug(first)}.{slug(last)}.{number}@{DOMAIN}"


def _job(chance: random.Random, unit: str, *, is_first: bool) -> str:
    if is_first:
        return HEAD
    if unit == "Verwaltung":
        return OFFICE
    return KITCHEN if chance.random() < 0.1 else SPECIALIST


def _joins(chance: random.Random, place: int, history_days: int) -> int | None:
    if place < len(STARS) + len(UNITS) or place % _PEOPLE_A_JOINER:
        return None
    return chance.randrange(40, max(41, history_days - 10))


def first_day(today: dt.date, *, years: float) -> dt.date:
    """When the history begins."""
    return today - dt.timedelta(days=round(years * 365.25))
