"""Codes know the line that they, and the last guess at them, were for."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBERS = ("asked_in", "guessed_in")


def upgrade() -> None:
    """Make the table what the model says."""
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        for name in NUMBERS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("guess_hmac", sa.String(length=64), nullable=True)
        )
        batch_op.add_column(
            sa.Column(
                "guess_refused",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
            )
        )


def downgrade() -> None:
    """Take back what `upgrade` did."""
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        for name in ("guess_refused", "guess_hmac", *reversed(NUMBERS)):
            batch_op.drop_column(name)
