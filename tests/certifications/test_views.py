"""Pages of certificates: who sees what, what the sentences promise, and the public check."""

import datetime as dt
import html
import io
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from lms.access.models import SignInAttempt
from lms.audit.models import AuditEntry, RecordView
from lms.certifications.models import Certificate
from lms.certifications.rules.policy import RenewalBase
from lms.kernel.viewer import Role
from tests.duties import House, at
from tests.factories import NOW

CODE = "0000-1111-2222-3333"


@pytest.fixture(autouse=True)
def _today(clock):
    clock(NOW)


@pytest.fixture
def house(session):
    return House(session)


@pytest.fixture
def held(house, client_of):
    """Somebody who holds a certificate until 1 December 2028, and their browser."""
    browser = client_of(person=house.person(first_name="Jana", last_name="Weber"))
    course = house.course(months=24, title={"de": "Zoom & mehr", "en": "Zoom and more"})
    return browser, house.show(browser.person, course, "2026-11-20").certificate


def page(browser, path="/certificates", language="de"):
    """The text of a page, blanks joined."""
    answer = browser.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    main = answer.text.partition('<main id="main" tabindex="-1">')[2].partition("</main>")[0]
    plain = re.sub(r"<[^>]+>", " ", main)
    return " ".join(html.unescape(plain).replace("\u00a0", " ").split())


def blocks(browser):
    """Each course of the page: title, sentence, tag, actions."""
    text = browser.get("/certificates").text
    found = re.findall(r'<section class="nw">(.*?)</section>', text, re.DOTALL)
    return [
        " ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).replace("\u00a0", " ").split())
        for one in found
    ]


# ------------------------------------------------------------------------------ my certificates


def test_renewing_in_the_window_costs_no_day(house, client_of):
    browser = client_of(person=house.person())
    course = house.course(months=24)
    house.require(course, "2024-01-01", interval_months=24, window_days=60)
    house.show(browser.person, course, "2024-12-01")
    assert blocks(browser) == [
        (
            "Beispiel Gültig bis 1. Dezember 2026. Du kannst jetzt schon erneuern und verlierst"
            " keinen Tag: Der neue Nachweis gilt bis 1. Dezember 2028. Noch 7 Tage"
            " Auffrischen Als PDF"
        )
    ]
    renewed = house.show(browser.person, course, "2026-11-24").evidence
    assert renewed.valid_until == dt.date(2028, 12, 1)


def test_before_the_window_the_page_says_from_when(house, client_of):
    browser = client_of(person=house.person())
    course = house.course(months=24)
    house.require(course, "2024-01-01", interval_months=24, window_days=60)
    house.show(browser.person, course, "2025-09-30")
    assert blocks(browser) == [
        (
            "Beispiel Gültig bis 30. September 2027. Erneuern geht ab 1. August 2027, dann gilt er"
            " bis 30. September 2029. Noch 10 Monate Als PDF"
        )
    ]
    assert house.show(browser.person, course, "2027-07-31").evidence is None
    renewed = house.show(browser.person, course, "2027-08-01").evidence
    assert renewed.valid_until == dt.date(2029, 9, 30)


def test_after_its_end_a_new_time_begins_today(house, client_of):
    browser = client_of(person=house.person())
    course = house.course()
    house.require(course, "2024-01-01")
    house.show(browser.person, course, "2025-11-02")
    assert blocks(browser) == [
        (
            "Beispiel Am 2. November 2026 abgelaufen. Der Kurs dauert 12 Minuten. Machst du ihn"
            " heute, gilt der neue Nachweis bis 24. November 2027. Abgelaufen"
            " Jetzt auffrischen Als PDF"
        )
    ]
    renewed = house.show(browser.person, course, "2026-11-24").evidence
    assert renewed.valid_until == dt.date(2027, 11, 24)


def test_in_grace_the_short_course_keeps_the_rhythm(house, client_of):
    browser = client_of(person=house.person())
    course = house.course()
    house.require(course, "2024-01-01", grace_days=30)
    house.show(browser.person, course, "2025-11-02")
    assert blocks(browser) == [
        (
            "Beispiel Am 2. November 2026 abgelaufen. Der Kurs dauert 4 Minuten. Machst du ihn"
            " heute, gilt der neue Nachweis bis 2. November 2027. Kulanz bis 02.12.26"
            " Jetzt auffrischen Als PDF"
        )
    ]


