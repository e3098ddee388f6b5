"""A proof knows the line that it came with."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table what the model says."""
    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proved_in", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take back what `upgrade` did."""
    with op.batch_alter_table("proof", schema=None) as batch_op:
        batch_op.drop_column("proved_in")
