"""Passwords, sign-ins, failed attempts and one-time addresses; nothing here is kept in clear."""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.access.rules import Purpose, Strength
from lms.kernel.db import Model, text_enum
from lms.kernel.personal import NOT_PERSONAL, personal

_SECURITY = personal("sign-in", "security, Art. 6 (1) f GDPR", "30 days")
_FACTOR = personal("second factor", "security, Art. 6 (1) f GDPR", "as long as it is set up")
_LINK = personal("way in (hash)", "security, Art. 6 (1) f GDPR", "7 days")
_ATTEMPT = personal("sign-in attempt (keyed hash)", "security, Art. 6 (1) f GDPR", "24 hours")


class Password(Model):
    """An argon2id hash (trust.md 1.1)."""

    __tablename__ = "passwords"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, info=_SECURITY
    )
    argon2: Mapped[str] = mapped_column(String(200), info=_SECURITY)
    changed_at: Mapped[dt.datetime] = mapped_column(info=_SECURITY)


class SignIn(Model):
    """One browser that is signed in; deleting the row ends it (trust.md 1.11)."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True, info=_SECURITY)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True, info=_SECURITY
    )
    created_at: Mapped[dt.datetime] = mapped_column(info=_SECURITY)
    last_seen_at: Mapped[dt.datetime] = mapped_column(info=_SECURITY)
    # When the person last showed who they are; None: never in this browser (trust.md 1.18).
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(info=_SECURITY)
    strength: Mapped[Strength] = mapped_column(text_enum(Strength), info=_SECURITY)
    is_kept: Mapped[bool] = mapped_column(info=_SECURITY)
    browser: Mapped[str] = mapped_column(String(60), info=_SECURITY)


class SignInAttempt(Model):
    """A failure, counted before hashing; keyed hashes only (trust.md 1.9)."""

    __tablename__ = "sign_in_attempts"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    subject: Mapped[str] = mapped_column(String(64), info=_ATTEMPT)
    at: Mapped[dt.datetime] = mapped_column(info=_ATTEMPT, index=True)

    __table_args__ = (Index("ix_sign_in_attempts_subject", "subject", "at"),)


class SetUpAddress(Model):
    """The one-time address at which the first administrator sets a password (trust.md 1.4)."""

    __tablename__ = "set_up_addresses"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True, info=NOT_PERSONAL)
    created_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    expires_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    used_at: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)
    # Whom it made: they may look round for a day before they set up a second factor.
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True, info=_SECURITY
    )


class AccessLink(Model):
    """Something that lets one person in once: a mailed link, or the code of an access letter.

    Bound to person, purpose and the address it went to; of one kind only the newest is good
    (trust.md 1.5).
    """

    __tablename__ = "access_links"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True, info=_LINK
    )
    purpose: Mapped[Purpose] = mapped_column(text_enum(Purpose), info=_LINK)
    address: Mapped[str | None] = mapped_column(String(254), info=_LINK)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, info=_LINK)
    created_at: Mapped[dt.datetime] = mapped_column(info=_LINK)
    expires_at: Mapped[dt.datetime] = mapped_column(info=_LINK, index=True)
    used_at: Mapped[dt.datetime | None] = mapped_column(info=_LINK)
    is_void: Mapped[bool] = mapped_column(info=NOT_PERSONAL)


class SecondFactor(Model):
    """A secret shared with an app that shows six digits for 30 seconds (RFC 6238)."""

    __tablename__ = "second_factors"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, info=_FACTOR
    )
    # Encrypted: it must be read again for every check, so a hash would not do.
    secret: Mapped[str] = mapped_column(String(300), info=_FACTOR)
    set_up_at: Mapped[dt.datetime] = mapped_column(info=_FACTOR)
    # The last period of 30 seconds whose digits were used; they are good once (trust.md 1.7).
    last_step: Mapped[int] = mapped_column(BigInteger(), info=_FACTOR)


class RecoveryCode(Model):
    """One of ten codes on paper for somebody whose app is not at hand; good once."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True, info=_FACTOR
    )
    code_hash: Mapped[str] = mapped_column(String(64), unique=True, info=_FACTOR)
    used_at: Mapped[dt.datetime | None] = mapped_column(info=_FACTOR)
