"""What others get to see of a certificate: the name at the public check, and who looked."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.audit.models import RecordView
from lms.certifications.models import Certificate
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Viewer

PAGE = "certificate"
_ONE_LOOK = dt.timedelta(minutes=1)


def show_name(
    session: Session, certificate_id: int, *, person_id: int, shows_name: bool, now: dt.datetime
) -> None:
    """The holder decides whether the public check shows their name (trust.md 3.13)."""
    found = session.scalar(
        select(Certificate).where(
            Certificate.id == certificate_id, Certificate.person_id == person_id
        )
    )
    if found is None:
        raise NotFound
    if found.shows_name == shows_name:
        return
    found.shows_name = shows_name
    audit.record(
        session,
        actor=f"person:{person_id}",
        verb="name_shown" if shows_name else "name_hidden",
        object_kind="certificate",
        object_id=certificate_id,
        now=now,
    )
    session.flush()


def note_look(session: Session, viewer: Viewer, *, subject_id: int, now: dt.datetime) -> None:
    """Write that somebody else's certificate was shown; a page and its picture are one look."""
    known = session.scalar(
        select(RecordView.id)
        .where(
            RecordView.viewer_id == viewer.person_id,
            RecordView.subject_id == subject_id,
            RecordView.page == PAGE,
            RecordView.at > now - _ONE_LOOK,
        )
        .limit(1)
    )
    if known is None:
        audit.note_view(
            session, viewer=viewer, subject_id=subject_id, page=PAGE, people_count=1, now=now
        )