def test_once_is_for_ever(house, client_of):
    browser = client_of(person=house.person())
    course = house.course(months=None)
    house.require(course, "2024-01-01", interval_months=None, window_days=0)
    house.show(browser.person, course, "2025-11-02")
    assert blocks(browser) == ["Beispiel Gilt für immer. Gültig Als PDF"]


def test_where_each_completion_begins_anew_nothing_is_promised(house, client_of):
    browser = client_of(person=house.person())
    course = house.course(months=24)
    house.require(course, "2024-01-01", interval_months=24, renewal_base=RenewalBase.COMPLETION)
    house.show(browser.person, course, "2025-06-01")
    text = page(browser)
    assert "Erneuerst du heute, gilt der neue Nachweis bis 24. November 2028." in text
    assert "verlierst keinen Tag" not in text
    assert "Früh erneuern kostet dich nichts" not in text


def test_a_new_version_is_to_be_taken_before_the_end(house, client_of):
    browser = client_of(person=house.person())
    course = house.course(months=24)
    house.require(course, "2024-01-01", interval_months=24)
    house.show(browser.person, course, "2026-02-01")
    house.version(course, published_on="2026-10-01", retrain_days=30, months=24)
    (block,) = blocks(browser)
    assert "Gültig bis 1. Februar 2028, aber der Kurs ist vorher neu zu machen." in block
    assert "Neu zu machen Jetzt auffrischen" in block


def test_voluntary_certificates_renew_by_the_rule_of_the_course(house, client_of):
    browser = client_of(person=house.person())
    course = house.course(months=12, renewal={"mode": "refresher", "window_days": 40})
    house.show(browser.person, course, "2025-12-24")
    assert blocks(browser) == [
        (
            "Beispiel Gültig bis 24. Dezember 2026. Du kannst jetzt schon erneuern und verlierst"
            " keinen Tag: Der neue Nachweis gilt bis 24. Dezember 2027. Läuft bald ab"
            " Auffrischen Als PDF"
        )
    ]
    assert "1 Nachweis ist gültig." in page(browser)


def test_expired_comes_first_then_soon_then_valid(house, client_of):
    browser = client_of(person=house.person())
    for title, on in (("Gut", "2026-10-01"), ("Alt", "2025-10-01"), ("Bald", "2025-12-10")):
        course = house.course(title={"de": title})
        house.require(course, "2024-01-01")
        house.show(browser.person, course, on)
    assert [block.split()[0] for block in blocks(browser)] == ["Alt", "Bald", "Gut"]
    text = page(browser)
    assert "2 von 3 Kompetenzen sind gültig. Früh erneuern kostet dich nichts" in text


def test_the_history_has_every_certificate_there_ever_was(house, client_of):
    browser = client_of(person=house.person())
    course = house.course()
    house.require(course, "2023-01-01")
    house.held(browser.person, course, "2024-03-10")
    taken_back = house.held(browser.person, course, "2025-03-01")
    house.revoke(taken_back, "2025-05-01")
    house.held(browser.person, course, "2025-05-20")
    text = page(browser)
    assert "Verlauf 3 Nachweise seit 2024" in text
    rows = re.findall(r"(\d\d\.\d\d\.\d{4}) \d\d\.\d\d\.\d{4}–\d\d\.\d\d\.\d{4} (\w+)", text)
    assert rows == [
        ("20.05.2025", "Abgelaufen"),
        ("01.03.2025", "Widerrufen"),
        ("10.03.2024", "Ersetzt"),
    ]


def test_a_long_history_has_pages(house, client_of):
    browser = client_of(person=house.person())
    course = house.course(months=1)
    for number in range(51):
        house.show(browser.person, course, dt.date(2021, 1, 1) + dt.timedelta(days=40 * number))
    assert "1–50 von 51 Nachweisen nächste Seite" in page(browser)
    second = page(browser, "/certificates?page=2")
    assert "51–51 von 51 Nachweisen vorige Seite" in second
    assert browser.get("/certificates?page=3").status_code == 404
    assert browser.get("/certificates?page=x").status_code == 404


def test_what_is_missing_stands_beside(house, client_of):
    browser = client_of(person=house.person())
    late, soon = house.course(title={"de": "Spät"}), house.course(title={"de": "Früh"})
    house.require(late, "2026-11-01", initial_due_days=90)
    house.require(soon, "2026-11-01", initial_due_days=10)
    text = page(browser)
    assert (
        "Noch ohne Nachweis Früh überfällig seit Mi., 11. November, 12 Minuten"
        " Spät fällig am Sa., 30. Januar 2027, 12 Minuten Anderswo gelernt?" in text
    )


