"""What each job of the timetable does: one function each, named in one list."""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass

from lms.access.operations import signing_in
from lms.audit import operations as audit
from lms.kernel.clock import local_date
from lms.kernel.db import Sessions, transaction
from lms.lists.operations import working_off as lists
from lms.reminders.operations.sweeping import SweepFrame, sweep
from lms.reminders.operations.verifying import verify_next_actions
from lms.settings import Settings
from lms.staff import operations as staff
from lms.system.operations import runs as system
from lms.workshops.operations.reminding import remind
from lms.workshops.rules.words import Frame

_LISTS = threading.Lock()


@dataclass(frozen=True, slots=True)
class Shift:
    """What a job is handed: the database, the settings, and the instant it counts from."""

    sessions: Sessions
    settings: Settings
    now: dt.datetime


def frame_of(settings: Settings) -> SweepFrame:
    """What a sweep needs of the settings."""
    return SweepFrame(
        zone=settings.time_zone,
        mail_domain=settings.mail_domain,
        default_locale=settings.default_locale,
        tells_supervisor=settings.supervisor_digest == "names",
    )


def _sweep(shift: Shift) -> int:
    return sweep(shift.sessions, frame_of(shift.settings), now=shift.now).messages


def _link_audit(shift: Shift) -> int:
    with transaction(shift.sessions) as session:
        return audit.link(session)


def _tidy(shift: Shift) -> int:
    with transaction(shift.sessions) as session:
        return (
            signing_in.forget_old_rows(session, now=shift.now)
            + system.forget_old(session, now=shift.now)
            + lists.forget_old(session, now=shift.now)
        )


def _verify(shift: Shift) -> int:
    """Rounds that the sweep would have forgotten; 0 unless something is wrong."""
    today = local_date(shift.now, shift.settings.time_zone)
    tells = frame_of(shift.settings).tells_supervisor
    wrong, after_id = 0, 0
    while True:
        with transaction(shift.sessions) as session:
            found, next_id = verify_next_actions(
                session, today=today, after_id=after_id, tells_supervisor=tells
            )
        wrong += found
        if next_id is None:
            return wrong
        after_id = next_id


def _end_leavers(shift: Shift) -> int:
    today = local_date(shift.now, shift.settings.time_zone)
    with transaction(shift.sessions) as session:
        return staff.end_duties_of_leavers(
            session, today=today, now=shift.now, frame=_places_frame(shift.settings)
        )


def _places_frame(settings: Settings) -> Frame:
    return Frame(settings.time_zone, settings.mail_domain, settings.default_locale)


def _workshops(shift: Shift) -> int:
    return remind(shift.sessions, _places_frame(shift.settings), now=shift.now)


def _imports(shift: Shift) -> int:
    """Lists of more than 500 rows; two threads of one process do not do the same work."""
    if not _LISTS.acquire(blocking=False):
        return 0
    try:
        today = local_date(shift.now, shift.settings.time_zone)
        return lists.work_off(shift.sessions, today=today, now=shift.now)
    finally:
        _LISTS.release()


# Every name of lms.system.rules.TIMETABLE, what it does, and how many things it did.
TASKS: dict[str, Callable[[Shift], int]] = {
    "sweep": _sweep,
    "audit-link": _link_audit,
    "workshops": _workshops,
    "imports": _imports,
    "leavers": _end_leavers,
    "tidy": _tidy,
    "verify": _verify,
}
