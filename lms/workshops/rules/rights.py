"""Who may manage a session, who may enter attendance; pure."""

from typing import Protocol

from lms.kernel.viewer import Role, Viewer


class Led(Protocol):
    """A session as the permissions see it."""

    trainer_id: int
    created_by: int


def can_manage(viewer: Viewer, workshop: Led) -> bool:
    """The officer every session; an author one that they lead or made."""
    if viewer.is_a(Role.OFFICER):
        return True
    is_own = viewer.person_id in (workshop.trainer_id, workshop.created_by)
    return viewer.is_a(Role.AUTHOR) and is_own


def can_take_attendance(viewer: Viewer, workshop: Led) -> bool:
    """Whoever manages the session, and whoever leads it."""
    return can_manage(viewer, workshop) or viewer.person_id == workshop.trainer_id