def test_on_the_first_day_the_shortest_course_is_offered(house, client_of):
    browser = client_of(person=house.person(first_name="Ada"))
    house.require(house.course("short"), "2026-11-01")
    answer = browser.get("/certificates")
    assert "Willkommen, Ada" in answer.text
    assert (
        "Für dich ist 1 Kompetenz vorgesehen. Fang mit der kürzesten an: 12 Minuten." in answer.text
    )
    assert 'href="/courses/short"' in answer.text
    assert "Verlauf" not in answer.text


def test_without_duties_the_courses_are_offered(client_of):
    text = client_of().get("/certificates").text
    assert "Noch keine Nachweise" in text
    assert 'href="/courses"' in text


def test_supervisors_are_named_where_they_see_names(house, make_app, session, sign_in):
    told = page(sign_in(make_app(SUPERVISOR_DIGEST="names").test_client(), house.person()))
    assert "Deine vorgesetzte Person sieht, wie du in deinen Pflichten stehst" in told
    silent = page(sign_in(make_app().test_client(), house.person()))
    assert "vorgesetzte Person" not in silent


def test_it_speaks_english_and_marks_what_does_not(house, client_of):
    browser = client_of(person=house.person())
    course = house.course(months=24, title={"de": "Nur deutsch"}, languages=["de"])
    house.require(course, "2024-01-01", interval_months=24)
    house.show(browser.person, course, "2024-12-01")
    answer = browser.get("/certificates", headers={"Accept-Language": "en"}).text
    assert '<span lang="de">Nur deutsch</span>' in answer
    assert (
        "Valid until 1 December 2026. You can already renew it without losing a day:"
        " the new certificate is valid until 1 December 2028."
    ) in answer.replace("\u00a0", " ")


@pytest.mark.parametrize("count", [1, 3])
def test_more_courses_need_no_more_queries(house, client_of, assert_queries, count):
    browser = client_of(person=house.person())
    for number in range(count):
        course = house.course(title={"de": f"Kurs {number}"})
        house.require(course, "2023-01-01")
        house.show(browser.person, course, "2024-03-10")
        house.show(browser.person, course, "2025-03-10")
    browser.get("/certificates")
    with assert_queries(6):
        browser.get("/certificates")


# --------------------------------------------------------------------------- one certificate


def address(certificate, suffix=""):
    return f"/certificates/{certificate.id}{suffix}"


def test_the_page_shows_the_picture_and_the_facts(held):
    browser, certificate = held
    answer = browser.get(address(certificate))
    assert f'<img src="{address(certificate, ".svg")}" alt=""' in answer.text
    assert page(browser, address(certificate)) == (
        "Meine Nachweise Zoom & mehr Nachweis, gültig bis 20. November 2028 Als PDF"
        " Angaben Gültig ab 20.11.2026 Gültig bis 20.11.2028 Abgeschlossen 20.11.2026 , Online-Kurs"
        f" Ausgestellt 20.11.2026 , 10:00 Uhr Code {certificate.code}"
        " Weitergeben Wer den Code hat, kann die Echtheit prüfen. Zu sehen ist nur, was auf dem"
        " Nachweis steht. Prüfseite ansehen Name bei der öffentlichen Prüfung zeigen"
        " Ohne Haken steht der Name nur auf dem Papier. Speichern"
    )


def test_the_picture_is_an_image(held):
    browser, certificate = held
    answer = browser.get(address(certificate, ".svg"))
    assert (answer.status_code, answer.content_type) == (200, "image/svg+xml")
    assert answer.data.startswith(b"<svg ")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_pdf_carries_names_dates_and_code(held, house):
    browser, certificate = held
    house.person(first_name="Miriam", last_name="Koch", roles=[Role.OFFICER])
    answer = browser.get(address(certificate, ".pdf"))
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    assert re.fullmatch(
        r"attachment; filename=nachweis-course-\d+-jana-weber\.pdf",
        answer.headers["Content-Disposition"],
    )
    text = " ".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
    for words in (
        "Haus",
        "Jana Weber hat den Kurs abgeschlossen und das Quiz bestanden: Zoom & mehr",
        "2.1 Mit und über digitale Technik interagieren Stufe 3 von 8",
        "gültig ab 20.11.2026",
        "gültig bis 20.11.2028",
        "Umfang 12 Minuten",
        "Online abgeschlossen am 20. November 2026",
        "Miriam Koch Digitalisierungsbeauftragte",
        f"Code {certificate.code}",
        "127.0.0.1:8000/verify",
    ):
        assert words in text, words


