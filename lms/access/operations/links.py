"""Deeds on what lets somebody in once: mailed links, codes on paper (trust.md 1.5)."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from lms.access.models import AccessLink


def void_links_of(session: Session, person_id: int) -> None:
    """Whatever still lets this person in by mail or on paper does so no more (trust.md 1.8)."""
    session.execute(
        update(AccessLink)
        .where(AccessLink.person_id == person_id, AccessLink.used_at.is_(None))
        .values(is_void=True)
    )
