"""The pictures of a film: slides from HTML, photographed by Chromium, sentence by sentence."""

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from film import PICTURES, Film
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from voice import FRAME, Spoken

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "lms" / "static"
SIZE = (1280, 720)
FONTS = ('400 35px "Atkinson Next"', '500 32px "Atkinson Next"', "700 60px Bricolage")
FRAMES_NEW_SCENE = 16
FRAMES_NEW_SENTENCE = 10
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class NoBrowserError(RuntimeError):
    """No Chromium was found, or it cannot show the slides."""


@contextmanager
def slides(film: Film) -> Iterator[Page]:
    """A browser page that holds all slides of the film."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=_browser(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        # From a file:// address the page may load the fonts; set_content alone would not.
        page.goto((HERE / "slides.css").as_uri())
        page.set_content(_html(film))
        page.add_style_tag(url=(STATIC / "tokens.css").as_uri())
        page.add_style_tag(url=(HERE / "slides.css").as_uri())
        for font in FONTS:
            page.evaluate("(font) => document.fonts.load(font).then(() => null)", font)
            if not page.evaluate("(font) => document.fonts.check(font)", font):
                message = f"The font {font} did not load."
                raise NoBrowserError(message)
        yield page
        browser.close()


def photograph(page: Page, placed: list[Spoken], folder: Path) -> Path:
    """Photograph all sentences and the ways between them; a list for ffmpeg's concat."""
    scenes = list(dict.fromkeys(spoken.scene for spoken in placed))
    listed: list[tuple[Path, float]] = []
    before = None
    for number, spoken in enumerate(placed):
        here = {
            "scene": scenes.index(spoken.scene),
            "step": spoken.scene.sentences.index(spoken.sentence) + 1,
        }
        moves = _moves(before, here)
        for frame in range(1, moves + 1):
            path = folder / f"{number:02}-{frame:02}.png"
            _photo(page, before or here, here, frame / moves, path)
            listed.append((path, FRAME))
        listed[-1] = (listed[-1][0], spoken.end - spoken.start - (moves - 1) * FRAME)
        before = here
    return _list(listed, folder / "frames.txt")


def poster(page: Page, scene: int, target: Path) -> None:
    """The picture of one scene without words, for all languages, as WebP."""
    page.evaluate("document.body.classList.add('poster')")
    at = {"scene": scene, "step": 99}
    page.evaluate("([at]) => show(at, at, 1)", [at])
    Image.open(io.BytesIO(page.screenshot())).save(target, quality=82, method=6)
    page.evaluate("document.body.classList.remove('poster')")


def _moves(before: dict[str, int] | None, here: dict[str, int]) -> int:
    if before is None:
        return 1
    return FRAMES_NEW_SENTENCE if before["scene"] == here["scene"] else FRAMES_NEW_SCENE


def _photo(
    page: Page,
    before: dict[str, int],
    here: dict[str, int],
    part: float,
    path: Path,
) -> None:
    page.evaluate("([from, to, part]) => show(from, to, part)", [before, here, part])
    page.screenshot(path=path)


def _list(listed: list[tuple[Path, float]], path: Path) -> Path:
    lines = [f"file '{picture}'\nduration {seconds:.3f}" for picture, seconds in listed]
    # ffmpeg wants the last picture twice, or it drops its duration.
    lines.append(f"file '{listed[-1][0]}'")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _html(film: Film) -> str:
    names = {scene.picture for scene in film.scenes}
    template = Environment(autoescape=True, loader=FileSystemLoader(HERE))
    return template.get_template("slides.html.jinja").render(
        film=film,
        # The last slide sums up: its points are ticked off.
        ticked={sentence.key for sentence in film.scenes[-1].sentences},
        people=_drawing("people"),
        pictures={name: _drawing(name) for name in names},
    )


def _drawing(name: str) -> Markup:
    # Our own drawings from the folder beside this module, no foreign text.
    return Markup((PICTURES / f"{name}.svg").read_text(encoding="utf-8"))  # noqa: S704


def _browser() -> str:
    found = os.environ.get("LMS_BROWSER") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        message = "No Chromium found. Install it, or name it in LMS_BROWSER."
        raise NoBrowserError(message)
    return found
