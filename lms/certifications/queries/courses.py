"""What a course says about its own validity: the policy of somebody without a requirement."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certifications.rules.policy import PolicyValues, RequirementPolicy, policy_with_defaults
from lms.courses.models import CourseVersion


def values_of_course(session: Session, course_id: int) -> PolicyValues:
    """Interval and window as the newest version of the course has them."""
    document = session.scalar(
        select(CourseVersion.document)
        .where(CourseVersion.course_id == course_id)
        .order_by(CourseVersion.number.desc())
        .limit(1)
    )
    values = PolicyValues()
    if document is None:
        return values
    values["interval_months"] = document.get("validity_months")
    window = (document.get("renewal") or {}).get("window_days")
    if window is not None:
        values["window_days"] = window
    return values


def policy_of_course(session: Session, course_id: int) -> RequirementPolicy:
    """The course's own values completed by the defaults."""
    return policy_with_defaults(**values_of_course(session, course_id))


def must_be_newer(session: Session, course_id: int, version_id: int | None) -> bool:
    """Whether a version that everybody must take is newer than this one (None: no version)."""
    if version_id is None:
        return False
    number = select(CourseVersion.number).where(CourseVersion.id == version_id).scalar_subquery()
    newer = select(CourseVersion.id).where(
        CourseVersion.course_id == course_id, CourseVersion.retrain, CourseVersion.number > number
    )
    return bool(session.scalar(select(newer.exists())))
