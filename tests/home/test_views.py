"""The start page: what each role finds there, what it promises, and how little it asks for."""

import datetime as dt
import html
import re

import pytest
from sqlalchemy import text

from lms.app import create_app
from lms.audit import operations as audit
from lms.kernel.db import Sessions, make_engine
from lms.kernel.permissions import TABLE
from lms.kernel.viewer import Role
from lms.learning.models import Enrolment
from lms.learning.operations.enrolling import enrol
from lms.learning.operations.lessons import finish_lesson
from lms.people import operations as people
from tests.conftest import prepared
from tests.duties import House
from tests.factories import NOW, TODAY

GERMAN = {"Accept-Language": "de"}


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def house(session):
    people.remember_holidays(session, region="DE-BW", years=range(2025, 2030))
    return House(session)


@pytest.fixture
def jana(house):
    return house.person(first_name="Jana", last_name="Weber")


def plain(markup):
    """Words of a piece of a page, blanks joined."""
    words = html.unescape(re.sub(r"<[^>]+>", " ", markup)).replace("\u00a0", " ")
    return " ".join(words.replace("\u2060", "").split())


def main_of(browser, path="/", language="de"):
    """The main part of a page."""
    answer = browser.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]


def head(browser, language="de"):
    """Title and the sentence under it."""
    markup = main_of(browser, language=language)
    title = plain(re.search(r"<h1>(.*?)</h1>", markup, re.DOTALL)[1])
    lead = plain(re.search(r"</h1>\s*<p>(.*?)</p>", markup, re.DOTALL)[1])
    return title, lead.replace(" .", ".")


def rows(browser):
    """Everything in rows: tasks on an employee's page, the desk above it on others."""
    found = re.findall(r'<li class="row">(.*?)</li>', main_of(browser), re.DOTALL)
    return [plain(one) for one in found]


def hero(browser):
    """The words of the one thing to do next, without the gauge."""
    found = re.search(r'<section class="hero".*?</section>', main_of(browser), re.DOTALL)
    return plain(found[0].partition('<div class="pegel')[0]) if found else None


def certificates(browser):
    found = re.findall(r'<li class="cert">(.*?)</li>', main_of(browser), re.DOTALL)
    return [plain(one) for one in found]


def headings(browser):
    return [plain(one) for one in re.findall(r"<h2.*?</h2>", main_of(browser), re.DOTALL)]


def begin(session, who, course):
    """Somebody begins a course."""
    return enrol(session, person_id=who.id, course_id=course.id, today=TODAY, now=NOW)


def done(session, enrolment: Enrolment, lesson: str):
    """A lesson of it is finished."""
    finish_lesson(session, enrolment, lesson, zone=dt.UTC, now=NOW)


# ------------------------------------------------------------------------------- one's own part


def test_nothing_is_asked_of_somebody_new(house, client_of, jana):
    house.course()
    browser = client_of(person=jana)
    assert head(browser) == (
        "Hallo Jana, hier ist dein Lernstand",
        "Für dich ist nichts vorgeschrieben. Such dir aus, was dir hilft.",
    )
    assert "Für dich ist noch nichts vorgesehen" in plain(main_of(browser))
    assert (rows(browser), certificates(browser), hero(browser)) == ([], [], None)


def test_the_first_day_begins_with_the_shortest(house, client_of, jana):
    long = house.course(title={"de": "Lang", "en": "Long"})
    short = house.course(
        title={"de": "Kurz", "en": "Short"}, modules=[short_module(minutes=3)], renewal={}
    )
    for course in (long, short):
        house.require(course, "2026-11-24", initial_due_days=30)
    browser = client_of(person=jana)
    assert head(browser) == (
        "Willkommen, Jana",
        "Für dich sind 2 Kompetenzen vorgesehen. Fang mit der kürzesten an: 3 Minuten.",
    )
    assert hero(browser) == "Als Nächstes Kurz 1 Schritt, zusammen 3 Minuten Loslegen"
    assert rows(browser) == [
        "Kurz fällig am Do., 24. Dezember 3 Minuten Nicht begonnen",
        "Lang fällig am Do., 24. Dezember 12 Minuten Nicht begonnen",
    ]


def short_module(*, minutes):
    """One module with one reading."""
    words = {"de": "Hallo.", "en": "Hello."}
    lesson = {"kind": "reading", "key": "only", "title": words, "minutes": minutes, "text": words}
    return {"key": "one", "title": words, "minutes": minutes, "lessons": [lesson]}


