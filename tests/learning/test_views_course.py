import datetime as dt
import re

import pytest
from sqlalchemy import func, select

from lms.courses.models import Course
from lms.learning.models import Enrolment
from tests.factories import NOW, TODAY
from tests.learning.samples import HANDED_IN, OWN, VIDEO, document, publish

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def on_the_day(clock):
    """Dates on pages are those of the examples."""
    clock(NOW)


@pytest.fixture
def browser(client_of, learner):
    return client_of(person=learner)


def text_of(response):
    """The words of a page, blanks folded."""
    plain = re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))
    return re.sub(r"\s+", " ", plain.replace("\u00a0", " "))


def main_of(response):
    """The words between navigation and footer."""
    page = response.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])).replace(
        "\u00a0", " "
    )


# ------------------------------------------------------------------------------------ catalogue


def test_the_catalogue_shows_ones_own_courses_first(browser, learning, learning_of):
    learning.require()
    learning_of(document(OWN, slug="other", title={"de": "Anderer Kurs", "en": "Other course"}))
    words = main_of(browser.get("/courses"))
    assert "Ein Kurs ist für dich vorgesehen. Er ist noch offen." in words
    assert "Meine Kurse 1" in words
    assert "Alle Kurse 2" in words
    assert "Anderer Kurs" not in words
    assert "Nicht begonnen Pflicht 14 Minuten 4 Schritte" in words


def test_the_lead_counts_the_duties_still_open(browser, learning, learning_of):
    learning.require()
    other = learning_of(document(OWN, slug="other", title={"de": "Anderer", "en": "Other"}))
    other.require()
    words = main_of(browser.get("/courses"))
    assert "Zwei Kurse sind für dich vorgesehen. Zwei davon sind noch offen." in words


def test_the_address_holds_the_chip(browser, learning, learning_of):
    learning.require()
    learning_of(document(OWN, slug="other", title={"de": "Anderer Kurs", "en": "Other course"}))
    assert "Anderer Kurs" in main_of(browser.get("/courses?show=all"))
    assert "Anderer Kurs" not in main_of(browser.get("/courses?show=duty"))
    assert "Anderer Kurs" in main_of(browser.get("/courses?show=short"))
    assert browser.get("/courses?show=nonsense").status_code == 200


def test_begun_courses_show_how_far_one_is(browser, learning):
    learning.finish(learning.enrol(), "welcome")
    words = main_of(browser.get("/courses"))
    assert "Begonnen Freiwillig 11 Minuten übrig Schritt 2 von 4" in words


def test_an_empty_shelf_leads_on(browser, learning):
    words = main_of(browser.get("/courses?show=duty"))
    assert "In dieser Auswahl gibt es gerade keinen Kurs." in words
    assert "Alle Kurse ansehen" in words


def test_without_any_course_the_catalogue_says_so(browser, learner):
    assert "Noch keine Kurse" in main_of(browser.get("/courses"))


# ----------------------------------------------------------------------------------- the course


def test_somebody_new_is_offered_to_begin(browser, learning):
    learning.require(initial_due_days=21)
    words = main_of(browser.get("/courses/sample"))
    assert "Dauer 14 Minuten Pflicht fällig am Di., 15. Dezember" in words
    assert "Nachweis gilt 24 Monate" in words
    assert "Schritt 1 von 4 Willkommen Text, 3 Minuten Loslegen" in words
    assert "Sofort als PDF. Wirst du heute fertig, gilt er bis 24. November 2028." in words
    assert "DigComp 2.1, Stufe 3 von 8: Mittel" in words
    assert "1 Quelle" in words


def test_before_beginning_no_lesson_is_a_link(browser, learning):
    page = browser.get("/courses/sample").get_data(as_text=True)
    assert "/courses/sample/learn/" not in page


def test_somebody_in_the_middle_goes_on_where_they_were(browser, learning):
    learning.finish(learning.enrol(), "welcome")
    response = browser.get("/courses/sample")
    words = main_of(response)
    assert "Weiter bei Schritt 2 von 4 Der Film Video, 2 Minuten" in words
    assert "Weiterlernen" in words
    assert "Praxisaufgabe, 5 Min. · erst nach Schritt 3" in words
    assert 'href="/courses/sample/learn/film"' in response.get_data(as_text=True)
    assert 'href="/courses/sample/learn/try"' not in response.get_data(as_text=True)


def test_in_the_window_one_is_offered_the_refresher(browser, learning):
    learning.require()
    learning.hold(TODAY - 700 * DAY)
    words = main_of(browser.get("/courses/sample"))
    assert "Auffrischung Willkommen 1 Schritt, zusammen 3 Minuten Auffrischen" in words
    # 730 days from the day it was shown: the rhythm is kept, no day is lost.
    assert "gilt er bis 24. Dezember 2028" in words


def test_before_the_window_a_repeat_is_said_to_change_nothing(browser, learning):
    learning.require()
    learning.hold(TODAY)
    words = main_of(browser.get("/courses/sample"))
    assert "Gültig bis 24. November 2028" in words
    assert "Erneuern kannst du ab 25. September 2028." in words
    assert "Freiwillig wiederholen: ändert dein Datum nicht" in words
    assert "Dein Nachweis bleibt, wie er ist: gültig bis 24. November 2028." in words


