"""Lists that people bring: the file, what becomes of each row, how far it is."""

import sqlalchemy as sa
from alembic import op

revision = "imports"
down_revision = "external_proofs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checked_entry", sa.Integer(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=32), nullable=True),
        sa.Column("has_changed", sa.Boolean(), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.Column("unknown_columns", sa.JSON(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_by", sa.Integer(), nullable=True),
        sa.Column("taken_back_reason", sa.String(length=400), nullable=True),
        sa.CheckConstraint(
            "rows_done <= row_count", name=op.f("ck_imports_no_more_done_than_there_is")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_imports_batch_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_imports_made_by")),
        sa.ForeignKeyConstraint(
            ["taken_back_by"], ["people.id"], name=op.f("fk_imports_taken_back_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    with op.batch_alter_table("imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imports_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_imports_made_by"), ["made_by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_imports_taken_back_by"), ["taken_back_by"], unique=False
        )
        batch_op.create_index("ix_imports_state", ["state", "id"], unique=False)
        batch_op.create_index("ix_imports_kind", ["kind", "id"], unique=False)

    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
            name=op.f("fk_import_rows_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_rows")),
    )
    with op.batch_alter_table("import_rows", schema=None) as batch_op:
        batch_op.create_index(
            "ix_import_rows_outcome", ["import_id", "outcome", "line"], unique=False
        )


def downgrade() -> None:
    """Go back."""
    op.drop_table("import_rows")
    op.drop_table("imports")
