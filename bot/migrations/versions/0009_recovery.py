"""Recovery in depth: risk, evidence, two approvals, and contacts that were."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENTS = ("lines_seen_at", "first_at", "redeemed_at")
NAMES = ("first_by", "first_person")
RISK = "risk IN ('usual', 'raised', 'high')"


def upgrade() -> None:
    """Make the tables what the models say."""
    _weigh_cases()
    _create_case_evidence()
    _create_former_email()
    with op.batch_alter_table("phone_number", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    """Take back what `upgrade` did."""
    with op.batch_alter_table("phone_number", schema=None) as batch_op:
        batch_op.drop_column("proved_at")
    op.drop_table("former_email")
    op.drop_table("case_evidence")
    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("ck_support_case_risk_known"), type_="check"
        )
        for name in ("risk", "signals", *MOMENTS, *NAMES):
            batch_op.drop_column(name)


def _weigh_cases() -> None:
    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "risk", sa.String(length=8), nullable=False, server_default="usual"
            )
        )
        batch_op.add_column(
            sa.Column("signals", sa.JSON(), nullable=False, server_default="[]")
        )
        for name in MOMENTS:
            batch_op.add_column(
                sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            )
        for name in NAMES:
            batch_op.add_column(sa.Column(name, sa.String(length=100), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_support_case_risk_known"), RISK)


def _create_case_evidence() -> None:
    op.create_table(
        "case_evidence",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("seen_by", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["support_case.id"],
            name=op.f("fk_case_evidence_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "case_id", "kind", "person", name=op.f("pk_case_evidence")
        ),
    )


def _create_former_email() -> None:
    op.create_table(
        "former_email",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("address_encrypted", sa.LargeBinary(), nullable=False),
        sa.Column("masked", sa.String(length=320), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_former_email_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_email")),
    )
    with op.batch_alter_table("former_email", schema=None) as batch_op:
        for name in ("account_id", "removed_at"):
            batch_op.create_index(
                batch_op.f(f"ix_former_email_{name}"), [name], unique=False
            )
