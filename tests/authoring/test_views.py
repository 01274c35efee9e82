"""Courses as those who write them see them."""

import html
import re

import pytest

from lms.courses.models import CourseVersion
from lms.kernel.viewer import Role
from tests.course_samples import sample
from tests.duties import House, day
from tests.factories import NOW
from tests.learning import samples


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def house(session):
    return House(session)


def plain(markup):
    """Words of a piece of a page, blanks joined."""
    words = html.unescape(re.sub(r"<[^>]+>", " ", markup)).replace("\u00a0", " ")
    return " ".join(words.split())


def main_of(browser, path="/authoring/", language="de"):
    """The main part of a page."""
    answer = browser.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]


def cards(browser):
    """Each course of the list."""
    found = re.findall(r'<section class="nw">(.*?)</section>', main_of(browser), re.DOTALL)
    return [plain(one) for one in found]


@pytest.mark.parametrize("path", ["/authoring/", "/authoring/kurs"])
@pytest.mark.parametrize(
    ("role", "status"),
    [(role, 200 if role in (Role.AUTHOR, Role.OFFICER) else 403) for role in Role],
)
def test_authors_and_officers_read_courses_nobody_else_does(house, client_of, path, role, status):
    house.course("kurs")
    assert client_of(role).get(path).status_code == status


