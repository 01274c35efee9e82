"""`flask people import`: the contract's rules for the staff list."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from lms.certifications.models import Assignment, Batch, Cycle
from lms.kernel.viewer import Role
from lms.people.models import Person, PersonRole, Unit
from lms.people.queries import find_person

HEAD = (
    "E-Mail;Personalnummer;Vorname;Nachname;Bereich;Tätigkeit;Rollen;Vorgesetzte E-Mail;"
    "Eintritt;Austritt;Sprache\n"
)
JANA = "jana@x.org;17;Jana;Weber;Donau;pädagogische Fachkraft;author;;01.03.2020;;de\n"
OMAR = ";18;Omar;Haddad;Küche;;;jana@x.org;2021-02-01;;\n"


def person(session, key):
    found = find_person(session, key)
    assert found is not None
    return found


def facts(session, key):
    one = person(session, key)
    roles = session.scalars(select(PersonRole.role).where(PersonRole.person_id == one.id)).all()
    return {
        "email": one.email,
        "number": one.personnel_number,
        "name": one.name,
        "unit": session.get_one(Unit, one.unit_id).name,
        "job": one.job,
        "roles": set(roles),
        "supervisor": one.supervisor_id and session.get_one(Person, one.supervisor_id).key,
        "hired_on": one.hired_on,
        "left_on": one.left_on,
        "locale": one.locale,
    }


def test_a_list_is_taken_over_and_the_same_again_changes_nothing(house, bring, session):
    done = bring("people", HEAD + JANA + OMAR)
    assert (done.code, done.out, done.err) == (0, "made 2, changed 0, unchanged 0, refused 0\n", "")
    assert facts(session, "jana@x.org") == {
        "email": "jana@x.org",
        "number": "17",
        "name": "Jana Weber",
        "unit": "Donau",
        "job": "pädagogische Fachkraft",
        "roles": {Role.AUTHOR},
        "supervisor": None,
        "hired_on": dt.date(2020, 3, 1),
        "left_on": None,
        "locale": "de",
    }
    assert facts(session, "#18")["supervisor"] == "jana@x.org"
    again = bring("people", HEAD + JANA + OMAR)
    assert (again.code, again.out) == (0, "made 0, changed 0, unchanged 2, refused 0\n")


def test_a_dry_run_says_the_same_and_writes_nothing(house, bring, session):
    house.require(house.course("a"), "2026-11-24")
    done = bring("people", HEAD + JANA + OMAR, "--dry-run")
    assert done.out == "made 2, changed 0, unchanged 0, refused 0\n"
    assert done.err.splitlines() == [
        "dry run: nothing is saved",
        "duties that would begin: 2, end: 0",
        "rounds that would wait for release: 0",
    ]
    assert session.scalar(select(func.count()).select_from(Person)) == 0
    assert session.scalar(select(func.count()).select_from(Unit)) == 0


def test_duties_begin_and_nothing_open_is_held(house, bring, session):
    house.require(house.course("a"), "2026-11-24")
    assert "duties that begin: 2, end: 0" in bring("people", HEAD + JANA + OMAR).err
    assert session.scalar(select(func.count()).select_from(Assignment)) == 2
    assert session.scalars(select(Cycle.batch_id)).all() == [None, None]
    assert session.scalar(select(func.count()).select_from(Batch)) == 0


def test_missing_columns_keep_and_empty_cells_clear(house, bring, session):
    bring("people", HEAD + JANA)
    bring("people", "email,first_name,last_name,unit\njana@x.org,Jana,Weber-Koch,Donau\n")
    kept = facts(session, "jana@x.org")
    assert (kept["name"], kept["job"], kept["number"]) == (
        "Jana Weber-Koch",
        "pädagogische Fachkraft",
        "17",
    )
    done = bring(
        "people",
        "personnel_number,email,first_name,last_name,unit,job,roles,hired_on,locale\n"
        "17,,Jana,Weber-Koch,Donau,,,,\n",
    )
    assert done.out == "made 0, changed 1, unchanged 0, refused 0\n"
    cleared = facts(session, "#17")
    assert [cleared[one] for one in ("email", "job", "hired_on", "locale", "roles")] == [
        None,
        None,
        None,
        None,
        set(),
    ]


def test_a_new_surname_or_address_makes_no_second_person(house, bring, session):
    bring("people", HEAD + JANA)
    bring(
        "people",
        "E-Mail;Personalnummer;Vorname;Nachname;Bereich\njana.koch@x.org;17;Jana;Koch;Donau\n",
    )
    assert facts(session, "#17")["email"] == "jana.koch@x.org"
    bring(
        "people",
        "E-Mail;Personalnummer;Vorname;Nachname;Bereich\nJANA.KOCH@x.org;99;Jana;Koch;Donau\n",
    )
    assert facts(session, "jana.koch@x.org")["number"] == "99"
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_an_address_and_a_number_of_two_people_are_refused(house, bring):
    bring("people", HEAD + JANA + OMAR)
    done = bring(
        "people", "email,personnel_number,first_name,last_name,unit\njana@x.org,18,J,W,Donau\n"
    )
    assert (done.code, done.out) == (1, "made 0, changed 0, unchanged 0, refused 1\n")
    assert done.err.startswith("row 2, column personnel_number, value '18': ")


def test_number_as_address_names_somebody(house, bring, session):
    bring("people", HEAD + JANA + OMAR)
    done = bring(
        "people",
        "email,first_name,last_name,unit,supervisor_email\njana@x.org,Jana,Weber,Iller,#18\n#18,Omar,Haddad,Iller,\n",
    )
    assert done.out == "made 0, changed 2, unchanged 0, refused 0\n"
    assert facts(session, "jana@x.org")["supervisor"] == "#18"
    assert facts(session, "#18")["supervisor"] is None


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_supervisors_may_come_later_in_the_file_and_unknown_ones_are_a_note(house, bring, dry):
    done = bring(
        "people",
        "email,first_name,last_name,unit,supervisor_email\n"
        "a@x.org,A,A,Donau,b@x.org\n"
        "b@x.org,B,B,Donau,c@x.org\n"
        "c@x.org,C,C,Donau,nobody@x.org\n",
        *dry,
    )
    assert (done.code, done.out) == (0, "made 3, changed 0, unchanged 0, refused 0\n")
    assert done.err.splitlines()[0].startswith(
        "row 4, column supervisor_email, value 'nobody@x.org': note: "
    )


def test_circles_and_own_supervisors_are_refused_and_swaps_are_not(house, bring, session):
    head = "email,first_name,last_name,unit,supervisor_email\n"
    done = bring(
        "people",
        head + "a@x.org,A,A,Donau,b@x.org\nb@x.org,B,B,Donau,a@x.org\nc@x.org,C,C,Donau,c@x.org\n",
    )
    assert done.out == "made 1, changed 0, unchanged 0, refused 2\n"
    bring("people", head + "a@x.org,A,A,Donau,\nb@x.org,B,B,Donau,a@x.org\n")
    swapped = bring("people", head + "a@x.org,A,A,Donau,b@x.org\nb@x.org,B,B,Donau,\n")
    assert swapped.out == "made 0, changed 2, unchanged 0, refused 0\n"
    circle = bring("people", head + "b@x.org,B,B,Donau,a@x.org\n")
    assert (circle.code, circle.out) == (1, "made 0, changed 0, unchanged 0, refused 1\n")
    assert circle.err.startswith("row 2, column supervisor_email, value 'a@x.org': ")
    assert facts(session, "b@x.org")["supervisor"] is None


def test_leaving_never_having_left_and_coming_back(house, bring, session):
    head = "email,first_name,last_name,unit,hired_on,left_on\n"
    house.require(house.course("a"), "2026-11-24")
    bring("people", head + "a@x.org,A,A,Donau,2020-01-01,\n")
    left = bring("people", head + "a@x.org,A,A,Donau,2020-01-01,2026-10-31\n")
    assert left.out == "made 0, changed 1, unchanged 0, refused 0\n"
    assert session.scalars(select(Assignment.ended_on)).all() == [dt.date(2026, 11, 24)]
    bring("people", head + "a@x.org,A,A,Donau,2020-01-01,\n")
    assert facts(session, "a@x.org")["left_on"] is None
    assert session.scalar(select(func.count()).where(Assignment.ended_on.is_(None))) == 1
    bring("people", head + "a@x.org,A,A,Donau,2020-01-01,31.10.2026\n")
    back = bring(
        "people", "email,first_name,last_name,unit,hired_on\na@x.org,A,A,Donau,2026-11-20\n"
    )
    assert back.out == "made 0, changed 1, unchanged 0, refused 0\n"
    here = facts(session, "a@x.org")
    assert (here["hired_on"], here["left_on"]) == (dt.date(2026, 11, 20), None)
    backwards = bring("people", head + "b@x.org,B,B,Donau,2026-01-02,2026-01-01\n")
    assert (backwards.code, backwards.out) == (1, "made 0, changed 0, unchanged 0, refused 1\n")
    endless = bring("people", head + "b@x.org,B,B,Donau,2026-01-02,31.12.9999\n")
    assert endless.out == "made 1, changed 0, unchanged 0, refused 0\n"
    assert facts(session, "b@x.org")["left_on"] is None


def test_the_same_key_twice(house, bring, session):
    head = "email,personnel_number,first_name,last_name,unit\n"
    done = bring(
        "people",
        head + "a@x.org,1,A,A,Donau\na@x.org,1,A,A,Donau\nA@X.org,1,A,Other,Donau\n"
        "z@x.org,1,Z,Z,Donau\n",
    )
    assert done.out == "made 1, changed 0, unchanged 1, refused 2\n"
    assert "row 4, column email, value 'a@x.org': " in done.err
    assert facts(session, "#1")["name"] == "A A"


def test_rights_beyond_author_are_given_by_the_command_line(house, bring, session):
    head = "email,first_name,last_name,unit,roles\n"
    bring("people", head + 'a@x.org,A,A,Donau,"employee, Officer, dpo"\n')
    assert facts(session, "a@x.org")["roles"] == {Role.OFFICER, Role.DPO}
    done = bring("people", head + "a@x.org,A,A,Donau,king\n")
    assert done.err == (
        "row 2, column roles, value 'king': There is no such role. Allowed are:"
        " employee, author, officer, management, administrator, dpo.\n"
    )


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (";;Jana;Weber;Donau", "column email"),
        ("jana;;Jana;Weber;Donau", "column email, value 'jana'"),
        ("j@x.org;;;Weber;Donau", "column first_name"),
        ("j@x.org;;Jana;;Donau", "column last_name"),
        ("j@x.org;;Jana;Weber;", "column unit"),
        ("j@x.org;;Jana;Weber;*", "column unit, value '*'"),
        ("j@x.org;;Jana;Weber;A + B", "column unit, value 'A + B'"),
        ("j@x.org;;Jana;Weber", "column unit"),
        ("j@x.org;;Ja\x01na;Weber;Donau", "column first_name, value 'Ja na'"),
        ("j@x.org;;" + "x" * 10_000 + ";Weber;Donau", f"column first_name, value '{'x' * 79}…'"),
        ("j@x.org;;Jana;Weber;Donau;;;;31.02.2024", "column hired_on, value '31.02.2024'"),
        ("j@x.org;;Jana;Weber;Donau;;;;24.11.26", "column hired_on, value '24.11.26'"),
        ("j@x.org;;Jana;Weber;Donau;;;;2026-11-24T08:00", "column hired_on"),
        ("j@x.org;;Jana;Weber;Donau;;;;0001-01-01", "column hired_on, value '0001-01-01'"),
        ("j@x.org;;Jana;Weber;Donau;;;;;;fr", "column locale, value 'fr'"),
        ("#4;5;Jana;Weber;Donau", "column personnel_number, value '5'"),
        (";4@5;Jana;Weber;Donau", "column personnel_number, value '4@5'"),
        ("Gesamtergebnis;54", "column email, value 'Gesamtergebnis'"),
    ],
)
def test_a_bad_row_names_its_cell_and_stops_nothing_else(house, bring, row, place):
    done = bring("people", HEAD + f"{row}\n" + OMAR.replace("jana@x.org", ""))
    assert (done.code, done.out) == (1, "made 1, changed 0, unchanged 0, refused 1\n")
    assert done.err.startswith(f"row 2, {place}")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        HEAD,
        b"PK\x03\x04",
        "Vorname;Nachname\na;b\n",
        b"E-Mail;Vorname;Nachname;Bereich\na\0;b;c;d\n",
    ],
)
def test_a_file_that_is_no_list_is_refused(house, bring, content):
    done = bring("people", content)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("list.csv: ")


def test_a_file_that_is_not_there_is_wrong_usage(cli, house, tmp_path):
    assert cli.invoke(args=["people", "import", str(tmp_path / "none.csv")]).exit_code == 2


def test_a_cut_off_row_is_lost_and_unknown_columns_are_reported(house, bring, session):
    done = bring(
        "people", "email;Kostenstelle;first_name;last_name;unit\na@x.org;7;A;A;Donau\nb@x.org;8;B"
    )
    assert (done.code, done.out) == (1, "made 1, changed 0, unchanged 0, refused 1\n")
    assert done.err.splitlines()[0] == "column 'Kostenstelle' is unknown and left alone"
    assert done.err.splitlines()[1].startswith("row 3: ")


def test_a_taken_address_is_refused(house, bring):
    bring("people", HEAD + JANA + OMAR)
    done = bring(
        "people", "email,personnel_number,first_name,last_name,unit\nfree@x.org,17,J,W,Donau\n"
    )
    assert done.code == 0
    one = "email,personnel_number,first_name,last_name,unit\n"
    two = bring("people", one + "new@x.org,55,N,N,Donau\nfree@x.org,55,N,N,Donau\n")
    assert two.out == "made 1, changed 0, unchanged 0, refused 1\n"
