"""What the job `imports` does: long lists are looked at, saved and taken back, part by part."""

import datetime as dt
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from lms.kernel.db import Sessions, reading, transaction
from lms.lists.models import Import, ImportRow
from lms.lists.operations.looking import Looked, keep_preview, look, newest_entry
from lms.lists.operations.parts import read_list
from lms.lists.operations.saving import begin_saving, occasion_of, save
from lms.lists.operations.taking_back import take_back_part
from lms.lists.queries.imports import list_under_way
from lms.lists.rules import PREVIEW_HOURS, ROWS_KEPT_DAYS, Occasion, State


def work_off(sessions: Sessions, *, today: dt.date, now: dt.datetime) -> int:
    """Go on with every list that is under way, the oldest first; how many rows were saved.

    One that fails leaves the others alone; its failure comes out at the end.
    """
    with reading(sessions) as session:
        waiting = list_under_way(session)
    count, failures = 0, []
    for import_id in waiting:
        try:
            count += _go_on(sessions, import_id, today=today, now=now)
        except Exception as failure:  # noqa: BLE001 - raised below, after the others
            failures.append(failure)
    if failures:
        raise failures[0]
    return count


def _go_on(sessions: Sessions, import_id: int, *, today: dt.date, now: dt.datetime) -> int:
    with reading(sessions) as session:
        made = session.get(Import, import_id)
        if made is None:
            return 0
        state, occasion = made.state, occasion_of(made, today=today, now=now)
    if state is State.TAKING_BACK:
        return _take_back(sessions, import_id, occasion)
    if state is State.CHECKING:
        _check(sessions, import_id, occasion)
        return 0
    if state is State.CONFIRMED and not _begin(sessions, import_id, occasion):
        return 0
    return save(sessions, import_id, occasion)


def _check(sessions: Sessions, import_id: int, occasion: Occasion) -> None:
    looked = _looked(sessions, import_id, occasion)
    with transaction(sessions) as session:
        made = session.get(Import, import_id, with_for_update=True)
        if made is not None and made.state is State.CHECKING:
            keep_preview(session, made, looked, occasion)


def _looked(sessions: Sessions, import_id: int, occasion: Occasion) -> Looked:
    with reading(sessions) as session:
        made = session.get_one(Import, import_id, options=[undefer(Import.content)])
        kind, content = made.kind, made.content or b""
    tell = partial(_tell, sessions, import_id)
    return look(sessions, kind, read_list(kind, content), occasion, tell=tell)


def _tell(sessions: Sessions, import_id: int, rows_done: int) -> None:
    with transaction(sessions) as session:
        made = session.get(Import, import_id)
        if made is not None:
            made.rows_done = min(rows_done, made.row_count)


def _begin(sessions: Sessions, import_id: int, occasion: Occasion) -> bool:
    """Save only what the preview said: when something was done since, look once more."""
    looked = None
    with reading(sessions) as session:
        has_stood_still = _has_stood_still(session, import_id, occasion)
    if not has_stood_still:
        looked = _looked(sessions, import_id, occasion)
    with transaction(sessions) as session:
        made = session.get(Import, import_id, with_for_update=True)
        if made is None or made.state is not State.CONFIRMED:
            return made is not None and made.state is State.SAVING
        if looked is not None and looked.digest != made.digest:
            made.has_changed = True
            keep_preview(session, made, looked, occasion)
            return False
        begin_saving(session, made)
    return True


def _has_stood_still(session: Session, import_id: int, occasion: Occasion) -> bool:
    """Whether nothing was done in the house since the preview but confirming it, on its day."""
    made = session.get_one(Import, import_id)
    is_same_day = made.checked_on == occasion.today
    return is_same_day and newest_entry(session, but_for=made.id) == made.checked_entry


def _take_back(sessions: Sessions, import_id: int, occasion: Occasion) -> int:
    is_all = False
    while not is_all:
        with transaction(sessions) as session:
            made = session.get_one(Import, import_id, with_for_update=True)
            if made.state is not State.TAKING_BACK:
                break
            is_all = take_back_part(session, made, today=occasion.today, now=occasion.now)
    return 0


def forget_old(session: Session, *, now: dt.datetime) -> int:
    """Previews end after a day, rows of what was saved after a month; how many lists that were."""
    previews = session.scalars(
        delete(Import)
        .where(
            Import.state.in_((State.CHECKING, State.READY)),
            Import.made_at < now - dt.timedelta(hours=PREVIEW_HOURS),
        )
        .returning(Import.id)
    ).all()
    session.execute(
        delete(ImportRow).where(
            ImportRow.import_id.in_(
                select(Import.id).where(
                    Import.finished_at < now - dt.timedelta(days=ROWS_KEPT_DAYS)
                )
            )
        )
    )
    return len(previews)
