"""Looks at what belongs to others are written down (trust.md 2.4), once the page was shown.

For views alone: it knows who is looking and waits for the request to end well.
"""

from lms.audit import operations
from lms.kernel.clock import utc_now
from lms.web.db import after_the_request
from lms.web.guard import viewer


def note_list(people_count: int, *, page: str = "list") -> None:
    """A list that tells of so many people; an empty one tells of nobody."""
    if people_count:
        _note(None, page, people_count)


def note_record(person_id: int, *, page: str = "person") -> None:
    """A page, or a file, about one person."""
    _note(person_id, page, 1)


def _note(subject_id: int | None, page: str, people_count: int) -> None:
    who, now = viewer(), utc_now()
    after_the_request(
        lambda session: operations.note_view(
            session,
            viewer=who,
            subject_id=subject_id,
            page=page,
            people_count=people_count,
            now=now,
        )
    )
