"""The lines of a queued digest as they stand now, and what of them still holds."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Batch, Cycle, Evidence
from lms.certifications.operations.rounds import LeaveBook
from lms.courses.lessons import minutes_of
from lms.courses.models import Course
from lms.courses.queries import list_newest
from lms.people.models import Person
from lms.reminders.models import Notice
from lms.reminders.rules import Outcome, first_lines, quiet_spans, urgency


@dataclass(frozen=True, slots=True)
class Line:
    """One stage of one round in a digest, and whether it still stands."""

    notice: Notice
    cycle: Cycle
    learner: Person
    slug: str
    is_held: bool


def lines_of(session: Session, outbox_id: int) -> list[Line]:
    """The queued lines of a message, the most urgent first."""
    rows = session.execute(
        select(Notice, Cycle, Person, Course.slug, Batch.released_at)
        .join(Cycle, Cycle.id == Notice.cycle_id)
        .join(Person, Person.id == Cycle.person_id)
        .join(Course, Course.id == Cycle.course_id)
        .outerjoin(Batch, Batch.id == Cycle.batch_id)
        .where(Notice.outbox_id == outbox_id, Notice.outcome == Outcome.QUEUED.value)
        .options(joinedload(Cycle.revision))
    ).all()
    lines = [
        Line(notice, cycle, learner, slug, cycle.batch_id is not None and released_at is None)
        for notice, cycle, learner, slug, released_at in rows
    ]
    return sorted(lines, key=lambda line: urgency(line.cycle.due_on, line.slug))


def why_not(line: Line, leave: LeaveBook, today: dt.date) -> str | None:
    """Why a line may not go out any more; None when it stands (3.4)."""
    away = leave.of(line.learner.id, line.cycle.course_id)
    quiet = quiet_spans(
        hired_on=line.learner.hired_on,
        left_on=line.learner.left_on,
        absences=away.absences,
        exemptions=away.exemptions,
    )
    checks = (
        (line.cycle.state != "live", "closed"),
        (line.cycle.due_rev != line.notice.due_rev, "moved"),
        (line.is_held, "held"),
        (any(span.covers(today) for span in quiet), "away"),
    )
    return next((reason for failed, reason in checks if failed), None)


def values_of(
    session: Session, lines: list[Line], *, recipient: Person, audience: str, today: dt.date
) -> dict[str, Any]:
    """What the templates of a digest show: plain values, dates ISO, titles in all languages."""
    shown, more = first_lines(lines)
    newest = list_newest(session, [line.cycle.course_id for line in shown])
    last_valid = _last_valid(session, shown)
    return {
        "first_name": recipient.first_name,
        "audience": audience,
        "more": more,
        "lines": [
            {
                "titles": newest[line.cycle.course_id].document.title,
                "slug": line.slug,
                "path": f"/courses/{line.slug}",
                "due_on": line.cycle.due_on.isoformat(),
                "opens_on": line.cycle.opens_on.isoformat(),
                "grace_until": line.cycle.grace_until.isoformat(),
                "days": (today - line.cycle.due_on).days,
                "kind": line.cycle.kind,
                "minutes": minutes_of(newest[line.cycle.course_id].document.lessons),
                "valid_until": last_valid.get(line.cycle.id),
                "about": line.learner.name,
                "why": line.cycle.why,
                "interval_months": line.cycle.revision.interval_months,
                "renewal_base": line.cycle.revision.renewal_base,
            }
            for line in shown
        ],
    }


def _last_valid(session: Session, lines: Sequence[Line]) -> dict[int, str]:
    by_evidence = {
        line.cycle.prev_evidence_id: line.cycle.id for line in lines if line.cycle.prev_evidence_id
    }
    rows = session.execute(
        select(Evidence.id, Evidence.valid_until).where(Evidence.id.in_(by_evidence))
    )
    return {by_evidence[one]: until.isoformat() for one, until in rows if until}