def test_what_ran_out_and_what_will_are_renewed_together(house, client_of, jana):
    for title, on in (
        ("Abgelaufen", "2025-11-02"),
        ("Bald", "2025-12-01"),
        ("Lange", "2026-10-01"),
    ):
        course = house.course(title={"de": title, "en": title})
        house.require(course, "2024-01-01", interval_months=12)
        house.held(jana, course, on)
    browser = client_of(person=jana)
    # Who is late takes all 12 minutes, who is on time the 4 of the refresher.
    assert head(browser)[1] == (
        "Ein Nachweis ist abgelaufen, einer läuft bald ab."
        " Beide erneuerst du zusammen in etwa 16 Minuten."
    )
    assert rows(browser) == [
        "Abgelaufen war fällig am Mo., 2. November 12 Minuten Abgelaufen",
        "Auffrischung: Bald fällig am Di., 1. Dezember 4 Minuten Noch 7 Tage",
    ]
    assert certificates(browser) == [
        "Lange gültig bis 01.10.2027 Noch 10 Monate",
        "Bald gültig bis 01.12.2026 Noch 7 Tage",
        "Abgelaufen abgelaufen am 02.11.2026 Abgelaufen",
    ]
    assert "Pegel: 2 von 3 Kompetenzen gültig" in main_of(browser)


def test_english_reads_as_english(house, client_of, jana):
    course = house.course(title={"de": "Bald", "en": "Soon"})
    house.require(course, "2024-01-01", interval_months=12)
    house.held(jana, course, "2025-12-01")
    assert head(client_of(person=jana), "en") == (
        "Hello Jana, this is where you stand",
        "One certificate expires soon. Renewing it takes about 4 minutes.",
    )


def test_a_missed_first_deadline_is_no_certificate(house, client_of, jana):
    course = house.course()
    house.require(course, "2026-09-01", initial_due_days=30)
    browser = client_of(person=jana)
    assert head(browser)[1] == "Ein Kurs ist überfällig. Dafür brauchst du etwa 12 Minuten."
    assert rows(browser) == ["Beispiel war fällig am Do., 1. Oktober 12 Minuten Überfällig"]


def test_a_renewed_course_is_to_be_taken_again_although_the_certificate_holds(
    house, client_of, jana
):
    course = house.course()
    house.require(course, "2024-01-01", interval_months=24)
    house.held(jana, course, "2026-06-01")
    house.version(course, published_on="2026-10-01", retrain_days=30)
    browser = client_of(person=jana)
    assert head(browser)[1] == "Ein Kurs ist neu zu machen. Dafür brauchst du etwa 12 Minuten."
    assert certificates(browser) == ["Beispiel gültig bis 01.06.2028 Neu zu machen"]


def test_all_done_names_the_next_date(house, client_of, jana):
    course = house.course()
    house.require(course, "2024-01-01", interval_months=12)
    house.held(jana, course, "2026-10-01")
    browser = client_of(person=jana)
    assert head(browser)[1] == "Gerade drängt nichts."
    assert "Alles erledigt Deine nächste Frist ist am 1. Oktober 2027." in plain(main_of(browser))
    assert hero(browser) is None


def test_where_one_left_off_is_one_click_away(session, house, client_of, jana):
    course = house.course("kurs")
    house.require(course, "2026-11-01", initial_due_days=40)
    done(session, begin(session, jana, course), "welcome")
    browser = client_of(person=jana)
    assert hero(browser) == (
        "Beispiel Weiter mit „Hallo.“ Schritt 2 von 3 · noch etwa 9 Minuten Weiterlernen"
    )
    assert 'href="/courses/kurs/learn/check"' in main_of(browser)
    assert browser.get("/courses/kurs/learn/check").status_code == 200
    assert rows(browser) == ["Beispiel fällig am Fr., 11. Dezember noch 9 Minuten Begonnen"]
    assert head(browser)[1] == "Ein Kurs ist noch offen. Dafür brauchst du etwa 9 Minuten."


def test_a_voluntary_course_that_was_begun_is_a_task(session, house, client_of, jana):
    begin(session, jana, house.course())
    browser = client_of(person=jana)
    assert rows(browser) == ["Beispiel freiwillig noch 12 Minuten Begonnen"]
    assert head(browser)[1] == "Ein Kurs ist begonnen. Dafür brauchst du etwa 12 Minuten."
    assert "Pegel" not in main_of(browser)


