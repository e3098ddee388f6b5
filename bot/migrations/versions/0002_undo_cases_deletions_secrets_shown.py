"""Undo, cases, deletions, secrets shown."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OLD_PURPOSES = "purpose IN ('identify', 'bind_number', 'sign_in')"
PURPOSES = "purpose IN ('identify', 'bind_number', 'bind_email', 'sign_in')"


def upgrade() -> None:
    """Make the tables what the models say."""
    op.create_table(
        "showing",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("body_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_showing")),
    )
    with op.batch_alter_table("showing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_showing_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_showing_expires_at"), ["expires_at"], unique=False
        )

    op.create_table(
        "deletion",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_deletion_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
    )
    with op.batch_alter_table("deletion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deletion_due_at"), ["due_at"], unique=False
        )
        batch_op.create_index(
            "uq_deletion_open",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("cancelled_at IS NULL AND done_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL AND done_at IS NULL"),
        )

    op.create_table(
        "handoff_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("proved", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'taken', 'closed')",
            name=op.f("ck_handoff_request_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_handoff_request_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_request")),
    )
    with op.batch_alter_table("handoff_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_handoff_request_conversation_id"),
            ["conversation_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_handoff_request_requested_at"),
            ["requested_at"],
            unique=False,
        )
        batch_op.create_index(
            "uq_handoff_request_waiting",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "offered_email",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("address_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("masked", sa.String(length=320), nullable=False),
        sa.Column("replaces_id", sa.String(length=32), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_offered_email_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["email_address.id"],
            name=op.f("fk_offered_email_replaces_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_offered_email")),
    )
    with op.batch_alter_table("offered_email", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_offered_email_offered_at"), ["offered_at"], unique=False
        )

    op.create_table(
        "support_case",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("limit_key", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("good_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('recovery', 'merge', 'compromise')",
            name=op.f("ck_support_case_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'review', 'approved', 'refused', 'cancelled',"
            " 'done')",
            name=op.f("ck_support_case_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_support_case_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_case")),
        sa.UniqueConstraint("number", name=op.f("uq_support_case_number")),
    )
    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_support_case_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_support_case_conversation_id"),
            ["conversation_id"],
            unique=False,
        )

    op.create_table(
        "undo",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_undo_account_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_undo")),
    )
    with op.batch_alter_table("undo", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_undo_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_undo_expires_at"), ["expires_at"], unique=False
        )

    with op.batch_alter_table("email_address", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True)
        )

    _allow_purposes(PURPOSES)
    with op.batch_alter_table("challenge") as batch_op:
        batch_op.add_column(
            sa.Column(
                "asked_by", sa.String(length=8), nullable=False, server_default="sms"
            )
        )
    with op.batch_alter_table("challenge") as batch_op:
        batch_op.alter_column("asked_by", server_default=None)


def downgrade() -> None:
    """Take back what `upgrade` did."""
    op.execute("DELETE FROM challenge WHERE purpose = 'bind_email'")
    with op.batch_alter_table("challenge") as batch_op:
        batch_op.drop_column("asked_by")
    _allow_purposes(OLD_PURPOSES)
    with op.batch_alter_table("email_address", schema=None) as batch_op:
        batch_op.drop_column("removed_at")

    with op.batch_alter_table("undo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_undo_expires_at"))
        batch_op.drop_index(batch_op.f("ix_undo_account_id"))

    op.drop_table("undo")
    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_case_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_support_case_account_id"))

    op.drop_table("support_case")
    with op.batch_alter_table("offered_email", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offered_email_offered_at"))

    op.drop_table("offered_email")
    with op.batch_alter_table("handoff_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_handoff_request_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_handoff_request_requested_at"))
        batch_op.drop_index(batch_op.f("ix_handoff_request_conversation_id"))

    op.drop_table("handoff_request")
    with op.batch_alter_table("deletion", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deletion_open",
            sqlite_where=sa.text("cancelled_at IS NULL AND done_at IS NULL"),
            postgresql_where=sa.text("cancelled_at IS NULL AND done_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_deletion_due_at"))

    op.drop_table("deletion")
    with op.batch_alter_table("showing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_showing_expires_at"))
        batch_op.drop_index(batch_op.f("ix_showing_conversation_id"))

    op.drop_table("showing")


def _allow_purposes(purposes: str) -> None:
    with op.batch_alter_table("challenge") as batch_op:
        batch_op.drop_constraint(op.f("ck_challenge_purpose_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_challenge_purpose_known"), purposes)
