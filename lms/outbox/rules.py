"""States of a mail, when it is tried again, how fast mail may leave; pure."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lms.kernel.domain import N_, Conflict, DomainError

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "outbox.lernstand")
_RETRY_MINUTES = (1, 5, 15, 60)
_SPREAD = 0.2
_LAST_MOMENT = dt.timedelta(seconds=1)
# A clock that went back further than this was put right; less is two hosts that differ a little.
_CLOCK_SLACK = dt.timedelta(minutes=1)

CLAIM_FOR = dt.timedelta(minutes=10)
BREAKER_FOR = dt.timedelta(minutes=15)
UNREACHABLE_FOR = dt.timedelta(minutes=1)
RESEND_WITHIN = dt.timedelta(days=1)
IMMEDIATE_FOR = dt.timedelta(days=1)
BUSY_IN_A_ROW = 2


class State(StrEnum):
    """Where a mail is on its way (certification.md 3.5)."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Audience(StrEnum):
    """Whom a mail is for; all but `immediate` get at most one a day."""

    LEARNER = "learner"
    SUPERVISOR = "supervisor"
    MANAGEMENT = "management"
    IMMEDIATE = "immediate"


class Reason(StrEnum):
    """Why a mail is in its state, or why its last try came to nothing."""

    ADDRESS_UNKNOWN = "address_unknown"
    MAILBOX_FULL = "mailbox_full"
    POLICY = "policy"
    REFUSED = "refused"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    SENDER_REFUSED = "sender_refused"
    SIGN_IN_REFUSED = "sign_in_refused"
    NOT_SECURE = "not_secure"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    NO_TEXT = "no_text"
    CHECK_BROKE = "check_broke"
    BAD_ADDRESS = "bad_address"
    NO_ADDRESS = "no_address"
    NOTHING_LEFT = "nothing_left"
    WINDOW_OVER = "window_over"
    LEFT = "left"


class CannotResend(Conflict):
    """Only a mail that failed, or of which nobody knows, is sent again by hand."""

    message = N_(
        "Diese E-\u2060Mail wird nicht noch einmal gesendet: Sie ist nicht mehr in diesem Stand."
    )


class CannotConfirm(Conflict):
    """Only a mail of which nobody knows can be said to have arrived."""

    message = N_("Der Stand dieser E-\u2060Mail hat sich geändert. Sieh noch einmal nach.")


class KeyTaken(DomainError):
    """Another mail of this person, audience and day exists under another key: a mistake of ours."""

    message = N_("Für diesen Tag gibt es schon eine E-\u2060Mail.")
    status = 409


class ClaimLost(Exception):
    """The claim ran out and somebody else has the mail now: whoever hears this sends nothing."""


@dataclass(frozen=True, slots=True)
class EmailDraft:
    """A mail before it is queued: kind (its template), recipient, language, plain JSON values."""

    kind: str
    person_id: int
    to_address: str | None
    locale: str
    values: dict[str, Any] = field(default_factory=dict)


def message_id(idem_key: str, mail_domain: str) -> str:
    """The Message-ID of a key: the same on every attempt, so that a second copy folds."""
    return f"<{uuid.uuid5(_NAMESPACE, idem_key)}@{mail_domain}>"


