"""Settings are checked once; a wrong one is one line that says what is allowed."""

import stat

import pytest

from lms.kernel.given import WrongSetting
from lms.settings import Settings, unknown_names

KEY = "only-for-tests-0123456789abcdef-0123"


def read(folder, **given):
    return Settings.from_env(
        {"LMS_DATA_DIR": str(folder)} | {f"LMS_{name}": value for name, value in given.items()}
    )


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("DEFAULT_LOCALE", "fr", "de, en"),
        ("SMTP_PORT", "0", "from 1 to 65535"),
        ("SMTP_PORT", "viele", "from 1 to 65535"),
        ("SMTP_SECURITY", "ssl", "starttls, tls, none"),
        ("MAIL_PER_MINUTE", "-1", "from 0"),
        ("MAIL_FROM", "kein-name", "an e-mail address"),
        ("MAIL_FROM", "lernstand@", "an e-mail address"),
        ("MAIL_FROM", "Haus <händler@example.org>", "an e-mail address"),
        ("MAIL_REPLY_TO", "Haus, Amt <a@example.org>", "an e-mail address"),
        ("STATISTICS_MIN_GROUP", "4", "from 5 to 50"),
        ("SUPERVISOR_DIGEST", "yes", "off, names"),
        ("SECOND_FACTOR", "off", "required, offered"),
        ("TIME_ZONE", "Mars/Olympus", "Europe/Berlin"),
        ("TIME_ZONE", "../etc/passwd", "Europe/Berlin"),
        ("HOLIDAYS", "FR", "DE-BW"),
        ("HOLIDAYS", "DE-XX", "DE-BW"),
        ("BASE_URL", "lernstand.example.org", "https://"),
        ("BASE_URL", "https://a.example/pfad", "https://"),
        ("BASE_URL", "https://[", "https://"),
        ("BASE_URL", "https://a.example:viele", "https://"),
        ("BASE_URL", "https://somebody@a.example", "https://"),
        ("BASE_URL", "https://a.example#oben", "https://"),
        ("SMTP_PORT", "1" * 5000, "from 1 to 65535"),
        ("DATABASE_URL", "mysql://x", "sqlite:///"),
        ("TRUSTED_PROXIES", "99", "from 0 to 10"),
        ("FILES", "s3://bucket", "a folder"),
        ("FILES", "/proc/nowhere", "a folder that can be written"),
        ("DATA_DIR", "/proc/nowhere", "a folder that can be written"),
        ("ORGANISATION", "a\nb", "one line"),
    ],
)
def test_a_wrong_value_is_one_line_with_what_is_allowed(tmp_path, name, value, allowed):
    with pytest.raises(WrongSetting) as caught:
        read(tmp_path, **{name: value})
    line = str(caught.value)
    assert line.startswith(f"LMS_{name} is ")
    assert allowed in line
    assert "\n" not in line


@pytest.mark.parametrize("key", ["kurz", "a" * 40])
def test_a_weak_secret_is_refused_and_not_shown(tmp_path, key):
    with pytest.raises(WrongSetting) as caught:
        read(tmp_path, SECRET_KEY=key)
    assert key not in str(caught.value)


def test_postgresql_needs_a_given_secret(tmp_path):
    with pytest.raises(WrongSetting, match="LMS_SECRET_KEY"):
        read(tmp_path, DATABASE_URL="postgresql+psycopg://h/d")
    assert read(tmp_path, DATABASE_URL="postgresql+psycopg://h/d", SECRET_KEY=KEY).secret_key == KEY


def test_sqlite_makes_a_secret_once_for_the_owner_alone(tmp_path):
    first = read(tmp_path).secret_key
    assert read(tmp_path).secret_key == first
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_the_file_fills_in_what_the_environment_leaves_out(tmp_path):
    (tmp_path / "lms.env").write_text(
        '# Haus\nLMS_SMTP_HOST="mail.example.org"\nLMS_SMTP_PORT=25\n'
    )
    found = read(tmp_path, SMTP_PORT="587")
    assert (found.smtp_host, found.smtp_port) == ("mail.example.org", 587)


def test_a_line_that_is_no_setting_is_named(tmp_path):
    (tmp_path / "lms.env").write_text("LMS_SMTP_PORT=25\nSMTP_HOST=x\n")
    with pytest.raises(WrongSetting, match=r"lms\.env:2"):
        read(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting, match="LMS_DATA_DIR"):
        read(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    ("base_url", "loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("https://lernstand.example.org", False),
        ("http://127.evil.example", False),
    ],
)
def test_what_only_this_machine_reaches(tmp_path, base_url, loopback):
    assert read(tmp_path, BASE_URL=base_url).is_loopback is loopback


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://Lernstand.Example.org:443", "lernstand.example.org"),
        ("http://lernstand.example.org:80/", "lernstand.example.org"),
        ("https://lernstand.example.org:80", "lernstand.example.org:80"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_the_host_is_the_one_that_browsers_send(tmp_path, base_url, host):
    assert read(tmp_path, BASE_URL=base_url).host == host


def test_a_demonstration_is_served_to_this_machine_only(tmp_path):
    (tmp_path / "demonstration.json").write_text("{}")
    assert read(tmp_path, BASE_URL="http://localhost:8000").is_loopback
    with pytest.raises(WrongSetting, match=r"LMS_BASE_URL is .*allowed: a loopback"):
        read(tmp_path, BASE_URL="https://a.example")


def test_the_domain_of_a_mailbox_travels_in_ascii(tmp_path):
    found = read(tmp_path, MAIL_FROM="Haus Ähre <a@ähre.example>", MAIL_REPLY_TO="b@ähre.example")
    assert found.mail_from == "Haus Ähre <a@xn--hre-pla.example>"
    assert found.mail_reply_to == "b@xn--hre-pla.example"
    assert found.mail_domain == "xn--hre-pla.example"


def test_a_name_that_is_no_setting_is_named_with_the_one_that_was_meant(tmp_path):
    (tmp_path / "lms.env").write_text("LMS_MAIL_FORM=a@example.org\nLMS_SMTP_HOST=x\n", "utf-8")
    given = {"LMS_ORGANIZATION": "Haus", "LMS_ZZZ": "1", "LMS_TEST_CHROMIUM": "/x", "PATH": "/"}
    assert unknown_names(tmp_path, given) == [
        ("LMS_MAIL_FORM", "LMS_MAIL_FROM"),
        ("LMS_ORGANIZATION", "LMS_ORGANISATION"),
        ("LMS_ZZZ", None),
    ]
