"""Looks at the people of a session are written down (trust.md 2.4), once the page was shown."""

from lms.audit import operations as audit
from lms.kernel.clock import utc_now
from lms.web.db import after_the_request
from lms.web.guard import viewer


def note_list(people_count: int) -> None:
    """A list of so many people; an empty one shows nobody."""
    if not people_count:
        return
    who, now = viewer(), utc_now()
    after_the_request(
        lambda session: audit.note_view(
            session, viewer=who, subject_id=None, page="list", people_count=people_count, now=now
        )
    )
