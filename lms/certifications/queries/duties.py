"""Status today as one SQL expression, tied to the pure rule by a property test.

For any other day than today ask `standings`, which computes from all that is stored.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from lms.certifications.models import Assignment, Cycle, Evidence, Exemption, RequirementRevision
from lms.certifications.queries.pauses import FOR_EVER, PersonIds, paused_people
from lms.certifications.rules.status import Status
from lms.courses.models import Course, CourseVersion

_Shown = aliased(Evidence, name="shown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One person in one course today; dates are None where there is none."""

    person_id: int
    course_id: int
    slug: str
    titles: dict[str, str]
    has_duty: bool
    status: Status
    valid_from: dt.date | None
    valid_until: dt.date | None
    opens_on: dt.date | None
    due_on: dt.date | None
    grace_until: dt.date | None
    cycle_id: int | None
    evidence_id: int | None
    interval_months: int | None
    renewal_base: str | None
    window_days: int | None = None

    @property
    def is_settled(self) -> bool:
        """True when nothing has to be done now."""
        return self.status in (Status.VALID, Status.EXEMPT, Status.PAUSED)


def standing_select(
    today: dt.date, paused: PersonIds, person_ids: PersonIds | None = None
) -> Select[Any]:
    """One row per person and course that is listed today, with its status.

    Columns: person_id, course_id, has_duty, status, valid_from, valid_until, opens_on, due_on,
    grace_until, cycle_id, evidence_id, revision_id. Whether the person is there today is the
    caller's condition.
    """
    with_duty, without_duty = _with_duty(today, paused), _without_duty(today)
    if person_ids is not None:
        with_duty = with_duty.where(Assignment.person_id.in_(person_ids))
        without_duty = without_duty.where(_Shown.person_id.in_(person_ids))
    both = union_all(with_duty, without_duty).subquery("standing")
    return select(both)


def _reach(evidence: Any) -> ColumnElement[dt.date]:  # noqa: ANN401 - an alias of Evidence
    return func.coalesce(evidence.valid_until, FOR_EVER, type_=Date())


def _lasting_longest(owner: Any, today: dt.date) -> Any:  # noqa: ANN401 - a scalar subquery
    """The id of the unrevoked evidence that lasts longest, of the owner's person and course.

    One look into an index for each row, by whatever plan the database chooses: joined as a whole,
    ranked evidence was computed anew for each row wherever the statistics were not up to date.
    """
    one = aliased(Evidence)
    return (
        select(one.id)
        .where(
            one.person_id == owner.person_id,
            one.course_id == owner.course_id,
            one.revoked_on.is_(None),
            one.completed_on <= today,
        )
        .order_by(_reach(one).desc(), one.completed_on.desc(), one.id.desc())
        .limit(1)
        .correlate(owner)
        .scalar_subquery()
    )


def _with_duty(today: dt.date, paused: PersonIds) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Assignment.person_id,
            Assignment.course_id,
            literal(1).label("has_duty"),
            _status(today, paused).label("status"),
            _Shown.valid_from,
            _Shown.valid_until,
            Cycle.opens_on,
            Cycle.due_on,
            Cycle.grace_until,
            Cycle.id.label("cycle_id"),
            _Shown.id.label("evidence_id"),
            Cycle.revision_id,
        )
        .outerjoin(Cycle, and_(Cycle.assignment_id == Assignment.id, Cycle.state == "live"))
        .outerjoin(_Shown, _Shown.id == _lasting_longest(Assignment, today))
        .where(Assignment.ended_on.is_(None), Assignment.assigned_on <= today)
    )


def _without_duty(today: dt.date) -> Select[*tuple[Any, ...]]:
    live = aliased(Assignment)
    has_live = exists().where(
        live.person_id == _Shown.person_id,
        live.course_id == _Shown.course_id,
        live.ended_on.is_(None),
        live.assigned_on <= today,
    )
    no_date = null().cast(Date())
    return select(
        _Shown.person_id,
        _Shown.course_id,
        literal(0).label("has_duty"),
        literal(Status.VALID.value).label("status"),
        _Shown.valid_from,
        _Shown.valid_until,
        no_date.label("opens_on"),
        no_date.label("due_on"),
        no_date.label("grace_until"),
        _no_number().label("cycle_id"),
        _Shown.id.label("evidence_id"),
        _no_number().label("revision_id"),
    ).where(
        _Shown.revoked_on.is_(None),
        _Shown.completed_on <= today,
        _reach(_Shown) >= today,
        ~has_live,
        _Shown.id == _lasting_longest(_Shown, today),
    )


