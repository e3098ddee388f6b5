"""Deliveries to every other system in one table; what those tell, and call things."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "state IN ('queued', 'sent', 'dead')"
EVENT = sa.table(
    "webhook_event",
    *(sa.column("id"), sa.column("name"), sa.column("state"), sa.column("tries")),
    *(sa.column("fault"), sa.column("body", sa.JSON())),
    *(sa.column(name, MOMENT) for name in ("at", "due_at", "sent_at")),
)
DELIVERY = sa.table(
    "remote_delivery",
    *(sa.column("key"), sa.column("connector"), sa.column("conversation_id")),
    *(sa.column("request_id"), sa.column("kind"), sa.column("ordered")),
    *(sa.column("state"), sa.column("tries"), sa.column("fault")),
    sa.column("body", sa.JSON()),
    *(sa.column(name, MOMENT) for name in ("at", "due_at", "sent_at")),
)
SAME = ("body", "state", "tries", "fault", "at", "due_at", "sent_at")


def upgrade() -> None:
    """Make the tables what the models say; what the webhook owed, it still owes."""
    _create_remote_delivery()
    _create_remote_ref()
    _create_remote_event()
    _carry_events_over()
    op.drop_index("ix_webhook_event_due", table_name="webhook_event")
    op.drop_table("webhook_event")


def downgrade() -> None:
    """Take back what `upgrade` did."""
    _create_webhook_event()
    _carry_events_back()
    for name in ("remote_event", "remote_ref", "remote_delivery"):
        op.drop_table(name)


def _create_remote_delivery() -> None:
    op.create_table(
        "remote_delivery",
        sa.Column("id", COUNTER, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("connector", sa.String(length=16), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_remote_delivery_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_remote_delivery_key")),
    )
    due, order = ["connector", "state", "due_at"], ["connector", "conversation_id"]
    op.create_index("ix_remote_delivery_due", "remote_delivery", due)
    op.create_index("ix_remote_delivery_order", "remote_delivery", [*order, "id"])


def _create_remote_ref() -> None:
    op.create_table(
        "remote_ref",
        sa.Column("id", COUNTER, nullable=False),
        sa.Column("connector", sa.String(length=16), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("remote_id", sa.String(length=100), nullable=False),
        sa.Column("remote_contact", sa.String(length=100), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_ref")),
        sa.UniqueConstraint(
            "connector", "request_id", name=op.f("uq_remote_ref_connector_request_id")
        ),
    )
    op.create_index(
        op.f("ix_remote_ref_conversation_id"), "remote_ref", ["conversation_id"]
    )
    named = ["connector", "remote_id"]
    op.create_index("ix_remote_ref_remote_id", "remote_ref", named)


def _create_remote_event() -> None:
    op.create_table(
        "remote_event",
        sa.Column("id", COUNTER, nullable=False),
        sa.Column("connector", sa.String(length=16), nullable=False),
        sa.Column("event_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("remote_id", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("text_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_event")),
        sa.UniqueConstraint(
            "connector", "event_id", name=op.f("uq_remote_event_connector_event_id")
        ),
    )
    op.create_index("ix_remote_event_open", "remote_event", ["done_at", "id"])


def _create_webhook_event() -> None:
    op.create_table(
        "webhook_event",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_webhook_event_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
    )
    op.create_index("ix_webhook_event_due", "webhook_event", ["state", "due_at"])


def _carry_events_over() -> None:
    connection = op.get_bind()
    events = connection.execute(sa.select(EVENT).order_by(EVENT.c.at, EVENT.c.id))
    rows = [
        {
            "key": row.id,
            "connector": "webhook",
            "conversation_id": row.body["request"]["conversation"],
            "request_id": row.body["request"]["id"],
            "kind": row.name,
            "ordered": False,
            **{name: getattr(row, name) for name in SAME},
        }
        for row in events
    ]
    if rows:
        connection.execute(sa.insert(DELIVERY), rows)


def _carry_events_back() -> None:
    connection = op.get_bind()
    of_webhook = sa.select(DELIVERY).where(DELIVERY.c.connector == "webhook")
    rows = [
        {
            "id": row.key,
            "name": row.kind,
            **{name: getattr(row, name) for name in SAME},
        }
        for row in connection.execute(of_webhook)
    ]
    if rows:
        connection.execute(sa.insert(EVENT), rows)
