import datetime as dt
import re

import pytest
from sqlalchemy import func, select

from lms.learning.models import Enrolment, LessonProgress, PracticeReport, QuizAttempt, Response
from tests.factories import NOW, make_person
from tests.learning.conftest import RIGHT, WRONG
from tests.learning.samples import FINAL, HANDED_IN, OWN, READING, VIDEO, document
from tests.learning.test_views_course import main_of

LEARN = "/courses/sample/learn"
QUIZ = f"{LEARN}/check"


@pytest.fixture(autouse=True)
def on_the_day(clock):
    clock(NOW)


@pytest.fixture
def browser(client_of, learner):
    return client_of(person=learner)


@pytest.fixture
def stranger(client_of):
    return client_of()


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def error_of(response):
    """The words of the error on a page."""
    return re.search(r'role="alert".*?</(?:div|span)>', response.get_data(as_text=True), re.DOTALL)


# -------------------------------------------------------------------------------- text and film


def test_a_text_is_shown_with_its_place_in_the_course(browser, learning):
    learning.enrol()
    response = browser.get(f"{LEARN}/welcome")
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert '<h2 id="at-room">Raum</h2>' in page
    assert "<em>du</em>" in page
    assert "Schritt 1 von 4" in main_of(response) or "Schritt 1 von 4" in page
    assert "Weiter zum Video" in page
    assert 'aria-current="step"' in page


def test_a_text_that_asks_is_finished_with_the_words(browser, session, learning):
    learning.enrol()
    refused = browser.post(f"{LEARN}/welcome/finish")
    assert refused.status_code == 422
    assert "Bestätige, dass du den Text gelesen und verstanden hast." in main_of(refused)
    assert count(session, LessonProgress) == 0
    done = browser.post(f"{LEARN}/welcome/finish", data={"confirmed": "yes"})
    assert done.location == f"{LEARN}/film"
    words = main_of(browser.get(f"{LEARN}/welcome"))
    assert "Gelesen und verstanden am 24.11.2026." in words


def test_a_second_click_on_the_button_changes_nothing(browser, session, learning):
    learning.enrol()
    for _click in range(2):
        answer = browser.post(f"{LEARN}/welcome/finish", data={"confirmed": "yes"})
        assert answer.location == f"{LEARN}/film"
    assert count(session, LessonProgress) == 1


def test_a_film_has_captions_transcript_and_a_button(browser, learning):
    learning.finish(learning.enrol(), "welcome")
    page = browser.get(f"{LEARN}/film").get_data(as_text=True)
    sha = "a" * 64
    assert f'<source src="/media/{sha}/film.mp4" type="video/mp4">' in page
    assert f'poster="/media/{sha}/film.webp"' in page
    assert re.findall(r'<track kind="captions" srclang="(\w+)"[^>]*?( default)?>', page) == [
        ("de", " default"),
        ("en", ""),
    ]
    assert "1:01" in page
    assert "Guten Tag." in page
    assert "autoplay" not in page
    assert browser.post(f"{LEARN}/film/finish").location == f"{LEARN}/check"


def test_english_readers_see_their_captions_first(browser, learner, learning):
    learner.locale = "en"
    learning.finish(learning.enrol(), "welcome")
    page = browser.get(f"{LEARN}/film").get_data(as_text=True)
    assert re.findall(r'srclang="(\w+)"', page) == ["en", "de"]
    assert "Hello." in page


def test_a_course_in_one_language_says_which(browser, learner, learning_of):
    learner.locale = "en"
    only = {"languages": ["de"], "title": {"de": "Nur deutsch"}}
    reading = READING | {"title": {"de": "Ein Text"}, "text": {"de": "Hallo."}}
    learning = learning_of(document(reading, **only))
    learning.enrol()
    page = browser.get(f"{LEARN}/welcome").get_data(as_text=True)
    assert '<span lang="de">Ein Text</span>' in page
    assert '<div class="prose" lang="de">' in page


def test_a_locked_lesson_leads_to_the_course(browser, session, learning):
    learning.enrol()
    assert browser.get(f"{LEARN}/try").location == "/courses/sample"
    assert "Dieser Schritt kommt erst nach Schritt 3." in main_of(browser.get("/courses/sample"))
    assert browser.post(f"{LEARN}/film/finish").location == "/courses/sample"
    assert count(session, LessonProgress) == 0


