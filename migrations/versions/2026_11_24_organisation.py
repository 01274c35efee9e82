"""What the organisation says of itself: mark, contacts, texts; closures of a single year."""

import sqlalchemy as sa
from alembic import op

revision = "organisation"
down_revision = "access_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "contacts",
        sa.Column(
            "kind",
            sa.Enum("help", "privacy", "accessibility", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_contacts")),
    )
    op.create_table(
        "organisation_texts",
        sa.Column(
            "kind",
            sa.Enum("legal_notice", "privacy", "enforcement", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "locale", name=op.f("pk_organisation_texts")),
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_closures_ends_after_it_began")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closures")),
        sa.UniqueConstraint("from_on", "until_on", name=op.f("uq_closures_from_on_until_on")),
    )
    with op.batch_alter_table("closing_days", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=120), nullable=True))
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mark_sha256", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("mark_width", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mark_height", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_organisation_a_mark_has_a_size"),
            "(mark_sha256 IS NULL) = (mark_width IS NULL)"
            " AND (mark_sha256 IS NULL) = (mark_height IS NULL)",
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_organisation_a_mark_has_a_size"), type_="check")
        batch_op.drop_column("mark_height")
        batch_op.drop_column("mark_width")
        batch_op.drop_column("mark_sha256")
    with op.batch_alter_table("closing_days", schema=None) as batch_op:
        batch_op.drop_column("name")
    op.drop_table("closures")
    op.drop_table("organisation_texts")
    op.drop_table("contacts")
