"""/outbox and /mailbox: who may look, what is shown, what a click does."""

import re

import pytest
from sqlalchemy import select

from lms.audit.models import RecordView
from lms.delivery.letters import Rendered, Sender, build
from lms.kernel.viewer import Role
from lms.outbox import claims, operations
from lms.outbox.claims import Claim
from lms.outbox.models import MailboxMessage, OutboxMessage
from lms.outbox.rules import Reason, State
from tests import factories
from tests.outbox.mails import OPENS, facts, queue_mail


def _uncertain(session, mail):
    claims.claim(session, worker="w", now=OPENS)
    text = {"subject": "„Fallakte“ ist heute fällig", "text_body": "Hallo <b>Jana</b>, /go/…"}
    claims.mark_sending(session, Claim(mail.id, "w"), text=text, now=OPENS)
    claims.mark_uncertain(session, Claim(mail.id, "w"), reply="timed out", now=OPENS)


def _failed(session, mail):
    claims.claim(session, worker="w", now=OPENS)
    held = Claim(mail.id, "w")
    claims.mark_failed(session, held, reason=Reason.ADDRESS_UNKNOWN, reply="550 5.1.1", now=OPENS)


def _words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


@pytest.fixture
def officer(client_of):
    return client_of(Role.OFFICER)


@pytest.fixture
def administrator(client_of):
    return client_of(Role.ADMINISTRATOR)


PAGES = ["/outbox", "/outbox/{id}"]
BOXES = ["/mailbox", "/mailbox/{box}", "/mailbox/{box}/html"]


@pytest.fixture
def paths(session):
    """Addresses of things that are there."""
    mail = queue_mail(session)
    raw = build(
        Rendered("Betreff", "Hallo <i>Text</i>\n", "<p>Hallo HTML</p><script>1</script>"),
        sender=Sender("lernstand@example.org", None, "Haus"),
        to="jana@example.org",
        message_id="<1@x>",
        now=OPENS,
    ).as_bytes()
    operations.put_into_mailbox(
        session,
        message_id="<1@x>",
        to_address="jana@example.org",
        subject="Betreff",
        raw=raw.decode(),
        now=OPENS,
    )
    box = session.scalars(select(MailboxMessage.id)).one()
    return {"id": mail.id, "box": box}


@pytest.mark.parametrize("path", PAGES + BOXES)
def test_signed_out_leads_to_sign_in(client, paths, path):
    answer = client.get(path.format(**paths))
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/login")


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.OFFICER])
@pytest.mark.parametrize("path", PAGES)
def test_the_outbox_is_the_officers(client_of, paths, role, path):
    assert client_of(role).get(path.format(**paths)).status_code == 403


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.OFFICER])
@pytest.mark.parametrize("deed", ["resend", "arrived"])
def test_only_the_officer_decides(client_of, session, paths, role, deed):
    assert client_of(role).post(f"/outbox/{paths['id']}/{deed}").status_code == 403


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", BOXES)
def test_the_mailbox_is_the_administrators(client_of, paths, role, path):
    assert client_of(role).get(path.format(**paths)).status_code == 403


def test_the_list_says_in_words_how_each_mail_stands_and_what_to_do(officer, session):
    ada = factories.make_person(session, first_name="Ada", last_name="Adler", email="a@x.example")
    tom = factories.make_person(session, first_name="Tom", last_name="Lang")
    _failed(session, queue_mail(session, ada))
    _uncertain(session, queue_mail(session, tom))
    queue_mail(session, factories.make_person(session, first_name="Uma", last_name="Roth"))
    page = _words(officer.get("/outbox"))
    assert "Ada Adler Erinnerung Fehlgeschlagen 24.11.26, 08:00" in page
    assert "Die Adresse gibt es nicht: a@x.example" in page
    assert "Lass die Adresse in der Personalliste berichtigen." in page
    assert "Tom Lang „Fallakte“ ist heute fällig Unsicher 24.11.26, 08:00" in page
    assert "Wir senden nicht von selbst noch einmal." in page
    assert "Uma Roth Erinnerung Geplant 24.11.26, 08:00" in page
    assert "2 brauchen deine Entscheidung." in page


def test_filters_with_counts(officer, session):
    for _ in range(26):
        queue_mail(session)
    _failed(session, session.scalars(select(OutboxMessage).limit(1)).one())
    page = officer.get("/outbox").text
    chips = re.findall(r'href="(/outbox[^"]*)"[^>]*>.*?</span>([^<]+) <b>(\d+)', page)
    assert chips == [
        ("/outbox?state=planned", "Geplant", "25"),
        ("/outbox?state=failed", "Fehlgeschlagen", "1"),
    ]
    assert "1–25 von 26" in page
    failed = officer.get("/outbox?state=failed").text
    assert failed.count('scope="row"') == 1
    assert officer.get("/outbox?page=2").text.count('scope="row"') == 1
    assert officer.get("/outbox?state=nonsense").status_code == 404
    assert "Keine E-\u2060Mail in diesem Stand" in officer.get("/outbox?state=uncertain").text


