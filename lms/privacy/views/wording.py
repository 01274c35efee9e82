"""Kinds of data, looks and roles in the language of the page."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from lms.kernel.viewer import Role
from lms.privacy.queries.looks import Look
from lms.privacy.queries.stored import StoredKind
from lms.privacy.rules import KINDS, OTHER_PAGE, PAGES, PERIODS
from lms.web.db import house


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind of data: what, how much, why, how long, who else sees it."""

    kind: str
    what: str
    count: int
    why: str
    period: str
    seen_by: str


@dataclass(frozen=True, slots=True)
class LookLine:
    """One look: when, in which role, what; the name where it is known and may be said."""

    at: dt.datetime
    role: str
    what: str
    viewer: str | None
    subject: str | None
    subject_id: int | None
    people_count: int


def kind_lines(found: Iterable[StoredKind]) -> list[KindLine]:
    """Kinds of which something is there, in the order in which people read them."""
    order = {kind: place for place, kind in enumerate(KINDS)}
    there = sorted(
        (one for one in found if one.count), key=lambda one: order.get(one.mark.kind, len(order))
    )
    return [_kind_line(one) for one in there]


def _kind_line(one: StoredKind) -> KindLine:
    words = KINDS.get(one.mark.kind)
    return KindLine(
        kind=one.mark.kind,
        what=_(words.what) if words else one.mark.kind,
        count=one.count,
        why=_(words.why) if words else one.mark.purpose,
        period=_(PERIODS[one.mark.keep]) if one.mark.keep in PERIODS else one.mark.keep,
        seen_by=_(words.seen_by) if words else "",
    )


def look_lines(looks: Iterable[Look], *, shows_viewer: bool) -> list[LookLine]:
    """Looks in words; who it was only where that may be said."""
    roles = role_words()
    return [
        LookLine(
            at=look.at,
            role=roles.get(look.role, look.role),
            what=_(PAGES.get(look.page, OTHER_PAGE)),
            viewer=look.viewer if shows_viewer else None,
            subject=look.subject,
            subject_id=look.subject_id,
            people_count=look.people_count,
        )
        for look in looks
    ]


def role_words() -> dict[str, str]:
    """What people call the roles."""
    return {
        Role.EMPLOYEE.value: _("Mitarbeitende"),
        Role.AUTHOR.value: _("Autorin oder Autor"),
        Role.OFFICER.value: _("Digitalisierungsbeauftragte"),
        Role.MANAGEMENT.value: _("Leitung"),
        Role.ADMINISTRATOR.value: _("Administration"),
        Role.DPO.value: _("Datenschutz"),
    }


def day_began_at(now: dt.datetime) -> dt.datetime:
    """The beginning of the present day in the organisation's zone."""
    zone = house().settings.time_zone
    return dt.datetime.combine(now.astimezone(zone).date(), dt.time(), zone)
