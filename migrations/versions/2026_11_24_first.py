"""The first tables; one migration until the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("verb", sa.String(length=80), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("position", name=op.f("uq_audit_entries_position")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entries_object", ["object_kind", "object_id"], unique=False)
        batch_op.create_index(
            "ix_audit_entries_unlinked",
            ["id"],
            unique=False,
            sqlite_where=sa.text("hash IS NULL"),
            postgresql_where=sa.text("hash IS NULL"),
        )

    op.create_table(
        "closing_days",
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31",
            name=op.f("ck_closing_days_a_day_of_the_year"),
        ),
        sa.PrimaryKeyConstraint("month", "day", name=op.f("pk_closing_days")),
    )
    op.create_table(
        "course_media",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_course_media")),
    )
    op.create_table(
        "courses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("slug", name=op.f("uq_courses_slug")),
    )
    op.create_table(
        "heartbeats",
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "holidays",
        sa.Column("region", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("region", "day", name=op.f("pk_holidays")),
    )
    op.create_table(
        "job_runs",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_ok", sa.Boolean(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=400), nullable=True),
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_runs")),
    )
    with op.batch_alter_table("job_runs", schema=None) as batch_op:
        batch_op.create_index("ix_job_runs_started_at", ["job", "started_at"], unique=False)

    op.create_table(
        "mail_throttle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("refilled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures_in_a_row", sa.Integer(), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_mail_throttle_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_throttle")),
    )
    op.create_table(
        "mailbox_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mailbox_messages_message_id")),
    )
    with op.batch_alter_table("mailbox_messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_mailbox_messages_received_at"), ["received_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_mailbox_messages_to_address"), ["to_address"], unique=False
        )

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("holidays", sa.String(length=10), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_organisation_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "record_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=False),
        sa.Column("viewer_role", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("page", sa.String(length=80), nullable=False),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_views")),
    )
    with op.batch_alter_table("record_views", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_views_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_record_views_subject_id"), ["subject_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_record_views_viewer_id"), ["viewer_id"], unique=False)

    op.create_table(
        "retention_passes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_passes")),
    )
    op.create_table(
        "set_up_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_up_addresses")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_set_up_addresses_token_sha256")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_at"), ["at"], unique=False)
        batch_op.create_index("ix_sign_in_attempts_subject", ["subject", "at"], unique=False)

    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("name", name=op.f("uq_units_name")),
    )
    op.create_table(
        "course_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("retrain", sa.Boolean(), nullable=False),
        sa.Column("retrain_due_days", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "origin IN ('bundle', 'browser')", name=op.f("ck_course_versions_origin")
        ),
        sa.CheckConstraint(
            "(retrain AND retrain_due_days IS NOT NULL) OR (NOT retrain AND retrain_due_days IS NULL)",
            name=op.f("ck_course_versions_retrain_says_until_when"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_versions_course_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_versions")),
        sa.UniqueConstraint(
            "course_id", "number", name=op.f("uq_course_versions_course_id_number")
        ),
        sa.UniqueConstraint("id", "course_id", name=op.f("uq_course_versions_id_course_id")),
    )
    with op.batch_alter_table("course_versions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_versions_course_id"), ["course_id"], unique=False
        )

    op.create_table(
        "goals",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("goal_by", sa.Date(), nullable=True),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_goals_percent")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_goals_course_id")),
        sa.PrimaryKeyConstraint("course_id", name=op.f("pk_goals")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("personnel_number", sa.String(length=40), nullable=True),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=120), nullable=True),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("hired_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=True),
        sa.Column("theme", sa.String(length=5), nullable=False),
        sa.Column("mail_state", sa.String(length=5), nullable=False),
        sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "mail_state IN ('ok', 'soft', 'hard', 'none')", name=op.f("ck_people_mail_state")
        ),
        sa.CheckConstraint("theme IN ('auto', 'light', 'dark')", name=op.f("ck_people_theme")),
        sa.CheckConstraint(
            "email IS NOT NULL OR personnel_number IS NOT NULL OR anonymised_at IS NOT NULL",
            name=op.f("ck_people_has_a_key"),
        ),
        sa.CheckConstraint(
            "left_on IS NULL OR hired_on IS NULL OR left_on >= hired_on",
            name=op.f("ck_people_leaves_after_joining"),
        ),
        sa.CheckConstraint(
            "supervisor_id IS NULL OR supervisor_id <> id", name=op.f("ck_people_no_own_supervisor")
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["people.id"], name=op.f("fk_people_supervisor_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_people_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.create_index("ix_people_by_job", ["job"], unique=False)
        batch_op.create_index("ix_people_by_name", ["last_name", "first_name", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_people_supervisor_id"), ["supervisor_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_people_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_people_email_live",
            ["email"],
            unique=True,
            sqlite_where=sa.text("email IS NOT NULL AND anonymised_at IS NULL"),
            postgresql_where=sa.text("email IS NOT NULL AND anonymised_at IS NULL"),
        )
        batch_op.create_index(
            "uq_people_personnel_number_live",
            ["personnel_number"],
            unique=True,
            sqlite_where=sa.text("personnel_number IS NOT NULL AND anonymised_at IS NULL"),
            postgresql_where=sa.text("personnel_number IS NOT NULL AND anonymised_at IS NULL"),
        )

    op.create_table(
        "requirements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("scope_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= since",
            name=op.f("ck_requirements_ends_after_it_began"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_requirements_course_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirements")),
        sa.UniqueConstraint("id", "course_id", name=op.f("uq_requirements_id_course_id")),
    )
    with op.batch_alter_table("requirements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirements_course_id"), ["course_id"], unique=False)
        batch_op.create_index(
            "uq_requirements_one_live",
            ["course_id", "scope_key"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on", name=op.f("ck_absences_ends_after_it_began")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_absences_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("person_id", "from_on", name=op.f("uq_absences_person_id_from_on")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absences_person_id"), ["person_id"], unique=False)

    op.create_table(
        "activities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_activities_course_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_activities_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
        sa.UniqueConstraint(
            "person_id",
            "course_id",
            "done_on",
            name=op.f("uq_activities_person_id_course_id_done_on"),
        ),
    )
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activities_course_id"), ["course_id"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "(ended_on IS NULL AND end_reason IS NULL) OR (ended_on IS NOT NULL AND end_reason IS NOT NULL)",
            name=op.f("ck_assignments_an_end_has_a_reason"),
        ),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= assigned_on",
            name=op.f("ck_assignments_ends_after_it_began"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_assignments_course_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_assignments_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint(
            "id", "person_id", "course_id", name=op.f("uq_assignments_id_person_id_course_id")
        ),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignments_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignments_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_assignments_one_live",
            ["person_id", "course_id"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('people', 'evidence', 'absences', 'requirements', 'policy', 'breaker')",
            name=op.f("ck_batches_kind"),
        ),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_batches_made_by")),
        sa.ForeignKeyConstraint(
            ["released_by"], ["people.id"], name=op.f("fk_batches_released_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    with op.batch_alter_table("batches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batches_made_by"), ["made_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_batches_released_by"), ["released_by"], unique=False)

    op.create_table(
        "exemptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "approved_by <> person_id", name=op.f("ck_exemptions_approved_by_somebody_else")
        ),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= from_on",
            name=op.f("ck_exemptions_ends_after_it_began"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["people.id"], name=op.f("fk_exemptions_approved_by")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_exemptions_course_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_exemptions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemptions")),
        sa.UniqueConstraint(
            "person_id",
            "course_id",
            "from_on",
            name=op.f("uq_exemptions_person_id_course_id_from_on"),
        ),
    )
    with op.batch_alter_table("exemptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_exemptions_approved_by"), ["approved_by"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_exemptions_course_id"), ["course_id"], unique=False)

    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idem_key", sa.String(length=200), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("claimed_by", sa.String(length=80), nullable=True),
        sa.Column("claim_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=True),
        sa.Column("text_body", sa.Text(), nullable=True),
        sa.Column("html_body", sa.Text(), nullable=True),
        sa.Column("body_sha256", sa.String(length=64), nullable=True),
        sa.Column("smtp_reply", sa.String(length=300), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent' AND sent_at IS NOT NULL) OR (state <> 'sent' AND sent_at IS NULL)",
            name=op.f("ck_outbox_messages_sent_has_an_instant"),
        ),
        sa.CheckConstraint(
            "(state IN ('claimed', 'sending') AND claim_until IS NOT NULL) OR (state NOT IN ('claimed', 'sending') AND claim_until IS NULL)",
            name=op.f("ck_outbox_messages_a_claim_runs_out"),
        ),
        sa.CheckConstraint(
            "audience IN ('learner', 'supervisor', 'management', 'immediate')",
            name=op.f("ck_outbox_messages_audience"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'claimed', 'sending', 'sent', 'cancelled', 'expired', 'failed', 'uncertain')",
            name=op.f("ck_outbox_messages_state"),
        ),
        sa.CheckConstraint(
            "expires_at > not_before", name=op.f("ck_outbox_messages_expires_after_it_may_go")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_outbox_messages_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_messages")),
        sa.UniqueConstraint("idem_key", name=op.f("uq_outbox_messages_idem_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_messages_message_id")),
    )
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_messages_claim",
            ["claim_until"],
            unique=False,
            sqlite_where=sa.text("state IN ('claimed', 'sending')"),
            postgresql_where=sa.text("state IN ('claimed', 'sending')"),
        )
        batch_op.create_index("ix_outbox_messages_local_date", ["local_date"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_outbox_messages_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            "ix_outbox_messages_ready",
            ["state", "not_before", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index("ix_outbox_messages_state", ["state", "created_at"], unique=False)
        batch_op.create_index(
            "uq_outbox_messages_one_digest",
            ["person_id", "audience", "local_date"],
            unique=True,
            sqlite_where=sa.text("audience != 'immediate'"),
            postgresql_where=sa.text("audience != 'immediate'"),
        )

    op.create_table(
        "passwords",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("argon2", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_passwords_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_passwords")),
    )
    op.create_table(
        "person_roles",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "employee",
                "author",
                "officer",
                "management",
                "administrator",
                "dpo",
                name="role",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_person_roles_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_roles")),
    )
    op.create_table(
        "requirement_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("interval_months", sa.Integer(), nullable=True),
        sa.Column("renewal_base", sa.String(length=10), nullable=False),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("initial_due_days", sa.Integer(), nullable=False),
        sa.Column("return_grace_days", sa.Integer(), nullable=False),
        sa.Column("fixed_month", sa.Integer(), nullable=True),
        sa.Column("fixed_day", sa.Integer(), nullable=True),
        sa.Column("min_valid_months", sa.Integer(), nullable=True),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("overdue_every_days", sa.Integer(), nullable=False),
        sa.Column("overdue_count", sa.Integer(), nullable=False),
        sa.Column("alternatives", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(renewal_base = 'fixed' AND fixed_month IS NOT NULL AND fixed_day IS NOT NULL AND min_valid_months IS NOT NULL) OR (renewal_base <> 'fixed' AND fixed_month IS NULL AND fixed_day IS NULL AND min_valid_months IS NULL)",
            name=op.f("ck_requirement_revisions_fixed_names_its_day"),
        ),
        sa.CheckConstraint(
            "renewal_base IN ('completion', 'expiry', 'fixed')",
            name=op.f("ck_requirement_revisions_renewal_base"),
        ),
        sa.CheckConstraint(
            "interval_months IS NULL OR interval_months BETWEEN 1 AND 120",
            name=op.f("ck_requirement_revisions_interval_in_range"),
        ),
        sa.CheckConstraint(
            "interval_months IS NULL OR window_days < interval_months * 28",
            name=op.f("ck_requirement_revisions_window_shorter_than_interval"),
        ),
        sa.CheckConstraint(
            "window_days >= 0 AND grace_days >= 0 AND initial_due_days >= 0 AND return_grace_days >= 0 AND overdue_every_days >= 1 AND overdue_count >= 0",
            name=op.f("ck_requirement_revisions_days_are_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id", "course_id"],
            ["requirements.id", "requirements.course_id"],
            name=op.f("fk_requirement_revisions_requirement_id_course_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_revisions")),
        sa.UniqueConstraint("id", "course_id", name=op.f("uq_requirement_revisions_id_course_id")),
        sa.UniqueConstraint(
            "requirement_id", "number", name=op.f("uq_requirement_revisions_requirement_id_number")
        ),
    )
    with op.batch_alter_table("requirement_revisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_requirement_revisions_course_id"), ["course_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_requirement_revisions_requirement_id"), ["requirement_id"], unique=False
        )

    op.create_table(
        "requirement_scopes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("word", sa.String(length=120), nullable=True),
        sa.CheckConstraint(
            "(kind = 'everyone' AND unit_id IS NULL AND person_id IS NULL AND word IS NULL) OR (kind = 'unit' AND unit_id IS NOT NULL AND person_id IS NULL AND word IS NULL) OR (kind = 'person' AND person_id IS NOT NULL AND unit_id IS NULL AND word IS NULL) OR (kind IN ('job', 'role') AND word IS NOT NULL AND unit_id IS NULL AND person_id IS NULL)",
            name=op.f("ck_requirement_scopes_names_one_thing"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_requirement_scopes_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirements.id"],
            name=op.f("fk_requirement_scopes_requirement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_requirement_scopes_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_scopes")),
    )
    with op.batch_alter_table("requirement_scopes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_requirement_scopes_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_requirement_scopes_requirement_id"), ["requirement_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_requirement_scopes_unit_id"), ["unit_id"], unique=False
        )

    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_sign_ins_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_ins_token_sha256")),
    )
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_ins_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assignment_sources",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_assignment_sources_assignment_id")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["requirements.id"],
            name=op.f("fk_assignment_sources_requirement_id"),
        ),
        sa.PrimaryKeyConstraint(
            "assignment_id", "requirement_id", "since", name=op.f("pk_assignment_sources")
        ),
    )
    with op.batch_alter_table("assignment_sources", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assignment_sources_requirement_id"), ["requirement_id"], unique=False
        )

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("interval_months", sa.Integer(), nullable=True),
        sa.Column("anchor_on", sa.Date(), nullable=True),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("source_key", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_reason", sa.String(length=400), nullable=True),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "kind <> 'external' OR file_sha256 IS NOT NULL",
            name=op.f("ck_evidence_external_has_a_file"),
        ),
        sa.CheckConstraint(
            "kind IN ('course', 'micro', 'attendance', 'external', 'import', 'alternative')",
            name=op.f("ck_evidence_kind"),
        ),
        sa.CheckConstraint(
            "(revoked_on IS NULL AND revoked_reason IS NULL) OR (revoked_on IS NOT NULL AND revoked_reason IS NOT NULL)",
            name=op.f("ck_evidence_a_revocation_has_a_reason"),
        ),
        sa.CheckConstraint(
            "(valid_until IS NULL AND anchor_on IS NULL) OR (valid_until IS NOT NULL AND anchor_on IS NOT NULL)",
            name=op.f("ck_evidence_an_end_has_an_anchor"),
        ),
        sa.CheckConstraint(
            "valid_from >= completed_on", name=op.f("ck_evidence_valid_after_completion")
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from",
            name=op.f("ck_evidence_valid_forward"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_evidence_batch_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_evidence_course_id")),
        sa.ForeignKeyConstraint(
            ["course_version_id", "course_id"],
            ["course_versions.id", "course_versions.course_id"],
            name=op.f("fk_evidence_course_version_id_course_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_evidence_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["people.id"], name=op.f("fk_evidence_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint(
            "id", "person_id", "course_id", name=op.f("uq_evidence_id_person_id_course_id")
        ),
        sa.UniqueConstraint(
            "person_id",
            "course_id",
            "source_key",
            name=op.f("uq_evidence_person_id_course_id_source_key"),
        ),
        sa.UniqueConstraint("serial", name=op.f("uq_evidence_serial")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evidence_course_id"), ["course_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_evidence_course_version_id"), ["course_version_id"], unique=False
        )
        batch_op.create_index(
            "ix_evidence_effective", ["person_id", "course_id", "valid_until"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_evidence_recorded_by"), ["recorded_by"], unique=False)

    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=19), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shows_name", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_certificates_evidence_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_certificates_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint("code", name=op.f("uq_certificates_code")),
        sa.UniqueConstraint("evidence_id", name=op.f("uq_certificates_evidence_id")),
    )
    with op.batch_alter_table("certificates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificates_person_id"), ["person_id"], unique=False)

    op.create_table(
        "cycles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("baseline_due_on", sa.Date(), nullable=False),
        sa.Column("grace_until", sa.Date(), nullable=False),
        sa.Column("extended_until", sa.Date(), nullable=True),
        sa.Column("due_rev", sa.Integer(), nullable=False),
        sa.Column("prev_evidence_id", sa.Integer(), nullable=True),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("close_reason", sa.String(length=20), nullable=True),
        sa.Column("next_action_on", sa.Date(), nullable=True),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'cancelled' AND close_reason IS NOT NULL) OR (state <> 'cancelled' AND close_reason IS NULL)",
            name=op.f("ck_cycles_cancelled_has_a_reason"),
        ),
        sa.CheckConstraint(
            "(state = 'fulfilled' AND evidence_id IS NOT NULL) OR (state <> 'fulfilled' AND evidence_id IS NULL)",
            name=op.f("ck_cycles_fulfilled_by_evidence"),
        ),
        sa.CheckConstraint(
            "(state = 'live' AND closed_on IS NULL) OR (state <> 'live' AND closed_on IS NOT NULL)",
            name=op.f("ck_cycles_closed_has_a_day"),
        ),
        sa.CheckConstraint(
            "kind IN ('initial', 'renewal', 'version', 'revocation')", name=op.f("ck_cycles_kind")
        ),
        sa.CheckConstraint(
            "state = 'live' OR next_action_on IS NULL", name=op.f("ck_cycles_closed_is_not_planned")
        ),
        sa.CheckConstraint(
            "state IN ('live', 'fulfilled', 'cancelled')", name=op.f("ck_cycles_state")
        ),
        sa.CheckConstraint(
            "why IN ('plain', 'extension', 'absence', 'exemption', 'version', 'stricter', 'policy')",
            name=op.f("ck_cycles_why"),
        ),
        sa.CheckConstraint("baseline_due_on <= due_on", name=op.f("ck_cycles_baseline_before_due")),
        sa.CheckConstraint(
            "opens_on <= due_on AND due_on <= grace_until", name=op.f("ck_cycles_dates_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id", "person_id", "course_id"],
            ["assignments.id", "assignments.person_id", "assignments.course_id"],
            name=op.f("fk_cycles_assignment_id_person_id_course_id"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_cycles_batch_id")),
        sa.ForeignKeyConstraint(
            ["evidence_id", "person_id", "course_id"],
            ["evidence.id", "evidence.person_id", "evidence.course_id"],
            name=op.f("fk_cycles_evidence_id_person_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["prev_evidence_id", "person_id", "course_id"],
            ["evidence.id", "evidence.person_id", "evidence.course_id"],
            name=op.f("fk_cycles_prev_evidence_id_person_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["requirement_revisions.id"], name=op.f("fk_cycles_revision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles")),
        sa.UniqueConstraint("assignment_id", "seq", name=op.f("uq_cycles_assignment_id_seq")),
        sa.UniqueConstraint("evidence_id", name=op.f("uq_cycles_evidence_id")),
    )
    with op.batch_alter_table("cycles", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cycles_assignment_id"), ["assignment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_cycles_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(
            "ix_cycles_due",
            ["course_id", "due_on"],
            unique=False,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )
        batch_op.create_index("ix_cycles_person", ["person_id", "course_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_cycles_prev_evidence_id"), ["prev_evidence_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_cycles_revision_id"), ["revision_id"], unique=False)
        batch_op.create_index(
            "ix_cycles_sweep",
            ["next_action_on", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'live' AND next_action_on IS NOT NULL"),
            postgresql_where=sa.text("state = 'live' AND next_action_on IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_cycles_one_live",
            ["assignment_id"],
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )

    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("course_version_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("abandoned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_lesson", sa.String(length=120), nullable=True),
        sa.Column("lesson_count", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("mode IN ('full', 'refresher')", name=op.f("ck_enrolments_mode")),
        sa.CheckConstraint(
            "completed_at IS NULL OR abandoned_at IS NULL", name=op.f("ck_enrolments_ends_one_way")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_enrolments_course_id")
        ),
        sa.ForeignKeyConstraint(
            ["course_version_id", "course_id"],
            ["course_versions.id", "course_versions.course_id"],
            name=op.f("fk_enrolments_course_version_id_course_id"),
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_enrolments_evidence_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_enrolments_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
    )
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolments_course_id"), ["course_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_enrolments_course_version_id"), ["course_version_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_enrolments_evidence_id"), ["evidence_id"], unique=False
        )
        batch_op.create_index(
            "ix_enrolments_person", ["person_id", "course_id", "started_at"], unique=False
        )
        batch_op.create_index(
            "uq_enrolments_one_open",
            ["person_id", "course_id"],
            unique=True,
            sqlite_where=sa.text("completed_at IS NULL AND abandoned_at IS NULL"),
            postgresql_where=sa.text("completed_at IS NULL AND abandoned_at IS NULL"),
        )

    op.create_table(
        "lesson_progress",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_key", sa.String(length=120), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_lesson_progress_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "lesson_key", name=op.f("pk_lesson_progress")),
    )
    op.create_table(
        "notices",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("due_rev", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=12), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=True),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'skipped' AND outbox_id IS NULL) OR (outcome <> 'skipped' AND outbox_id IS NOT NULL)",
            name=op.f("ck_notices_skipped_has_no_message"),
        ),
        sa.CheckConstraint(
            "outcome IN ('queued', 'skipped', 'dropped')", name=op.f("ck_notices_outcome")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_notices_cycle_id")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox_messages.id"], name=op.f("fk_notices_outbox_id")
        ),
        sa.PrimaryKeyConstraint(
            "cycle_id", "due_rev", "stage", "audience", name=op.f("pk_notices")
        ),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_outbox_id", ["outbox_id"], unique=False)

    op.create_table(
        "practice_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_key", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'reported', 'confirmed', 'returned')",
            name=op.f("ck_practice_reports_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('reported', 'confirmed') OR reported_at IS NOT NULL",
            name=op.f("ck_practice_reports_reported_has_an_instant"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_practice_reports_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_practice_reports_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_reports")),
        sa.UniqueConstraint(
            "enrolment_id", "lesson_key", name=op.f("uq_practice_reports_enrolment_id_lesson_key")
        ),
    )
    with op.batch_alter_table("practice_reports", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_practice_reports_decided_by"), ["decided_by"], unique=False
        )
        batch_op.create_index(
            "ix_practice_reports_waiting",
            ["reported_at"],
            unique=False,
            sqlite_where=sa.text("state = 'reported'"),
            postgresql_where=sa.text("state = 'reported'"),
        )

    op.create_table(
        "quiz_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_key", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question_keys", sa.JSON(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("is_passed", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(finished_at IS NULL AND score IS NULL AND is_passed IS NULL) OR (finished_at IS NOT NULL AND score IS NOT NULL AND is_passed IS NOT NULL)",
            name=op.f("ck_quiz_attempts_finished_has_a_score"),
        ),
        sa.CheckConstraint(
            "score IS NULL OR score BETWEEN 0 AND 1", name=op.f("ck_quiz_attempts_score_is_a_share")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_quiz_attempts_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_attempts")),
        sa.UniqueConstraint(
            "enrolment_id",
            "lesson_key",
            "number",
            name=op.f("uq_quiz_attempts_enrolment_id_lesson_key_number"),
        ),
    )
    with op.batch_alter_table("quiz_attempts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_quiz_attempts_one_open",
            ["enrolment_id", "lesson_key"],
            unique=True,
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.create_table(
        "responses",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("question_key", sa.String(length=120), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "score IS NULL OR score BETWEEN 0 AND 1", name=op.f("ck_responses_score_is_a_share")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["quiz_attempts.id"], name=op.f("fk_responses_attempt_id")
        ),
        sa.PrimaryKeyConstraint("attempt_id", "question_key", name=op.f("pk_responses")),
    )
    if is_postgresql:
        for table, keys in (("absences", "person_id"), ("exemptions", "person_id, course_id")):
            columns = ", ".join(f"{key} WITH =" for key in keys.split(", "))
            op.execute(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_overlap EXCLUDE USING gist"
                f" ({columns}, daterange(from_on, until_on, '[]') WITH &&)"
            )


def downgrade() -> None:
    """Go back."""
    op.drop_table("responses")
    with op.batch_alter_table("quiz_attempts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_quiz_attempts_one_open",
            sqlite_where=sa.text("finished_at IS NULL"),
            postgresql_where=sa.text("finished_at IS NULL"),
        )

    op.drop_table("quiz_attempts")
    with op.batch_alter_table("practice_reports", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_practice_reports_waiting",
            sqlite_where=sa.text("state = 'reported'"),
            postgresql_where=sa.text("state = 'reported'"),
        )
        batch_op.drop_index(batch_op.f("ix_practice_reports_decided_by"))

    op.drop_table("practice_reports")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_index("ix_notices_outbox_id")

    op.drop_table("notices")
    op.drop_table("lesson_progress")
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_enrolments_one_open",
            sqlite_where=sa.text("completed_at IS NULL AND abandoned_at IS NULL"),
            postgresql_where=sa.text("completed_at IS NULL AND abandoned_at IS NULL"),
        )
        batch_op.drop_index("ix_enrolments_person")
        batch_op.drop_index(batch_op.f("ix_enrolments_evidence_id"))
        batch_op.drop_index(batch_op.f("ix_enrolments_course_version_id"))
        batch_op.drop_index(batch_op.f("ix_enrolments_course_id"))

    op.drop_table("enrolments")
    with op.batch_alter_table("cycles", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_cycles_one_live",
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )
        batch_op.drop_index(
            "ix_cycles_sweep",
            sqlite_where=sa.text("state = 'live' AND next_action_on IS NOT NULL"),
            postgresql_where=sa.text("state = 'live' AND next_action_on IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_cycles_revision_id"))
        batch_op.drop_index(batch_op.f("ix_cycles_prev_evidence_id"))
        batch_op.drop_index("ix_cycles_person")
        batch_op.drop_index(
            "ix_cycles_due",
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )
        batch_op.drop_index(batch_op.f("ix_cycles_batch_id"))
        batch_op.drop_index(batch_op.f("ix_cycles_assignment_id"))

    op.drop_table("cycles")
    with op.batch_alter_table("certificates", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificates_person_id"))

    op.drop_table("certificates")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_recorded_by"))
        batch_op.drop_index("ix_evidence_effective")
        batch_op.drop_index(batch_op.f("ix_evidence_course_version_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_course_id"))
        batch_op.drop_index(batch_op.f("ix_evidence_batch_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("assignment_sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_sources_requirement_id"))

    op.drop_table("assignment_sources")
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_ins_person_id"))

    op.drop_table("sign_ins")
    with op.batch_alter_table("requirement_scopes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_scopes_unit_id"))
        batch_op.drop_index(batch_op.f("ix_requirement_scopes_requirement_id"))
        batch_op.drop_index(batch_op.f("ix_requirement_scopes_person_id"))

    op.drop_table("requirement_scopes")
    with op.batch_alter_table("requirement_revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_revisions_requirement_id"))
        batch_op.drop_index(batch_op.f("ix_requirement_revisions_course_id"))

    op.drop_table("requirement_revisions")
    op.drop_table("person_roles")
    op.drop_table("passwords")
    with op.batch_alter_table("outbox_messages", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_outbox_messages_one_digest",
            sqlite_where=sa.text("audience != 'immediate'"),
            postgresql_where=sa.text("audience != 'immediate'"),
        )
        batch_op.drop_index("ix_outbox_messages_state")
        batch_op.drop_index(
            "ix_outbox_messages_ready",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index(batch_op.f("ix_outbox_messages_person_id"))
        batch_op.drop_index("ix_outbox_messages_local_date")
        batch_op.drop_index(
            "ix_outbox_messages_claim",
            sqlite_where=sa.text("state IN ('claimed', 'sending')"),
            postgresql_where=sa.text("state IN ('claimed', 'sending')"),
        )

    op.drop_table("outbox_messages")
    with op.batch_alter_table("exemptions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_exemptions_course_id"))
        batch_op.drop_index(batch_op.f("ix_exemptions_approved_by"))

    op.drop_table("exemptions")
    with op.batch_alter_table("batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batches_released_by"))
        batch_op.drop_index(batch_op.f("ix_batches_made_by"))

    op.drop_table("batches")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_assignments_one_live",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_assignments_person_id"))
        batch_op.drop_index(batch_op.f("ix_assignments_course_id"))

    op.drop_table("assignments")
    with op.batch_alter_table("activities", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activities_course_id"))

    op.drop_table("activities")
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absences_person_id"))

    op.drop_table("absences")
    with op.batch_alter_table("requirements", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_requirements_one_live",
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_requirements_course_id"))

    op.drop_table("requirements")
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_people_personnel_number_live",
            sqlite_where=sa.text("personnel_number IS NOT NULL AND anonymised_at IS NULL"),
            postgresql_where=sa.text("personnel_number IS NOT NULL AND anonymised_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_people_email_live",
            sqlite_where=sa.text("email IS NOT NULL AND anonymised_at IS NULL"),
            postgresql_where=sa.text("email IS NOT NULL AND anonymised_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_people_unit_id"))
        batch_op.drop_index(batch_op.f("ix_people_supervisor_id"))
        batch_op.drop_index("ix_people_by_name")
        batch_op.drop_index("ix_people_by_job")

    op.drop_table("people")
    op.drop_table("goals")
    with op.batch_alter_table("course_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_versions_course_id"))

    op.drop_table("course_versions")
    op.drop_table("units")
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempts_subject")
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_at"))

    op.drop_table("sign_in_attempts")
    op.drop_table("set_up_addresses")
    op.drop_table("retention_passes")
    with op.batch_alter_table("record_views", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_views_viewer_id"))
        batch_op.drop_index(batch_op.f("ix_record_views_subject_id"))
        batch_op.drop_index(batch_op.f("ix_record_views_at"))

    op.drop_table("record_views")
    op.drop_table("organisation")
    with op.batch_alter_table("mailbox_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mailbox_messages_to_address"))
        batch_op.drop_index(batch_op.f("ix_mailbox_messages_received_at"))

    op.drop_table("mailbox_messages")
    op.drop_table("mail_throttle")
    with op.batch_alter_table("job_runs", schema=None) as batch_op:
        batch_op.drop_index("ix_job_runs_started_at")

    op.drop_table("job_runs")
    op.drop_table("holidays")
    op.drop_table("heartbeats")
    op.drop_table("courses")
    op.drop_table("course_media")
    op.drop_table("closing_days")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_audit_entries_unlinked",
            sqlite_where=sa.text("hash IS NULL"),
            postgresql_where=sa.text("hash IS NULL"),
        )
        batch_op.drop_index("ix_audit_entries_object")

    op.drop_table("audit_entries")
