"""Every LMS_ setting: typed, checked once at the start, documented in docs/operations.md.

A wrong value stops the start with one line that names the setting, the value (never a secret's)
and what is allowed.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lms.kernel.given import PREFIX, SECRETS, Given, WrongSetting, nearest, refusal
from lms.kernel.secret_key import kept_secret
from lms.kernel.text import mail_address

LOCALES = ("de", "en")
_STATES = (
    "BB BE BW BY BYP HB HE HH MV NI NW RP SH SL SN ST TH".split()  # noqa: SIM905 - reads better
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation has decided. Durations in the names' units, addresses without slash."""

    data_dir: Path
    database_url: str
    secret_key: str
    base_url: str
    organisation: str
    time_zone: ZoneInfo
    holidays: str
    default_locale: str
    smtp_host: str | None
    smtp_port: int
    smtp_user: str | None
    smtp_password: str | None
    smtp_security: str
    mail_per_minute: int
    mail_from: str
    mail_reply_to: str | None
    statistics_min_group: int
    supervisor_digest: str
    files: Path
    trusted_proxies: int
    access_log_names: bool
    second_factor: str

    @property
    def is_https(self) -> bool:
        """True when people reach this installation over TLS."""
        return self.base_url.startswith("https://")

    @property
    def is_loopback(self) -> bool:
        """True when only this machine reaches the base address."""
        name = urlsplit(self.base_url).hostname or ""
        try:
            return name == "localhost" or ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    @property
    def host(self) -> str:
        """Host and port of the base address, as browsers send it: small, no port of the scheme."""
        host = urlsplit(self.base_url).netloc.lower()
        return host.removesuffix(":443" if self.is_https else ":80")

    @property
    def mail_domain(self) -> str:
        """The part behind the @ of every Message-ID."""
        return self.mail_from.rsplit("@", 1)[-1].rstrip(">")

    @property
    def demonstration_file(self) -> Path:
        """Sign-ins of the demonstration organisation; present only where it was loaded."""
        return self.data_dir / "demonstration.json"

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment, then DATA/lms.env for what it leaves out."""
        given = Given(dict(os.environ if environment is None else environment))
        data_dir = _folder("DATA_DIR", Path(given.optional("DATA_DIR") or "instance").absolute())
        given.add_file(data_dir / "lms.env")
        database_url = _database_url(given, data_dir)
        found = cls(
            data_dir=data_dir,
            database_url=database_url,
            secret_key=_secret_key(given, data_dir, database_url),
            base_url=_base_url(given),
            organisation=given.text("ORGANISATION", "Jugendhilfe Donau-Iller"),
            time_zone=_zone(given),
            holidays=_holidays(given),
            default_locale=given.choice("DEFAULT_LOCALE", "de", LOCALES),
            smtp_host=given.optional("SMTP_HOST"),
            smtp_port=given.integer("SMTP_PORT", 587, 1, 65535),
            smtp_user=given.optional("SMTP_USER"),
            smtp_password=given.optional("SMTP_PASSWORD"),
            smtp_security=given.choice("SMTP_SECURITY", "starttls", ("starttls", "tls", "none")),
            mail_per_minute=given.integer("MAIL_PER_MINUTE", 60, 0, 100_000),
            mail_from=_mailbox(given, "MAIL_FROM", "lernstand@example.org") or "",
            mail_reply_to=_mailbox(given, "MAIL_REPLY_TO", None),
            statistics_min_group=given.integer("STATISTICS_MIN_GROUP", 5, 5, 50),
            supervisor_digest=given.choice("SUPERVISOR_DIGEST", "off", ("off", "names")),
            files=_files(given, data_dir),
            trusted_proxies=given.integer("TRUSTED_PROXIES", 0, 0, 10),
            access_log_names=given.choice("ACCESS_LOG_NAMES", "off", ("off", "on")) == "on",
            second_factor=given.choice("SECOND_FACTOR", "required", ("required", "offered")),
        )
        # A demonstration's sign-ins are one click away: nobody else may reach them (trust.md 1.4).
        if found.demonstration_file.exists() and not found.is_loopback:
            raise refusal("BASE_URL", found.base_url, "a loopback address for a demonstration")
        return found


@dataclass(frozen=True, slots=True)
class InForce:
    """A setting as it holds: its full name, its value (None: a secret that is set), its source."""

    name: str
    value: str | None
    source: str


def in_force(settings: Settings, environment: Mapping[str, str] | None = None) -> list[InForce]:
    """Every setting that has a value, in the order of its declaration.

    `source` is `environment`, `file` (DATA/lms.env), or `default`.
    """
    given = dict(os.environ if environment is None else environment)
    in_file = Given({})
    in_file.add_file(settings.data_dir / "lms.env")
    found = []
    for part in fields(Settings):
        value = getattr(settings, part.name)
        name = part.name.upper()
        if value is None:
            continue
        stored = "file" if in_file.optional(name) else "default"
        source = "environment" if given.get(PREFIX + name, "").strip() else stored
        found.append(InForce(PREFIX + name, _shown(name, value), source))
    return found


def unknown_names(
    data_dir: Path, environment: Mapping[str, str] | None = None
) -> list[tuple[str, str | None]]:
    """Names with our prefix that no setting has, and the one that was probably meant."""
    given = Given(dict(os.environ if environment is None else environment))
    given.add_file(data_dir / "lms.env")
    known = [part.name.upper() for part in fields(Settings)]
    return [
        (PREFIX + name, PREFIX + meant if (meant := nearest(name, known)) else None)
        for name in sorted(given.values.keys() - set(known))
        if not name.startswith("TEST_")
    ]


def _shown(name: str, value: object) -> str | None:
    if name in SECRETS and not str(value).startswith("sqlite"):
        return None
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _folder(name: str, path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise refusal(name, str(path), f"a folder that can be written ({error})") from error
    return path


def _database_url(given: Given, data_dir: Path) -> str:
    url = given.optional("DATABASE_URL") or f"sqlite:///{data_dir / 'lernstand.db'}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise refusal("DATABASE_URL", url, "sqlite:///FILE or postgresql+psycopg://…")
    return url


def _secret_key(given: Given, data_dir: Path, database_url: str) -> str:
    key = given.optional("SECRET_KEY")
    if key is not None:
        if len(key) < 32 or len(set(key)) < 12:
            raise refusal("SECRET_KEY", key, "32 or more random characters")
        return key
    if not database_url.startswith("sqlite"):
        message = "LMS_SECRET_KEY is missing; PostgreSQL needs one that all hosts share"
        raise WrongSetting(message)
    return kept_secret(data_dir / "secret-key")


def _base_url(given: Given) -> str:
    value = (given.optional("BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
    if not _is_base_url(value):
        raise refusal("BASE_URL", value, "an address such as https://lernstand.example.org")
    return value


def _is_base_url(value: str) -> bool:
    """A scheme, a host, perhaps a port, and nothing else: no path, no name, no blank."""
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    end = "" if port is None else f":{port}"
    name = f"[{host}]" if host and ":" in host else host
    is_plain = bool(host) and value.isascii() and " " not in value
    return is_plain and value.lower() in (f"http://{name}{end}", f"https://{name}{end}")


def _zone(given: Given) -> ZoneInfo:
    name = given.optional("TIME_ZONE") or "Europe/Berlin"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise refusal("TIME_ZONE", name, "a zone such as Europe/Berlin") from error


def _holidays(given: Given) -> str:
    value = given.optional("HOLIDAYS") or "DE-BW"
    country, _, state = value.partition("-")
    if country != "DE" or (state and state not in _STATES):
        raise refusal("HOLIDAYS", value, "DE or DE-" + ", DE-".join(_STATES))
    return value


def _mailbox(given: Given, name: str, default: str | None) -> str | None:
    value = given.optional(name) or default or ""
    address = parseaddr(value)[1]
    found = mail_address(address) or ""
    if value and not (found and value.count("@") == 1 and value.isprintable()):
        raise refusal(name, value, "an e-mail address")
    return value.replace(address, found) if value else None


def _files(given: Given, data_dir: Path) -> Path:
    value = given.optional("FILES") or str(data_dir / "files")
    if "://" in value:
        raise refusal("FILES", value, "a folder")
    return _folder("FILES", Path(value).absolute())
