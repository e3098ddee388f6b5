"""Lines that the team looks at again, and what they were said to mean."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CHECKS = {
    "why_known": "why IN ('unsure', 'chosen', 'denied', 'rephrased', 'agent')",
    "state_known": "state IN ('open', 'labelled', 'skipped')",
    "label_whole": "(state = 'labelled') = (intent IS NOT NULL)",
    "labelled_by_somebody": "(state = 'open') = (labelled_by IS NULL)",
}


def upgrade() -> None:
    """Make the table what the model says."""
    op.create_table(
        "review_line",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("why", sa.String(length=10), nullable=False),
        sa.Column("suggested", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("labelled_by", sa.String(length=32), nullable=True),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.CheckConstraint(rule, name=op.f(f"ck_review_line_{name}"))
            for name, rule in CHECKS.items()
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_review_line_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["labelled_by"], ["agent.id"], name=op.f("fk_review_line_labelled_by")
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_review_line"),
    )
    with op.batch_alter_table("review_line", schema=None) as batch_op:
        batch_op.create_index("ix_review_line_state_at", ["state", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_review_line_labelled_at"), ["labelled_at"], unique=False
        )


def downgrade() -> None:
    """Take back what `upgrade` did."""
    op.drop_table("review_line")
