"""The desk: handoffs from wish to end, and events for the webhook."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
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
CHECKS = {
    "priority_known": "priority IN ('low', 'normal', 'high', 'urgent')",
    "outcome_known": "outcome IN ('resolved', 'returned', 'abandoned')",
}


def upgrade() -> None:
    """Make the tables what the models say."""
    _create_webhook_event()
    _widen_requests()
    _owe("ix_message_unanswered", OWED)


def downgrade() -> None:
    """Take back what `upgrade` did."""
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
        for name in ("agent_id", *DUES):
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
        for name in ("agent_id", *DUES):
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
