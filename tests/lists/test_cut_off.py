"""A long list whose job is killed between two parts: the next one goes on with the rest."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lms.kernel.db import reading, transaction
from lms.lists.models import Import, ImportRow
from lms.lists.operations.parts import read_list
from lms.lists.operations.rows import bring
from lms.lists.operations.saving import begin_saving
from lms.lists.operations.working_off import work_off
from lms.lists.rules import ROWS_A_TRANSACTION, Importer, ListKind, Occasion, State
from lms.people.models import Person
from tests.duties import House, at, day

pytestmark = pytest.mark.usefixtures("loopback")
ROOT = Path(__file__).resolve().parent.parent.parent
ON = "2026-11-24"
# The first person leads all others, also those of parts that somebody else saves.
LIST = "E-Mail;Vorname;Nachname;Bereich;Vorgesetzte E-Mail\n" + "".join(
    f"p{number}@x.org;P;P{number};Donau;{'p0@x.org' if number else ''}\n" for number in range(510)
)


@pytest.fixture
def long_list(own_sessions):
    """A confirmed list whose saving has begun, in a house where everybody has a duty."""
    content = LIST.encode()
    occasion = Occasion(today=day(ON), now=at(ON), importer=Importer())
    with transaction(own_sessions) as session:
        house = House(session)
        house.require(house.course(), ON)
        made = bring(
            session,
            ListKind.PEOPLE,
            file_name="list.csv",
            content=content,
            table=read_list(ListKind.PEOPLE, content),
            occasion=occasion,
        )
        begin_saving(session, made)
        return made.id


def stand(sessions, import_id):
    """State, rows done, rows written down, people of the list, made: all must agree."""
    with reading(sessions) as session:
        made = session.get_one(Import, import_id)
        written = session.scalar(select(func.count()).where(ImportRow.import_id == import_id))
        people = session.scalar(select(func.count(Person.id)).where(Person.email.like("p%@x.org")))
        return made.state, made.rows_done, written, people, made.numbers.made


@pytest.mark.parametrize("parts", [1, 2])
def test_whoever_is_killed_in_the_middle_of_a_part_leaves_whole_parts(
    own_sessions, long_list, parts
):
    url = own_sessions.engine.url.render_as_string(hide_password=False)
    program = (sys.executable, "-m", "tests.lists.cut_off_process", url, str(parts))
    killed = subprocess.run(program, cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    done = parts * ROWS_A_TRANSACTION
    assert stand(own_sessions, long_list) == (State.SAVING, done, done, done, done)
    assert work_off(own_sessions, today=day(ON), now=at(ON)) == 510 - done
    assert stand(own_sessions, long_list) == (State.DONE, 510, 510, 510, 510)
    with reading(own_sessions) as session:
        leaders = select(Person.supervisor_id, func.count()).group_by(Person.supervisor_id)
        first = session.scalar(select(Person.id).where(Person.email == "p0@x.org"))
        assert dict(session.execute(leaders).all()) == {None: 1, first: 509}
    assert work_off(own_sessions, today=day(ON), now=at(ON)) == 0
