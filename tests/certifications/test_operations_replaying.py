"""Many completions at once come to what each of them would come to alone."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.certifications.models import Activity, Cycle, Evidence
from lms.certifications.operations.completing import Shown, complete
from lms.certifications.operations.replaying import replay
from tests.duties import House, at, day

ON = "2026-11-24"
PEOPLE, COURSES = 2, 4
COMPLETIONS = st.sets(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.integers(0, COURSES - 1),
        st.dates(day("2022-01-01"), day(ON)),
    ),
    max_size=10,
)
# What tells one row from another without meaning anything.
LEFT_OUT = {"id", "serial", "person_id", "assignment_id", "prev_evidence_id", "evidence_id"}


def facts(session, model, person):
    columns = [one for one in model.__table__.columns if one.name not in LEFT_OUT]
    rows = session.execute(select(*columns).where(model.person_id == person.id)).all()
    return sorted((tuple(one) for one in rows), key=repr)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(completions=COMPLETIONS, is_linked=st.booleans())
def test_in_bulk_as_one_after_the_other(session, completions, is_linked):
    savepoint = session.begin_nested()
    try:
        house = House(session)
        courses = [house.course(f"c{number}") for number in range(COURSES)]
        bulk, alone = ([house.person() for _ in range(PEOPLE)] for _ in range(2))
        house.require(courses[0], "2022-06-01")
        house.require(courses[1], "2022-06-01", alternatives=("c0",) if is_linked else ())
        house.require(courses[2], "2022-06-01", interval_months=None)
        shown = [
            (
                number,
                Shown(
                    person_id=0,
                    course_id=courses[course].id,
                    completed_on=on,
                    source_key=f"import:external:{on}",
                    kind="import",
                ),
            )
            for number, course, on in sorted(completions, key=lambda one: (one[2], one))
        ]
        replay(session, [replace(one, person_id=bulk[who].id) for who, one in shown], now=at(ON))
        for who, one in shown:
            complete(session, replace(one, person_id=alone[who].id), now=at(ON))
        for mine, theirs in zip(bulk, alone, strict=True):
            for model in (Evidence, Cycle, Activity):
                assert facts(session, model, mine) == facts(session, model, theirs)
    finally:
        savepoint.rollback()
        session.expire_all()
