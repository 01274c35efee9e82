"""Practice tasks: written bit by bit, handed in once, confirmed by oneself or by the officer."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.audit import operations as audit
from lms.courses.document import Practice
from lms.learning.models import Enrolment, PracticeReport
from lms.learning.operations.lessons import (
    Outcome,
    Place,
    enter,
    locate,
    move_on,
    note_done,
    require_practice,
)
from lms.learning.queries.practice import find_report
from lms.learning.rules import practice as rules
from lms.learning.rules.practice import ReportState
from lms.learning.rules.rounds import CourseRenewed, RoundEnded


@dataclass(frozen=True, slots=True)
class Decision:
    """A report somebody decided about; `outcome` None: confirmed, but its round ended before."""

    report: PracticeReport
    outcome: Outcome | None = None


def save_draft(
    session: Session,
    enrolment: Enrolment,
    lesson_key: str,
    text: str,
    *,
    zone: ZoneInfo,
    now: dt.datetime,
) -> PracticeReport:
    """Keep what somebody has written so far; what was handed in does not change any more."""
    place = enter(session, enrolment, lesson_key, zone=zone, now=now)
    practice = require_practice(place)
    rules.require_changeable(place.marks.reports.get(practice.key))
    rules.require_fitting_length(text)
    return _write(session, place, practice, text, now=now)


def report_practice(
    session: Session,
    enrolment: Enrolment,
    lesson_key: str,
    text: str,
    *,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Outcome:
    """Hand a report in. Confirmed by oneself it counts at once; else it waits and holds nobody up.

    A second click finds it handed in and changes nothing.
    """
    place = enter(session, enrolment, lesson_key, zone=zone, now=now)
    practice = require_practice(place)
    if not rules.can_change(place.marks.reports.get(practice.key)):
        return move_on(place)
    rules.require_report_text(text)
    rules.require_fitting_length(text)
    report = _write(session, place, practice, text, now=now)
    report.reported_at = now
    if practice.confirmed_by == "self":
        report.state = ReportState.CONFIRMED
        report.decided_at = now
        return note_done(session, place, at=now, zone=zone, now=now)
    report.state = ReportState.REPORTED
    report.decided_at = report.decided_by = None
    place.marks.reports[practice.key] = ReportState.REPORTED
    outcome = move_on(place)
    session.flush()
    return outcome


def _write(
    session: Session, place: Place, practice: Practice, text: str, *, now: dt.datetime
) -> PracticeReport:
    report = find_report(session, place.enrolment.id, practice.key)
    if report is None:
        report = PracticeReport(
            enrolment_id=place.enrolment.id, lesson_key=practice.key, state=ReportState.DRAFT
        )
        session.add(report)
    report.text = text
    report.saved_at = now
    place.enrolment.current_lesson = practice.key
    session.flush()
    return report


def confirm_practice(
    session: Session, report_id: int, *, officer_id: int, zone: ZoneInfo, now: dt.datetime
) -> Decision:
    """Confirm somebody else's report: the task was done on the day it was reported.

    If the round was given up or the course was renewed meanwhile, the report is confirmed all the
    same, but ends nothing.
    """
    report, enrolment = _decide(session, report_id, officer_id=officer_id)
    reported_at = report.reported_at or now
    report.state = ReportState.CONFIRMED
    report.decided_at, report.decided_by, report.comment = now, officer_id, None
    _record(session, report, "practice_confirmed", officer_id, now=now)
    session.flush()
    try:
        place = locate(session, enrolment, report.lesson_key, zone=zone, now=now)
    except (RoundEnded, CourseRenewed):
        return Decision(report)
    return Decision(report, note_done(session, place, at=reported_at, zone=zone, now=now))


def return_practice(
    session: Session, report_id: int, *, officer_id: int, comment: str, now: dt.datetime
) -> Decision:
    """Give somebody else's report back with what is missing; it can be handed in again."""
    report, _enrolment = _decide(session, report_id, officer_id=officer_id)
    rules.require_comment(comment)
    report.state = ReportState.RETURNED
    report.decided_at, report.decided_by, report.comment = now, officer_id, comment.strip()
    _record(session, report, "practice_returned", officer_id, now=now)
    session.flush()
    return Decision(report)


def _decide(
    session: Session, report_id: int, *, officer_id: int
) -> tuple[PracticeReport, Enrolment]:
    report = session.get_one(PracticeReport, report_id)
    # The round first, as everywhere, so that nobody waits for each other.
    enrolment = session.get_one(
        Enrolment, report.enrolment_id, with_for_update=True, populate_existing=True
    )
    session.refresh(report)
    rules.require_may_decide(
        ReportState(report.state), author_id=enrolment.person_id, officer_id=officer_id
    )
    return report, enrolment


def _record(
    session: Session, report: PracticeReport, verb: str, officer_id: int, *, now: dt.datetime
) -> None:
    audit.record(
        session,
        actor=f"person:{officer_id}",
        verb=verb,
        object_kind="practice_report",
        object_id=report.id,
        now=now,
    )
