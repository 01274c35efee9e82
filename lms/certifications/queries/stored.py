"""Everything that deciding about some people's duties needs, read at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.certifications.models import Assignment, AssignmentSource, Cycle, Evidence
from lms.courses.models import Course

Key = tuple[int, int]


@dataclass(slots=True)
class Stored:
    """What is stored of the people at hand: live duties, their sources, rounds and evidence.

    `course_ids` knows every course by its slug: requirements name what counts as well.
    """

    live: dict[Key, Assignment]
    courses_of: dict[int, set[int]]
    sources: dict[int, dict[int, AssignmentSource]]
    cycles: dict[int, Cycle]
    evidence: dict[Key, list[Evidence]]
    course_ids: dict[str, int]

    @classmethod
    def read(cls, session: Session, ids: Collection[int] | None) -> "Stored":
        """Of these people, None: of everybody."""
        assignments = select(Assignment).where(Assignment.ended_on.is_(None))
        proofs = select(Evidence).where(Evidence.revoked_on.is_(None))
        if ids is not None:
            assignments = assignments.where(Assignment.person_id.in_(ids))
            proofs = proofs.where(Evidence.person_id.in_(ids))
        live = {(one.person_id, one.course_id): one for one in session.scalars(assignments)}
        live_ids = assignments.with_only_columns(Assignment.id)
        slugs = dict(session.execute(select(Course.slug, Course.id)).all())
        state = cls(live, defaultdict(set), defaultdict(dict), {}, defaultdict(list), slugs)
        for person_id, course_id in live:
            state.courses_of[person_id].add(course_id)
        for source in session.scalars(
            select(AssignmentSource).where(
                AssignmentSource.assignment_id.in_(live_ids), AssignmentSource.until.is_(None)
            )
        ):
            state.sources[source.assignment_id][source.requirement_id] = source
        for cycle in session.scalars(
            select(Cycle)
            .where(Cycle.state == "live", Cycle.assignment_id.in_(live_ids))
            .options(joinedload(Cycle.revision))
        ):
            state.cycles[cycle.assignment_id] = cycle
        for one in session.scalars(proofs):
            state.evidence[one.person_id, one.course_id].append(one)
        return state

    def effective(self, person_id: int, course_id: int, day: dt.date) -> Evidence | None:
        """The unrevoked evidence of the day that lasts longest."""
        counting = [
            one for one in self.evidence.get((person_id, course_id), ()) if one.completed_on <= day
        ]
        return max(
            counting,
            key=lambda one: (one.valid_until or dt.date.max, one.completed_on),
            default=None,
        )

    def shown_elsewhere(
        self, person_id: int, slugs: Iterable[str], day: dt.date
    ) -> Evidence | None:
        """The newest evidence of a day in courses that count as well; copies do not count again."""
        course_ids = [self.course_ids[slug] for slug in slugs if slug in self.course_ids]
        shown = [
            one
            for course_id in course_ids
            for one in self.evidence.get((person_id, course_id), ())
            if one.kind != "alternative" and one.completed_on <= day
        ]
        return max(shown, key=lambda one: (one.completed_on, one.id), default=None)


def newest_numbers(session: Session, person_ids: Collection[int]) -> dict[Key, int]:
    """Of each course of these people the number of the newest round, ended ones included.

    Numbers go on when somebody comes back: an assignment of its own, the same row of rounds.
    """
    rows = session.execute(
        select(Cycle.person_id, Cycle.course_id, func.max(Cycle.seq))
        .where(Cycle.person_id.in_(person_ids))
        .group_by(Cycle.person_id, Cycle.course_id)
    )
    return {(person_id, course_id): number for person_id, course_id, number in rows}
