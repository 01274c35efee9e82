"""One conversation with a mail server, step by step."""

import socket
import threading

import pytest

from lms.delivery.rules import Refused, Step, Unconfirmed
from lms.delivery.smtp import Server, SmtpTransport
from tests.delivery.smtp_server import CERTIFICATE, DROP, HANG, mail_server

pytestmark = pytest.mark.usefixtures("loopback")
MAIL = b"Message-ID: <1@x>\r\nSubject: S\r\n\r\nHallo\r\n.Punkt\r\n..zwei\r\n"


def transport_to(port, *, security="none", host="127.0.0.1", **values):
    server = Server(host, port, security, command_seconds=0.4, answer_seconds=0.4, **values)
    return SmtpTransport(server, "lernstand@example.org", own_name="[127.0.0.1]")


def send(transport, to="jana@example.org", mail=MAIL):
    transport.begin(to)
    return transport.hand_over(mail)


def refusal_of(transport, *, to="jana@example.org", mail=MAIL):
    with pytest.raises(Refused) as caught:
        send(transport, to, mail)
    transport.drop()
    return caught.value.step, caught.value.code, caught.value.text


def test_a_mail_arrives_as_it_is():
    with mail_server() as server:
        transport = transport_to(server.port)
        transport.begin("jana@example.org")
        assert transport.hand_over(MAIL) == "250 2.0.0 taken"
        transport.close()
    (got,) = server.received
    assert (got.sender, got.to) == ("lernstand@example.org", "jana@example.org")
    assert got.raw == MAIL
    assert server.commands == ["EHLO", "MAIL", "RCPT", "DATA", "TEXT", "GONE", "QUIT"]


def test_a_text_without_a_last_line_end_gets_one():
    with mail_server() as server:
        transport = transport_to(server.port)
        transport.begin("jana@example.org")
        transport.hand_over(MAIL.rstrip(b"\r\n"))
        transport.close()
    assert server.received[0].raw == MAIL


def test_fifty_mails_over_one_connection_then_a_new_one():
    with mail_server() as server:
        transport = transport_to(server.port)
        for _ in range(101):
            transport.begin("jana@example.org")
            transport.hand_over(MAIL)
        transport.close()
    assert (server.connections, server.commands.count("QUIT")) == (3, 3)
    assert len(server.received) == 101


@pytest.mark.parametrize(
    ("verb", "step"),
    [
        ("EHLO", Step.CONNECT),
        ("MAIL", Step.SENDER),
        ("RCPT", Step.RECIPIENT),
        ("DATA", Step.CONTENT),
        ("TEXT", Step.CONTENT),
    ],
)
@pytest.mark.parametrize("code", [421, 451, 550])
def test_a_no_at_each_step_is_a_refusal_and_nothing_arrived(verb, step, code):
    with mail_server() as server:
        server.will(verb, f"{code} 9.9.9 no")
        assert refusal_of(transport_to(server.port)) == (step, code, "9.9.9 no")
    assert server.received == []


@pytest.mark.parametrize(
    ("verb", "step"),
    [
        ("EHLO", Step.CONNECT),
        ("MAIL", Step.SENDER),
        ("RCPT", Step.RECIPIENT),
        ("DATA", Step.CONTENT),
    ],
)
@pytest.mark.parametrize("act", [DROP, HANG])
def test_silence_before_the_text_is_a_refusal(verb, step, act):
    with mail_server() as server:
        server.will(verb, act)
        found = refusal_of(transport_to(server.port))
    assert found[:2] == (step, 0)
    assert server.received == []


@pytest.mark.parametrize("act", [DROP, HANG])
def test_silence_after_the_text_is_unconfirmed(act):
    with mail_server() as server:
        server.will("TEXT", act)
        transport = transport_to(server.port)
        transport.begin("jana@example.org")
        with pytest.raises(Unconfirmed):
            transport.hand_over(MAIL)
    assert [got.message_id for got in server.received] == ["<1@x>"]


