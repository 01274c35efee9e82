"""From stills and voice to an mp4 that every browser plays: H.264, AAC, -16 LUFS, no metadata."""

import json
import re
import subprocess
from pathlib import Path

LOUDNESS = -16.0
TOLERANCE = 0.7
PEAK = -2.0
LARGEST = 2_000_000
"""Bytes; whoever learns on the bus pays for them."""

_TIDY = (
    "highpass=f=80,acompressor=threshold=-20dB:ratio=2.5:attack=6:release=140:makeup=2,"
    "alimiter=limit=0.8:level=false"
)
_NORM = f"loudnorm=I={LOUDNESS}:TP={PEAK}:LRA=7"


class BadFilmError(RuntimeError):
    """The finished film is too large, too loud or too quiet."""


def encode(frames: Path, sound: Path, film: Path) -> None:
    """Write the film; BadFilmError when size or loudness miss the aim."""
    measured = _measure(sound)
    norm = _NORM + "".join(
        f":measured_{name}={measured[f'input_{key}']}"
        for name, key in (("I", "i"), ("TP", "tp"), ("LRA", "lra"), ("thresh", "thresh"))
    )
    _ffmpeg(
        "-y",
        *("-f", "concat", "-safe", "0", "-i", str(frames), "-i", str(sound)),
        *("-af", f"{_TIDY},{norm}:linear=true,aresample=48000"),
        *("-vf", "fps=25,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"),
        *("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
        *("-c:v", "libx264", "-preset", "slow", "-tune", "stillimage", "-crf", "27"),
        *("-g", "250", "-profile:v", "high", "-level", "3.1", "-threads", "1"),
        *("-c:a", "aac", "-b:a", "64k", "-ac", "1", "-shortest"),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
        *("-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *("-bsf:v", "filter_units=remove_types=6"),
        *("-movflags", "+faststart", str(film)),
    )
    loud = loudness(film)
    if abs(loud - LOUDNESS) > TOLERANCE:
        message = f"{film}: {loud} LUFS instead of {LOUDNESS}"
        raise BadFilmError(message)
    if film.stat().st_size > LARGEST:
        message = f"{film}: {film.stat().st_size} bytes, at most {LARGEST} are allowed"
        raise BadFilmError(message)


def loudness(film: Path) -> float:
    """Integrated loudness in LUFS (EBU R 128)."""
    report = _ffmpeg("-i", str(film), "-af", "ebur128", "-vn", "-f", "null", "-")
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", report)[-1])


def _measure(sound: Path) -> dict[str, str]:
    norm = f"{_TIDY},{_NORM}:print_format=json"
    report = _ffmpeg("-i", str(sound), "-af", norm, "-f", "null", "-")
    measured: dict[str, str] = json.loads(report[report.rindex("{") : report.rindex("}") + 1])
    return measured


def _ffmpeg(*arguments: str) -> str:
    command = ("ffmpeg", "-hide_banner", "-nostdin", *arguments)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise BadFilmError(done.stderr[-2000:])
    return done.stderr
