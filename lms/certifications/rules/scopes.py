"""Whom a requirement reaches: everyone, or units, jobs, roles, people, any of them; pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from lms.kernel.domain import N_, DomainError
from lms.kernel.viewer import Role


class NobodyChosen(DomainError):
    """A requirement that reaches nobody by its own words."""

    message = N_("Wähle, für wen die Pflicht gilt.")


@dataclass(frozen=True, slots=True)
class Scope:
    """Ids of units and people, names of jobs and roles; `everyone` makes the rest superfluous."""

    everyone: bool = False
    unit_ids: frozenset[int] = frozenset()
    jobs: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    person_ids: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        """True when nobody is named."""
        return not (self.everyone or self.unit_ids or self.jobs or self.roles or self.person_ids)

    @property
    def key(self) -> str:
        """By what a requirement is known beside its course: the same people, the same key."""
        if self.everyone:
            return "everyone"
        parts = [
            sorted(self.unit_ids),
            sorted(self.jobs),
            sorted(role.value for role in self.roles),
            sorted(self.person_ids),
        ]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()

    def reaches(self, member: "Member") -> bool:
        """True when the person belongs to any of what is named."""
        return (
            self.everyone
            or member.unit_id in self.unit_ids
            or member.job in self.jobs
            or member.person_id in self.person_ids
            or not self.roles.isdisjoint(member.roles)
        )


@dataclass(frozen=True, slots=True)
class Member:
    """What requirements ask of a person."""

    person_id: int
    unit_id: int
    job: str | None
    roles: frozenset[Role]


def require_somebody(scopes: Iterable[Scope]) -> None:
    """Raise NobodyChosen for an empty scope."""
    if any(scope.is_empty for scope in scopes):
        raise NobodyChosen