def test_without_a_round_every_lesson_leads_to_the_course(browser, learning):
    assert browser.get(f"{LEARN}/welcome").location == "/courses/sample"
    for deed in ("finish", "attempt", "answer", "hand-in", "report", "later"):
        assert browser.post(f"{LEARN}/welcome/{deed}").location == "/courses/sample"


def test_a_lesson_that_is_none_is_not_there(browser, learning):
    learning.enrol()
    assert browser.get(f"{LEARN}/gone").status_code == 404
    assert browser.post(f"{LEARN}/gone/finish").status_code == 404


def test_the_wrong_deed_for_a_lesson_is_not_there(browser, session, learning):
    learning.enrol()
    for deed in ("attempt", "report", "later", "draft"):
        assert browser.post(f"{LEARN}/welcome/{deed}", data={"text": "x"}).status_code == 404
    assert count(session, QuizAttempt) == count(session, PracticeReport) == 0


def test_the_last_button_leads_to_the_end_and_so_does_a_second_click(browser, learning_of):
    learning = learning_of(document(VIDEO))
    learning.enrol()
    assert "Kurs abschließen" in browser.get(f"{LEARN}/film").get_data(as_text=True)
    for _click in range(2):
        answer = browser.post(f"{LEARN}/film/finish")
        assert answer.location == "/courses/sample/done"


def test_a_finished_course_can_be_read_again(browser, learning):
    learning.all_of_it()
    for key in ("welcome", "film", "check", "try"):
        response = browser.get(f"{LEARN}/{key}")
        assert response.status_code == 200
        assert "<form id=" not in response.get_data(as_text=True)


def test_somebody_elses_round_is_not_mine(stranger, learning):
    learning.up_to_quiz()
    assert stranger.get(f"{LEARN}/film").location == "/courses/sample"


def test_a_late_refresher_says_that_the_whole_course_is_due(browser, clock, learning):
    learning.require()
    learning.hold(NOW.date() - dt.timedelta(days=700))
    learning.enrol()
    clock(NOW + dt.timedelta(days=60))
    assert browser.post("/logout").status_code == 302


# ----------------------------------------------------------------------------------------- quiz


@pytest.fixture
def quiz(browser, learning):
    """A round at its quiz with an open attempt; posts answers."""
    learning.up_to_quiz()
    browser.post(f"{QUIZ}/attempt")
    return learning


def attempt_of(session):
    return session.scalars(select(QuizAttempt).order_by(QuizAttempt.id.desc())).first()


def post_answer(browser, session, key, choices, deed="answer"):
    return browser.post(
        f"{QUIZ}/{deed}",
        data={"attempt": attempt_of(session).id, "question": key, "choice": choices},
    )


def test_a_quiz_introduces_itself(browser, learning):
    learning.up_to_quiz()
    words = main_of(browser.get(QUIZ))
    assert "Fragen 3 Bestanden ab 2 von 3 richtigen Wiederholen so oft du möchtest" in words
    assert "Deine Antworten siehst nur du." in words


def test_starting_twice_makes_one_attempt(browser, session, quiz):
    assert browser.post(f"{QUIZ}/attempt").location == QUIZ
    assert count(session, QuizAttempt) == 1


def test_a_question_stands_alone_on_its_page(browser, quiz):
    page = browser.get(QUIZ).get_data(as_text=True)
    assert "Frage 1 von 3" in page
    assert "Ein Fall" in page
    assert "Darum b." not in page
    assert page.count('type="radio"') == 2
    assert 'type="checkbox"' in browser.get(f"{QUIZ}?question=2").get_data(as_text=True)


@pytest.mark.parametrize("number", ["0", "4", "x", "-1", "1.5", "²", "99999999999999999999"])
def test_a_question_that_is_none_is_not_there(browser, quiz, number):
    assert browser.get(QUIZ, query_string={"question": number}).status_code == 404


