"""When a reminder without an address was printed."""

import sqlalchemy as sa
from alembic import op

revision = "letters"
down_revision = "deputies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("printed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_column("printed_on")
