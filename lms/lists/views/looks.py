"""A list of people that was shown is written down (trust.md 2.4)."""

from lms.audit import operations as audit
from lms.kernel.clock import utc_now
from lms.web.db import after_the_request
from lms.web.guard import viewer


def note_list(people_count: int) -> None:
    """Rows of so many people; an empty page shows nobody."""
    if not people_count:
        return
    who, now = viewer(), utc_now()
    after_the_request(
        lambda session: audit.note_view(
            session, viewer=who, subject_id=None, page="list", people_count=people_count, now=now
        )
    )
