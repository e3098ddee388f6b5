"""Keys that outlive the secret they were derived from."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table what the model says."""
    op.create_table(
        "kept_key",
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("key_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("purpose", name="pk_kept_key"),
    )


def downgrade() -> None:
    """Take back what `upgrade` did."""
    op.drop_table("kept_key")
