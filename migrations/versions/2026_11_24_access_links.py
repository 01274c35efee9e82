"""Links that let somebody in once; how much a sign-in proves and when that was last shown."""

import sqlalchemy as sa
from alembic import op

revision = "access_links"
down_revision = "0001"
branch_labels = None
depends_on = None

_STRENGTH = sa.Enum(
    "full",
    "mail",
    "pending",
    name="strength",
    native_enum=False,
    create_constraint=False,
    length=32,
)
_PURPOSE = sa.Enum(
    "sign_in",
    "reset",
    "invitation",
    "confirm_address",
    "letter",
    name="purpose",
    native_enum=False,
    create_constraint=False,
    length=32,
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "access_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", _PURPOSE, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_void", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_access_links_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_access_links_token_hash")),
    )
    with op.batch_alter_table("access_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_links_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_access_links_expires_at"), ["expires_at"], unique=False
        )

    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("strength", _STRENGTH, nullable=True))
    op.execute("UPDATE sign_ins SET strength = 'full'")
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.alter_column("strength", existing_type=_STRENGTH, nullable=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_column("strength")
        batch_op.drop_column("confirmed_at")
    with op.batch_alter_table("access_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_links_expires_at"))
        batch_op.drop_index(batch_op.f("ix_access_links_person_id"))
    op.drop_table("access_links")
