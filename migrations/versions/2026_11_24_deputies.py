"""Who stands in for a supervisor on which days."""

import sqlalchemy as sa
from alembic import op

revision = "deputies"
down_revision = "imports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "deputies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "deputy_id <> supervisor_id", name=op.f("ck_deputies_stands_in_for_another")
        ),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_deputies_ends_after_it_began")),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["people.id"], name=op.f("fk_deputies_deputy_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["people.id"], name=op.f("fk_deputies_supervisor_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
        sa.UniqueConstraint(
            "supervisor_id", "from_on", name=op.f("uq_deputies_supervisor_id_from_on")
        ),
    )
    op.create_index(op.f("ix_deputies_supervisor_id"), "deputies", ["supervisor_id"])
    op.create_index(op.f("ix_deputies_deputy_id"), "deputies", ["deputy_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("deputies")
