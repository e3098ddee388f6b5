"""The desk: handoffs from wish to end, events for the webhook, and the team."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
OPEN = sa.text("state IN ('waiting', 'taken')")
UNANSWERED = sa.text("author = 'visitor' AND answered_at IS NULL")
OWED = sa.text("answered_at IS NULL AND (author = 'visitor' OR payload IS NOT NULL)")
MOMENTS = (
    "queued_at",
    "taken_at",
    "first_reply_at",
    "closed_at",
    "first_response_breached_at",
    "resolution_breached_at",
)
DUES = ("first_response_due", "resolution_due")
# Whatever points to others goes before them.
DESK = (
    "number_return",
    "conversation_tag",
    "note",
    "desk_audit",
    "agent_session",
    "agent",
)
CHECKS = {
    "priority_known": "priority IN ('low', 'normal', 'high', 'urgent')",
    "outcome_known": "outcome IN ('resolved', 'returned', 'abandoned')",
}


def upgrade() -> None:
    """Make the tables what the models say."""
    _create_webhook_event()
    _widen_requests()
    _owe("ix_message_unanswered", OWED)
    _create_agent()
    _create_agent_session()
    _create_desk_audit()
    _create_note()
    _create_conversation_tag()
    _create_number_return()


def downgrade() -> None:
    """Take back what `upgrade` did."""
    for name in DESK:
        op.drop_table(name)
    _owe("ix_message_unanswered", UNANSWERED)
    _narrow_requests()
    op.drop_table("webhook_event")


def _owe(name: str, where: sa.TextClause) -> None:
    """A line of the system may be one that the assistant has to answer, too."""
    op.drop_index(name, table_name="message")
    columns = ["conversation_id", "seq"]
    op.create_index(
        name, "message", columns, sqlite_where=where, postgresql_where=where
    )


def _create_webhook_event() -> None:
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'dead')",
            name=op.f("ck_webhook_event_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
    )
    op.create_index("ix_webhook_event_due", "webhook_event", ["state", "due_at"])


def _widen_requests() -> None:
    """What was asked for before is due from then on, and of normal priority."""
    op.drop_index("uq_handoff_request_waiting", table_name="handoff_request")
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("handoff_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=8)))
        batch_op.add_column(sa.Column("frustrated", sa.Boolean()))
        batch_op.add_column(sa.Column("priority", sa.String(length=8)))
        batch_op.add_column(sa.Column("joins_queue", sa.Boolean()))
        batch_op.add_column(sa.Column("agent_id", sa.String(length=32)))
        batch_op.add_column(sa.Column("outcome", sa.String(length=16)))
        batch_op.add_column(sa.Column("disposition", sa.String(length=40)))
        for name in (*MOMENTS, *DUES):
            batch_op.add_column(sa.Column(name, moment))
    _fill_requests()
    with op.batch_alter_table("handoff_request", schema=None) as batch_op:
        for name in ("channel", "frustrated", "priority", "joins_queue", *DUES):
            batch_op.alter_column(name, nullable=False)
        for name, condition in CHECKS.items():
            batch_op.create_check_constraint(
                op.f(f"ck_handoff_request_{name}"), condition
            )
        for name in ("agent_id", "taken_at"):
            batch_op.create_index(batch_op.f(f"ix_handoff_request_{name}"), [name])
    _index_requests("uq_handoff_request_open", OPEN)


def _fill_requests() -> None:
    # Of several that are open in one conversation the newest stays so.
    op.execute(
        "UPDATE handoff_request SET state = 'closed' WHERE state <> 'closed' AND EXISTS"
        " (SELECT 1 FROM handoff_request AS newer WHERE newer.state <> 'closed'"
        " AND newer.conversation_id = handoff_request.conversation_id"
        " AND newer.requested_at > handoff_request.requested_at)"
    )
    op.execute(
        "UPDATE handoff_request SET priority = 'normal', frustrated = false,"
        " joins_queue = false, first_response_due = requested_at,"
        " resolution_due = requested_at, channel = (SELECT channel FROM conversation"
        " WHERE conversation.id = handoff_request.conversation_id)"
    )


def _narrow_requests() -> None:
    op.drop_index("uq_handoff_request_open", table_name="handoff_request")
    with op.batch_alter_table("handoff_request", schema=None) as batch_op:
        for name in ("agent_id", "taken_at"):
            batch_op.drop_index(batch_op.f(f"ix_handoff_request_{name}"))
        for name in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_handoff_request_{name}"), type_="check")
        for name in (*MOMENTS, *DUES, "channel", "frustrated", "priority"):
            batch_op.drop_column(name)
        for name in ("joins_queue", "agent_id", "outcome", "disposition"):
            batch_op.drop_column(name)
    _index_requests("uq_handoff_request_waiting", WAITING)


def _index_requests(name: str, where: sa.TextClause) -> None:
    op.create_index(
        name,
        "handoff_request",
        ["conversation_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _create_agent() -> None:
    op.create_table(
        "agent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("totp_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("last_totp_step", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('agent', 'supervisor', 'auditor')",
            name=op.f("ck_agent_role_known"),
        ),
        sa.CheckConstraint(
            "status IN ('available', 'away')", name=op.f("ck_agent_status_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("email", name=op.f("uq_agent_email")),
    )


def _create_agent_session() -> None:
    op.create_table(
        "agent_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_agent_session_agent_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_agent_session")),
    )
    with op.batch_alter_table("agent_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agent_session_agent_id"), ["agent_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_agent_session_expires_at"), ["expires_at"], unique=False
        )


def _create_desk_audit() -> None:
    op.create_table(
        "desk_audit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=True),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_desk_audit_agent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_audit")),
    )
    with op.batch_alter_table("desk_audit", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_desk_audit_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            "ix_desk_audit_agent_id_at", ["agent_id", "at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_desk_audit_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_desk_audit_conversation_id"),
            ["conversation_id"],
            unique=False,
        )


def _create_note() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_note_agent_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_note_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(
            "ix_note_conversation_id_at", ["conversation_id", "at"], unique=False
        )


def _create_conversation_tag() -> None:
    op.create_table(
        "conversation_tag",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("tag", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_conversation_tag_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "conversation_id", "tag", name=op.f("pk_conversation_tag")
        ),
    )
    with op.batch_alter_table("conversation_tag", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_conversation_tag_tag"), ["tag"], unique=False
        )


def _create_number_return() -> None:
    op.create_table(
        "number_return",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("number_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_by IS NULL)",
            name=op.f("ck_number_return_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'refused')",
            name=op.f("ck_number_return_state_known"),
        ),
        sa.CheckConstraint(
            "decided_by <> asked_by", name=op.f("ck_number_return_two_persons")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_number_return_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["agent.id"], name=op.f("fk_number_return_asked_by")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["agent.id"], name=op.f("fk_number_return_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["number_id"], ["phone_number.id"], name=op.f("fk_number_return_number_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_return")),
    )
    with op.batch_alter_table("number_return", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_number_return_account_id"), ["account_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_number_return_asked_at"), ["asked_at"], unique=False
        )
        batch_op.create_index(
            "uq_number_return_asked",
            ["number_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