@pytest.mark.parametrize("path", ["/authoring/", "/authoring/kurs"])
def test_signed_out_leads_to_the_sign_in_page(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (302, f"/login?next={path}")


@pytest.mark.parametrize("path", ["/authoring/", "/authoring/kurs"])
def test_nothing_can_be_sent_there(house, client_of, path):
    house.course("kurs")
    assert client_of(Role.AUTHOR).post(path).status_code == 405


def test_an_unknown_course_is_not_there(client_of):
    assert client_of(Role.AUTHOR).get("/authoring/nowhere").status_code == 404


def test_without_courses_the_list_says_how_one_comes(client_of):
    assert "Noch keine Kurse Lade ein Kurspaket auf dem Server" in plain(
        main_of(client_of(Role.AUTHOR))
    )


def test_the_list_tells_what_each_course_is(house, client_of):
    house.course("kurs", title={"de": "Titel", "en": "Title"})
    assert cards(client_of(Role.AUTHOR)) == [
        (
            "Titel Fassung 1 vom 01.01.2020 · 12 Minuten · 1 Text, 1 Quiz, 1 Praxisaufgabe, 1 Frage"
            " Zuletzt geändert Erste Fassung Sprachen Deutsch, Englisch Zuständig Wiki-Team"
            " Nächste Prüfung Januar 2021 Jetzt prüfen"
        )
    ]


def test_what_is_to_be_reviewed_first_stands_first(house, client_of):
    house.course(title={"de": "Später", "en": "Later"}, review_months=60)
    house.version(house.course(), published_on="2026-11-01", title={"de": "Neu", "en": "New"})
    house.course(title={"de": "Früher", "en": "Sooner"}, review_months=1)
    browser = client_of(Role.AUTHOR)
    assert [one.partition(" ")[0] for one in cards(browser)] == ["Früher", "Später", "Neu"]
    assert "3 Kurse sind veröffentlicht. 2 sind jetzt zu prüfen." in plain(main_of(browser))


def test_the_newest_version_says_what_it_changed(session, house, client_of):
    course = house.course("kurs")
    document = sample(slug="kurs")
    session.add(
        CourseVersion(
            course_id=course.id,
            number=2,
            published_on=day("2026-11-01"),
            retrain=True,
            retrain_due_days=30,
            digest="changed",
            titles=document.title,
            changes={
                "lessons_added": ["welcome"],
                "lessons_removed": ["gone"],
                "questions_changed": ["who", "what"],
                "course_changed": ["title", "sources"],
            },
            document=document.model_dump(mode="json"),
        )
    )
    session.flush()
    browser = client_of(Role.AUTHOR)
    expected = (
        "Neue Schritte: „Hallo.“ Entfallene Schritte: gone 2 geänderte Fragen"
        " Geändert am Kurs: Titel, Quellen"
    )
    assert expected in cards(browser)[0]
    found = plain(main_of(browser, "/authoring/kurs"))
    assert (
        f"Fassung 2 vom 01.11.2026 {expected}"
        " Alle mussten den Kurs innerhalb von 30 Tagen neu machen. Fassung 1 vom 01.01.2020"
    ) in found


def test_a_missing_text_shows_in_the_language(house, client_of):
    summary = {"de": "Nur Deutsch"}
    house.course(summary=summary)
    assert re.search(r"Sprachen Deutsch, Englisch zu 9\d %", cards(client_of(Role.AUTHOR))[0])


def test_a_course_shows_every_text_in_both_languages(session, client_of):
    samples.publish(session, samples.document())
    markup = main_of(client_of(Role.AUTHOR), "/authoring/sample")
    found = plain(markup)
    for words in (
        *("1. Willkommen", "Hallo du .", "Hello you ."),
        *("Guten Tag.", "Hello.", "Zum Nachweis: Schreib einen Satz."),
        *("Frage eins", "Frage eins (en)", "Ein Fall", "Darum b.", "Knapp daneben."),
        "Quiz · 4 Min. · 3 Fragen · bestanden ab 60 % · so oft man will",
        "Praxisaufgabe · 5 Min. · bestätigt die Person selbst",
    ):
        assert words in found
    assert markup.count('<div lang="en">') == markup.count('<div lang="de">') == 7


def test_right_answers_are_marked_in_words_too(session, client_of):
    samples.publish(session, samples.document(samples.CHECK))
    markup = main_of(client_of(Role.AUTHOR), "/authoring/sample")
    right = re.findall(r'<li class="right">(.*?)</li>', markup, re.DOTALL)
    assert [plain(one) for one in right] == [
        "Richtig: Antwort b",
        "Richtig: Antwort b (en)",
        "Richtig: Antwort c",
        "Richtig: Antwort d",
        "Richtig: Antwort c (en)",
        "Richtig: Antwort d (en)",
        "Richtig: Antwort g",
        "Richtig: Antwort g (en)",
    ]


def test_no_mark_stands_twice_on_the_page(session, client_of):
    samples.publish(session, samples.document())
    marks = re.findall(r' id="([^"]+)"', main_of(client_of(Role.AUTHOR), "/authoring/sample"))
    assert len(marks) == len(set(marks))
    assert {"welcome", "film", "check", "try"} <= set(marks)


def test_every_link_inside_the_page_leads_somewhere(session, client_of):
    samples.publish(session, samples.document())
    markup = main_of(client_of(Role.AUTHOR), "/authoring/sample")
    wanted = set(re.findall(r'href="#([^"]+)"', markup))
    assert wanted <= set(re.findall(r' id="([^"]+)"', markup))
    assert "welcome" in wanted


def test_lessons_unfold_all_at_once(house, client_of):
    house.course("kurs")
    browser = client_of(Role.AUTHOR)
    assert main_of(browser, "/authoring/kurs").count('class="mod" open') == 0
    assert main_of(browser, "/authoring/kurs?open=all").count('class="mod" open') == 3


def test_it_leads_to_the_page_of_learners_and_says_how_to_change_it(house, client_of):
    house.course("kurs")
    markup = main_of(client_of(Role.AUTHOR), "/authoring/kurs")
    assert 'href="/courses/kurs"' in markup
    assert "flask content load ORDNER" in plain(markup)


def test_a_retired_course_can_still_be_read_but_is_not_listed(session, house, client_of):
    course = house.course("kurs")
    course.retired_on = NOW.date()
    session.flush()
    browser = client_of(Role.AUTHOR)
    assert browser.get("/authoring/kurs").status_code == 200
    assert cards(browser) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_little_for_three_courses_as_for_one(
    house, client_of, assert_queries, count
):
    for _ in range(count):
        house.course()
    browser = client_of(Role.AUTHOR)
    browser.get("/authoring/")
    with assert_queries(2, rows=count + 3):
        browser.get("/authoring/")
