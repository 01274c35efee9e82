"""Lists that are brought, confirmed and worked off at the same moment, with real commits."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from lms.audit.models import AuditEntry
from lms.kernel.db import reading, transaction
from lms.kernel.domain import NotFound
from lms.kernel.viewer import Role
from lms.lists.models import Import, ImportRow
from lms.lists.operations.confirming import bring_for_preview, confirm
from lms.lists.operations.parts import read_list
from lms.lists.operations.rows import bring
from lms.lists.operations.saving import begin_saving, save
from lms.lists.operations.working_off import work_off
from lms.lists.rules import Importer, ListKind, Occasion, State
from lms.people.models import Person
from tests import factories
from tests.duties import House, at, day

ON = "2026-11-24"
HEAD = "E-Mail;Vorname;Nachname;Bereich\n"


def at_once(*deeds):
    """Run deeds in threads that begin together; their results, errors raised."""
    barrier = threading.Barrier(len(deeds))

    def begin(deed):
        barrier.wait(timeout=20)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [one.result(timeout=100) for one in [pool.submit(begin, deed) for deed in deeds]]


def staff_list(rows, *, backwards=False):
    lines = [f"p{number}@x.org;P;P{number};Donau\n" for number in range(rows)]
    return (HEAD + "".join(reversed(lines) if backwards else lines)).encode()


def absence_list(rows):
    return ("E-Mail;Von;Bis\n" + "".join(rows)).encode()


def occasion(person_id=None):
    return Occasion(today=day(ON), now=at(ON), importer=Importer(person_id))


@pytest.fixture
def officers(own_sessions):
    """Two officers in a house where everybody has a duty."""
    with transaction(own_sessions) as session:
        house = House(session)
        house.require(house.course(), "2026-11-24")
        return [factories.make_person(session, roles=[Role.OFFICER]).id for _ in range(2)]


def previewed(sessions, officer, content, kind=ListKind.PEOPLE):
    """A deed that shows a list; gives the number and the digest of its preview."""

    def deed():
        with transaction(sessions) as session:
            made = bring_for_preview(session, kind, "list.csv", content, occasion=occasion(officer))
            return made.id, made.digest

    return deed


def confirming(sessions, import_id, digest):
    """A deed that confirms as the page does: another preview is rolled back and shown."""

    def deed():
        with sessions.writing() as session:
            other = confirm(session, import_id, digest=digest or "", today=day(ON), now=at(ON))
            if other is None:
                session.commit()
                return None
            session.rollback()
            return other.tally

    return deed


def brought_by_command(sessions, content):
    """A deed that saves a list as the command does."""

    def deed():
        kind = ListKind.PEOPLE
        with transaction(sessions) as session:
            table = read_list(kind, content)
            made = bring(
                session, kind, file_name="l.csv", content=content, table=table, occasion=occasion()
            )
            begin_saving(session, made)
        save(sessions, made.id, occasion())
        return made.id

    return deed


def imported(sessions):
    """How often each address of the lists is there."""
    with reading(sessions) as session:
        return Counter(session.scalars(select(Person.email).where(Person.email.like("p%@x.org"))))


def everybody_once(rows):
    return dict.fromkeys((f"p{number}@x.org" for number in range(rows)), 1)


def tally_of(sessions, import_id):
    with reading(sessions) as session:
        return session.get_one(Import, import_id).numbers


def test_two_officers_with_one_list_at_once_the_second_is_shown_that_it_is_done(
    own_sessions, officers
):
    shown = [previewed(own_sessions, one, staff_list(30))() for one in officers]
    outcomes = at_once(*[confirming(own_sessions, *one) for one in shown])
    assert imported(own_sessions) == everybody_once(30)
    first, told = sorted(outcomes, key=lambda one: one is not None)
    assert first is None
    assert (told.made, told.unchanged, told.refused) == (0, 30, 0)


@pytest.mark.parametrize("attempt", range(3))
def test_previews_of_the_same_people_in_another_order_do_not_block_each_other(
    own_sessions, officers, attempt
):
    deeds = [
        previewed(own_sessions, officer, staff_list(40, backwards=bool(number)))
        for number, officer in enumerate(officers)
    ]
    shown = at_once(*deeds)
    assert imported(own_sessions) == {}
    assert [tally_of(own_sessions, import_id).made for import_id, _digest in shown] == [40, 40]


def test_a_click_on_save_while_the_same_list_is_brought_again(own_sessions, officers):
    import_id, digest = previewed(own_sessions, officers[0], staff_list(30))()
    again, _saved = at_once(
        previewed(own_sessions, officers[0], staff_list(30)),
        lambda: ignore_gone(confirming(own_sessions, import_id, digest)),
    )
    people = imported(own_sessions)
    tally = tally_of(own_sessions, again[0])
    # SQLite gives the number of a forgotten preview to the next one: the click then saves that
    # one, since its digest says that it is what was seen.
    took_over = again[0] == import_id
    assert (people, tally.made, tally.unchanged) in [
        ({}, 30, 0),
        (everybody_once(30), 30 if took_over else 0, 0 if took_over else 30),
    ]


def ignore_gone(deed):
    """The preview may be forgotten by then: the page says that it is not there."""
    try:
        return deed()
    except NotFound:
        return None


def test_two_clicks_on_save_save_once(own_sessions, officers):
    shown = previewed(own_sessions, officers[0], staff_list(30))()
    assert at_once(*[confirming(own_sessions, *shown)] * 3) == [None, None, None]
    assert imported(own_sessions) == everybody_once(30)
    assert (tally_of(own_sessions, shown[0]).made, rows_of(own_sessions, shown[0])) == (30, 30)
    with reading(own_sessions) as session:
        confirmed = select(func.count()).where(AuditEntry.verb == "list_confirmed")
        assert session.scalar(confirmed) == 1


def test_two_commands_with_one_list_at_once(own_sessions, officers):
    deed = brought_by_command(own_sessions, staff_list(230))
    tallies = [tally_of(own_sessions, one) for one in at_once(deed, deed)]
    assert imported(own_sessions) == everybody_once(230)
    assert sum(one.made for one in tallies) == 230
    assert [one.made + one.unchanged + one.refused for one in tallies] == [230, 230]


def rows_of(sessions, import_id):
    with reading(sessions) as session:
        return session.scalar(select(func.count()).where(ImportRow.import_id == import_id))


def working_off(sessions):
    return lambda: work_off(sessions, today=day(ON), now=at(ON))


def test_two_schedulers_share_a_long_list(own_sessions, officers):
    import_id, _digest = previewed(own_sessions, officers[0], staff_list(620))()
    at_once(*[working_off(own_sessions)] * 2)
    assert imported(own_sessions) == {}
    with reading(own_sessions) as session:
        digest = session.get_one(Import, import_id).digest
    counts = at_once(
        working_off_after(own_sessions, confirming(own_sessions, import_id, digest)),
        *[confirming(own_sessions, import_id, digest)] * 2,
        working_off(own_sessions),
    )
    more = at_once(*[working_off(own_sessions)] * 2)
    assert counts[0] + counts[3] + sum(more) == 620
    assert imported(own_sessions) == everybody_once(620)
    tally = tally_of(own_sessions, import_id)
    assert (tally.made, tally.refused, rows_of(own_sessions, import_id)) == (620, 0, 620)
    with reading(own_sessions) as session:
        made = session.get_one(Import, import_id)
        assert (made.state, made.rows_done) == (State.DONE, 620)


def working_off_after(sessions, deed):
    def both():
        assert deed() is None
        return working_off(sessions)()

    return both


def test_clicks_while_the_job_saves_wait_and_find_it_under_way(own_sessions, officers):
    import_id, _digest = previewed(own_sessions, officers[0], staff_list(620))()
    working_off(own_sessions)()
    with reading(own_sessions) as session:
        click = confirming(own_sessions, import_id, session.get_one(Import, import_id).digest)
    click()
    done, *_others = at_once(working_off(own_sessions), *[lambda: [click() for _ in range(25)]] * 2)
    assert (done, imported(own_sessions)) == (620, everybody_once(620))


@pytest.mark.parametrize("attempt", range(3))
def test_previews_of_absences_in_another_order_do_not_block_each_other(
    own_sessions, officers, attempt
):
    with transaction(own_sessions) as session:
        people = [factories.make_person(session, email=f"p{one}@x.org") for one in range(150)]
        rows = [f"{one.email};2026-12-01;2026-12-24\n" for one in people]
    deeds = [
        previewed(own_sessions, officer, absence_list(ordered), ListKind.ABSENCES)
        for officer, ordered in zip(officers, (rows, rows[::-1]), strict=True)
    ]
    for import_id, _digest in at_once(*deeds):
        assert tally_of(own_sessions, import_id).made == 150
