"""From sentences to one soundtrack: a person's recordings, else a computer voice.

Debian's packages `libttspico-utils` (section non-free; German) and `flite` (English) speak;
`espeak-ng` stands in where they are missing, good enough for a draft.
"""

import array
import re
import shutil
import subprocess
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

from film import Film, Scene, Sentence, recording

RATE = 16_000
"""Samples a second, as both computer voices make them."""
SILENT = 260
"""Below this amplitude (of 32767) the beginning and end of a recording are cut off."""
LEAD_NEW_SCENE = 0.55
LEAD = 0.15
PAUSE = 0.45
PAUSE_AFTER_SCENE = 0.75
LAST_PAUSE = 2.2
SHORTEST = 1.6
"""Seconds that every still stays at least."""
FRAME = 0.04

_PICO = {"de": "de-DE"}
_FLITE = {"en": "slt"}


class NoVoiceError(RuntimeError):
    """Nobody can speak this language here, or only half of the sentences are recorded."""


@dataclass(frozen=True)
class Spoken:
    """A sentence with its place in the film, in seconds (whole pictures of 0.04 s)."""

    scene: Scene
    sentence: Sentence
    start: float
    end: float
    speech: float
    """When the voice begins."""


def engine(film: Film, recordings: Path) -> str:
    """Who speaks: `person`, `pico`, `flite` or `espeak-ng`."""
    missing = [s for s in film.sentences if not recording(film, s, recordings).exists()]
    if not missing:
        return "person"
    if len(missing) < len(film.sentences):
        names = ", ".join(recording(film, sentence, recordings).name for sentence in missing)
        message = f"A film has one voice. These recordings are missing in {recordings}: {names}"
        raise NoVoiceError(message)
    if film.language in _PICO and shutil.which("pico2wave"):
        return "pico"
    if film.language in _FLITE and shutil.which("flite"):
        return "flite"
    if shutil.which("espeak-ng"):
        sys.stderr.write(f"{film.language}: draft voice espeak-ng; see docs/videos.md\n")
        return "espeak-ng"
    message = "No voice found. Install libttspico-utils (German), flite (English) or espeak-ng."
    raise NoVoiceError(message)


def speak(film: Film, recordings: Path, folder: Path) -> tuple[list[Spoken], Path]:
    """Record every sentence into the folder; their places in time, and the soundtrack."""
    speaker = engine(film, recordings)
    track: array.array[int] = array.array("h")
    placed: list[Spoken] = []
    for scene in film.scenes:
        for number, sentence in enumerate(scene.sentences):
            samples = _trimmed(_say(film, sentence, speaker, recordings, folder))
            last = number == len(scene.sentences) - 1
            lead = LEAD if number else LEAD_NEW_SCENE
            pause = PAUSE_AFTER_SCENE if last else PAUSE
            if last and scene is film.scenes[-1]:
                pause = LAST_PAUSE
            length = max(lead + len(samples) / RATE + pause, SHORTEST)
            length = round(length / FRAME) * FRAME
            start = len(track) / RATE
            spoken = Spoken(scene, sentence, start, start + length, start + lead)
            track.extend(_silence(lead))
            track.extend(samples)
            track.extend(_silence(start + length - len(track) / RATE))
            placed.append(spoken)
    sound = folder / "voice.wav"
    _write(sound, track)
    return placed, sound


def _say(
    film: Film,
    sentence: Sentence,
    speaker: str,
    recordings: Path,
    folder: Path,
) -> "array.array[int]":
    wav = folder / f"{sentence.key}.wav"
    text = sentence.text.strip("„“”")
    for written, spoken in film.say.items():
        text = re.sub(rf"\b{re.escape(written)}\b", spoken, text)
    if speaker == "person":
        _convert(recording(film, sentence, recordings), wav)
    elif speaker == "pico":
        _run("pico2wave", "-l", _PICO[film.language], "-w", str(wav), f"<speed level='96'>{text}")
    elif speaker == "flite":
        # A little slower than usual, so that the captions stay readable.
        stretch = ("--setf", "duration_stretch=1.12")
        _run("flite", "-voice", _FLITE[film.language], *stretch, "-t", text, "-o", str(wav))
    else:
        draft = folder / "draft.wav"
        _run("espeak-ng", "-v", film.language, "-s", "150", "-w", str(draft), text)
        _convert(draft, wav)
    return _read(wav)


def _convert(source: Path, target: Path) -> None:
    one_channel = ("-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le")
    _run("ffmpeg", "-v", "error", "-y", "-i", str(source), *one_channel, str(target))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _read(wav: Path) -> "array.array[int]":
    with wave.open(str(wav)) as sound:
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (RATE, 1, 2):
            message = f"{wav}: {RATE} samples a second, one channel and 16 bit are expected"
            raise NoVoiceError(message)
        samples = array.array("h", sound.readframes(sound.getnframes()))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _write(wav: Path, samples: "array.array[int]") -> None:
    with wave.open(str(wav), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples.tobytes())


def _silence(seconds: float) -> "array.array[int]":
    return array.array("h", bytes(2 * max(0, round(seconds * RATE))))


def _trimmed(samples: "array.array[int]") -> "array.array[int]":
    loud = [place for place, sample in enumerate(samples) if abs(sample) > SILENT]
    if not loud:
        message = "A sentence is silent."
        raise NoVoiceError(message)
    margin = RATE // 33
    return samples[max(0, loud[0] - margin) : loud[-1] + margin]
