"""From an upload to its preview, and from the preview to what is saved."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from lms.audit import operations as audit
from lms.kernel.csv_tables import CsvTable
from lms.kernel.domain import NotFound
from lms.lists.models import Import
from lms.lists.operations.looking import Looked, keep_preview, look_within
from lms.lists.operations.parts import read_list
from lms.lists.operations.rows import bring, hold_lists
from lms.lists.operations.saving import occasion_of, save_within
from lms.lists.rules import (
    MOST_AT_ONCE,
    PREVIEW_HOURS,
    ImportExpired,
    ListKind,
    Occasion,
    State,
)


def bring_for_preview(
    session: Session, kind: ListKind, file_name: str, content: bytes, *, occasion: Occasion
) -> Import:
    """Keep a file with its preview; that of a long list is made by the job `imports`.

    What the same person brought before and did not save is forgotten.
    """
    table = read_list(kind, content)
    hold_lists(session)
    session.execute(
        delete(Import).where(
            Import.kind == kind,
            Import.made_by == occasion.importer.person_id,
            Import.state.in_((State.CHECKING, State.READY)),
        )
    )
    made = bring(
        session, kind, file_name=file_name, content=content, table=table, occasion=occasion
    )
    if made.row_count <= MOST_AT_ONCE:
        keep_preview(session, made, look_within(session, kind, table, occasion), occasion)
    return made


def confirm(
    session: Session, import_id: int, *, digest: str, today: dt.date, now: dt.datetime
) -> Looked | None:
    """Save what a preview said, or leave a long list to the job.

    What differs from the digest comes back as a new preview: the caller takes all of it back. A
    second click finds the list saved.
    """
    hold_lists(session)
    made = session.get(Import, import_id, with_for_update=True, options=[undefer(Import.content)])
    if made is None:
        raise NotFound
    if made.state is not State.READY:
        return None
    if is_expired(made, now=now):
        raise ImportExpired
    occasion = occasion_of(made, today=today, now=now)
    _note(session, made, occasion)
    if made.row_count > MOST_AT_ONCE:
        made.state = State.CONFIRMED
        made.rows_done = 0
        session.flush()
        return None
    done = save_within(session, made, _table(made), occasion)
    return done if done.digest != digest else None


def _table(made: Import) -> CsvTable:
    return read_list(made.kind, made.content or b"")


def _note(session: Session, made: Import, occasion: Occasion) -> None:
    audit.record(
        session,
        actor=occasion.importer.actor,
        verb="list_confirmed",
        object_kind="import",
        object_id=made.id,
        details={"list": made.kind.value},
        now=occasion.now,
    )


def is_expired(made: Import, *, now: dt.datetime) -> bool:
    """Whether a preview is older than a day."""
    return made.state is State.READY and now - made.made_at > dt.timedelta(hours=PREVIEW_HOURS)


def discard(session: Session, import_id: int) -> bool:
    """Forget a list that was not saved; False when it is too late."""
    found = session.scalar(select(Import).where(Import.id == import_id).with_for_update())
    if found is None or found.state not in (State.CHECKING, State.READY):
        return False
    session.delete(found)
    session.flush()
    return True