def test_nonsense_after_the_text_is_unconfirmed():
    with mail_server() as server:
        server.will("TEXT", "350 what")
        transport = transport_to(server.port)
        transport.begin("jana@example.org")
        with pytest.raises(Unconfirmed):
            transport.hand_over(MAIL)


def test_after_a_refusal_the_connection_serves_the_next_mail():
    with mail_server() as server:
        server.will("RCPT", "550 5.1.1 unknown")
        transport = transport_to(server.port)
        with pytest.raises(Refused):
            transport.begin("nobody@example.org")
        transport.reset()
        transport.begin("jana@example.org")
        transport.hand_over(MAIL)
        transport.close()
    assert (server.connections, len(server.received)) == (1, 1)


@pytest.mark.parametrize("act", [DROP, "421 4.4.2 idle for too long"])
def test_a_connection_that_was_closed_while_idle_says_nothing_about_the_next_mail(act):
    with mail_server() as server:
        transport = transport_to(server.port)
        transport.begin("jana@example.org")
        transport.hand_over(MAIL)
        server.will("MAIL", act)
        transport.begin("jana@example.org")
        transport.hand_over(MAIL)
        transport.close()
    assert (server.connections, len(server.received)) == (2, 2)


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    step, code, text = refusal_of(transport_to(port))
    assert (step, code, text.partition(":")[0]) == (Step.CONNECT, 0, "ConnectionRefusedError")


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [(b"421 4.3.2 too busy\r\n", (Step.CONNECT, 421)), (b"554 go away\r\n", (Step.CONNECT, 554))],
)
def test_a_greeting_that_refuses(greeting, expected):
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet():
            connection, _ = listening.accept()
            with connection:
                connection.sendall(greeting)
                connection.recv(100)

        thread = threading.Thread(target=greet)
        thread.start()
        step, code, _text = refusal_of(transport_to(listening.getsockname()[1]))
        thread.join()
    assert (step, code) == expected


def test_starttls_with_a_certificate_that_holds(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with mail_server(tls="starttls", users=[("lernstand", "secret")]) as server:
        transport = transport_to(
            server.port, security="starttls", host="localhost", user="lernstand", password="secret"
        )
        transport.begin("jana@example.org")
        assert transport.hand_over(MAIL) == "250 2.0.0 taken"
        transport.close()
    assert server.commands[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_tls_from_the_first_byte(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with mail_server(tls="tls") as server:
        transport = transport_to(server.port, security="tls", host="localhost")
        transport.begin("jana@example.org")
        assert transport.hand_over(MAIL) == "250 2.0.0 taken"
        transport.close()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(security):
    with mail_server(tls=security) as server:
        step, _code, text = refusal_of(
            transport_to(server.port, security=security, host="localhost")
        )
    assert (step, text.partition(":")[0]) == (Step.INSECURE, "SSLCertVerificationError")
    assert "MAIL" not in server.commands


def test_a_server_without_starttls_is_refused():
    with mail_server() as server:
        step, _code, _text = refusal_of(transport_to(server.port, security="starttls"))
    assert step is Step.INSECURE
    assert server.commands == ["EHLO"]


def test_a_wrong_password():
    with mail_server(users=[("lernstand", "right")]) as server:
        found = refusal_of(transport_to(server.port, user="lernstand", password="wrong"))
    assert found[:2] == (Step.SIGN_IN, 535)


def test_a_server_that_cannot_sign_anybody_in_now():
    with mail_server(users=[("lernstand", "right")]) as server:
        server.will("AUTH", *["454 4.7.0 later"] * 3)
        found = refusal_of(transport_to(server.port, user="lernstand", password="right"))
    assert found == (Step.SIGN_IN, 454, "4.7.0 later")


def test_a_server_that_knows_no_users():
    with mail_server() as server:
        found = refusal_of(transport_to(server.port, user="lernstand", password="x"))
    assert found[:2] == (Step.NO_SIGN_IN, 0)


def test_the_password_is_shown_nowhere():
    assert "secret" not in repr(Server("h", 25, "none", "u", "secret"))
