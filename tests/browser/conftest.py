"""A real server on this machine, a small demonstration organisation, and a real browser."""

import json
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from lms.app import create_app
from tests.conftest import make_settings

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"wide": (1280, 900), "phone": (390, 844), "narrow": (320, 700)}


class QuietHandler(WSGIRequestHandler):
    """Requests are no news in a test."""

    def log(self, *_args: Any, **_more: Any) -> None:
        """Say nothing."""


@dataclass
class Site:
    """The running installation: its address, its application, the sign-ins of its roles."""

    address: str
    app: Flask
    sign_ins: dict[str, dict[str, str]]


@dataclass
class Visit:
    """A page with everything the browser complained about."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)

    def hear(self, text: str) -> None:
        """Remember a complaint of the browser."""
        self.complaints.append(f"{self.page.url}: {text}")

    def go(self, path: str) -> Page:
        """Open a path."""
        self.page.goto(self.site.address + path, wait_until="load")
        return self.page

    def sign_in(self, role: str) -> Page:
        """By the form, as a person does."""
        self.go("/login")
        known = self.site.sign_ins[role]
        self.page.locator("#identifier").fill(known["email"])
        self.page.locator("#password").fill(known["password"])
        self.page.locator("#password").press("Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self.page

    def violations(self) -> list[str]:
        """What axe finds, one line per rule with its first element."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        wide: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    """Twelve people with half a year of history, served on a free port."""
    folder = tmp_path_factory.mktemp("site")
    server = make_server(
        "127.0.0.1", 0, lambda *_: [b""], threaded=True, request_handler=QuietHandler
    )
    address = f"http://127.0.0.1:{server.server_port}"
    app = create_app(make_settings(folder, BASE_URL=address, SUPERVISOR_DIGEST="names"))
    for command in (
        ["db", "upgrade"],
        ["demo", "load", "--people", "14", "--years", "1.2", "--seed", "1"],
    ):
        result = app.test_cli_runner().invoke(args=command)
        assert result.exit_code == 0, result.output
    server.app = app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    known = json.loads((folder / "demonstration.json").read_text())
    yield Site(address, app, known)
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Generator[Browser]:
    """One browser for all tests; each visit has its own profile."""
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Generator[Callable[..., Any]]:
    """Open a visit: visit(size="phone", dark=True, language="en-GB", scripts=False).

    `examined=True` is for axe; only other visits hear what the security policy complains about.
    """
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def make(
        *,
        size: str = "wide",
        dark: bool = False,
        language: str = "de-DE",
        scripts: bool = True,
        examined: bool = False,
    ) -> Visit:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=language,
            java_script_enabled=scripts,
            # axe puts styles of its own into a page that it examines.
            bypass_csp=examined,
            has_touch=size != "wide",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        made = Visit(context.new_page(), site)
        made.page.on(
            "console",
            lambda message: message.type == "error" and made.hear(message.text),
        )
        made.page.on("pageerror", lambda error: made.hear(str(error)))
        visits.append(made)
        return made

    yield make
    for context in contexts:
        context.close()
    # A page that answers 4xx on purpose is reported by the browser as well.
    told = [
        line for one in visits for line in one.complaints if "Failed to load resource" not in line
    ]
    assert told == []