def test_an_empty_outbox_leads_on(officer):
    assert "Noch keine Post" in officer.get("/outbox").text


def test_the_list_costs_the_same_with_more_mails(officer, session, assert_queries):
    queue_mail(session)
    with assert_queries(5):
        officer.get("/outbox")
    for _ in range(20):
        queue_mail(session)
    with assert_queries(5, rows=60):
        officer.get("/outbox")


def test_one_mail_is_shown_as_text_only(officer, session):
    mail = queue_mail(session)
    _uncertain(session, mail)
    page = officer.get(f"/outbox/{mail.id}").text
    assert "Hallo &lt;b&gt;Jana&lt;/b&gt;, /go/…" in page
    assert "Ist die E-\u2060Mail angekommen?" in page
    planned = queue_mail(session)
    assert "Noch kein Text" in officer.get(f"/outbox/{planned.id}").text
    assert officer.get("/outbox/999999").status_code == 404


def test_a_mail_of_a_kind_that_the_officer_may_not_read_shows_facts_only(officer, session):
    mail = queue_mail(session, kind="sign_in_link")
    _uncertain(session, mail)
    page = officer.get(f"/outbox/{mail.id}").text
    assert "Hallo" not in page
    assert "Den Text dieser E-\u2060Mail liest nur, wer sie bekommt." in page


def test_looks_are_noted(officer, session):
    mail = queue_mail(session)
    officer.get("/outbox")
    officer.get(f"/outbox/{mail.id}")
    found = session.execute(
        select(RecordView.subject_id, RecordView.page, RecordView.people_count).order_by(
            RecordView.id
        )
    ).all()
    assert [tuple(row) for row in found] == [(None, "outbox", 1), (mail.person_id, "outbox", 1)]


def test_resend_and_confirm(officer, session):
    mail, other = queue_mail(session), queue_mail(session)
    _uncertain(session, mail)
    _failed(session, other)
    answer = officer.post(f"/outbox/{mail.id}/arrived")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/outbox/{mail.id}")
    assert facts(session, mail, "state") == (State.SENT,)
    assert officer.post(f"/outbox/{other.id}/resend").status_code == 302
    assert facts(session, other, "state") == (State.PENDING,)


@pytest.mark.parametrize("deed", ["resend", "arrived"])
def test_a_second_click_is_told_so_and_changes_nothing(officer, session, deed):
    mail = queue_mail(session)
    answer = officer.post(f"/outbox/{mail.id}/{deed}")
    assert answer.status_code == 409
    assert facts(session, mail, "state") == (State.PENDING,)


@pytest.mark.parametrize("deed", ["resend", "arrived"])
def test_without_the_token_nothing_happens(officer, session, deed):
    mail = queue_mail(session)
    _uncertain(session, mail)
    assert officer.post(f"/outbox/{mail.id}/{deed}", csrf=False).status_code == 400
    assert officer.get(f"/outbox/{mail.id}/{deed}").status_code == 405
    assert facts(session, mail, "state") == (State.UNCERTAIN,)


def test_the_mailbox_lists_searches_and_shows_mail(administrator, session, paths):
    listed = administrator.get("/mailbox").text
    (link,) = re.findall(r'href="(/mailbox/\d+)">Betreff</a>', listed)
    assert "jana@example.org" in listed
    assert "Keine E-\u2060Mail passt dazu" in administrator.get("/mailbox?q=nobody").text
    shown = administrator.get(link).text
    assert "Hallo &lt;i&gt;Text&lt;/i&gt;" in shown
    assert "OOF, AutoReply" in shown
    assert administrator.get("/mailbox/999999").status_code == 404


def test_html_of_a_mail_is_shown_in_a_sandbox(administrator, session, paths):
    (link,) = re.findall(r'href="(/mailbox/\d+)">Betreff', administrator.get("/mailbox").text)
    answer = administrator.get(f"{link}/html")
    assert answer.status_code == 200
    assert "<p>Hallo HTML</p>" in answer.text
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["sandbox", "default-src 'none'"]
    assert [part for part in policy if "unsafe" in part] == ["style-src 'unsafe-inline'"]


def test_an_empty_mailbox(administrator):
    assert "Noch keine Post" in administrator.get("/mailbox").text


def test_english(client_of, session):
    person = factories.make_person(session, roles=[Role.OFFICER], locale="en")
    _failed(session, queue_mail(session, factories.make_person(session, email="a@x.example")))
    page = _words(client_of(person=person).get("/outbox"))
    assert "Failed 24/11/26, 08:00 There is no such address: a@x.example" in page
