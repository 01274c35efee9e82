"""Things that tests need, made by operations with values that do not matter.

Plain functions: the session first, everything else by name. Units, courses and people get a
running number, so that two of them are never the same by accident.
"""

import datetime as dt
from collections.abc import Iterable
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people.models import Person, Unit

NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 24)

_NUMBERS = count(1)


def make_unit(session: Session, name: str | None = None) -> Unit:
    """A unit; the same one for the same name."""
    return people.unit_named(session, name or f"Bereich {next(_NUMBERS)}")


def make_person(
    session: Session, *, unit: Unit | None = None, roles: Iterable[Role] = (), **values: Any
) -> Person:
    """Somebody who was hired two years ago; `values` as in people.operations.add_person."""
    number = next(_NUMBERS)
    given = {
        "first_name": "Kim",
        "last_name": f"Beispiel {number}",
        "email": f"person{number}@example.org",
        "hired_on": TODAY - dt.timedelta(days=730),
    }
    return people.add_person(
        session, unit=unit or make_unit(session), roles=roles, **(given | values)
    )
