"""Passwords, sign-ins, failed attempts and one-time addresses; nothing here is kept in clear."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL, personal

_SECURITY = personal("sign-in", "security, Art. 6 (1) f GDPR", "30 days")
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