def test_the_pdf_speaks_the_language_of_the_page(held):
    browser, certificate = held
    answer = browser.get(address(certificate, ".pdf"), headers={"Accept-Language": "en"})
    text = " ".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
    assert "completed the course and passed the quiz: Zoom and more" in text
    assert "valid until 20 Nov 2028" in text.replace("\u00a0", " ")
    assert "filename=certificate-course-" in answer.headers["Content-Disposition"]


def test_the_holder_chooses_whether_the_check_shows_the_name(held, session):
    browser, certificate = held
    where = address(certificate, "/name")
    for sent, shows, verb in (({"show": "y"}, True, "name_shown"), ({}, False, "name_hidden")):
        answer = browser.post(where, data=sent)
        assert (answer.status_code, answer.location) == (302, address(certificate))
        assert session.get(Certificate, certificate.id).shows_name is shows
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (last.verb, last.object_kind, last.object_id, last.actor) == (
            verb,
            "certificate",
            certificate.id,
            f"person:{browser.person.id}",
        )


def test_a_stranger_finds_nothing(held, client_of, session):
    _browser, certificate = held
    stranger = client_of()
    for suffix in ("", ".pdf", ".svg"):
        assert stranger.get(address(certificate, suffix)).status_code == 404
    assert stranger.post(address(certificate, "/name"), data={"show": "y"}).status_code == 404
    assert session.get(Certificate, certificate.id).shows_name is False


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.MANAGEMENT, Role.ADMINISTRATOR, Role.DPO])
def test_other_roles_are_strangers(held, client_of, role):
    _browser, certificate = held
    assert client_of(role).get(address(certificate)).status_code == 404


def test_the_officer_looks_and_the_look_is_written_once(held, client_of, session):
    _browser, certificate = held
    officer = client_of(Role.OFFICER)
    text = page(officer, address(certificate))
    assert "Nachweis von Jana Weber, gültig bis 20. November 2028" in text
    assert "Name bei der öffentlichen Prüfung zeigen" not in text
    assert officer.get(address(certificate, ".svg")).status_code == 200
    assert officer.get(address(certificate, ".pdf")).status_code == 200
    looks = session.scalars(select(RecordView)).all()
    assert [(look.viewer_id, look.subject_id, look.page, look.viewer_role) for look in looks] == [
        (officer.person.id, certificate.person_id, "certificate", "officer")
    ]


def test_a_later_look_is_another_one(held, client_of, session, clock):
    _browser, certificate = held
    officer = client_of(Role.OFFICER)
    officer.get(address(certificate))
    clock(NOW + dt.timedelta(minutes=1))
    officer.get(address(certificate))
    assert session.scalar(select(func.count()).select_from(RecordView)) == 2


def test_ones_own_look_is_nobodys_business(held, session):
    browser, certificate = held
    browser.get(address(certificate))
    assert session.scalar(select(func.count()).select_from(RecordView)) == 0


def test_the_officer_cannot_show_somebodys_name(held, client_of, session):
    _browser, certificate = held
    officer = client_of(Role.OFFICER)
    assert officer.post(address(certificate, "/name"), data={"show": "y"}).status_code == 404
    assert session.get(Certificate, certificate.id).shows_name is False


@pytest.mark.parametrize("number", [0, 2**31, 2**63 - 1, 2**63, 10**30])
def test_unknown_numbers_are_not_found(client_of, number):
    browser = client_of(Role.OFFICER)
    for suffix in ("", ".pdf", ".svg"):
        assert browser.get(f"/certificates/{number}{suffix}").status_code == 404


def test_a_revoked_one_says_so_on_page_and_paper(house, held):
    browser, _certificate = held
    evidence = house.held(browser.person, house.course(), "2026-10-01")
    house.revoke(evidence, "2026-11-01")
    own = house.session.scalar(select(Certificate).where(Certificate.evidence_id == evidence.id))
    assert "Nachweis, widerrufen am 1. November 2026" in page(browser, address(own))
    answer = browser.get(address(own, ".pdf"))
    text = " ".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
    assert "widerrufen am 01.11.2026" in text
    assert "gültig bis" not in text
    assert "Verwechselt" not in text