def test_the_button_begins_the_course(session, house, client_of, jana):
    course = house.course("kurs")
    house.require(course, "2026-11-24", initial_due_days=30)
    browser = client_of(person=jana)
    action = re.search(r'<form class="btns" method="post" action="(.*?)">', main_of(browser))[1]
    assert browser.post(action).location == "/courses/kurs/learn/welcome"


def test_three_rows_and_the_way_to_the_rest(house, client_of, jana):
    for _ in range(5):
        house.require(house.course(), "2026-11-24", initial_due_days=30)
    browser = client_of(person=jana)
    assert len(rows(browser)) == 3
    markup = main_of(browser)
    assert '<a href="/courses?show=mine">Alle Aufgaben (5)</a>' in markup
    assert browser.get("/courses?show=mine").text.count('class="kcard"') == 5


@pytest.mark.parametrize("on", ["2025-11-02", "2025-12-01", "2026-10-01", None])
@pytest.mark.parametrize("begun", [True, False])
def test_no_minutes_are_promised_that_the_course_does_not_give(
    session, house, client_of, jana, on, begun
):
    course = house.course("kurs")
    house.require(course, "2024-01-01", interval_months=12, initial_due_days=1200)
    if on:
        house.held(jana, course, on)
    if begun:
        begin(session, jana, course)
    browser = client_of(person=jana)
    page = plain(main_of(browser, "/courses/kurs"))
    length = re.search(r"Dauer (\d+) Minuten", page)[1]
    promised = re.findall(r"(\d+) Minuten", plain(main_of(browser)))
    assert set(promised) <= {length}
    assert bool(promised) is (begun or on != "2026-10-01")


def test_what_was_done_last_stands_aside(session, house, client_of, jana):
    course = house.course()
    house.held(jana, course, "2026-10-01")
    house.held(jana, house.course(title={"de": "Älter", "en": "Older"}), "2025-12-24")
    found = re.search(
        r'<ul class="plain recent">.*?</ul>', main_of(client_of(person=jana)), re.DOTALL
    )
    assert plain(found[0]) == "Kurs „Beispiel“, 1. Oktober Kurs „Älter“, 24. Dezember 2025"


def test_a_certificate_leads_to_its_page(house, client_of, jana):
    certificate = house.show(jana, house.course(), "2026-10-01").certificate
    assert f'href="/certificates/{certificate.id}"' in main_of(client_of(person=jana))


def test_a_course_in_one_language_keeps_its_words_and_is_marked(house, client_of, jana):
    texts = {"de": "Nur Deutsch"}
    course = house.course(**german_only(texts))
    house.require(course, "2024-01-01", interval_months=12)
    house.held(jana, course, "2025-12-01")
    markup = main_of(client_of(person=jana), language="en")
    assert '<span lang="de">Nur Deutsch</span>' in markup
    assert "&lt;span" not in markup


def german_only(texts):
    """A course without English."""
    module = short_module(minutes=3)
    lesson = module["lessons"][0] | {"title": texts, "text": texts}
    module = module | {"title": texts, "lessons": [lesson]}
    fields = dict.fromkeys(("title", "summary", "audience"), texts)
    return fields | {"languages": ["de"], "modules": [module], "renewal": {}}


# ---------------------------------------------------------------------------------------- desks


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.EMPLOYEE, []),
        (Role.MANAGEMENT, []),
        (Role.AUTHOR, ["Kurse bearbeiten", "Dein eigener Lernstand"]),
        (Role.OFFICER, ["Im Haus", "Dein eigener Lernstand"]),
        (Role.ADMINISTRATOR, ["System", "Dein eigener Lernstand"]),
        (Role.DPO, ["Protokoll", "Wer darf was", "Dein eigener Lernstand"]),
    ],
)
def test_each_role_finds_its_own_desk(house, client_of, role, expected):
    house.person()
    found = headings(client_of(role))
    assert found == [*expected, "Für dich ist noch nichts vorgesehen"]


def test_several_roles_find_all_their_desks(house, client_of):
    house.person()
    assert headings(client_of(*Role))[:6] == [
        "Im Haus",
        "Kurse bearbeiten",
        "System",
        "Protokoll",
        "Wer darf was",
        "Dein eigener Lernstand",
    ]


@pytest.mark.parametrize("role", Role)
def test_whatever_a_start_page_links_to_may_be_opened(house, client_of, role):
    browser, course = client_of(role), house.course()
    house.require(course, "2024-01-01", interval_months=12)
    house.held(browser.person, course, "2025-12-01")
    answer = browser.get("/", headers=GERMAN)
    links = {
        link for link in re.findall(r'href="(/[^"#]*)"', answer.text) if "/static/" not in link
    }
    assert {"/courses/" + course.slug, "/certificates"} <= links
    assert {link: browser.get(html.unescape(link)).status_code for link in links} == dict.fromkeys(
        links, 200
    )


