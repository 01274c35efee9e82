"""How some people stand before and after a deed: duties with their dates, mail, ways in."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from lms.access.models import AccessLink, SignIn
from lms.certifications.models import Assignment, Cycle, Evidence
from lms.certifications.queries.duties import newest_versions
from lms.outbox.models import OutboxMessage
from lms.outbox.rules import State
from lms.reminders.queries.mails_ahead import count_mails_ahead
from lms.workshops.models import SignUp
from lms.workshops.rules.words import LIVE

_WAITING = (State.PENDING, State.CLAIMED)


@dataclass(frozen=True, slots=True)
class DutyDates:
    """One live duty: the course, when it is due, until when the evidence it renews lasts."""

    course_id: int
    titles: dict[str, str]
    due_on: dt.date | None
    valid_until: dt.date | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a deed may change: live duties by course, mail of 30 days and waiting, ways in."""

    duties: dict[int, DutyDates]
    mails_ahead: int
    mails_waiting: int
    sign_ins: int
    links: int
    places: int


def snapshot(session: Session, person_ids: Collection[int], *, today: dt.date) -> Snapshot:
    """How these people stand now."""
    rows = session.execute(_duties(person_ids)).all()
    return Snapshot(
        duties={row.course_id: DutyDates(*row) for row in rows},
        mails_ahead=count_mails_ahead(session, person_ids, today),
        mails_waiting=_count(
            session,
            OutboxMessage.person_id.in_(person_ids) & OutboxMessage.state.in_(_WAITING),
            OutboxMessage,
        ),
        sign_ins=_count(session, SignIn.person_id.in_(person_ids), SignIn),
        links=_count(
            session,
            AccessLink.person_id.in_(person_ids)
            & AccessLink.used_at.is_(None)
            & AccessLink.is_void.is_(False),
            AccessLink,
        ),
        places=_count(session, SignUp.person_id.in_(person_ids) & SignUp.state.in_(LIVE), SignUp),
    )


def _duties(person_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    version = newest_versions()
    return (
        select(
            Assignment.course_id,
            version.c.titles,
            Cycle.due_on,
            Evidence.valid_until,
            Cycle.why,
        )
        .select_from(Assignment)
        .join(version, version.c.course_id == Assignment.course_id)
        .outerjoin(Cycle, and_(Cycle.assignment_id == Assignment.id, Cycle.state == "live"))
        .outerjoin(Evidence, Evidence.id == Cycle.prev_evidence_id)
        .where(Assignment.person_id.in_(person_ids), Assignment.ended_on.is_(None))
        .order_by(Assignment.course_id, Assignment.person_id)
    )


def _count(session: Session, condition: Any, table: type) -> int:  # noqa: ANN401 - any condition
    return session.scalar(select(func.count()).select_from(table).where(condition)) or 0
