"""Looks at the access log are in the access log (trust.md 2.4)."""

from lms.audit import operations as audit
from lms.kernel.clock import utc_now
from lms.web.db import after_the_request
from lms.web.guard import viewer


def note_log(people_count: int) -> None:
    """A page of the log that tells of so many looks; an empty one tells of nobody."""
    if not people_count:
        return
    who, now = viewer(), utc_now()
    after_the_request(
        lambda session: audit.note_view(
            session,
            viewer=who,
            subject_id=None,
            page="access_log",
            people_count=people_count,
            now=now,
        )
    )
