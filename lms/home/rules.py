"""Which pages each role finds in the navigation, in one fixed order (specification 14.0); pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.kernel.domain import N_
from lms.kernel.viewer import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation: endpoint, German label, icon, whose page it is.

    `area` names the pages that lie behind it: blueprints, or endpoints that differ from theirs.
    `is_for_teams`: only for supervisors and whoever stands in for one.
    """

    endpoint: str
    label: str
    icon: str
    roles: frozenset[Role]
    area: tuple[str, ...] = ()
    is_for_teams: bool = False


_EVERYBODY = frozenset(Role)
_OFFICER = frozenset({Role.OFFICER})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})

# The union for somebody with several roles stands in this order: that of the roles. Courses are
# written behind the catalogue, requirements and the outbox lie behind the reminders. Where two
# places claim a page, the first one that the person has is the present one. One's own
# certificates come last: they are on the start page too, and what an officer works with is not.
PLACES = (
    Place("home.start", N_("Start"), "house", _EVERYBODY),
    Place("learning.catalogue", N_("Kurse"), "book-open", _EVERYBODY, ("learning", "authoring")),
    Place("workshops.workshops", N_("Termine"), "calendar-days", _EVERYBODY, ("workshops",)),
    Place("staff.progress", N_("Übersicht"), "layout-dashboard", _OFFICER, ("staff", "lists")),
    Place("reminders.overview", N_("Erinnern"), "mail", _OFFICER, ("reminders", "outbox")),
    Place(
        "system.overview",
        N_("System"),
        "server",
        _ADMINISTRATOR,
        ("system", "outbox.mailbox", "outbox.mailbox_mail"),
    ),
    Place("staff.people", N_("Personen"), "users", _ADMINISTRATOR, ("staff", "lists")),
    Place("privacy.log", N_("Zugriffe"), "eye", frozenset({Role.DPO})),
    Place(
        "organisation.overview",
        N_("Organisation"),
        "settings",
        _ADMINISTRATOR,
        ("organisation",),
    ),
    Place(
        "staff.team",
        N_("Team"),
        "users",
        _EVERYBODY,
        ("reminders.team_letters",),
        is_for_teams=True,
    ),
    Place("certifications.mine", N_("Nachweise"), "award", _EVERYBODY, ("certifications",)),
)
MOST = 5


def places_for(
    roles: Iterable[Role], places: Sequence[Place] = PLACES, *, has_team: bool = False
) -> tuple[list[Place], list[Place]]:
    """At most five places and, behind "Mehr", the rest."""
    mine = frozenset(roles)
    found = [
        place for place in places if mine & place.roles and (has_team or not place.is_for_teams)
    ]
    if len(found) <= MOST:
        return found, []
    return found[: MOST - 1], found[MOST - 1 :]


def present_place(endpoint: str | None, places: Iterable[Place]) -> str | None:
    """Which of these places a page lies behind: its own, else by endpoint, else by blueprint.

    None for pages outside of all of them, such as one's account.
    """
    if endpoint is None:
        return None
    mine = list(places)
    blueprint = endpoint.partition(".")[0]
    for name in (endpoint, blueprint):
        for place in mine:
            if name == place.endpoint or name in place.area:
                return place.endpoint
    return None
