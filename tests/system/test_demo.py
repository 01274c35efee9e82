"""The demonstration organisation: the same for the same seed, made by the operations."""

import datetime as dt
import json
import stat

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from lms.app import create_app
from lms.certifications.models import ExternalProof
from lms.certifications.queries.standings import standings_on
from lms.kernel import files
from lms.kernel.db import reading
from lms.learning.models import Enrolment
from lms.outbox.models import OutboxMessage
from lms.people.models import Deputy, Person
from lms.system.demo.habits import Temper
from lms.system.demo.people import invent
from lms.workshops.models import SignUp, Workshop
from tests.conftest import make_settings


def loaded(folder, *options):
    """An installation with a small demonstration, and what the command said."""
    app = create_app(make_settings(folder))
    runner = app.test_cli_runner()
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    result = runner.invoke(args=["demo", "load", *options])
    return app, result


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    """Twelve people, half a year."""
    folder = tmp_path_factory.mktemp("demonstration")
    app, result = loaded(folder, "--people", "12", "--years", "0.5", "--seed", "3")
    assert result.exit_code == 0, result.output
    return app


def house_of(app):
    return app.extensions["lms"]


def standings(app):
    with reading(house_of(app).sessions) as session:
        return standings_on(session, house_of(app).today())


def test_as_many_people_as_asked_for(demonstration):
    assert len({row.person for row in standings(demonstration)}) == 12


def test_the_same_seed_tells_the_same_story(demonstration, tmp_path):
    again, _result = loaded(tmp_path / "again", "--people", "12", "--years", "0.5", "--seed", "3")
    assert standings(again) == standings(demonstration)


def test_the_six_sign_ins_are_for_this_machine_only(demonstration):
    file = house_of(demonstration).settings.demonstration_file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    known = json.loads(file.read_text())
    assert list(known) == ["employee", "author", "officer", "management", "administrator", "dpo"]
    assert all(set(entry) == {"email", "password"} for entry in known.values())
    assert len({entry["password"] for entry in known.values()}) == 6


def test_what_a_visitor_meets(demonstration):
    known = json.loads(house_of(demonstration).settings.demonstration_file.read_text())
    rows = standings(demonstration)
    jana = {row.course: row for row in rows if row.person == known["employee"]["email"]}
    assert jana["zoom-basics"].status == "valid"
    dpo = {row.course: row for row in rows if row.person == known["dpo"]["email"]}
    assert dpo["zoom-basics"].status == "open"
    with reading(house_of(demonstration).sessions) as session:
        begun = session.execute(
            select(Person.email, Enrolment.completed_at)
            .join(Person, Person.id == Enrolment.person_id)
            .where(Enrolment.completed_at.is_(None))
        ).all()
    assert known["employee"]["email"] in {email for email, _ in begun}
    assert known["dpo"]["email"] not in {email for email, _ in begun}


def test_there_are_sessions_of_every_kind(demonstration):
    with reading(house_of(demonstration).sessions) as session:
        statuses = session.execute(
            select(Workshop.status, func.count()).group_by(Workshop.status)
        ).all()
        places = session.scalar(
            select(func.count()).select_from(SignUp).where(SignUp.state == "booked")
        )
    assert dict(statuses) == {"done": 2, "draft": 1, "published": 3}
    assert places > 10


def test_what_waits_on_the_first_morning(demonstration):
    """A document to check, with a PDF that opens, and somebody who will stand in."""
    house = house_of(demonstration)
    with reading(house.sessions) as session:
        (proof,) = session.scalars(select(ExternalProof)).all()
        (deputy,) = session.scalars(select(Deputy)).all()
        known = json.loads(house.settings.demonstration_file.read_text())
        above = session.get_one(Person, deputy.supervisor_id)
        assert proof.state == "pending"
        assert above.email == known["management"]["email"]
        assert deputy.from_on > house.today()
        with files.open_file(house.settings.files, proof.file_sha256) as stream:
            assert "Teilnahmebescheinigung" in PdfReader(stream).pages[0].extract_text()


def test_its_mail_went_to_the_local_mailbox(demonstration):
    with reading(house_of(demonstration).sessions) as session:
        states = dict(
            session.execute(
                select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
            ).all()
        )
    assert set(states) <= {"sent", "cancelled", "pending"}
    assert states["sent"] > 10


def test_it_is_never_mixed_with_people_who_are_there(demonstration):
    result = demonstration.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "holds people already" in result.stderr


def test_it_is_refused_where_others_could_reach_it(tmp_path):
    app = create_app(make_settings(tmp_path, BASE_URL="https://lernstand.example.org"))
    runner = app.test_cli_runner()
    runner.invoke(args=["db", "upgrade"])
    result = runner.invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "loopback" in result.stderr


def test_prepare_empty_makes_no_people_and_repeats_nothing(tmp_path):
    app = create_app(make_settings(tmp_path))
    runner = app.test_cli_runner()
    assert runner.invoke(args=["prepare", "--empty"]).exit_code == 0
    again = runner.invoke(args=["prepare", "--empty"])
    assert (again.exit_code, again.stderr) == (0, "")
    with reading(house_of(app).sessions) as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_an_interrupted_demonstration_begins_anew(tmp_path):
    app = create_app(make_settings(tmp_path))
    runner = app.test_cli_runner()
    runner.invoke(args=["prepare", "--empty"])
    (tmp_path / "demonstration.loading").touch()
    result = runner.invoke(args=["prepare", "--empty"])
    assert result.exit_code == 0
    assert "begins anew" in result.stderr
    assert not (tmp_path / "demonstration.loading").exists()


def test_larger_organisations_have_namesakes_but_no_same_address():
    figures = invent(2000, history_days=500, seed=1)
    addresses = [one.email for one in figures if one.email]
    assert len(addresses) == len(set(addresses))
    there = [one for one in figures if one.leaves_after_days is None]
    assert len(there) == 2000


def test_nobody_finishes_at_the_weekend():
    for number in range(200):
        day = Temper.of(1, number).completes_on(dt.date(2026, 1, 5), dt.date(2026, 3, 6))
        assert day is None or day.weekday() < 5
