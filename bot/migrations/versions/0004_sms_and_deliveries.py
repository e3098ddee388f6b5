"""Text messages and their deliveries."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DELIVERY_COLUMNS = ("language", "tries", "doubt", "next_try_at")


def upgrade() -> None:
    """Make the tables what the models say."""
    _add_to_deliveries()
    _make_suppression()
    _add_to_challenges()
    _make_kept_line()
    _make_meter_and_visitor()
    _make_texting()


def downgrade() -> None:
    """Take back what `upgrade` did."""
    for name in ("web_link", "text_thread", "received_text"):
        op.drop_table(name)
    for name in ("visitor", "meter", "kept_line"):
        op.drop_table(name)
    with op.batch_alter_table("challenge") as batch_op:
        batch_op.drop_constraint(op.f("ck_challenge_engine_known"), type_="check")
        for name in ("engine", "country"):
            batch_op.drop_column(name)
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
        batch_op.add_column(sa.Column("doubt", sa.String(8)))
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


def _add_to_challenges() -> None:
    with op.batch_alter_table("challenge") as batch_op:
        for column in _columns_of_challenges():
            batch_op.add_column(column)
        batch_op.create_check_constraint(
            op.f("ck_challenge_engine_known"), "engine IN ('own', 'verify')"
        )
    with op.batch_alter_table("challenge") as batch_op:
        for column in _columns_of_challenges():
            batch_op.alter_column(column.name, server_default=None)


def _columns_of_challenges() -> "list[sa.Column[Any]]":
    return [
        sa.Column("engine", sa.String(8), nullable=False, server_default="own"),
        sa.Column("country", sa.String(3), nullable=False, server_default=""),
    ]


def _make_kept_line() -> None:
    op.create_table(
        "kept_line",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("carrier", sa.String(length=200), nullable=True),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_kept_line")),
    )
    op.create_index(op.f("ix_kept_line_asked_at"), "kept_line", ["asked_at"])


def _make_meter_and_visitor() -> None:
    op.create_table(
        "meter",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meter")),
    )
    op.create_index(op.f("ix_meter_since"), "meter", ["since"])
    op.create_table(
        "visitor",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_visitor")),
    )
    op.create_index(op.f("ix_visitor_seen_at"), "visitor", ["seen_at"])


def _make_texting() -> None:
    op.create_table(
        "received_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("number_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("body_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("media", sa.Integer(), nullable=False),
        sa.Column("opt_out_type", sa.String(length=16), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_text")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_received_text_provider_id")),
    )
    with op.batch_alter_table("received_text") as batch_op:
        for name in ("fingerprint", "received_at", "outcome"):
            batch_op.create_index(op.f(f"ix_received_text_{name}"), [name])
    op.create_table(
        "text_thread",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("number_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_text_thread_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_text_thread")),
        sa.UniqueConstraint(
            "conversation_id", name=op.f("uq_text_thread_conversation_id")
        ),
    )
    op.create_table(
        "web_link",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_web_link_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_web_link")),
    )
    with op.batch_alter_table("web_link") as batch_op:
        for name in ("conversation_id", "expires_at"):
            batch_op.create_index(op.f(f"ix_web_link_{name}"), [name])