def _no_number() -> ColumnElement[Any]:
    return null().cast(Cycle.id.type)


def _status(today: dt.date, paused: PersonIds) -> ColumnElement[str]:
    """Section 7.1 in the order of its priorities."""
    is_valid = and_(_Shown.id.is_not(None), _reach(_Shown) >= today)
    is_exempt = exists().where(
        Exemption.person_id == Assignment.person_id,
        Exemption.course_id == Assignment.course_id,
        Exemption.from_on <= today,
        or_(Exemption.until_on.is_(None), Exemption.until_on >= today),
    )
    return case(
        (is_exempt, Status.EXEMPT.value),
        (Assignment.person_id.in_(paused), Status.PAUSED.value),
        (and_(Cycle.id.is_(None), is_valid), Status.VALID.value),
        (Cycle.id.is_(None), Status.OVERDUE.value),
        (and_(is_valid, Cycle.opens_on > today), Status.VALID.value),
        (and_(is_valid, Cycle.due_on >= today), Status.DUE.value),
        (is_valid, Status.OVERDUE.value),
        (Cycle.due_on >= today, Status.OPEN.value),
        (Cycle.grace_until >= today, Status.GRACE.value),
        else_=Status.OVERDUE.value,
    )


def newest_versions() -> Subquery:
    """The newest version of each course: course_id, version_id, titles."""
    newest = (
        select(CourseVersion.course_id, func.max(CourseVersion.number).label("number"))
        .group_by(CourseVersion.course_id)
        .subquery("newest")
    )
    return (
        select(CourseVersion.course_id, CourseVersion.id.label("version_id"), CourseVersion.titles)
        .join(
            newest,
            and_(
                newest.c.course_id == CourseVersion.course_id,
                newest.c.number == CourseVersion.number,
            ),
        )
        .subquery("newest_versions")
    )


def duties_for(
    session: Session,
    person_ids: PersonIds,
    *,
    today: dt.date,
    paused: PersonIds,
    course_id: int | None = None,
) -> list[Duty]:
    """The duties of some people, and their evidence without duty, in one query."""
    statement = _with_terms(standing_select(today, paused, person_ids).subquery("rows"))
    if course_id is not None:
        statement = statement.where(Course.id == course_id)
    return [duty_of(row, row.titles) for row in session.execute(statement)]


def _with_terms(standing: Subquery) -> Select[*tuple[Any, ...]]:
    version = newest_versions()
    return (
        select(
            standing,
            Course.slug,
            version.c.titles,
            RequirementRevision.interval_months,
            RequirementRevision.renewal_base,
            RequirementRevision.window_days,
        )
        .join(Course, Course.id == standing.c.course_id)
        .join(version, version.c.course_id == standing.c.course_id)
        .outerjoin(RequirementRevision, RequirementRevision.id == standing.c.revision_id)
        .order_by(standing.c.person_id, Course.slug)
    )


def duty_of(row: Any, titles: dict[str, str]) -> Duty:  # noqa: ANN401 - a row with the terms
    """The duty that a row of the standing with its course and its terms says."""
    return Duty(
        person_id=row.person_id,
        course_id=row.course_id,
        slug=row.slug,
        titles=titles,
        has_duty=bool(row.has_duty),
        status=Status(row.status),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        opens_on=row.opens_on,
        due_on=row.due_on,
        grace_until=row.grace_until,
        cycle_id=row.cycle_id,
        evidence_id=row.evidence_id,
        interval_months=row.interval_months,
        renewal_base=row.renewal_base,
        window_days=row.window_days,
    )


@cache
def _own() -> Select[*tuple[Any, ...]]:
    """One person's duties, built once: that takes longer than running it."""
    today: Any = bindparam("today", type_=Date())
    who: Any = bindparam("person_id", type_=Integer())
    return _with_terms(standing_select(today, paused_people(today), [who]).subquery("rows"))


@cache
def _own_in_course() -> Select[*tuple[Any, ...]]:
    return _own().where(Course.id == bindparam("course_id", type_=Integer()))


def duties_of(session: Session, person_id: int, *, today: dt.date) -> list[Duty]:
    """All duties and lasting evidence of one person: one query."""
    rows = session.execute(_own(), {"today": today, "person_id": person_id})
    return [duty_of(row, row.titles) for row in rows]


def duty_in(session: Session, person_id: int, course_id: int, *, today: dt.date) -> Duty | None:
    """One person in one course; None when neither duty nor lasting evidence is there."""
    values = {"today": today, "person_id": person_id, "course_id": course_id}
    row = session.execute(_own_in_course(), values).one_or_none()
    return duty_of(row, row.titles) if row else None
