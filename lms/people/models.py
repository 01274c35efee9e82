"""Who is there, where they belong, when they are away; the organisation's name and calendar."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import Model, text_enum
from lms.kernel.personal import NOT_PERSONAL, personal
from lms.kernel.viewer import Role
from lms.people.rules import ContactKind, TextKind

_MASTER = personal("master record", "duties, Art. 6 (1) b GDPR", "leaving + 6 months")
_ABSENCE = personal("absence", "no reminders, Art. 6 (1) b GDPR", "end + 6 months")
_CONTACT = personal("contact", "being reached, Art. 6 (1) f GDPR", "until it is changed")


class Unit(Model):
    """A part of the organisation. A name may not be `*` nor contain ` + ` (trust.md 4.2)."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    name: Mapped[str] = mapped_column(String(200), unique=True, info=NOT_PERSONAL)


class Person(Model):
    """Somebody in the organisation, known by an e-mail address (kept in lower case) or a number."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    email: Mapped[str | None] = mapped_column(String(254), info=_MASTER)
    personnel_number: Mapped[str | None] = mapped_column(String(40), info=_MASTER)
    first_name: Mapped[str] = mapped_column(String(100), info=_MASTER)
    last_name: Mapped[str] = mapped_column(String(100), info=_MASTER)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True, info=_MASTER)
    job: Mapped[str | None] = mapped_column(String(120), info=_MASTER)
    supervisor_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id"), index=True, info=_MASTER
    )
    hired_on: Mapped[dt.date | None] = mapped_column(info=_MASTER)
    left_on: Mapped[dt.date | None] = mapped_column(info=_MASTER)
    locale: Mapped[str | None] = mapped_column(String(5), info=_MASTER)
    theme: Mapped[str] = mapped_column(String(5), default="auto", info=_MASTER)
    mail_state: Mapped[str] = mapped_column(String(5), default="ok", info=_MASTER)
    anonymised_at: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)

    unit: Mapped[Unit] = relationship(lazy="raise")
    roles: Mapped[list["PersonRole"]] = relationship(
        back_populates="person", lazy="raise", cascade="all, delete-orphan"
    )

    __table_args__ = (
        CheckConstraint(
            "left_on IS NULL OR hired_on IS NULL OR left_on >= hired_on", "leaves_after_joining"
        ),
        CheckConstraint("supervisor_id IS NULL OR supervisor_id <> id", "no_own_supervisor"),
        CheckConstraint("mail_state IN ('ok', 'soft', 'hard', 'none')", "mail_state"),
        CheckConstraint("theme IN ('auto', 'light', 'dark')", "theme"),
        CheckConstraint(
            "email IS NOT NULL OR personnel_number IS NOT NULL OR anonymised_at IS NOT NULL",
            "has_a_key",
        ),
        Index(
            "uq_people_email_live",
            "email",
            unique=True,
            sqlite_where=(email.is_not(None) & anonymised_at.is_(None)),
            postgresql_where=(email.is_not(None) & anonymised_at.is_(None)),
        ),
        Index(
            "uq_people_personnel_number_live",
            "personnel_number",
            unique=True,
            sqlite_where=(personnel_number.is_not(None) & anonymised_at.is_(None)),
            postgresql_where=(personnel_number.is_not(None) & anonymised_at.is_(None)),
        ),
        Index("ix_people_by_name", "last_name", "first_name", "id"),
        Index("ix_people_by_job", "job"),
    )

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def key(self) -> str:
        """How commands and files name this person: the address, else `#` and the number."""
        return self.email or f"#{self.personnel_number}"


class PersonRole(Model):
    """A right given to a person; everybody is an employee without a row."""

    __tablename__ = "person_roles"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, info=_MASTER
    )
    role: Mapped[Role] = mapped_column(text_enum(Role), primary_key=True, info=_MASTER)

    person: Mapped[Person] = relationship(back_populates="roles", lazy="raise")


class Absence(Model):
    """From and until (inclusive; empty: open end). Why somebody is away is never stored."""

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_ABSENCE)
    from_on: Mapped[dt.date] = mapped_column(info=_ABSENCE)
    until_on: Mapped[dt.date | None] = mapped_column(info=_ABSENCE)

    __table_args__ = (
        UniqueConstraint("person_id", "from_on"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", "ends_after_it_began"),
    )


class Deputy(Model):
    """Who stands in for a supervisor on which days, both included."""

    __tablename__ = "deputies"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    supervisor_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_MASTER)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_MASTER)
    from_on: Mapped[dt.date] = mapped_column(info=_MASTER)
    until_on: Mapped[dt.date] = mapped_column(info=_MASTER)

    __table_args__ = (
        UniqueConstraint("supervisor_id", "from_on"),
        CheckConstraint("deputy_id <> supervisor_id", "stands_in_for_another"),
        CheckConstraint("until_on >= from_on", "ends_after_it_began"),
    )


class Organisation(Model):
    """One row: what the settings said first and the organisation may change later."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    name: Mapped[str] = mapped_column(String(200), info=NOT_PERSONAL)
    holidays: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    mark_sha256: Mapped[str | None] = mapped_column(String(64), info=NOT_PERSONAL)
    mark_width: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    mark_height: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)

    __table_args__ = (
        CheckConstraint("id = 1", "only_one"),
        CheckConstraint(
            "(mark_sha256 IS NULL) = (mark_width IS NULL)"
            " AND (mark_sha256 IS NULL) = (mark_height IS NULL)",
            "a_mark_has_a_size",
        ),
    )


