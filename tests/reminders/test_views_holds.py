"""/reminders/holds: what waits, in words and numbers; letting all of it go, or a part."""

import html
import re

import pytest
from sqlalchemy import func, select

from lms.audit.models import RecordView
from lms.certifications.models import Batch, Cycle
from lms.certifications.operations import requiring
from lms.certifications.rules.scopes import Scope
from lms.kernel.viewer import Role
from lms.outbox.models import OutboxMessage
from lms.reminders.operations.sweeping import sweep
from tests.duties import FRAME, House
from tests.factories import NOW, TODAY


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def officer(client_of):
    return client_of(Role.OFFICER)


def plain(answer, status=200):
    """The text of an answer, blanks joined."""
    assert answer.status_code == status
    main = answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
    found = html.unescape(re.sub(r"<[^>]+>", " ", main))
    return " ".join(found.replace("\u00a0", " ").replace("\u2060", "").split())


def hold(house, *names, kind="evidence", made_by=None, **person):
    """People whose round is overdue and waits, in one batch; the batch and the people."""
    people, course = [house.person(last_name=name, **person) for name in names], house.course()
    for who in people:
        house.show(who, course, "2025-01-01")
    made_by = made_by.id if made_by else None
    batch = requiring.open_batch(house.session, kind, made_by=made_by, now=NOW)
    house.require(course, "2026-11-24", Scope(person_ids=frozenset(one.id for one in people)))
    cycles = {house.live(who, course).id for who in people}
    requiring.hold_what_became_due(house.session, batch, cycles, today=TODAY)
    return batch, people


def post(officer, batch, **fields):
    return officer.post(f"/reminders/holds/{batch.id}/release", data=fields)


def live(session, batch):
    return session.scalar(select(func.count()).where(Cycle.batch_id == batch.id))


def test_the_banner_says_why_how_many_and_what_is_usual(house, officer):
    hold(house, "Weber")
    page = plain(officer.get("/reminders"))
    assert "Erinnerungen warten auf deine Freigabe Eine Nachweisliste hat Fristen fällig" in page
    assert "1 Person wartet auf Post , darunter Kim Weber. Üblich sind 0 E-Mails am Tag." in page
    assert "1 E-Mail prüfen" in page


def test_the_circuit_breaker_looks_different(house, officer):
    hold(house, "Weber", kind="breaker")
    assert "Ungewöhnlich viele Erinnerungen sind angehalten" in plain(officer.get("/reminders"))
    page = plain(officer.get("/reminders/holds"))
    assert "Angehalten von Lernstand am 24.11.26, 10:00." in page
    assert "An einem Tag wären ungewöhnlich viele E-Mails auf einmal rausgegangen." in page


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("people", "Eine Personalliste hat"),
        ("absences", "Eine Abwesenheitsliste hat"),
        ("requirements", "Eine neue oder geänderte Pflicht hat"),
        ("policy", "Eine Regel, die sofort gilt, hat"),
    ],
)
def test_each_cause_has_its_words(house, officer, kind, words):
    hold(house, "Weber", kind=kind)
    assert words in plain(officer.get("/reminders/holds"))


def test_all_holds_are_listed_with_who_and_how_many(house, officer):
    maker = house.person(first_name="Miriam", last_name="Koch")
    hold(house, "Weber", "Lang", made_by=maker)
    hold(house, "Adler", kind="requirements")
    page = plain(officer.get("/reminders/holds"))
    assert "Von Miriam Koch am 24.11.26, 10:00." in page
    assert "2 Personen , 2 Fristen, 2 E-Mails folgen, darunter Kim Lang, Kim Weber." in page
    assert "Über die Kommandozeile am 24.11.26, 10:00." in page
    assert "1 Person , 1 Frist, 1 E-Mail folgt, darunter Kim Adler." in page
    assert "Danach wartet noch 1 Stapel." in plain(officer.get("/reminders"))


def test_nothing_waits(officer):
    assert "Nichts wartet" in plain(officer.get("/reminders/holds"))


def test_a_batch_shows_its_people_and_leads_to_their_dates(house, officer, session):
    batch, (weber,) = hold(house, "Weber")
    answer = officer.get(f"/reminders/holds/{batch.id}")
    page = plain(answer)
    assert "1 Person bekommt Post, sobald du freigibst" in page
    assert "1 E-Mail ginge am Dienstag, 24. November 2026 raus." in page
    assert "Beispiel, seit 327 Tagen überfällig" in page
    assert "1 E-Mail freigeben" in page
    assert f'href="/people/{weber.id}#' in answer.text
    view = session.scalars(select(RecordView)).one()
    assert (view.page, view.people_count) == ("list", 1)


def test_who_gets_no_mail_stands_there_with_the_reason(house, officer):
    batch, (weber, _lang, adler) = hold(house, "Weber", "Lang", "Adler")
    weber.email, weber.personnel_number = None, "7"
    house.away(adler, "2026-11-01", "2027-03-01", today="2026-11-24")
    page = plain(officer.get(f"/reminders/holds/{batch.id}"))
    assert "1 Person bekommt Post, sobald du freigibst" in page
    assert "Ohne E-Mail-Adresse, bekommt einen Brief" in page
    assert "Abwesend, bekommt jetzt keine Post" in page
    assert "1 E-Mail freigeben" in page


