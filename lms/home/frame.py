"""What the frame around every page shows: navigation, account, footer, language, appearance."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _

from lms.home.rules import Place, places_for
from lms.kernel.viewer import Viewer
from lms.people import queries as people
from lms.web.db import db_session, house
from lms.web.guard import current_viewer
from lms.web.languages import locale

_NEXT_THEME = {"auto": "light", "light": "dark", "dark": "auto"}


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the frame."""

    url: str
    label: str
    icon: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """A button in the footer: where it posts to and what it sends."""

    url: str
    to: str
    label: str


def init_frame(app: Flask) -> None:
    """Give every page its frame."""
    app.context_processor(_values)


def _values() -> dict[str, Any]:
    if not request:
        return {}
    viewer = current_viewer()
    shown, more = places_for(viewer.roles) if viewer else ([], [])
    return {
        "viewer": viewer,
        "locale": locale(),
        "organisation_name": _organisation_name(),
        "navigation": _links(shown),
        "more_navigation": _links(more),
        "account_links": [Link(url_for("access.account"), _("Mein Konto"), "user-round")],
        "sign_out_url": url_for("access.sign_out"),
        "footer_links": [],
        "language_switch": _language_switch(),
        "theme_switch": _theme_switch(viewer) if viewer else None,
    }


def _organisation_name() -> str:
    organisation = people.find_organisation(db_session())
    return organisation.name if organisation else house().settings.organisation


def _links(places: list[Place]) -> list[Link]:
    return [
        Link(url_for(place.endpoint), _(place.label), place.icon, _is_here(place))
        for place in places
        if place.endpoint in current_app.view_functions
    ]


def _is_here(place: Place) -> bool:
    if request.endpoint == place.endpoint:
        return True
    blueprint, _dot, name = place.endpoint.partition(".")
    return request.blueprint == blueprint and name not in ("start", "people", "progress")


def _language_switch() -> Switch:
    to, label = ("en", "English") if locale() == "de" else ("de", "Deutsch")
    return Switch(url_for("access.choose_language"), to, label)


def _theme_switch(viewer: Viewer) -> Switch:
    words = {
        "auto": _("Darstellung: automatisch"),
        "light": _("Darstellung: hell"),
        "dark": _("Darstellung: dunkel"),
    }
    return Switch(
        url_for("access.choose_appearance"), _NEXT_THEME[viewer.theme], words[viewer.theme]
    )
