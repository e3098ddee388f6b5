"""Facts that figures are made of."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables what the models say."""
    op.create_table(
        "code_fact",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("challenge_id", sa.String(length=32), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("error_code", sa.String(length=16), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_fact")),
        sa.UniqueConstraint("challenge_id", name=op.f("uq_code_fact_challenge_id")),
    )
    op.create_index(
        "ix_code_fact_counted",
        "code_fact",
        ["day", "by", "language", "state", "error_code", "used"],
    )

    op.create_table(
        "conversation_fact",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("ending", sa.String(length=16), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("read_lines", sa.Integer(), nullable=False),
        sa.Column("missed_lines", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ending IN ('contained', 'handed_over', 'abandoned', 'silent')",
            name=op.f("ck_conversation_fact_ending_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_fact")),
        sa.UniqueConstraint(
            "conversation_id", name=op.f("uq_conversation_fact_conversation_id")
        ),
    )
    op.create_index(
        "ix_conversation_fact_counted",
        "conversation_fact",
        ["day", "channel", "language", "ending", "read_lines", "missed_lines"],
    )

    op.create_table(
        "handoff_fact",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("first_reply_seconds", sa.Integer(), nullable=True),
        sa.Column("closed_seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_fact")),
        sa.UniqueConstraint("request_id", name=op.f("uq_handoff_fact_request_id")),
    )
    op.create_index("ix_handoff_fact_day", "handoff_fact", ["day"])

    op.create_table(
        "message_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('code', 'notice', 'talk')", name=op.f("ck_message_day_kind_known")
        ),
        sa.PrimaryKeyConstraint(
            "day", "by", "language", "kind", name=op.f("pk_message_day")
        ),
    )
    op.add_column(
        "conversation",
        sa.Column("asks", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "delivery",
        sa.Column("segments", sa.Integer(), server_default="1", nullable=False),
    )


def downgrade() -> None:
    """Take back what `upgrade` did."""
    # In place: a table that is made anew would take with it what hangs on it.
    op.drop_column("delivery", "segments")
    op.drop_column("conversation", "asks")

    op.drop_table("message_day")
    op.drop_table("handoff_fact")
    op.drop_table("conversation_fact")
    op.drop_table("code_fact")