def test_a_hostile_name_harms_neither_page_nor_paper(house, client_of):
    name = '#import "x"; <img src=x>'
    browser = client_of(person=house.person(first_name=name, last_name="{{7*7}}"))
    certificate = house.show(browser.person, house.course(), "2026-11-20").certificate
    assert "<img src=x>" not in browser.get(address(certificate)).text
    answer = browser.get(address(certificate, ".pdf"))
    text = "".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
    assert f"{name}{{{{7*7}}}}".replace(" ", "") in text
    assert browser.get(address(certificate, ".svg")).status_code == 200


def test_a_page_needs_few_queries(held, assert_queries):
    browser, certificate = held
    shown, paper = address(certificate), address(certificate, ".pdf")
    browser.get(paper)
    with assert_queries(2):
        browser.get(shown)
    with assert_queries(5):
        browser.get(paper)


# --------------------------------------------------------------------------- the public check


@pytest.fixture
def paper(house):
    """paper(day, **person): the certificate that somebody earned on a day."""

    def make(on, *, months=24, **who):
        course = house.course(months=months, title={"de": "Zoom", "en": "Zoom"})
        return house.show(house.person(**who), course, on).certificate

    return make


def check(client, code):
    return client.get(f"/verify/{code}")


def test_valid_without_a_name_unless_the_holder_allows(client, paper, session):
    certificate = paper("2026-11-20", first_name="Jana", last_name="Weber")
    text = page(client, f"/verify/{certificate.code}")
    assert text.startswith(
        "Dieser Nachweis ist gültig Er gilt bis 20. November 2028. Das steht auf dem Nachweis"
        " Kurs Zoom Gültig 20.11.2026 bis 20.11.2028 Kompetenzen DigComp 2.1 Stufe 3"
        f" Ausgestellt von Haus Code {certificate.code} Der Name steht nur auf dem Papier"
    )
    assert "Geprüft am 24. November 2026 um 10:00 Uhr." in text
    assert "Jana" not in text
    session.get(Certificate, certificate.id).shows_name = True
    session.flush()
    shown = page(client, f"/verify/{certificate.code}")
    assert "Das steht auf dem Nachweis Name Jana Weber Kurs Zoom" in shown


@pytest.mark.parametrize(
    ("on", "words", "key"),
    [
        ("2024-11-24", "Dieser Nachweis ist gültig Er gilt bis 24. November 2026.", "ok"),
        (
            "2024-11-23",
            "Dieser Nachweis ist abgelaufen Er ist echt, galt aber nur bis 23. November 2026.",
            "soon",
        ),
    ],
)
def test_the_last_day_still_counts(client, paper, on, words, key):
    certificate = paper(on)
    assert page(client, f"/verify/{certificate.code}").startswith(words)
    assert f'class="verdict {key}" role="status"' in check(client, certificate.code).text


def test_for_ever(client, paper):
    certificate = paper("2020-01-01", months=None)
    text = page(client, f"/verify/{certificate.code}")
    assert text.startswith("Dieser Nachweis ist gültig Er gilt unbefristet.")
    assert "Gültig ab 01.01.2020, unbefristet" in text


def test_revoked_without_the_reason(client, house, paper):
    course, who = house.course(), house.person()
    evidence = house.held(who, course, "2026-10-01")
    house.revoke(evidence, "2026-11-01")
    certificate = house.session.scalar(
        select(Certificate).where(Certificate.evidence_id == evidence.id)
    )
    text = page(client, f"/verify/{certificate.code}")
    assert text.startswith(
        "Dieser Nachweis wurde widerrufen Seit dem 1. November 2026 gilt er nicht mehr."
    )
    assert "Galt 01.10.2026 bis 01.11.2026" in text
    assert "Den Grund nennt auf Anfrage: Haus." in text
    assert "Verwechselt" not in check(client, certificate.code).text


def test_unknown(client):
    answer = check(client, CODE)
    assert answer.status_code == 404
    assert "Diesen Code kennen wir nicht" in answer.text
    assert f'value="{CODE}"' in answer.text
    assert "Das steht auf dem Nachweis" not in answer.text


def test_erased_people_are_no_longer_stored(client, house):
    who = house.person(first_name="Jana", last_name="Weber")
    certificate = house.show(who, house.course(), "2026-11-20").certificate
    certificate.shows_name = True
    who.anonymised_at = at("2026-11-22")
    house.session.flush()
    answer = check(client, certificate.code)
    assert answer.status_code == 200
    assert "Dieser Nachweis ist nicht mehr gespeichert" in answer.text
    assert "Das steht auf dem Nachweis" not in answer.text
    assert "Jana" not in answer.text