def test_an_answer_is_saved_while_it_is_given(browser, session, quiz):
    answer = post_answer(browser, session, "one", ["a"], "save")
    assert answer.get_data(as_text=True) == "Antwort gespeichert um 10:00\u00a0Uhr"
    assert session.scalars(select(Response)).one().choices == ["a"]
    page = browser.get(QUIZ).get_data(as_text=True)
    assert re.search(r'value="a" checked', page)


def test_checking_shows_what_is_right_and_where_to_read(browser, session, quiz):
    answer = post_answer(browser, session, "one", WRONG["one"])
    assert answer.location == f"{QUIZ}?question=1"
    response = browser.get(answer.location)
    words = main_of(response)
    assert "Noch nicht ganz Knapp daneben. Darum b." in words
    assert "Deine Antwort Antwort a" in words
    assert "Richtige Antwort Antwort b" in words
    page = response.get_data(as_text=True)
    assert f'href="{LEARN}/welcome#at-room"' in page
    assert f'href="{QUIZ}?question=2"' in page
    assert page.count("disabled") == 2


def test_a_checked_answer_cannot_be_changed(browser, session, quiz):
    post_answer(browser, session, "one", WRONG["one"])
    again = post_answer(browser, session, "one", RIGHT["one"])
    assert again.location == f"{QUIZ}?question=1"
    assert session.scalars(select(Response)).one().choices == ["a"]
    words = main_of(browser.get(again.location))
    assert "Diese Frage war schon beantwortet. Es gilt deine erste Antwort." in words
    saved = post_answer(browser, session, "one", RIGHT["one"], "save")
    assert saved.get_data(as_text=True) == "Schon geprüft: Es gilt deine erste Antwort."


def test_a_second_click_shows_the_stored_result(browser, session, quiz):
    for _click in range(2):
        assert post_answer(browser, session, "one", ["b"]).location == f"{QUIZ}?question=1"
    assert "schon beantwortet" not in main_of(browser.get(f"{QUIZ}?question=1"))
    assert count(session, Response) == 1


def test_two_browsers_answer_the_same_attempt(client_of, learner, session, quiz):
    first, second = client_of(person=learner), client_of(person=learner)
    post_answer(first, session, "one", RIGHT["one"])
    post_answer(second, session, "one", WRONG["one"])
    post_answer(second, session, "two", RIGHT["two"])
    post_answer(first, session, "three", RIGHT["three"])
    attempt = attempt_of(session)
    assert (attempt.score, attempt.is_passed, count(session, Response)) == (1.0, True, 3)
    assert "Bestanden" in main_of(second.get(QUIZ))


def test_nothing_chosen_is_said_and_nothing_changes(browser, session, quiz):
    answer = post_answer(browser, session, "one", [])
    assert answer.status_code == 422
    assert "Wähle zuerst eine Antwort aus." in main_of(answer)
    assert count(session, Response) == 0


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"attempt": "x"}, 404),
        ({"attempt": "9" * 30}, 404),
        ({"attempt": "0"}, 404),
        ({"question": "gone", "choice": "a"}, 404),
        ({"question": "one", "choice": "zzz"}, 422),
        ({"question": "one", "choice": ["a", "b"]}, 422),
    ],
)
def test_an_answer_that_does_not_fit_changes_nothing(browser, session, quiz, data, status):
    given = {"attempt": attempt_of(session).id, "question": "one", "choice": "a"} | data
    for deed in ("answer", "save"):
        assert browser.post(f"{QUIZ}/{deed}", data=given).status_code == status
    assert count(session, Response) == 0


def test_a_strangers_attempt_is_not_there(client_of, session, quiz, learning):
    other = client_of(person=make_person(session))
    other.post("/courses/sample/start")
    other.post(f"{LEARN}/welcome/finish", data={"confirmed": "yes"})
    other.post(f"{LEARN}/film/finish")
    assert post_answer(other, session, "one", ["b"]).status_code == 404
    assert count(session, Response) == 0


def answer_everything(browser, session, answers):
    for key in attempt_of(session).question_keys:
        last = post_answer(browser, session, key, answers[key])
    return last


def test_after_the_last_question_comes_the_result(browser, session, quiz):
    last = answer_everything(browser, session, RIGHT)
    page = browser.get(last.location).get_data(as_text=True)
    assert "Zum Ergebnis" in page
    words = main_of(browser.get(QUIZ))
    assert "Bestanden Ganz richtig: 3 von 3. Du hast 100 %" in words
    assert "Weiter zur Praxisaufgabe" in words
    assert "Noch einmal üben" in words


