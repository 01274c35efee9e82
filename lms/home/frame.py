"""What the frame around every page shows: navigation, account, footer, language, appearance."""

import logging
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from lms.home.rules import PLACES, Place, places_for, present_place
from lms.kernel.permissions import Permission, may
from lms.kernel.viewer import HouseMark, Role, Viewer
from lms.people import queries as people
from lms.web.db import db_session, end_transaction, house
from lms.web.guard import current_viewer, is_without_database
from lms.web.languages import locale

_LOG = logging.getLogger("lms.home")
_NEXT_THEME = {"auto": "light", "light": "dark", "dark": "auto"}


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the frame; `endpoint` tells the template which one is the present place."""

    url: str
    label: str
    icon: str = ""
    endpoint: str = ""
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
    house_shown = _house_shown(viewer)
    shown, more = _places(viewer) if viewer else ([], [])
    return {
        "viewer": viewer,
        "locale": locale(),
        "organisation_name": house_shown.name,
        "house_mark": house_shown.mark,
        "navigation": _links(shown),
        "more_navigation": _links(more),
        "here": present_place(request.endpoint, (*shown, *more)),
        "account_links": _account_links(viewer),
        "sign_out_url": url_for("access.sign_out"),
        "course_links": _course_links(viewer) if viewer else [],
        "footer_links": _footer_links(),
        "language_switch": _language_switch(),
        "theme_switch": _theme_switch(viewer) if viewer else None,
    }


def _places(viewer: Viewer) -> tuple[list[Place], list[Place]]:
    sees_team = viewer.has_team and house().settings.supervisor_digest == "names"
    return places_for(viewer.roles, _built(), has_team=sees_team)


@dataclass(frozen=True, slots=True)
class HouseShown:
    """Whose pages these are."""

    name: str
    mark: HouseMark | None = None


def _house_shown(viewer: Viewer | None) -> HouseShown:
    """Name and mark of the organisation; an error page must come out without the database."""
    if viewer and viewer.organisation:
        return HouseShown(viewer.organisation, viewer.mark)
    from_settings = HouseShown(house().settings.organisation)
    if is_without_database():
        return from_settings
    try:
        return _stored() or from_settings
    except OperationalError:
        return from_settings
    except SQLAlchemyError:
        # What failed before has left its transaction behind; nothing of it will be kept.
        end_transaction()
    try:
        return _stored() or from_settings
    except SQLAlchemyError as error:
        _LOG.warning("the frame falls back to the settings: %s", type(error).__name__)
        return from_settings


def _stored() -> HouseShown | None:
    found = people.find_organisation(db_session())
    return HouseShown(found.name, people.mark_of(found)) if found else None


def _built() -> list[Place]:
    return [place for place in PLACES if place.endpoint in current_app.view_functions]


def _links(places: list[Place]) -> list[Link]:
    return [
        Link(url_for(place.endpoint), _(place.label), place.icon, place.endpoint)
        for place in places
    ]


def _account_links(viewer: Viewer | None) -> list[Link]:
    """What stands behind one's name; the organisation for those whose navigation lacks it."""
    links = [
        Link(url_for("access.account"), _("Mein Konto"), "user-round"),
        Link(url_for("privacy.overview"), _("Meine Daten"), "shield-check"),
    ]
    is_missing = viewer and not viewer.is_a(Role.ADMINISTRATOR)
    if viewer and is_missing and may(viewer, Permission.CHANGE_ORGANISATION):
        links.append(Link(url_for("organisation.overview"), _("Organisation"), "settings"))
    return links


def _course_links(viewer: Viewer) -> list[Link]:
    """Where courses are taken and where they are written, for those who may write them."""
    if not may(viewer, Permission.AUTHOR_COURSES):
        return []
    is_writing = request.blueprint == "authoring"
    return [
        Link(url_for("learning.catalogue"), _("Lernen"), current=not is_writing),
        Link(url_for("authoring.courses"), _("Bearbeiten"), current=is_writing),
    ]


def _footer_links() -> list[Link]:
    return [
        Link(url_for("house.help_overview"), _("Hilfe")),
        Link(url_for("house.legal"), _("Impressum und Datenschutz")),
        Link(url_for("house.accessibility"), _("Barrierefreiheit")),
        Link(url_for("certifications.check_form"), _("Nachweis prüfen")),
    ]


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
