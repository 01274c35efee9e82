"""Who is looking: the signed-in person as the rules see them."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """A right somebody has; roles add up. What somebody works as is a `job`, no role."""

    EMPLOYEE = "employee"
    AUTHOR = "author"
    OFFICER = "officer"
    MANAGEMENT = "management"
    ADMINISTRATOR = "administrator"
    DPO = "dpo"


@dataclass(frozen=True, slots=True)
class HouseMark:
    """The picture that stands for the organisation: the name of its file, its size in pixels."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person, read fresh on each request; their organisation's name and mark."""

    person_id: int
    name: str
    first_name: str
    email: str | None
    roles: frozenset[Role] = field(default_factory=frozenset)
    locale: str | None = None
    theme: str = "auto"
    sign_in_id: int = 0
    organisation: str | None = None
    mark: HouseMark | None = None
    has_team: bool = False
    # When they last showed who they are, in this browser (trust.md 1.18).
    confirmed_at: dt.datetime | None = None
    # They came by a mailed link alone and have only an employee's rights until they confirm.
    is_limited: bool = False
    # Their roles ask for a second factor that they have not set up yet (trust.md 1.7).
    must_set_up_factor: bool = False

    @property
    def initials(self) -> str:
        """Two letters for the round mark beside the name."""
        words = self.name.split()
        return "".join(word[0] for word in (words[0], words[-1])).upper() if words else "?"

    def is_a(self, role: Role) -> bool:
        """True when the person has been given this role."""
        return role in self.roles
