"""Faults of a film script are named before anything is rendered."""

from pathlib import Path

import pytest
import voice
from film import BadScriptError, load


def changed(short: Path, old: str, new: str) -> Path:
    script = short / "film" / "short.yaml"
    text = script.read_text("utf-8")
    assert old in text
    script.write_text(text.replace(old, new), encoding="utf-8")
    return script


def test_what_is_shown_must_be_said(short: Path) -> None:
    script = changed(short, 'en: "Good day"}', 'en: "Good evening"}')
    with pytest.raises(BadScriptError, match="scene hello: “Good evening” is shown but not said"):
        load(script, "en")
    assert load(script, "de").key == "short"


def test_a_missing_language_is_named(short: Path) -> None:
    script = changed(short, '        en: "Good day."\n', "")
    with pytest.raises(BadScriptError, match="missing for the language “en”: 'en'"):
        load(script, "en")


def test_an_unknown_picture_is_named(short: Path) -> None:
    script = changed(short, "picture: laptop", "picture: lighthouse")
    with pytest.raises(BadScriptError, match=r"no picture “lighthouse\.svg”"):
        load(script, "de")


def test_two_sentences_with_one_key_are_refused(short: Path) -> None:
    script = changed(short, "key: ending", "key: greeting")
    with pytest.raises(BadScriptError, match="two sentences have the key “greeting”"):
        load(script, "de")


def test_broken_yaml_is_named_with_its_line(short: Path) -> None:
    script = changed(short, "scenes:", "scenes: [")
    with pytest.raises(BadScriptError, match="line 5"):
        load(script, "de")


def test_a_recorded_film_is_recorded_completely(short: Path) -> None:
    recordings = short / "voice"
    film = load(short / "film" / "short.yaml", "de")
    recordings.mkdir()
    (recordings / "short.greeting.de.wav").touch()
    with pytest.raises(voice.NoVoiceError, match=r"missing in .*: short\.ending\.de\.wav$"):
        voice.engine(film, recordings)
    (recordings / "short.ending.de.wav").touch()
    assert voice.engine(film, recordings) == "person"
