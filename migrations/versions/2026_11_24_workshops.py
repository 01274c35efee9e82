"""Sessions that can be booked: dates, places, attendance, reminders."""

import sqlalchemy as sa
from alembic import op

revision = "workshops"
down_revision = "backups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "workshops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("descriptions", sa.JSON(), nullable=False),
        sa.Column("setting", sa.String(length=10), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("online_url", sa.String(length=500), nullable=True),
        sa.Column("trainer_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("signup_opens_on", sa.Date(), nullable=True),
        sa.Column("signup_closes_on", sa.Date(), nullable=True),
        sa.Column("cancel_until", sa.Date(), nullable=True),
        sa.Column("min_minutes", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("cancel_note", sa.String(length=400), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'done' AND closed_at IS NOT NULL) OR (status <> 'done' AND closed_at IS NULL)",
            name=op.f("ck_workshops_done_has_an_instant"),
        ),
        sa.CheckConstraint(
            "method IN ('training', 'world_cafe')", name=op.f("ck_workshops_method")
        ),
        sa.CheckConstraint(
            "setting IN ('on_site', 'online', 'hybrid')", name=op.f("ck_workshops_setting")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'cancelled', 'done')",
            name=op.f("ck_workshops_status"),
        ),
        sa.CheckConstraint(
            "capacity IS NULL OR capacity > 0", name=op.f("ck_workshops_room_for_somebody")
        ),
        sa.CheckConstraint(
            "min_minutes IS NULL OR min_minutes > 0", name=op.f("ck_workshops_some_minutes")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_workshops_course_id")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["people.id"], name=op.f("fk_workshops_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["people.id"], name=op.f("fk_workshops_trainer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshops")),
    )
    with op.batch_alter_table("workshops", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_workshops_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_workshops_created_by"), ["created_by"], unique=False)
        batch_op.create_index("ix_workshops_status", ["status"], unique=False)
        batch_op.create_index(batch_op.f("ix_workshops_trainer_id"), ["trainer_id"], unique=False)

    op.create_table(
        "sign_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'waitlisted' AND position IS NOT NULL) OR (state <> 'waitlisted' AND position IS NULL)",
            name=op.f("ck_sign_ups_waiting_has_a_position"),
        ),
        sa.CheckConstraint(
            "note IS NULL OR note IN ('overlap', 'not_there')", name=op.f("ck_sign_ups_note")
        ),
        sa.CheckConstraint("source IN ('self', 'on_behalf')", name=op.f("ck_sign_ups_source")),
        sa.CheckConstraint(
            "state IN ('booked', 'waitlisted', 'cancelled_by_user', 'cancelled_by_org')",
            name=op.f("ck_sign_ups_state"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_ups_person_id")),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshops.id"], name=op.f("fk_sign_ups_workshop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
    )
    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sign_ups_by_state", ["workshop_id", "state", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sign_ups_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_sign_ups_one_live",
            ["workshop_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('booked', 'waitlisted')"),
            postgresql_where=sa.text("state IN ('booked', 'waitlisted')"),
        )
        batch_op.create_index(
            "uq_sign_ups_one_position",
            ["workshop_id", "position"],
            unique=True,
            sqlite_where=sa.text("position IS NOT NULL"),
            postgresql_where=sa.text("position IS NOT NULL"),
        )

    op.create_table(
        "workshop_dates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ends_at > starts_at", name=op.f("ck_workshop_dates_ends_after_it_began")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshops.id"], name=op.f("fk_workshop_dates_workshop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_dates")),
        sa.UniqueConstraint("workshop_id", "no", name=op.f("uq_workshop_dates_workshop_id_no")),
    )
    with op.batch_alter_table("workshop_dates", schema=None) as batch_op:
        batch_op.create_index("ix_workshop_dates_starts_at", ["starts_at"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("workshop_date_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'partial' AND minutes IS NOT NULL) OR (state <> 'partial' AND minutes IS NULL)",
            name=op.f("ck_attendance_partial_has_minutes"),
        ),
        sa.CheckConstraint(
            "state IN ('present', 'partial', 'absent', 'excused')", name=op.f("ck_attendance_state")
        ),
        sa.CheckConstraint(
            "recorded_by <> person_id", name=op.f("ck_attendance_entered_by_somebody_else")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_attendance_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["people.id"], name=op.f("fk_attendance_recorded_by")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_date_id"], ["workshop_dates.id"], name=op.f("fk_attendance_workshop_date_id")
        ),
        sa.PrimaryKeyConstraint("workshop_date_id", "person_id", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_attendance_recorded_by"), ["recorded_by"], unique=False
        )

    op.create_table(
        "sign_up_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign_up_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=20), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_up_id"], ["sign_ups.id"], name=op.f("fk_sign_up_events_sign_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up_events")),
    )
    with op.batch_alter_table("sign_up_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_up_events_sign_up_id"), ["sign_up_id"], unique=False
        )

    op.create_table(
        "workshop_notices",
        sa.Column("workshop_date_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'skipped' AND outbox_id IS NULL) OR (outcome <> 'skipped' AND outbox_id IS NOT NULL)",
            name=op.f("ck_workshop_notices_skipped_has_no_mail"),
        ),
        sa.CheckConstraint(
            "outcome IN ('queued', 'skipped', 'dropped')", name=op.f("ck_workshop_notices_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox_messages.id"], name=op.f("fk_workshop_notices_outbox_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_workshop_notices_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["workshop_date_id"],
            ["workshop_dates.id"],
            name=op.f("fk_workshop_notices_workshop_date_id"),
        ),
        sa.PrimaryKeyConstraint(
            "workshop_date_id", "person_id", "stage", "sequence", name=op.f("pk_workshop_notices")
        ),
    )
    with op.batch_alter_table("workshop_notices", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_workshop_notices_outbox_id"), ["outbox_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_workshop_notices_person_id"), ["person_id"], unique=False
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("workshop_notices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workshop_notices_person_id"))
        batch_op.drop_index(batch_op.f("ix_workshop_notices_outbox_id"))

    op.drop_table("workshop_notices")
    with op.batch_alter_table("sign_up_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_up_events_sign_up_id"))

    op.drop_table("sign_up_events")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attendance_recorded_by"))
        batch_op.drop_index(batch_op.f("ix_attendance_person_id"))

    op.drop_table("attendance")
    with op.batch_alter_table("workshop_dates", schema=None) as batch_op:
        batch_op.drop_index("ix_workshop_dates_starts_at")

    op.drop_table("workshop_dates")
    with op.batch_alter_table("sign_ups", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_sign_ups_one_position",
            sqlite_where=sa.text("position IS NOT NULL"),
            postgresql_where=sa.text("position IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_sign_ups_one_live",
            sqlite_where=sa.text("state IN ('booked', 'waitlisted')"),
            postgresql_where=sa.text("state IN ('booked', 'waitlisted')"),
        )
        batch_op.drop_index(batch_op.f("ix_sign_ups_person_id"))
        batch_op.drop_index("ix_sign_ups_by_state")

    op.drop_table("sign_ups")
    with op.batch_alter_table("workshops", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workshops_trainer_id"))
        batch_op.drop_index("ix_workshops_status")
        batch_op.drop_index(batch_op.f("ix_workshops_created_by"))
        batch_op.drop_index(batch_op.f("ix_workshops_course_id"))

    op.drop_table("workshops")
