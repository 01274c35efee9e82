"""The committed films are those that the scripts beside them describe. Nothing is rendered here."""

import hashlib
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import captions
import pytest
import yaml
from film import Film, fingerprint, languages, load

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(ROOT.glob("content/*/film/*.yaml"))
FILMS = [(script, language) for script in SCRIPTS for language in languages(script)]
LARGEST = 2_000_000


def ids(value: object) -> str:
    return value.stem if isinstance(value, Path) else str(value)


every_film = pytest.mark.parametrize(("script", "language"), FILMS, ids=ids)


def media(script: Path) -> Path:
    return script.parent.parent / "media"


def stamp(script: Path, language: str) -> dict[str, Any]:
    stamps = json.loads(script.with_name(f"{script.stem}.stamp.json").read_text("utf-8"))
    assert isinstance(stamps, dict)
    return dict(stamps[language])


def boxes(mp4: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of the boxes of an mp4, in order."""
    place = 0
    while place < len(mp4):
        size, name = struct.unpack(">I4s", mp4[place : place + 8])
        yield name.decode("ascii"), mp4[place + 8 : place + size]
        place += size


def film_seconds(mp4: bytes) -> float:
    movie = dict(boxes(dict(boxes(mp4))["moov"]))["mvhd"]
    scale, length = struct.unpack(">II", movie[12:20])
    return float(length / scale)


def the_captions(script: Path, language: str) -> list[captions.Cue]:
    vtt = media(script) / f"{script.stem}.{language}.vtt"
    return captions.read(vtt.read_text(encoding="utf-8"))


def test_there_is_a_film() -> None:
    assert ROOT / "content/zoom-basics/film/first-call.yaml" in SCRIPTS


@every_film
def test_a_changed_script_has_been_rendered_again(script: Path, language: str) -> None:
    now = fingerprint(load(script, language), media(script) / "voice")
    command = f"python scripts/media/render.py {script.relative_to(ROOT)}"
    assert stamp(script, language)["script"] == now, f"The film is out of date: {command}"


@every_film
def test_the_files_are_the_ones_that_were_rendered(script: Path, language: str) -> None:
    written = stamp(script, language)["files"]
    found = {
        name: hashlib.sha256((media(script) / name).read_bytes()).hexdigest() for name in written
    }
    assert found == written
    assert {Path(name).suffix for name in written} == {".mp4", ".vtt"}


@every_film
def test_captions_can_be_read_in_time(script: Path, language: str) -> None:
    assert captions.faults(the_captions(script, language)) == []


@every_film
def test_captions_say_all_that_is_said(script: Path, language: str) -> None:
    shown = " ".join(cue.text for cue in the_captions(script, language))
    said = " ".join(sentence.text for sentence in load(script, language).sentences)
    assert shown == said


@every_film
def test_a_film_is_small_and_starts_before_it_is_loaded(script: Path, language: str) -> None:
    mp4 = (media(script) / f"{script.stem}.{language}.mp4").read_bytes()
    names = [name for name, _ in boxes(mp4)]
    assert len(mp4) <= LARGEST
    assert names.index("moov") < names.index("mdat")


@every_film
def test_a_film_is_as_long_as_its_captions(script: Path, language: str) -> None:
    seconds = film_seconds((media(script) / f"{script.stem}.{language}.mp4").read_bytes())
    assert 60 <= seconds <= 180
    assert the_captions(script, language)[-1].end == pytest.approx(seconds, abs=0.1)


@every_film
def test_the_lesson_says_whose_voice_it_is(script: Path, language: str) -> None:
    name = f"media/{script.stem}.{language}.mp4"
    lessons = [
        yaml.safe_load(path.read_text("utf-8")) for path in script.parents[1].glob("*/*.yaml")
    ]
    voices = [
        lesson["voice"]
        for lesson in lessons
        if lesson.get("kind") == "video" and lesson["file"][language] == name
    ]
    person = stamp(script, language)["voice"] == "person"
    assert voices == ["person" if person else "synthetic"]


def test_poster_is_there_for_every_film() -> None:
    for script in SCRIPTS:
        assert (media(script) / f"{script.stem}.webp").read_bytes()[8:12] == b"WEBP"


def prints(folder: Path) -> dict[str, str]:
    script = folder / "film" / "short.yaml"
    return {name: fingerprint(load(script, name), folder / "voice") for name in ("de", "en")}


def test_one_changed_sentence_makes_one_film_stale(short: Path) -> None:
    before = prints(short)
    script = short / "film" / "short.yaml"
    script.write_text(script.read_text("utf-8").replace("That was it.", "Done."), encoding="utf-8")
    after = prints(short)
    assert after["de"] == before["de"]
    assert after["en"] != before["en"]


def test_a_new_recording_makes_the_film_stale(short: Path) -> None:
    before = prints(short)
    (short / "voice").mkdir()
    (short / "voice" / "short.greeting.de.wav").write_bytes(b"RIFF")
    after = prints(short)
    assert after["de"] != before["de"]
    assert after["en"] == before["en"]


def first_scene(film: Film) -> tuple[str, str]:
    return film.scenes[0].heading, film.scenes[0].sentences[0].text


def test_a_script_is_read_in_each_language(short: Path) -> None:
    script = short / "film" / "short.yaml"
    assert languages(script) == ("de", "en")
    assert first_scene(load(script, "de")) == ("Guten Tag", "Guten Tag.")
    assert first_scene(load(script, "en")) == ("Good day", "Good day.")
