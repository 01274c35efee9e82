"""Looks at others' documents are written down (trust.md 2.4), once the page was shown."""

from lms.audit import operations as audit
from lms.kernel.clock import utc_now
from lms.web.db import after_the_request
from lms.web.guard import viewer


def note_list(people_count: int) -> None:
    """A list with documents of so many people; an empty one shows nobody."""
    if people_count:
        _note(None, "external_list", people_count)


def note_document(person_id: int) -> None:
    """One person's document."""
    _note(person_id, "external", 1)


def _note(subject_id: int | None, page: str, people_count: int) -> None:
    who, now = viewer(), utc_now()
    after_the_request(
        lambda session: audit.note_view(
            session,
            viewer=who,
            subject_id=subject_id,
            page=page,
            people_count=people_count,
            now=now,
        )
    )