def test_while_a_report_waits_there_is_nothing_to_do(browser, learning_of):
    learning = learning_of(document(HANDED_IN))
    learning.report(learning.enrol(), "plan")
    words = main_of(browser.get("/courses/sample"))
    assert "Dein Bericht wartet auf Bestätigung" in words
    assert "Praxisaufgabe, 5 Min. · wartet auf Bestätigung" in words


def test_a_renewed_course_begins_again(browser, session, learning):
    learning.finish(learning.enrol(), "welcome")
    publish(session, retrain_days=30)
    words = main_of(browser.get("/courses/sample"))
    assert "Der Kurs wurde erneuert" in words
    assert browser.get("/courses/sample/learn/film").location == "/courses/sample"
    assert browser.post("/courses/sample/learn/film/finish").location == "/courses/sample"
    assert browser.post("/courses/sample/start").location == "/courses/sample/learn/welcome"


def test_an_unknown_course_is_not_there(browser, learning, session):
    for path in ("/courses/gone", "/courses/gone/done", "/courses/gone/learn/x"):
        assert browser.get(path).status_code == 404
    assert browser.post("/courses/gone/start").status_code == 404
    session.get(Course, learning.version.course_id).retired_on = TODAY
    assert browser.get("/courses/sample").status_code == 404


def test_english_pages_speak_english(browser, learning, learner):
    learner.locale = "en"
    learning.require()
    words = main_of(browser.get("/courses/sample"))
    assert "Lesson 1 of 4" in words
    assert "Duration 14 minutes" in words
    assert "Sample course" in words


# ------------------------------------------------------------------------------------- beginning


def test_beginning_leads_to_the_first_lesson(browser, session, learning):
    assert browser.post("/courses/sample/start").location == "/courses/sample/learn/welcome"
    assert browser.post("/courses/sample/start").location == "/courses/sample/learn/welcome"
    assert session.scalar(select(func.count()).select_from(Enrolment)) == 1


def test_beginning_again_keeps_what_was_done(browser, session, learning):
    learning.finish(learning.enrol(), "welcome")
    assert browser.post("/courses/sample/again").location == "/courses/sample/learn/welcome"
    assert session.scalar(select(func.count()).select_from(Enrolment)) == 2


def test_another_browser_goes_on_at_the_same_lesson(client_of, learner, learning):
    first, second = client_of(person=learner), client_of(person=learner)
    first.post("/courses/sample/start")
    first.post("/courses/sample/learn/welcome/finish", data={"confirmed": "yes"})
    assert "Weiter bei Schritt 2 von 4" in main_of(second.get("/courses/sample"))
    assert second.post("/courses/sample/start").location == "/courses/sample/learn/film"


# ----------------------------------------------------------------------------------- the end


def test_the_end_of_a_course_names_the_certificate(browser, learning):
    learning.require()
    learning.all_of_it()
    response = browser.get("/courses/sample/done")
    words = main_of(response)
    assert "Du hast „Beispielkurs“ abgeschlossen. Dein Nachweis ist da." in words
    assert "Gültig ab 24. November 2026 Gültig bis 24. November 2028" in words
    assert "Ab dem 25. September 2028 kannst du erneuern. Wir schreiben dir rechtzeitig." in words
    assert re.search(r'href="/certificates/\d+"', response.get_data(as_text=True))


def test_after_a_voluntary_repeat_the_date_stays(browser, learning_of):
    learning = learning_of(document(VIDEO))
    learning.require()
    learning.finish(learning.enrol(), "film")
    learning.now = NOW + 3 * DAY
    learning.finish(learning.enrol(), "film")
    words = main_of(browser.get("/courses/sample/done"))
    assert "freiwillig wiederholt. Dein Datum bleibt, wie es war." in words
    assert "Gültig bis 24. November 2028" in words


def test_before_the_end_there_is_no_such_page(browser, learning):
    learning.enrol()
    assert browser.get("/courses/sample/done").status_code == 404


def test_a_course_that_is_enough_once(browser, learning_of):
    learning = learning_of(document(VIDEO, validity_months=None, renewal={}))
    words = main_of(browser.get("/courses/sample"))
    assert "Er gilt unbefristet." in words
    assert "Einmal genügt." in words
    learning.finish(learning.enrol(), "film")
    assert "Gültig bis unbefristet" in main_of(browser.get("/courses/sample/done"))
    assert "Gilt unbefristet" in main_of(browser.get("/courses/sample"))


# ---------------------------------------------------------------------------------- how cheaply

PAGES = ["/courses", "/courses/sample", "/courses/sample/learn/welcome"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_at_most_eight_times(browser, learning, learning_of, count_queries, path):
    learning.require()
    learning.hold(TODAY - 700 * DAY)
    learning.finish(learning.enrol(), "welcome")
    learning.enrol()
    for number in range(3):
        learning_of(document(VIDEO, slug=f"more-{number}")).enrol()
    browser.get(path)
    with count_queries() as counted:
        assert browser.get(path).status_code == 200
    assert counted.queries <= 8, "\n".join(counted.statements)
    assert counted.rows <= 40
