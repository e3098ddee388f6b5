"""Visits and ratings."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = "kind IN ('token', 'cookie', 'retired', 'ended')"


def upgrade() -> None:
    """Make the tables what the models say."""
    op.create_table(
        "rating",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("owner", sa.String(length=8), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_rating_score_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_rating_conversation_id")),
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rating_at"), ["at"], unique=False)

    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_audit_event_conversation_id"),
            ["conversation_id"],
            unique=False,
        )
    _add_columns()


def downgrade() -> None:
    """Take back what `upgrade` did."""
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_conversation_id"))
    op.execute("DELETE FROM web_session WHERE kind <> 'token'")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_web_session_kind_known"), type_="check")
        batch_op.drop_column("made_at")
        batch_op.drop_column("kind")

    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rating_at"))

    op.drop_table("rating")


def _add_columns() -> None:
    """Every session so far is a token; when it was made matters to cookies only."""
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=8), nullable=True))
        batch_op.add_column(
            sa.Column("made_at", sa.DateTime(timezone=True), nullable=True)
        )
    op.execute("UPDATE web_session SET kind = 'token', made_at = expires_at")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.alter_column("kind", nullable=False)
        batch_op.alter_column("made_at", nullable=False)
        batch_op.create_check_constraint(op.f("ck_web_session_kind_known"), KINDS)
