"""Which pages each role finds in the navigation, in one fixed order (specification 14.0); pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from lms.kernel.domain import N_
from lms.kernel.viewer import Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the navigation: endpoint, German label, icon, and whose page it is."""

    endpoint: str
    label: str
    icon: str
    roles: frozenset[Role]


_EVERYBODY = frozenset(Role)
_OFFICER = frozenset({Role.OFFICER})

# The union for somebody with several roles stands in this order.
PLACES = (
    Place("home.start", N_("Start"), "house", _EVERYBODY),
    Place("staff.progress", N_("Übersicht"), "layout-dashboard", _OFFICER),
    Place("learning.catalogue", N_("Kurse"), "book-open", _EVERYBODY),
    Place("certifications.mine", N_("Nachweise"), "award", _EVERYBODY),
    Place("authoring.courses", N_("Werkstatt"), "file-pen", frozenset({Role.AUTHOR, Role.OFFICER})),
    Place("reminders.overview", N_("Erinnern"), "mail", _OFFICER),
    Place("staff.people", N_("Personen"), "users", frozenset({Role.ADMINISTRATOR})),
    Place("system.overview", N_("System"), "server", frozenset({Role.ADMINISTRATOR})),
)
MOST = 5


def places_for(roles: Iterable[Role]) -> tuple[list[Place], list[Place]]:
    """At most five places and, behind "Mehr", the rest."""
    mine = frozenset(roles)
    found = [place for place in PLACES if mine & place.roles]
    if len(found) <= MOST:
        return found, []
    return found[: MOST - 1], found[MOST - 1 :]