def test_the_officer_finds_what_waits(house, client_of):
    officer = house.person(roles=[Role.OFFICER])
    others = [house.person() for _ in range(3)]
    course = house.course()
    house.require(course, "2024-01-01", interval_months=12)
    days = ("2026-10-01", "2025-11-02", "2025-11-18", "2025-12-01")
    for who, on in zip([officer, *others], days, strict=True):
        house.held(who, course, on)
    assert rows(client_of(person=officer)) == [
        "Überfällig Nachweis abgelaufen oder Frist vorbei 2 Personen",
        "Läuft bald ab Nachweis gilt noch und kann erneuert werden 1 Person",
        "Nächste Erinnerungen am Mittwoch, 25. November 2026 1 E-Mail",
    ]


def test_nothing_waits_in_a_house_without_duties(house, client_of):
    assert rows(client_of(Role.OFFICER)) == [
        "Überfällig Nachweis abgelaufen oder Frist vorbei Niemand",
        "Läuft bald ab Nachweis gilt noch und kann erneuert werden Niemand",
        "Nächste Erinnerungen am Mittwoch, 25. November 2026 Keine Post",
    ]


def test_the_author_finds_the_course_to_be_reviewed_next(house, client_of):
    house.course(title={"de": "Alt", "en": "Old"})
    assert rows(client_of(Role.AUTHOR)) == [
        "Veröffentlichte Kurse als Nächstes zu prüfen: Alt, Januar 2021 Prüfung fällig"
    ]


def test_whoever_is_alone_in_a_new_house_reads_what_comes_first(house, client_of):
    alone = client_of(Role.ADMINISTRATOR, Role.OFFICER)
    assert headings(alone)[0] == "Erste Schritte"
    assert rows(alone)[:4] == [
        "Haus einrichten Name, Ansprechpersonen, Schließtage Schritt 1",
        "Personalliste hochladen eine Datei aus Excel, mit Vorschau Schritt 2",
        "Pflicht anlegen wer welchen Kurs braucht und wie oft Schritt 3",
        "Zugänge vergeben Einladung per E-Mail oder Brief Schritt 4",
    ]
    house.person()
    assert headings(alone)[0] == "Im Haus"


def test_first_steps_are_those_that_one_may_take(house, client_of):
    assert [row.partition(" Schritt")[0] for row in rows(client_of(Role.ADMINISTRATOR))][:3] == [
        "Haus einrichten Name, Ansprechpersonen, Schließtage",
        "Personalliste hochladen eine Datei aus Excel, mit Vorschau",
        "Zugänge vergeben Einladung per E-Mail oder Brief",
    ]


def test_the_administrator_reads_that_nothing_runs(house, client_of):
    house.person()
    assert rows(client_of(Role.ADMINISTRATOR)) == [
        (
            "Erinnerungen werden nicht geplant"
            " Aufgaben im Hintergrund, Versand, Einstellungen Steht still"
        ),
        "Personen Stammdaten, Bereiche und Rollen 2 Personen",
        "Lokales Postfach ohne Mailserver landet alle Post hier 0 E-Mails",
    ]


def test_the_data_protection_officer_sees_each_right_once(house, client_of):
    markup = main_of(client_of(Role.DPO))
    assert markup.count('<th scope="row">') == len(TABLE)
    assert "Vorgesetzte" not in markup


def test_supervisors_stand_in_the_table_where_the_setting_tells_them(
    session, house, client_of, make_app, sign_in
):
    app = make_app(SUPERVISOR_DIGEST="names")
    who = house.person(roles=[Role.DPO])
    browser = sign_in(app.test_client(), who)
    markup = main_of(browser)
    assert markup.count('<th scope="row">') == len(TABLE) + 1
    assert "Vorgesetzte" in markup


def test_the_chain_is_said_to_be_whole_or_broken(session, house, client_of):
    browser = client_of(Role.DPO)
    for _ in range(3):
        audit.record(
            session, actor="operator", verb="try", object_kind="course", object_id=1, now=NOW
        )
    session.flush()
    audit.link(session)
    found = plain(main_of(browser))
    assert "Das Protokoll ist unverändert." in found
    assert "flask audit verify" in found
    last = session.scalar(text("SELECT max(id) FROM audit_entries"))
    audit_hash = text("UPDATE audit_entries SET hash = :wrong WHERE id = :id")
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
    else:
        triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :t")
        for name in session.scalars(triggers, {"t": "audit_entries"}).all():
            session.execute(text(f'DROP TRIGGER "{name}"'))
    session.execute(audit_hash, {"wrong": "f" * 64, "id": last})
    for path in ("/", "/?check=all"):
        assert f"Das Protokoll passt ab Eintrag {last} nicht mehr." in plain(main_of(browser, path))