class Contact(Model):
    """Whom people can ask: about learning, about their data, about what they cannot use."""

    __tablename__ = "contacts"

    kind: Mapped[ContactKind] = mapped_column(
        text_enum(ContactKind), primary_key=True, info=NOT_PERSONAL
    )
    name: Mapped[str] = mapped_column(String(200), info=_CONTACT)
    email: Mapped[str] = mapped_column(String(254), info=_CONTACT)
    phone: Mapped[str] = mapped_column(String(60), info=_CONTACT)


class OrganisationText(Model):
    """What the organisation itself says on a public page, in Markdown; no row: not filled in."""

    __tablename__ = "organisation_texts"

    kind: Mapped[TextKind] = mapped_column(text_enum(TextKind), primary_key=True, info=NOT_PERSONAL)
    locale: Mapped[str] = mapped_column(String(5), primary_key=True, info=NOT_PERSONAL)
    text: Mapped[str] = mapped_column(info=NOT_PERSONAL)


class ClosingDay(Model):
    """A day of each year on which the house is closed, such as 24 December."""

    __tablename__ = "closing_days"

    month: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    day: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    name: Mapped[str | None] = mapped_column(String(120), info=NOT_PERSONAL)

    __table_args__ = (
        CheckConstraint("month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31", "a_day_of_the_year"),
    )


class Closure(Model):
    """Days of one year on which the house is closed, both included, such as a works holiday."""

    __tablename__ = "closures"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    from_on: Mapped[dt.date] = mapped_column(info=NOT_PERSONAL)
    until_on: Mapped[dt.date] = mapped_column(info=NOT_PERSONAL)
    name: Mapped[str | None] = mapped_column(String(120), info=NOT_PERSONAL)

    __table_args__ = (
        UniqueConstraint("from_on", "until_on"),
        CheckConstraint("until_on >= from_on", "ends_after_it_began"),
    )


class Holiday(Model):
    """A public holiday as first computed: an upgrade of the library changes no planned history."""

    __tablename__ = "holidays"

    region: Mapped[str] = mapped_column(String(10), primary_key=True, info=NOT_PERSONAL)
    day: Mapped[dt.date] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    name: Mapped[str] = mapped_column(String(120), info=NOT_PERSONAL)
