"""Sessions, their dates, who has a place in them, who was there, who was reminded."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import Model
from lms.kernel.personal import NOT_PERSONAL, personal
from lms.people.models import Person

_ORGANISING = personal(
    "sign-up and attendance", "organising sessions, Art. 6 (1) b GDPR", "24 months"
)


class Workshop(Model):
    """A training session that can be booked; it may count for a course."""

    __tablename__ = "workshops"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    course_id: Mapped[int | None] = mapped_column(
        ForeignKey("courses.id"), index=True, info=NOT_PERSONAL
    )
    titles: Mapped[dict[str, Any]] = mapped_column(info=NOT_PERSONAL)
    descriptions: Mapped[dict[str, Any]] = mapped_column(info=NOT_PERSONAL)
    setting: Mapped[str] = mapped_column(String(10), info=NOT_PERSONAL)
    method: Mapped[str] = mapped_column(String(12), info=NOT_PERSONAL)
    place: Mapped[str | None] = mapped_column(String(200), info=NOT_PERSONAL)
    online_url: Mapped[str | None] = mapped_column(String(500), info=NOT_PERSONAL)
    trainer_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_ORGANISING)
    created_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_ORGANISING)
    created_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    capacity: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    signup_opens_on: Mapped[dt.date | None] = mapped_column(info=NOT_PERSONAL)
    signup_closes_on: Mapped[dt.date | None] = mapped_column(info=NOT_PERSONAL)
    cancel_until: Mapped[dt.date | None] = mapped_column(info=NOT_PERSONAL)
    min_minutes: Mapped[int | None] = mapped_column(info=NOT_PERSONAL)
    status: Mapped[str] = mapped_column(String(10), default="draft", info=NOT_PERSONAL)
    cancel_note: Mapped[str | None] = mapped_column(String(400), info=NOT_PERSONAL)
    closed_at: Mapped[dt.datetime | None] = mapped_column(info=NOT_PERSONAL)
    revision: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)

    trainer: Mapped[Person] = relationship(lazy="raise", foreign_keys=[trainer_id])

    __table_args__ = (
        CheckConstraint("setting IN ('on_site', 'online', 'hybrid')", "setting"),
        CheckConstraint("method IN ('training', 'world_cafe')", "method"),
        CheckConstraint("status IN ('draft', 'published', 'cancelled', 'done')", "status"),
        CheckConstraint("capacity IS NULL OR capacity > 0", "room_for_somebody"),
        CheckConstraint("min_minutes IS NULL OR min_minutes > 0", "some_minutes"),
        CheckConstraint(
            "(status = 'done' AND closed_at IS NOT NULL)"
            " OR (status <> 'done' AND closed_at IS NULL)",
            "done_has_an_instant",
        ),
        Index("ix_workshops_status", "status"),
    )


class WorkshopDate(Model):
    """One meeting of a session; `sequence` grows with every change that people must hear of."""

    __tablename__ = "workshop_dates"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshops.id"), info=NOT_PERSONAL)
    no: Mapped[int] = mapped_column(info=NOT_PERSONAL)
    starts_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    ends_at: Mapped[dt.datetime] = mapped_column(info=NOT_PERSONAL)
    place: Mapped[str | None] = mapped_column(String(200), info=NOT_PERSONAL)
    is_cancelled: Mapped[bool] = mapped_column(default=False, info=NOT_PERSONAL)
    sequence: Mapped[int] = mapped_column(default=0, info=NOT_PERSONAL)

    __table_args__ = (
        UniqueConstraint("workshop_id", "no"),
        CheckConstraint("ends_at > starts_at", "ends_after_it_began"),
        Index("ix_workshop_dates_starts_at", "starts_at"),
    )


class SignUp(Model):
    """Somebody's place in a session, or on its waiting list; signing up again is a new row.

    `note` says why somebody on the waiting list was passed over.
    """

    __tablename__ = "sign_ups"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshops.id"), info=_ORGANISING)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_ORGANISING)
    state: Mapped[str] = mapped_column(String(20), info=_ORGANISING)
    position: Mapped[int | None] = mapped_column(info=_ORGANISING)
    source: Mapped[str] = mapped_column(String(10), info=_ORGANISING)
    note: Mapped[str | None] = mapped_column(String(20), info=_ORGANISING)
    created_at: Mapped[dt.datetime] = mapped_column(info=_ORGANISING)
    changed_at: Mapped[dt.datetime] = mapped_column(info=_ORGANISING)

    person: Mapped[Person] = relationship(lazy="raise")

    __table_args__ = (
        CheckConstraint(
            "state IN ('booked', 'waitlisted', 'cancelled_by_user', 'cancelled_by_org')", "state"
        ),
        CheckConstraint("source IN ('self', 'on_behalf')", "source"),
        CheckConstraint("note IS NULL OR note IN ('overlap', 'not_there')", "note"),
        CheckConstraint(
            "(state = 'waitlisted' AND position IS NOT NULL)"
            " OR (state <> 'waitlisted' AND position IS NULL)",
            "waiting_has_a_position",
        ),
        Index("ix_sign_ups_by_state", "workshop_id", "state", "position"),
        Index(
            "uq_sign_ups_one_live",
            "workshop_id",
            "person_id",
            unique=True,
            sqlite_where=state.in_(("booked", "waitlisted")),
            postgresql_where=state.in_(("booked", "waitlisted")),
        ),
        Index(
            "uq_sign_ups_one_position",
            "workshop_id",
            "position",
            unique=True,
            sqlite_where=position.is_not(None),
            postgresql_where=position.is_not(None),
        ),
    )


class SignUpEvent(Model):
    """What happened to a sign-up: the history that is only added to."""

    __tablename__ = "sign_up_events"

    id: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    sign_up_id: Mapped[int] = mapped_column(
        ForeignKey("sign_ups.id"), index=True, info=NOT_PERSONAL
    )
    at: Mapped[dt.datetime] = mapped_column(info=_ORGANISING)
    state: Mapped[str] = mapped_column(String(20), info=_ORGANISING)
    note: Mapped[str | None] = mapped_column(String(20), info=_ORGANISING)
    actor: Mapped[str] = mapped_column(String(80), info=_ORGANISING)


class Attendance(Model):
    """What was entered for a person and a date; no row: nothing was entered."""

    __tablename__ = "attendance"

    workshop_date_id: Mapped[int] = mapped_column(
        ForeignKey("workshop_dates.id"), primary_key=True, info=_ORGANISING
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id"), primary_key=True, index=True, info=_ORGANISING
    )
    state: Mapped[str] = mapped_column(String(10), info=_ORGANISING)
    minutes: Mapped[int | None] = mapped_column(info=_ORGANISING)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True, info=_ORGANISING)
    recorded_at: Mapped[dt.datetime] = mapped_column(info=_ORGANISING)

    __table_args__ = (
        CheckConstraint("state IN ('present', 'partial', 'absent', 'excused')", "state"),
        CheckConstraint(
            "(state = 'partial' AND minutes IS NOT NULL)"
            " OR (state <> 'partial' AND minutes IS NULL)",
            "partial_has_minutes",
        ),
        CheckConstraint("recorded_by <> person_id", "entered_by_somebody_else"),
    )


class WorkshopNotice(Model):
    """The fact that a reminder was handled, once per date, person and change of the date."""

    __tablename__ = "workshop_notices"

    workshop_date_id: Mapped[int] = mapped_column(
        ForeignKey("workshop_dates.id"), primary_key=True, info=_ORGANISING
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id"), primary_key=True, index=True, info=_ORGANISING
    )
    stage: Mapped[str] = mapped_column(String(10), primary_key=True, info=NOT_PERSONAL)
    sequence: Mapped[int] = mapped_column(primary_key=True, info=NOT_PERSONAL)
    decided_at: Mapped[dt.datetime] = mapped_column(info=_ORGANISING)
    outcome: Mapped[str] = mapped_column(String(10), info=_ORGANISING)
    outbox_id: Mapped[int | None] = mapped_column(
        ForeignKey("outbox_messages.id"), index=True, info=_ORGANISING
    )

    __table_args__ = (
        CheckConstraint("outcome IN ('queued', 'skipped', 'dropped')", "outcome"),
        CheckConstraint(
            "(outcome = 'skipped' AND outbox_id IS NULL)"
            " OR (outcome <> 'skipped' AND outbox_id IS NOT NULL)",
            "skipped_has_no_mail",
        ),
    )
