import pytest
from sqlalchemy import func, select

from lms.audit.models import RecordView
from lms.certifications.models import Evidence
from lms.kernel.viewer import Role
from lms.learning.models import LessonProgress
from tests.factories import NOW, make_person
from tests.learning.samples import HANDED_IN, OWN, document
from tests.learning.test_views_course import main_of


@pytest.fixture(autouse=True)
def on_the_day(clock):
    clock(NOW)


@pytest.fixture
def desk(client_of):
    return client_of(Role.OFFICER)


@pytest.fixture
def report(learning_of):
    learning = learning_of(document(HANDED_IN))
    enrolment = learning.enrol()
    learning.report(enrolment, "plan", "Mein <b>Plan</b>.")
    return learning.report_of(enrolment)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_waiting_reports_are_listed(desk, report):
    words = main_of(desk.get("/practice"))
    assert "Ein Bericht" in words or "1 Bericht wartet auf dich." in words
    assert "Jana Weber: Dein Plan Beispielkurs" in words
    assert "gemeldet am 24.11.2026" in words


def test_without_a_report_the_list_says_so(desk):
    assert "Kein Bericht wartet" in main_of(desk.get("/practice"))


def test_pages_beyond_the_end_lead_back(desk, report):
    assert "Zur ersten Seite" in main_of(desk.get("/practice?page=9"))
    assert desk.get("/practice?page=x").status_code == 404


def test_a_report_shows_its_text_as_written(desk, report):
    response = desk.get(f"/practice/{report.id}")
    assert "Mein &lt;b&gt;Plan&lt;/b&gt;." in response.get_data(as_text=True)
    assert "Gefragt war Schreib einen Satz." in main_of(response)


def test_looking_is_in_the_access_log(desk, session, report, learner):
    desk.get("/practice")
    desk.get(f"/practice/{report.id}")
    views = session.scalars(select(RecordView).order_by(RecordView.id)).all()
    assert [(view.page, view.subject_id, view.people_count) for view in views] == [
        ("practice_list", None, 1),
        ("practice", learner.id, 1),
    ]


def test_confirming_finishes_the_course(desk, session, report):
    assert desk.post(f"/practice/{report.id}/confirm").location == "/practice"
    assert "Jana Weber hat den Kurs damit abgeschlossen." in main_of(desk.get("/practice"))
    assert count(session, Evidence) == 1
    assert "Bestätigt am 24.11.2026." in main_of(desk.get(f"/practice/{report.id}"))


def test_a_second_click_finds_it_decided(desk, session, report):
    for deed in ("confirm", "confirm", "return"):
        answer = desk.post(f"/practice/{report.id}/{deed}", data={"comment": "x"})
        assert answer.location == "/practice"
    assert "Über diesen Bericht ist schon entschieden." in main_of(desk.get("/practice"))
    assert count(session, Evidence) == 1


def test_giving_back_needs_a_comment(desk, session, report):
    refused = desk.post(f"/practice/{report.id}/return", data={"comment": "  "})
    assert refused.status_code == 422
    assert "Schreib dazu, was noch fehlt." in main_of(refused)
    long = desk.post(f"/practice/{report.id}/return", data={"comment": "x" * 1001})
    assert long.status_code == 422
    assert "x" * 1001 in long.get_data(as_text=True)
    assert report.state == "reported"


def test_a_report_given_back_is_the_learners_again(desk, session, report):
    given = desk.post(f"/practice/{report.id}/return", data={"comment": "Wer war dabei?"})
    assert given.location == "/practice"
    session.refresh(report)
    assert (report.state, report.comment) == ("returned", "Wer war dabei?")
    assert desk.get(f"/practice/{report.id}").status_code == 404


def test_nobody_confirms_their_own_report(client_of, session, learning_of):
    learning = learning_of(document(HANDED_IN))
    learning.person = make_person(session, roles=[Role.OFFICER])
    enrolment = learning.enrol()
    learning.report(enrolment, "plan")
    report = learning.report_of(enrolment)
    own = client_of(person=learning.person)
    assert "Deinen eigenen Bericht bestätigt jemand anderes." in main_of(
        own.get(f"/practice/{report.id}")
    )
    for deed in ("confirm", "return"):
        assert own.post(f"/practice/{report.id}/{deed}", data={"comment": "x"}).status_code == 403
    assert count(session, LessonProgress) == 0


def test_what_one_confirms_oneself_is_nobody_elses(desk, learning_of):
    learning = learning_of(document(OWN, HANDED_IN))
    enrolment = learning.enrol()
    learning.report(enrolment, "try")
    private = learning.report_of(enrolment)
    for path in ("", "/confirm", "/return"):
        answer = desk.open(f"/practice/{private.id}{path}", method="POST" if path else "GET")
        assert answer.status_code == 404


def test_an_unknown_report_looks_alike(desk, report):
    for number in (report.id + 1, 2**63):
        assert desk.get(f"/practice/{number}").status_code == 404


@pytest.mark.parametrize(
    "role", [Role.EMPLOYEE, Role.AUTHOR, Role.MANAGEMENT, Role.ADMINISTRATOR, Role.DPO]
)
def test_other_roles_are_refused(client_of, session, report, role):
    browser = client_of(role)
    assert browser.get("/practice").status_code == 403
    assert browser.get(f"/practice/{report.id}").status_code == 403
    assert browser.post(f"/practice/{report.id}/confirm").status_code == 403
    assert browser.post(f"/practice/{report.id}/return").status_code == 403
    session.refresh(report)
    assert report.state == "reported"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_at_most_eight_times(desk, session, learning_of, count_queries, rows):
    learning = learning_of(document(HANDED_IN))
    for _person in range(rows):
        learning.person = make_person(session)
        learning.report(learning.enrol(), "plan")
    desk.get("/practice")
    with count_queries() as counted:
        desk.get("/practice")
    assert counted.queries <= 8, "\n".join(counted.statements)