def test_all_of_it_is_released(house, officer, session):
    batch, people = hold(house, "Weber", "Lang")
    answer = post(officer, batch, person=[one.id for one in people], mails="2")
    assert (answer.status_code, answer.location) == (302, "/reminders/holds")
    session.refresh(batch)
    assert (batch.released_at, batch.released_by) == (NOW, officer.person.id)
    cycles = session.scalars(select(Cycle).where(Cycle.batch_id == batch.id)).all()
    assert [one.next_action_on for one in cycles] == [TODAY, TODAY]
    page = plain(officer.get("/reminders/holds"))
    assert "2 Fristen sind freigegeben. Die Post geht am Dienstag, 24. November 2026 raus." in page


def test_a_part_is_released_and_the_rest_goes_on_waiting(house, officer, session, sessions):
    batch, (weber, lang, adler) = hold(house, "Weber", "Lang", "Adler")
    answer = post(officer, batch, person=[weber.id, adler.id], mails="2")
    assert answer.location == f"/reminders/holds/{batch.id}"
    session.refresh(batch)
    assert (batch.released_at, live(session, batch)) == (None, 1)
    assert "1 E-Mail freigeben" in plain(officer.get(f"/reminders/holds/{batch.id}"))
    session.commit()
    assert sweep(sessions, FRAME, now=NOW).messages == 2
    told = set(session.scalars(select(OutboxMessage.person_id)))
    assert told == {weber.id, adler.id}
    post(officer, batch, all="yes", mails="1")
    assert sweep(sessions, FRAME, now=NOW).messages == 1
    assert lang.id in set(session.scalars(select(OutboxMessage.person_id)))


def test_another_number_than_the_button_named_releases_nothing(house, officer, session):
    batch, (weber, lang) = hold(house, "Weber", "Lang")
    page = plain(post(officer, batch, person=[weber.id], mails="2"), 409)
    assert "Mit dieser Auswahl geht 1 E-Mail raus. Noch ist nichts freigegeben." in page
    assert "1 E-Mail freigeben" in page
    again = post(officer, batch, person=[weber.id], mails="2").text
    boxes = re.findall(r'value="(\d+)" data-mails="[^"]+"( checked)?', again)
    assert dict(boxes) == {str(weber.id): " checked", str(lang.id): ""}
    assert live(session, batch) == 2


def test_nobody_chosen_says_so(house, officer, session):
    batch, _people = hold(house, "Weber")
    stranger = house.person()
    for chosen in ([], ["x"], [stranger.id], ["9" * 30]):
        page = plain(post(officer, batch, person=chosen), 422)
        assert "Wähle mindestens eine Person aus." in page
    assert live(session, batch) == 1


def test_releasing_twice_says_that_somebody_was_faster(house, officer):
    batch, _people = hold(house, "Weber")
    post(officer, batch, all="yes")
    assert post(officer, batch, all="yes").status_code == 409
    assert officer.get(f"/reminders/holds/{batch.id}").status_code == 404


def test_a_batch_that_is_gone(house, officer):
    batch, (weber,) = hold(house, "Weber")
    house.session.get(Batch, batch.id)
    cycle = house.session.scalars(select(Cycle).where(Cycle.person_id == weber.id)).one()
    cycle.state, cycle.close_reason, cycle.closed_on = "cancelled", "left", TODAY
    cycle.next_action_on = None
    house.session.flush()
    assert "Hier wartet niemand mehr" in plain(officer.get(f"/reminders/holds/{batch.id}"))
    assert post(officer, batch, all="yes").status_code == 302
    assert officer.get("/reminders/holds/999").status_code == 404
    assert officer.post("/reminders/holds/999/release").status_code == 404


def test_without_a_token_nothing_is_released(house, officer, session):
    batch, _people = hold(house, "Weber")
    answer = officer.post(f"/reminders/holds/{batch.id}/release", csrf=False)
    assert answer.status_code == 400
    assert session.scalar(select(Batch.released_at).where(Batch.id == batch.id)) is None


def test_a_large_batch_has_pages_and_a_button_for_all(house, officer, monkeypatch):
    monkeypatch.setattr("lms.reminders.views.holds.ROWS", 2)
    batch, _people = hold(house, "Weber", "Lang", "Adler")
    page = plain(officer.get(f"/reminders/holds/{batch.id}"))
    assert "Alle: 3 E-Mails freigeben" in page
    assert "1–2 von 3 Personen insgesamt" in page
    assert officer.get(f"/reminders/holds/{batch.id}?page=3").status_code == 404


def test_queries_do_not_grow_with_people(house, officer, count_queries):
    counts = []
    for names in (["A"], ["B", "C", "D"]):
        batch, _people = hold(house, *names)
        with count_queries() as counted:
            assert officer.get(f"/reminders/holds/{batch.id}").status_code == 200
        counts.append(counted.queries)
    assert counts[0] == counts[1]