def test_the_result_says_that_partly_right_counts(browser, session, quiz):
    answer_everything(browser, session, RIGHT | {"two": ["c"]})
    words = main_of(browser.get(QUIZ))
    assert "Ganz richtig: 2 von 3. Teilweise richtig zählt mit. Du hast 83 %" in words


def test_not_passed_one_tries_again_and_the_best_counts(browser, session, quiz):
    answer_everything(browser, session, WRONG)
    words = main_of(browser.get(QUIZ))
    assert "Noch nicht bestanden Ganz richtig: 0 von 3." in words
    assert "Zum Bestehen brauchst du 60 %." in words
    browser.post(f"{QUIZ}/attempt")
    answer_everything(browser, session, RIGHT)
    browser.post(f"{QUIZ}/attempt")
    answer_everything(browser, session, WRONG)
    words = main_of(browser.get(QUIZ))
    assert "Dein bestes Ergebnis zählt: 100 %." in words
    assert "Ein früherer Versuch war besser." in words
    assert browser.get(f"{LEARN}/try").status_code == 200


@pytest.fixture
def final(browser, learning_of):
    learning = learning_of(document(VIDEO, FINAL))
    learning.finish(learning.enrol(), "film")
    browser.post(f"{LEARN}/final/attempt")
    return learning


def give(browser, session, key, choices):
    return browser.post(
        f"{LEARN}/final/answer",
        data={"attempt": attempt_of(session).id, "question": key, "choice": choices},
    )


def hand_in(browser, session):
    return browser.post(f"{LEARN}/final/hand-in", data={"attempt": attempt_of(session).id})


def test_checked_at_the_end_answers_may_change_until_then(browser, session, final):
    keys = attempt_of(session).question_keys
    assert give(browser, session, keys[0], WRONG[keys[0]]).location == (f"{LEARN}/final?question=2")
    assert "1 Frage ist noch offen" not in main_of(browser.get(f"{LEARN}/final"))
    assert give(browser, session, keys[1], RIGHT[keys[1]]).location == f"{LEARN}/final"
    assert "Du hast alle Fragen beantwortet." in main_of(browser.get(f"{LEARN}/final"))
    give(browser, session, keys[0], RIGHT[keys[0]])
    assert hand_in(browser, session).location == f"{LEARN}/final"
    assert "Bestanden" in main_of(browser.get(f"{LEARN}/final"))
    assert session.scalars(select(Enrolment)).one().completed_at is not None


def test_handed_in_twice_or_answered_late_changes_nothing(browser, session, final):
    keys = attempt_of(session).question_keys
    give(browser, session, keys[0], RIGHT[keys[0]])
    hand_in(browser, session)
    hand_in(browser, session)
    late = give(browser, session, keys[0], WRONG[keys[0]])
    words = main_of(browser.get(late.location))
    assert "Dieses Quiz war schon abgegeben. Es gelten deine ersten Antworten." in words
    assert attempt_of(session).score == 0.5


def test_with_all_attempts_used_the_course_begins_again(browser, session, final):
    hand_in(browser, session)
    assert "Danach hast du noch" not in main_of(browser.get(f"{LEARN}/final"))
    browser.post(f"{LEARN}/final/attempt")
    hand_in(browser, session)
    words = main_of(browser.get(f"{LEARN}/final"))
    assert "Alle Versuche sind verbraucht" in words
    assert "Kurs von vorn beginnen" in words
    assert browser.post(f"{LEARN}/final/attempt").status_code == 422
    assert browser.post("/courses/sample/again").location == f"{LEARN}/film"


def test_a_question_page_asks_at_most_eight_times(browser, session, quiz, count_queries):
    post_answer(browser, session, "one", ["b"])
    browser.get(f"{QUIZ}?question=1")
    with count_queries() as counted:
        browser.get(f"{QUIZ}?question=1")
    assert counted.queries <= 8, "\n".join(counted.statements)


# -------------------------------------------------------------------------------------- practice


@pytest.fixture
def task(browser, learning_of):
    learning = learning_of(document(OWN, VIDEO))
    learning.enrol()
    return learning