def test_the_officer_does_not_find_erased_people(house, client_of):
    who = house.person()
    certificate = house.show(who, house.course(), "2026-11-20").certificate
    who.anonymised_at = at("2026-11-22")
    house.session.flush()
    assert client_of(Role.OFFICER).get(address(certificate)).status_code == 404


def test_typed_codes_are_forgiven(client, paper, session):
    certificate = paper("2026-11-20")
    certificate.code = "10QM-4TXD-92HV-3MRT"
    session.flush()
    typed = ["10qm4txd92hv3mrt", " lOQM 4TXD 92HV 3MRT ", "IoQM-4txd_92hv.3mrt"]
    for text in [*typed, "http://127.0.0.1:8000/verify/10QM-4TXD-92HV-3MRT/"]:
        answer = client.get("/verify", query_string={"code": text})
        assert (answer.status_code, answer.location) == (302, "/verify/10QM-4TXD-92HV-3MRT"), text
    assert check(client, "10qm4txd92hv3mrt").status_code == 200


@pytest.mark.parametrize("text", ["", "   ", "–––", "äöü§"])
def test_no_code_is_asked_for_again(client, text):
    answer = client.get("/verify", query_string={"code": text})
    assert answer.status_code == 422
    assert "Gib den Code ein, der auf dem Nachweis steht." in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_the_form_asks_nothing_yet(client):
    answer = client.get("/verify")
    assert answer.status_code == 200
    assert "aria-invalid" not in answer.text
    assert 'aria-label="Hauptnavigation"' not in answer.text


@pytest.mark.parametrize("path", ["/verify", f"/verify/{CODE}", f"/verify?code={CODE}"])
def test_no_search_engine_keeps_it(client, path):
    answer = client.get(path)
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    if answer.status_code != 302:
        assert '<meta name="robots" content="noindex, nofollow">' in answer.text


def test_the_thirty_first_check_in_a_minute_waits(client, paper, clock, session):
    certificate = paper("2026-11-20")
    answers = [check(client, certificate.code).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    throttled = check(client, certificate.code)
    assert throttled.headers["Retry-After"] == "60"
    assert session.scalar(select(func.count()).select_from(SignInAttempt)) == 30
    clock(NOW + dt.timedelta(minutes=1))
    assert check(client, certificate.code).status_code == 200


def test_throttled_looks_like_unknown(client, paper):
    certificate = paper("2026-11-20")
    unknown = check(client, CODE).text.replace(CODE, certificate.code)
    for _ in range(29):
        check(client, CODE)
    throttled = check(client, certificate.code)
    assert throttled.status_code == 429
    token = re.compile(r'name="csrf_token" value="[^"]+"')
    assert token.sub("", throttled.text) == token.sub("", unknown)


def test_other_addresses_do_not_wait(client):
    for _ in range(31):
        check(client, CODE)
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(f"/verify/{CODE}", environ_base=elsewhere).status_code == 404


def test_checks_leave_no_address_behind(client, session):
    client.get(f"/verify/{CODE}", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    (row,) = session.scalars(select(SignInAttempt)).all()
    assert re.fullmatch(r"[0-9a-f]{64}", row.subject)


def test_a_check_needs_few_queries(client, paper, assert_queries):
    code = paper("2026-11-20").code
    check(client, code)
    with assert_queries(5):
        check(client, code)


# --------------------------------------------------------------------------- the usual questions


@pytest.mark.parametrize("path", ["/certificates", "/certificates/1", "/certificates/1.pdf"])
def test_signed_out_leads_to_sign_in(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.location) == (302, f"/login?next={path}")


def test_without_a_token_nothing_changes(held, session):
    browser, certificate = held
    where = address(certificate, "/name")
    assert browser.post(where, data={"show": "y"}, csrf=False).status_code == 400
    assert session.get(Certificate, certificate.id).shows_name is False


def test_wrong_methods_are_refused(held, client):
    browser, certificate = held
    assert browser.post("/certificates").status_code == 405
    assert browser.post(address(certificate)).status_code == 405
    assert browser.get(address(certificate, "/name")).status_code == 405
    assert client.post(f"/verify/{CODE}").status_code == 405
