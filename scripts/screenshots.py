#!/usr/bin/env python3
"""Make the pictures of the README from a running demonstration.

    python3 scripts/run.py                            in one terminal
    .venv/bin/python scripts/screenshots.py           in another

Needs what scripts/test.py installs, and a Chromium. The browser's sign-ins are those of the data
folder; the clock is the machine's, so that dates in the pictures are those of the day.
"""

import argparse
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

import chromium
from environment import ROOT

PICTURES = ROOT / "docs" / "pictures"
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--hide-scrollbars")
WIDTH, QUALITY = 1280, 80


@dataclass(frozen=True)
class Picture:
    """A file, who looks, at which page, and how much of it: `height` in CSS pixels."""

    name: str
    role: str
    path: str
    height: int


PICTURES_OF_THE_README = (
    Picture("start", "employee", "/", 900),
    Picture("overview", "officer", "/progress", 900),
    Picture("certificate", "employee", "a[href^='/certificates/']:not([href$='.pdf'])", 1320),
)


def main() -> int:
    """Take every picture; exit 1 with one line when something is missing."""
    options = read_options()
    try:
        sign_ins = json.loads((options.data / "demonstration.json").read_text("utf-8"))
    except FileNotFoundError:
        print(f"{options.data} holds no demonstration; start scripts/run.py first", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.find_or_install(), args=[*SWITCHES]
            )
            for picture in PICTURES_OF_THE_README:
                take(browser, picture, options, sign_ins[picture.role])
            browser.close()
    except Error as error:
        print(f"no pictures: {error.message.splitlines()[0]}", file=sys.stderr)
        return 1
    return 0


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where it runs")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "instance", help="its data folder, for the sign-ins"
    )
    parser.add_argument("--language", choices=("de", "en"), default="de")
    parser.add_argument("--dark", action="store_true", help="for a look; not for the README")
    return parser.parse_args()


def take(
    browser: Browser, picture: Picture, options: argparse.Namespace, who: dict[str, str]
) -> None:
    """Sign in, go there, keep what is seen as a small WebP."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": picture.height},
        locale={"de": "de-DE", "en": "en-GB"}[options.language],
        color_scheme="dark" if options.dark else "light",
        reduced_motion="reduce",
        device_scale_factor=1.5,
    )
    page = context.new_page()
    sign_in(page, options.url, who)
    go_to(page, options.url, picture.path)
    save(page.screenshot(), PICTURES / f"{picture.name}.webp")
    context.close()


def sign_in(page: Page, url: str, who: dict[str, str]) -> None:
    """By address and password, as people do."""
    page.goto(f"{url}/login")
    page.fill("input[name=identifier]", who["email"])
    page.fill("input[name=password]", who["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda found: urlsplit(found).path == "/")


def go_to(page: Page, url: str, path: str) -> None:
    """An address, or, where the number in it is not known, the first such link of /certificates."""
    if path.startswith("/"):
        page.goto(url + path)
    else:
        page.goto(f"{url}/certificates")
        page.locator(path).first.click()
        page.wait_for_url("**/certificates/*")
    page.wait_for_load_state("networkidle")


def save(png: bytes, target: Path) -> None:
    """As WebP, at the width that a page of text has room for."""
    with Image.open(io.BytesIO(png)) as image:
        height = round(image.height * WIDTH / image.width)
        small = image.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
        small.save(target, "WEBP", quality=QUALITY, method=6)
    print(f"{target.relative_to(ROOT)}  {target.stat().st_size // 1000} KB")


if __name__ == "__main__":
    sys.exit(main())
