"""Text messages and their deliveries."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None

DELIVERY_COLUMNS = ("language", "tries", "in_doubt", "next_try_at")


def upgrade() -> None:
    """Make the tables what the models say."""
    _add_to_deliveries()
    _make_suppression()


def downgrade() -> None:
    """Take back what `upgrade` did."""
    with op.batch_alter_table("suppression") as batch_op:
        batch_op.drop_index("uq_suppression_open")
    op.drop_table("suppression")
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_index("ix_delivery_provider_id")
        for name in DELIVERY_COLUMNS:
            batch_op.drop_column(name)


def _add_to_deliveries() -> None:
    with op.batch_alter_table("delivery") as batch_op:
        for column in _columns_with_defaults():
            batch_op.add_column(column)
        batch_op.add_column(sa.Column("next_try_at", sa.DateTime(timezone=True)))
        batch_op.create_index("ix_delivery_provider_id", ["provider_id"])
    with op.batch_alter_table("delivery") as batch_op:
        for column in _columns_with_defaults():
            batch_op.alter_column(column.name, server_default=None)


def _columns_with_defaults() -> "list[sa.Column[Any]]":
    """The default is for the rows that are there, and goes again."""
    return [
        sa.Column("language", sa.String(8), nullable=False, server_default="en"),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("in_doubt", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]


def _make_suppression() -> None:
    op.create_table(
        "suppression",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "reason IN ('keyword', 'words')", name=op.f("ck_suppression_reason_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    with op.batch_alter_table("suppression") as batch_op:
        batch_op.create_index(
            "uq_suppression_open",
            ["fingerprint"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
