"""The script of a film: what is said and shown, in one language; read, checked, and hashed.

A film script is a YAML file in the folder `film/` of a course. Nothing here renders anything, so
the tests can import it on a machine without browser, voices or ffmpeg.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

PICTURES = Path(__file__).parent / "pictures"
MOST_POINTS = 4
_KEY = re.compile(r"[a-z][a-z0-9-]{0,59}")


class BadScriptError(ValueError):
    """The script cannot become a film; the message names every fault, one a line."""


@dataclass(frozen=True)
class Sentence:
    """One sentence or thought: one recording, one still, one entry of the transcript."""

    key: str
    text: str
    point: str = ""
    """A few words that appear on the slide with this sentence."""
    quote: bool = False
    """The sentence itself appears on the slide, as something that a person says."""


@dataclass(frozen=True)
class Scene:
    """One slide: one thought, one picture, the level of the gauge."""

    key: str
    level: int
    picture: str
    heading: str
    number: int
    """The number in front of the heading; 0 for none."""
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Film:
    """The whole film in one language."""

    key: str
    language: str
    title: str
    scenes: tuple[Scene, ...]
    poster: int
    """The number of the scene (from 0) whose picture becomes the poster."""
    say: dict[str, str]
    """Words that the computer voice pronounces wrongly, and how to write them for it."""

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences in the order of the film."""
        return tuple(sentence for scene in self.scenes for sentence in scene.sentences)


def languages(path: Path) -> tuple[str, ...]:
    """The languages that the script's title has, in alphabetical order."""
    return tuple(sorted(_read(path)["title"]))


def load(path: Path, language: str) -> Film:
    """The script in one language; BadScriptError names what is missing or wrong."""
    written = _read(path)
    try:
        film = Film(
            key=written["key"],
            language=language,
            title=written["title"][language],
            scenes=tuple(_scene(scene, language) for scene in written["scenes"]),
            poster=[scene["key"] for scene in written["scenes"]].index(written["poster"]),
            say=written.get("say", {}).get(language, {}),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = f"{path}: something is missing for the language “{language}”: {error}"
        raise BadScriptError(message) from error
    if faults := _faults(film, path):
        raise BadScriptError("\n".join(faults))
    return film


def fingerprint(film: Film, recordings: Path) -> str:
    """SHA-256 of all that one can see or hear: words, pictures, recorded voices.

    The look of the slides is left out on purpose: a changed colour of the product does not make
    every film stale.
    """
    digest = hashlib.sha256(
        json.dumps(asdict(film), ensure_ascii=False, sort_keys=True).encode(),
    )
    for picture in sorted({scene.picture for scene in film.scenes} | {"people"}):
        digest.update(f"picture {picture}\n".encode())
        digest.update((PICTURES / f"{picture}.svg").read_bytes())
    for sentence in film.sentences:
        spoken = recording(film, sentence, recordings)
        if spoken.exists():
            digest.update(f"recording {sentence.key}\n".encode())
            digest.update(spoken.read_bytes())
    return digest.hexdigest()


def recording(film: Film, sentence: Sentence, recordings: Path) -> Path:
    """Where a person's recording of a sentence is looked for."""
    return recordings / f"{film.key}.{sentence.key}.{film.language}.wav"


def words(text: str) -> str:
    """The bare words in lower case, single spaces between them."""
    return " ".join(
        re.findall(r"[\w']+", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold())
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        message = f"{path}: {error}"
        raise BadScriptError(message) from error
    if not isinstance(written, dict):
        message = f"{path}: this is no film script"
        raise BadScriptError(message)
    return written


def _scene(written: dict[str, Any], language: str) -> Scene:
    return Scene(
        key=written["key"],
        level=written["level"],
        picture=written["picture"],
        heading=written["heading"][language],
        number=written.get("number", 0),
        sentences=tuple(_sentence(sentence, language) for sentence in written["sentences"]),
    )


def _sentence(written: dict[str, Any], language: str) -> Sentence:
    return Sentence(
        key=written["key"],
        text=written[language],
        point=written["point"][language] if "point" in written else "",
        quote=written.get("quote", False),
    )


def _faults(film: Film, path: Path) -> list[str]:
    faults = []
    keys = [sentence.key for sentence in film.sentences]
    faults += [f"{path}: “{key}” is no key" for key in keys if not _KEY.fullmatch(key)]
    faults += [
        f"{path}: two sentences have the key “{key}”"
        for key in sorted(set(keys))
        if keys.count(key) > 1
    ]
    if film.key != path.stem:
        faults.append(f"{path}: the key is “{film.key}”, the file is called “{path.stem}”")
    for scene in film.scenes:
        faults += [f"{path}, {film.language}, scene {scene.key}: {fault}" for fault in _odd(scene)]
    return faults


def _odd(scene: Scene) -> list[str]:
    faults = []
    if not (PICTURES / f"{scene.picture}.svg").exists():
        faults.append(f"there is no picture “{scene.picture}.svg” in {PICTURES}")
    points = [sentence.point for sentence in scene.sentences if sentence.point]
    if len(points) > MOST_POINTS:
        faults.append(f"more than {MOST_POINTS} points on one slide")
    said = words(" ".join(sentence.text for sentence in scene.sentences))
    # Whoever cannot see the slide must hear all of it (WCAG 1.2.5).
    faults += [
        f"“{text}” is shown but not said"
        for text in (scene.heading, *points)
        if f" {words(text)} " not in f" {said} "
    ]
    return faults