def report_in(session):
    return session.scalars(select(PracticeReport)).one()


def test_a_task_asks_for_a_report(browser, task):
    words = main_of(browser.get(f"{LEARN}/try"))
    assert "Probier es im Team." in words
    assert "Schreib einen Satz." in words
    assert "Diesen Text siehst nur du." in words


def test_what_is_written_is_kept_and_there_again_elsewhere(client_of, learner, session, task):
    first, second = client_of(person=learner), client_of(person=learner)
    saved = first.post(f"{LEARN}/try/draft", data={"text": "Wir haben <b>geübt</b>."})
    assert saved.get_data(as_text=True) == "Entwurf gespeichert um 10:00\u00a0Uhr"
    page = second.get(f"{LEARN}/try").get_data(as_text=True)
    assert "Wir haben &lt;b&gt;geübt&lt;/b&gt;." in page
    later = second.post(f"{LEARN}/try/later", data={"text": "Zwei Zeilen\nText."})
    assert later.location == "/courses/sample"
    assert report_in(session).text.splitlines() == ["Zwei Zeilen", "Text."]


def test_reporting_counts_and_leads_on(browser, session, task):
    for _click in range(2):
        answer = browser.post(f"{LEARN}/try/report", data={"text": "Geschafft."})
        assert answer.location == f"{LEARN}/film"
    assert (report_in(session).state, count(session, LessonProgress)) == ("confirmed", 1)
    words = main_of(browser.get(f"{LEARN}/try"))
    assert "Erledigt, gemeldet am 24.11.2026. Geschafft." in words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Schreib ein oder zwei Sätze"),
        ("x" * 5001, "Der Text ist zu lang: höchstens 5000 Zeichen."),
    ],
)
def test_a_report_that_cannot_be_taken_keeps_its_text(browser, session, task, text, words):
    answer = browser.post(f"{LEARN}/try/report", data={"text": text})
    assert answer.status_code == 422
    assert words in main_of(answer)
    assert text in answer.get_data(as_text=True)
    assert count(session, PracticeReport) == count(session, LessonProgress) == 0


def test_too_much_for_a_draft_is_said(browser, session, task):
    long = {"text": "x" * 5001}
    assert "zu lang" in browser.post(f"{LEARN}/try/draft", data=long).get_data(as_text=True)
    assert browser.post(f"{LEARN}/try/later", data=long).status_code == 422
    assert count(session, PracticeReport) == 0


def test_another_browser_cannot_write_over_what_was_handed_in(browser, session, task):
    browser.post(f"{LEARN}/try/report", data={"text": "Geschafft."})
    saved = browser.post(f"{LEARN}/try/draft", data={"text": "Anders"})
    assert "schon abgeschickt" in saved.get_data(as_text=True)
    assert browser.post(f"{LEARN}/try/later", data={"text": "Anders"}).location == f"{LEARN}/try"
    assert report_in(session).text == "Geschafft."


def test_in_a_round_that_ended_the_background_gets_one_line(browser, learning):
    learning.all_of_it()
    for path in (f"{LEARN}/try/draft", f"{QUIZ}/save"):
        answer = browser.post(path, data={"text": "x"})
        assert answer.get_data(as_text=True) == (
            "Dieser Durchgang ist schon zu Ende. Es hat sich nichts geändert."
        )


def test_a_task_for_the_officer_waits_and_comes_back(browser, session, learning_of, officer):
    learning = learning_of(document(HANDED_IN, VIDEO))
    learning.enrol()
    answer = browser.post(f"{LEARN}/plan/report", data={"text": "Mein Plan."})
    assert answer.location == f"{LEARN}/film"
    assert "Gemeldet am 24.11.2026. Dieser Tag zählt" in main_of(browser.get(f"{LEARN}/plan"))
    report = report_in(session)
    report.state, report.comment, report.decided_at = "returned", "Wer war dabei?", NOW
    session.flush()
    words = main_of(browser.get(f"{LEARN}/plan"))
    assert "Zurückgegeben am 24.11.2026 Wer war dabei?" in words
    browser.post(f"{LEARN}/plan/report", data={"text": "Mein Plan, zu zweit."})
    assert report_in(session).state == "reported"
