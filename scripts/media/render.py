"""Make films: `python scripts/media/render.py content/zoom-basics/film/first-call.yaml`.

Renders a language only when its words, pictures or recordings changed since the last time, and
writes into the folder `media/` of the course:

    NAME.LANGUAGE.mp4   the film
    NAME.LANGUAGE.vtt   captions, and the transcript for reading along
    NAME.webp           the poster

and beside the script `NAME.stamp.json`: what the film was made from. docs/videos.md says more.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import captions
import encode
import stills
import voice
from film import BadScriptError, Film, fingerprint, languages, load

FAULTS = (BadScriptError, encode.BadFilmError, stills.NoBrowserError, voice.NoVoiceError)


def main() -> int:
    """Render what the command line names; 1 when something is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("script", type=Path, nargs="+", help="content/…/film/NAME.yaml")
    parser.add_argument("--language", help="only this language")
    parser.add_argument("--force", action="store_true", help="also when nothing changed")
    asked = parser.parse_args()
    try:
        for script in asked.script:
            for language in [asked.language] if asked.language else languages(script):
                _render(script, language, force=asked.force)
    except FAULTS as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _render(script: Path, language: str, *, force: bool) -> None:
    film = load(script, language)
    media = script.parent.parent / "media"
    stamp = script.with_name(f"{film.key}.stamp.json")
    stamps: dict[str, Any] = json.loads(stamp.read_text("utf-8")) if stamp.exists() else {}
    made_from = fingerprint(film, media / "voice")
    names = [f"{film.key}.{language}{end}" for end in (".mp4", ".vtt")]
    fresh = stamps.get(language, {}).get("script") == made_from
    if fresh and not force and all((media / name).exists() for name in names):
        sys.stdout.write(f"{film.key}, {language}: nothing changed\n")
        return
    media.mkdir(exist_ok=True)
    seconds = _make(film, media, names)
    stamps[language] = {
        "script": made_from,
        "voice": voice.engine(film, media / "voice"),
        "seconds": seconds,
        "files": {name: hashlib.sha256((media / name).read_bytes()).hexdigest() for name in names},
    }
    stamp.write_text(json.dumps(stamps, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    size = (media / names[0]).stat().st_size / 1000
    loud = encode.loudness(media / names[0])
    sys.stdout.write(f"{film.key}, {language}: {seconds} s, {size:.0f} kB, {loud} LUFS\n")


def _make(film: Film, media: Path, names: list[str]) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        placed, sound = voice.speak(film, media / "voice", folder)
        said = [(spoken.start, spoken.end, spoken.sentence.text) for spoken in placed]
        shown = captions.cues(said)
        if faults := captions.faults(shown):
            raise BadScriptError("\n".join(faults))
        with stills.slides(film) as page:
            frames = stills.photograph(page, placed, folder)
            stills.poster(page, film.poster, media / f"{film.key}.webp")
        encode.encode(frames, sound, media / names[0])
        (media / names[1]).write_text(captions.write(shown), encoding="utf-8")
    return round(placed[-1].end, 2)


if __name__ == "__main__":
    sys.exit(main())