def retry_at(
    attempts: int, *, now: dt.datetime, expires_at: dt.datetime, luck: float
) -> dt.datetime:
    """When to try again: after 1, 5, 15, then every 60 minutes, ±20 % by `luck` in 0–1.

    Never after the window's end: the last try falls on its last second.
    """
    minutes = _RETRY_MINUTES[min(max(attempts, 1), len(_RETRY_MINUTES)) - 1]
    spread = 1 + _SPREAD * (2 * luck - 1)
    return min(now + dt.timedelta(minutes=minutes * spread), expires_at - _LAST_MOMENT)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens that are left; one mail takes one. It holds one: mail leaves evenly, not in bursts.

    A larger one would let twice the limit through within a minute that began idle.
    """

    tokens: float
    refilled_at: dt.datetime


def refilled(bucket: Bucket, *, per_minute: int, now: dt.datetime) -> Bucket:
    """The bucket now; a clock that was put back fills it."""
    if now < bucket.refilled_at - _CLOCK_SLACK:
        return Bucket(1.0, now)
    if now <= bucket.refilled_at:
        return bucket
    passed = (now - bucket.refilled_at).total_seconds()
    return Bucket(min(1.0, bucket.tokens + passed * per_minute / 60), now)


def wait_for_token(bucket: Bucket, *, per_minute: int) -> dt.timedelta:
    """How long until there is a whole token; zero when there is one."""
    # Microseconds of a stored float must not cost a mail its turn.
    missing = max(0.0, 1 - 1e-6 - bucket.tokens)
    return dt.timedelta(seconds=missing * 60 / per_minute)


def rest_until(open_until: dt.datetime | None, *, now: dt.datetime) -> dt.datetime | None:
    """Until when the mail server is left alone, or None.

    An instant further away than the breaker ever reaches was written by a clock that was wrong.
    """
    if open_until is None or not now < open_until <= now + BREAKER_FOR + _CLOCK_SLACK:
        return None
    return open_until


class Tag(StrEnum):
    """The states as the officer sees them."""

    PLANNED = "planned"
    LEAVING = "leaving"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    DROPPED = "dropped"


STATES_OF: dict[Tag, tuple[State, ...]] = {
    Tag.PLANNED: (State.PENDING,),
    Tag.LEAVING: (State.CLAIMED, State.SENDING),
    Tag.SENT: (State.SENT,),
    Tag.UNCERTAIN: (State.UNCERTAIN,),
    Tag.FAILED: (State.FAILED,),
    Tag.DROPPED: (State.CANCELLED, State.EXPIRED),
}
_TAG_OF = {state: tag for tag, states in STATES_OF.items() for state in states}


def tag_of(state: str) -> Tag:
    """The tag of a stored state."""
    return _TAG_OF[State(state)]


@dataclass(frozen=True, slots=True)
class Words:
    """What a reason means, and what one can do; German texts for the catalogue."""

    what: str
    deed: str = ""


_BY_ITSELF = N_("Wir versuchen es von selbst noch einmal. Keine E-\u2060Mail geht verloren.")
_TELL_THEM = N_("Sag der Administration Bescheid. Sende danach erneut.")

WORDS: dict[Reason, Words] = {
    Reason.ADDRESS_UNKNOWN: Words(
        N_("Die Adresse gibt es nicht: %(address)s"),
        N_("Lass die Adresse in der Personalliste berichtigen. Bis dahin geht nichts an sie raus."),
    ),
    Reason.MAILBOX_FULL: Words(
        N_("Das Postfach ist voll."), N_("Sag der Person Bescheid. Sende danach erneut.")
    ),
    Reason.POLICY: Words(
        N_("Der Mailserver nimmt unsere E-\u2060Mails aus Prinzip nicht an."), _TELL_THEM
    ),
    Reason.REFUSED: Words(N_("Der Mailserver hat die E-\u2060Mail abgelehnt."), _TELL_THEM),
    Reason.BUSY: Words(N_("Der Mailserver hat um Aufschub gebeten."), _BY_ITSELF),
    Reason.UNREACHABLE: Words(N_("Der Mailserver ist nicht zu erreichen."), _BY_ITSELF),
    Reason.SENDER_REFUSED: Words(
        N_("Der Mailserver nimmt unseren Absender nicht an."),
        N_("Die Administration prüft die Einstellung LMS_MAIL_FROM."),
    ),
    Reason.SIGN_IN_REFUSED: Words(
        N_("Der Mailserver lässt uns nicht herein."),
        N_("Die Administration prüft die Einstellungen LMS_SMTP_USER und LMS_SMTP_PASSWORD."),
    ),
    Reason.NOT_SECURE: Words(
        N_("Der Mailserver bietet keine sichere Verbindung an."),
        N_("Die Administration prüft LMS_SMTP_SECURITY und das Zertifikat des Mailservers."),
    ),
    Reason.UNCONFIRMED: Words(
        N_("Der Mailserver hat nicht bestätigt. Wir senden nicht von selbst noch einmal."),
        N_("Frag nach, ob sie da ist, oder sende sie erneut."),
    ),
    Reason.CONFIRMED: Words(N_("Von Hand bestätigt.")),
    Reason.NO_TEXT: Words(N_("Der Text ließ sich nicht erstellen."), _TELL_THEM),
    Reason.CHECK_BROKE: Words(N_("Die letzte Prüfung vor dem Senden ist gescheitert."), _TELL_THEM),
    Reason.BAD_ADDRESS: Words(
        N_("An diese Adresse kann keine E-\u2060Mail gehen: %(address)s"),
        N_("Lass die Adresse in der Personalliste berichtigen. Sende danach erneut."),
    ),
    Reason.NO_ADDRESS: Words(N_("Die Person hat keine Adresse, die funktioniert.")),
    Reason.NOTHING_LEFT: Words(N_("Beim Senden war nichts mehr fällig.")),
    Reason.WINDOW_OVER: Words(
        N_("Sie konnte an diesem Tag nicht raus."),
        N_("Was dann noch fällig ist, kommt am nächsten Arbeitstag."),
    ),
    Reason.LEFT: Words(N_("Die Person ist ausgetreten.")),
}

# The kinds of mail as the officer reads them; their templates are in templates/emails/<kind>.
KIND_NAMES = {
    "digest": N_("Erinnerung"),
    "invitation": N_("Einladung"),
    "sign_in_link": N_("Link zum Anmelden"),
    "password_reset": N_("Link für ein neues Passwort"),
    "address_link": N_("Link zum Bestätigen einer Adresse"),
    "password_changed": N_("Hinweis: Passwort geändert"),
    "factor_changed": N_("Hinweis: zweiter Faktor geändert"),
    "address_changed": N_("Hinweis: Adresse geändert"),
    "workshop": N_("Termin"),
    "external_decided": N_("Entscheidung über eine Bescheinigung"),
}
# What the officer may read in full: all of it stands on the officer's own pages, too. Of any other
# kind the officer sees the facts alone (trust.md 2.2 and 5).
OFFICER_READS = frozenset({"digest"})
