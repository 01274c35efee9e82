"""/help: the handbooks, a page for each role, and whom to ask."""

from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from lms.kernel.domain import NotFound
from lms.people.rules import ContactKind
from lms.system import handbooks
from lms.system.queries.organisation import Reached, read_contacts
from lms.system.views.blueprint import public_pages
from lms.web.db import db_session
from lms.web.guard import current_viewer, public
from lms.web.languages import locale


@dataclass(frozen=True, slots=True)
class HelpLink:
    """A page of the help; `mine`: it belongs to a role of whoever is reading."""

    topic: str
    title: str
    sections: tuple[str, ...]
    mine: bool


@public_pages.get("/help")
@public
def help_overview() -> str:
    """Which page of the handbook is for whom; one's own first."""
    links = help_links()
    return render_template(
        "house/help_overview.html",
        mine=[link for link in links if link.mine],
        others=[link for link in links if not link.mine],
        contact=help_contact(),
    )


@public_pages.get("/help/<topic>")
@public
def help_page(topic: str) -> str:
    """The page of one role."""
    if topic not in handbooks.TOPICS:
        raise NotFound
    found = handbooks.page(topic, locale())
    return render_template(
        "house/help_page.html",
        topic=topic,
        title=found.title,
        # What markdown.render gives back went through nh3 with an explicit list of tags.
        html=Markup(found.html),  # noqa: S704
        links=help_links(),
        contact=help_contact(),
    )


def help_contact() -> Reached | None:
    """Who helps with learning, if the organisation says so."""
    return read_contacts(db_session()).get(ContactKind.HELP)


def help_links() -> list[HelpLink]:
    """All pages in the order of the roles."""
    who = current_viewer()
    roles = {role.value for role in who.roles} if who else {"employee"}
    pages = {topic: handbooks.page(topic, locale()) for topic in handbooks.TOPICS}
    return [
        HelpLink(topic, one.title, one.sections, topic in roles) for topic, one in pages.items()
    ]
