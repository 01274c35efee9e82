"""Documents from elsewhere that somebody brings and somebody else approves."""

import sqlalchemy as sa
from alembic import op

revision = "external_proofs"
down_revision = "second_factors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "external_proofs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("evidence_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'declined', 'withdrawn')",
            name=op.f("ck_external_proofs_state"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> person_id",
            name=op.f("ck_external_proofs_approved_by_another"),
        ),
        sa.CheckConstraint(
            "(state = 'pending' AND decided_at IS NULL)"
            " OR (state <> 'pending' AND decided_at IS NOT NULL)",
            name=op.f("ck_external_proofs_decided_has_a_time"),
        ),
        sa.CheckConstraint(
            "(state IN ('approved', 'declined') AND decided_by IS NOT NULL)"
            " OR (state IN ('pending', 'withdrawn') AND decided_by IS NULL)",
            name=op.f("ck_external_proofs_somebody_decided"),
        ),
        sa.CheckConstraint(
            "(state = 'approved' AND approved_on IS NOT NULL)"
            " OR (state <> 'approved' AND approved_on IS NULL AND evidence_id IS NULL)",
            name=op.f("ck_external_proofs_approved_has_a_date"),
        ),
        sa.CheckConstraint(
            "(state = 'declined' AND reason IS NOT NULL)"
            " OR (state <> 'declined' AND reason IS NULL)",
            name=op.f("ck_external_proofs_declined_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_external_proofs_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_external_proofs_decided_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_external_proofs_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_external_proofs_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_proofs")),
    )
    for column in ("person_id", "course_id", "file_sha256", "decided_by", "evidence_id"):
        op.create_index(op.f(f"ix_external_proofs_{column}"), "external_proofs", [column])
    op.create_index(
        "uq_external_proofs_one_pending",
        "external_proofs",
        ["person_id", "course_id"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("external_proofs")
