"""DigComp 3.0 as far as courses name it: codes, labels and levels, never the descriptors.

Source: JRC144121 (November 2025), DigComp © European Union, CC BY 4.0. The English labels are those
of 3.0; no official German translation was found, so the German labels are our own and say so.
Codes are the same as in DigComp 2.2.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

FRAMEWORK = "digcomp-3.0"
ATTRIBUTION = "DigComp © European Union, CC BY 4.0; German labels: Lernstand"
LOWEST_LEVEL, HIGHEST_LEVEL = 1, 8

_PAIR = re.compile(rf"(?:{re.escape(FRAMEWORK)}:)?([1-9]\.[1-9])@([0-9]{{1,2}})")


class Band(StrEnum):
    """Two levels each; the words in which the framework speaks of levels."""

    BASIC = "basic"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"
    HIGHLY_ADVANCED = "highly_advanced"


BAND_LABELS: dict[Band, dict[str, str]] = {
    Band.BASIC: {"de": "Grundlegend", "en": "Basic"},
    Band.INTERMEDIATE: {"de": "Mittel", "en": "Intermediate"},
    Band.ADVANCED: {"de": "Fortgeschritten", "en": "Advanced"},
    Band.HIGHLY_ADVANCED: {"de": "Weit fortgeschritten", "en": "Highly advanced"},
}


@dataclass(frozen=True, slots=True)
class CompetenceArea:
    """One of the five areas."""

    code: str
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Competence:
    """One of the 21 competences."""

    code: str
    labels: dict[str, str]

    @property
    def area(self) -> CompetenceArea:
        """The area that the first digit names."""
        return AREAS[self.code[0]]


class UnknownCompetence(ValueError):
    """Not one of the 21 codes with a level from 1 to 8; the text says what is allowed."""


@dataclass(frozen=True, slots=True)
class CompetenceLevel:
    """What a course shows: a competence at a level, written `2.1@3`."""

    code: str
    level: int

    @property
    def competence(self) -> Competence:
        """The competence behind the code."""
        return COMPETENCES[self.code]

    @property
    def band(self) -> Band:
        """The band of the level."""
        return band_of(self.level)

    @property
    def full_code(self) -> str:
        """The code with its framework, as stored and exported: `digcomp-3.0:2.1@3`."""
        return f"{FRAMEWORK}:{self}"

    def __str__(self) -> str:
        return f"{self.code}@{self.level}"


def band_of(level: int) -> Band:
    """The band of a level from 1 to 8."""
    if not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
        raise UnknownCompetence(f"level {level}; allowed: {LOWEST_LEVEL} to {HIGHEST_LEVEL}")
    return list(Band)[(level - 1) // 2]


def parse(text: str) -> CompetenceLevel:
    """Read `2.1@3`, with or without the framework before it."""
    match = _PAIR.fullmatch(text.strip())
    if match is None:
        raise UnknownCompetence(f"{text!r}; allowed: CODE@LEVEL, for example 2.1@3")
    code, level = match[1], int(match[2])
    if code not in COMPETENCES:
        raise UnknownCompetence(f"{code}; allowed: {', '.join(COMPETENCES)}")
    band_of(level)
    return CompetenceLevel(code, level)


def _areas(*rows: tuple[str, str, str]) -> dict[str, CompetenceArea]:
    return {
        code: CompetenceArea(code, {"de": german, "en": english}) for code, english, german in rows
    }


def _competences(*rows: tuple[str, str, str]) -> dict[str, Competence]:
    return {code: Competence(code, {"de": german, "en": english}) for code, english, german in rows}


AREAS = _areas(
    (
        "1",
        "Information search, evaluation and management",
        "Informationen suchen, bewerten, verwalten",
    ),
    ("2", "Communication and collaboration", "Kommunikation und Zusammenarbeit"),
    ("3", "Content creation", "Inhalte erstellen"),
    (
        "4",
        "Safety, wellbeing and responsible use",
        "Sicherheit, Wohlbefinden, verantwortungsvolle Nutzung",
    ),
    ("5", "Problem identification and solving", "Probleme erkennen und lösen"),
)

COMPETENCES = _competences(
    (
        "1.1",
        "Browsing, searching and filtering information",
        "Informationen suchen und filtern",
    ),
    ("1.2", "Evaluating information", "Informationen bewerten"),
    ("1.3", "Managing information", "Informationen verwalten"),
    (
        "2.1",
        "Interacting through and with digital technologies",
        "Mit und über digitale Technik interagieren",
    ),
    ("2.2", "Sharing through digital technologies", "Über digitale Technik teilen"),
    (
        "2.3",
        "Engaging in citizenship through digital technologies",
        "Über digitale Technik an der Gesellschaft teilhaben",
    ),
    (
        "2.4",
        "Collaborating through digital technologies",
        "Über digitale Technik zusammenarbeiten",
    ),
    ("2.5", "Digital behaviour", "Digitales Verhalten"),
    ("2.6", "Managing digital identity", "Digitale Identität verwalten"),
    ("3.1", "Developing digital content", "Digitale Inhalte entwickeln"),
    (
        "3.2",
        "Integrating and re-elaborating digital content",
        "Digitale Inhalte einbinden und überarbeiten",
    ),
    ("3.3", "Copyright and licences", "Urheberrecht und Lizenzen"),
    (
        "3.4",
        "Computational thinking and programming",
        "Informatisches Denken und Programmieren",
    ),
    ("4.1", "Protecting devices", "Geräte schützen"),
    (
        "4.2",
        "Protecting personal data and privacy",
        "Personenbezogene Daten und Privatsphäre schützen",
    ),
    ("4.3", "Supporting wellbeing", "Wohlbefinden fördern"),
    (
        "4.4",
        "Environmental impacts of digital technologies",
        "Umweltfolgen digitaler Technik",
    ),
    ("5.1", "Identifying and solving technical problems", "Technische Probleme lösen"),
    (
        "5.2",
        "Identifying needs and digital technological responses",
        "Bedarfe und digitale Lösungen erkennen",
    ),
    (
        "5.3",
        "Identifying creative solutions using digital technologies",
        "Kreative Lösungen finden",
    ),
    (
        "5.4",
        "Identifying and addressing digital competence needs",
        "Digitalen Lernbedarf angehen",
    ),
)
