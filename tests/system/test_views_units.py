"""/organisation/units in the browser."""

import re

import pytest
from sqlalchemy import select

from lms.kernel.viewer import Role
from lms.people import operations as people
from lms.people.models import Person, Unit
from lms.system.operations.organisation import By
from lms.system.operations.units import rename_unit
from tests import factories


@pytest.fixture
def officer(client_of, session):
    people.found_organisation(session, name="Haus", holidays_region="DE-BW")
    return client_of(Role.OFFICER)


@pytest.fixture
def kitchen(session):
    return factories.make_unit(session, "Küche")


def hidden(answer, name):
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.text)[1]


def unit_names(session):
    return sorted(session.scalars(select(Unit.name)))


def test_a_unit_is_added(officer, session):
    answer = officer.post("/organisation/units", data={"name": " Nachtdienst "})
    assert (answer.status_code, answer.location) == (302, "/organisation/units")
    assert "Nachtdienst" in unit_names(session)


@pytest.mark.parametrize("name", ["", "*", "A + B", "KÜCHE", "x" * 10_000])
def test_a_name_that_cannot_be_is_said_and_stays_in_the_field(officer, session, kitchen, name):
    before = unit_names(session)
    answer = officer.post("/organisation/units", data={"name": name})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert unit_names(session) == before


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_asks_the_same_whatever_its_length(officer, session, many, count_queries, kitchen):
    for _ in range(many):
        factories.make_person(session)
    with count_queries() as counted:
        assert officer.get("/organisation/units").status_code == 200
    assert counted.queries == 5


def test_a_unit_is_renamed(officer, session, kitchen):
    path = f"/organisation/units/{kitchen.id}"
    values = {"name": "Mensa", "seen": hidden(officer.get(path), "seen")}
    assert officer.post(path, data=values).location == "/organisation/units"
    assert "Mensa" in unit_names(session)


def test_the_later_of_two_who_rename_is_told(officer, session, kitchen):
    path = f"/organisation/units/{kitchen.id}"
    seen = hidden(officer.get(path), "seen")
    rename_unit(session, kitchen.id, "Mensa", seen="Küche", by=By("operator", factories.NOW))
    answer = officer.post(path, data={"name": "Kantine", "seen": seen})
    assert answer.status_code == 409
    assert 'value="Kantine"' in answer.text
    assert "Mensa</dd>" in answer.text
    assert "Mensa" in unit_names(session)
    again = officer.post(path, data={"name": "Kantine", "seen": hidden(answer, "seen")})
    assert again.status_code == 302


def test_deleting_asks_first(officer, session, kitchen):
    path = f"/organisation/units/{kitchen.id}/delete"
    assert "löschen?" in officer.post(path).text
    assert "Küche" in unit_names(session)
    assert officer.post(path, data={"confirmed": "yes"}).location == "/organisation/units"
    assert "Küche" not in unit_names(session)


def test_a_unit_in_use_is_not_deleted(officer, session, kitchen):
    factories.make_person(session, unit=kitchen)
    answer = officer.post(f"/organisation/units/{kitchen.id}/delete", data={"confirmed": "yes"})
    assert answer.status_code == 422
    assert "wird noch gebraucht" in answer.text
    assert "Küche" in unit_names(session)


def test_putting_together_shows_its_effect_first(officer, session, kitchen):
    cook = factories.make_person(session, unit=kitchen)
    target = factories.make_unit(session, "Wäsche")
    path = f"/organisation/units/{kitchen.id}/merge"
    preview = officer.post(path, data={"target": target.id})
    assert preview.status_code == 200
    assert "„Küche“ geht in „Wäsche“ auf" in preview.text
    assert "Küche" in unit_names(session)
    stale = officer.post(path, data={"target": target.id, "step": "save", "digest": "other"})
    assert stale.status_code == 409
    assert "Küche" in unit_names(session)
    values = {"target": target.id, "step": "save", "digest": hidden(stale, "digest")}
    assert officer.post(path, data=values).location == "/organisation/units"
    assert "Küche" not in unit_names(session)
    assert session.get(Person, cook.id).unit_id == target.id


@pytest.mark.parametrize("target", ["", "0", "x", str(2**64), "self"])
def test_a_target_that_is_none_is_refused(officer, session, kitchen, target):
    factories.make_unit(session, "Wäsche")
    wanted = kitchen.id if target == "self" else target
    answer = officer.post(f"/organisation/units/{kitchen.id}/merge", data={"target": wanted})
    assert answer.status_code == 422
    assert "Küche" in unit_names(session)


@pytest.mark.parametrize("number", [999_999, 2**31, 2**64])
def test_another_unit_is_not_there(officer, number):
    assert officer.get(f"/organisation/units/{number}").status_code == 404
    assert officer.post(f"/organisation/units/{number}/delete").status_code == 404
