"""One person's courses with what they hold in each, and what renewing it would come to."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Cycle
from lms.certifications.queries.certificates import CertificateRow
from lms.certifications.queries.duties import Duty, duties_of
from lms.certifications.queries.rows import cycle_dates, policy_of
from lms.certifications.rules.cycles import CycleKind
from lms.certifications.rules.evidence import EvidenceDates
from lms.certifications.rules.outlook import Outlook, outlook_on
from lms.certifications.rules.policy import PolicyValues, RequirementPolicy, policy_with_defaults
from lms.courses.published import Published
from lms.courses.queries import list_newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A course in which somebody holds a certificate or must earn one.

    `certificate` is the one that counts: not revoked, lasting longest. `course` is the newest
    version. Without a certificate there is no outlook.
    """

    course: Published
    duty: Duty | None
    certificate: CertificateRow | None
    outlook: Outlook | None
    policy: RequirementPolicy


def list_holdings(
    session: Session,
    person_id: int,
    certificates: list[CertificateRow],
    *,
    today: dt.date,
) -> list[Holding]:
    """All courses of a person, in the order of their slugs; `certificates` are all of theirs."""
    counting = _counting(certificates)
    duties = {duty.course_id: duty for duty in duties_of(session, person_id, today=today)}
    rounds = _live_rounds(session, person_id)
    courses = list_newest(session, sorted(counting.keys() | duties.keys()))
    by_evidence = {row.evidence_id: row.dates for row in certificates}
    holdings = []
    for course in sorted(courses.values(), key=lambda one: one.slug):
        cycle = rounds.get(course.course_id)
        certificate = counting.get(course.course_id)
        policy = policy_of(cycle.revision) if cycle else _policy_of(course)
        holdings.append(
            Holding(
                course=course,
                duty=duties.get(course.course_id),
                certificate=certificate,
                policy=policy,
                outlook=None
                if certificate is None
                else outlook_on(
                    today,
                    certificate.dates,
                    policy=policy,
                    cycle=cycle_dates(cycle) if cycle else None,
                    follows=_follows(cycle, certificate.dates, by_evidence),
                ),
            )
        )
    return holdings


def _counting(certificates: list[CertificateRow]) -> dict[int, CertificateRow]:
    """Of each course the certificate that counts."""
    found: dict[int, CertificateRow] = {}
    for row in certificates:
        best = found.get(row.course_id)
        if row.revoked_on is None and (best is None or _reach(row) > _reach(best)):
            found[row.course_id] = row
    return found


def _reach(row: CertificateRow) -> tuple[dt.date, dt.date, int]:
    return (row.valid_until or dt.date.max, row.completed_on, row.evidence_id)


def _live_rounds(session: Session, person_id: int) -> dict[int, Cycle]:
    found = session.scalars(
        select(Cycle)
        .where(Cycle.person_id == person_id, Cycle.state == "live")
        .options(joinedload(Cycle.revision))
    )
    return {cycle.course_id: cycle for cycle in found}


def _follows(
    cycle: Cycle | None, held: EvidenceDates, by_evidence: dict[int, EvidenceDates]
) -> EvidenceDates | None:
    """What the live round renews, as a completion would find it."""
    if cycle is None:
        return held
    if cycle.prev_evidence_id is not None:
        return by_evidence.get(cycle.prev_evidence_id, held)
    return held if cycle.kind == CycleKind.RENEWAL else None


def _policy_of(course: Published) -> RequirementPolicy:
    """The policy of somebody without a round: what the course itself says."""
    values = PolicyValues(interval_months=course.document.validity_months)
    if course.document.renewal.window_days is not None:
        values["window_days"] = course.document.renewal.window_days
    return policy_with_defaults(**values)