# -------------------------------------------------------------------------------------- queries


QUERIES = {
    Role.EMPLOYEE: 5,
    Role.MANAGEMENT: 5,
    Role.AUTHOR: 6,
    Role.OFFICER: 8,
    Role.ADMINISTRATOR: 8,
    Role.DPO: 7,
}


@pytest.mark.parametrize("duties", [1, 3])
@pytest.mark.parametrize(("role", "queries"), QUERIES.items())
def test_the_page_asks_for_as_little_with_one_duty_as_with_three(
    session, house, client_of, assert_queries, role, queries, duties
):
    browser = client_of(role)
    for number in range(duties):
        course = house.course()
        house.require(course, "2024-01-01", interval_months=12)
        house.held(browser.person, course, "2025-12-01")
        if number:
            begin(session, browser.person, course)
    browser.get("/")
    with assert_queries(queries, rows=14 * duties + 60):
        browser.get("/")


# ---------------------------------------------------------------------------- frame, navigation


def current(browser, path):
    """The present place in the navigation of a page."""
    answer = browser.get(path, headers=GERMAN)
    nav = answer.text.partition('<nav class="nav"')[2].partition("</nav>")[0]
    found = re.findall(r'aria-current="page">(.*?)</a>', nav, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", one).strip() for one in found]


def test_sub_pages_keep_their_place(house, client_of):
    course = house.course("kurs")
    house.require(course, "2024-01-01")
    browser = client_of(Role.OFFICER)
    number = browser.person.id
    assert {
        path: current(browser, path)
        for path in (
            *("/", "/courses/kurs", "/practice", "/authoring/", "/authoring/kurs"),
            *(f"/people/{number}", "/requirements", "/outbox", "/certificates", "/account"),
        )
    } == {
        "/": ["Start"],
        "/courses/kurs": ["Kurse"],
        "/practice": ["Kurse"],
        "/authoring/": ["Kurse"],
        "/authoring/kurs": ["Kurse"],
        f"/people/{number}": ["Übersicht"],
        "/requirements": ["Erinnern"],
        "/outbox": ["Erinnern"],
        "/certificates": ["Nachweise"],
        "/account": [],
    }


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/courses/nowhere", 404), ("/progress", 403)]
)
def test_an_error_lies_nowhere(client_of, path, status):
    browser = client_of()
    assert browser.get(path).status_code == status
    assert current(browser, path) == []


def test_signed_out_there_is_no_navigation_but_a_language(client):
    answer = client.get("/login", headers=GERMAN)
    assert 'class="nav"' not in answer.text
    assert client.post("/account/language", data={"locale": "en"}).status_code == 302
    assert '<html lang="en"' in client.get("/login", headers=GERMAN).text


def test_the_appearance_goes_round(client_of):
    browser = client_of()
    found = []
    for _ in range(3):
        page = browser.get("/").text
        found.append(re.search(r'name="theme" value="(\w+)"', page)[1])
        browser.post("/account/appearance", data={"theme": found[-1]})
    assert found == ["light", "dark", "auto"]


def test_everything_in_the_footer_can_be_opened(client):
    footer = client.get("/login").text.partition("<footer")[2]
    links = re.findall(r'<a href="([^"]+)"', footer)
    assert links == ["/help", "/legal", "/accessibility", "/verify"]
    assert client.get("/verify").status_code == 200


@pytest.mark.parametrize("path", ["/", "/courses", "/login", "/verify", "/nowhere"])
def test_while_the_database_is_away_every_page_says_so(settings, tmp_path, path):
    away = Sessions(make_engine(f"sqlite:///{tmp_path / 'nowhere' / 'lernstand.db'}"))
    browser = prepared(create_app(settings, away)).test_client()
    browser.put_into_cookie(sign_in="somebody")
    answer = browser.get(path, headers=GERMAN)
    assert answer.status_code == 503
    found = plain(answer.text)
    assert "Lernstand macht gerade eine Pause" in found
    assert settings.organisation in found
    assert 'class="nav"' not in answer.text
