"""What is still to be done: deliveries of events, clocks, promises, marks of readers, hand-overs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0006"
down_revision = "0005"  # the order of the numbers: 0004, 0005, 0006
branch_labels = None
depends_on = None

ID: TypeEngine[str] = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
SEQUENCE: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables. Marks start at nothing: the worker then reads all cases and decisions on record."""
    op.create_index("ix_outbox_account_type_created_at", "outbox", ["account", "type", "created_at"])
    _create_deliveries()
    _create_clocks()
    _create_promises()
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", SEQUENCE, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )
    op.create_table(
        "handovers",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("giver", sa.Text(), nullable=True),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("handed_by", sa.Text(), nullable=False),
        sa.Column("handed_at", INSTANT, nullable=False),
        sa.Column("audit_seq", SEQUENCE, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_handovers_case_id"),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_handovers"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("event_id", ID, nullable=False),
        sa.Column("subscription", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("claimed_by", ID, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["outbox.id"], name="fk_deliveries_event_id"),
        sa.PrimaryKeyConstraint("event_id", "subscription", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_state_due_at", "deliveries", ["state", "due_at"])
    op.create_index("ix_deliveries_subscription_state", "deliveries", ["subscription", "state"])


def _create_clocks() -> None:
    op.create_table(
        "clocks",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("warn_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("warned_at", INSTANT, nullable=True),
        sa.Column("breached_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_clocks_case_id"),
        sa.PrimaryKeyConstraint("case_id", "clock", name="pk_clocks"),
    )
    op.create_index("ix_clocks_next_at", "clocks", ["next_at"])


def _create_promises() -> None:
    op.create_table(
        "promises",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("phrase", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("promised_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("reminded_at", INSTANT, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_promises_case_id"),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_promises"),
    )
    op.create_index("ix_promises_next_at", "promises", ["next_at"])
    op.create_index("ix_promises_account_state_due_at", "promises", ["account", "state", "due_at"])


def downgrade() -> None:
    """Drop the tables: for developers; deliveries that wait, promises and hand-overs are lost."""
    for name in ("handovers", "marks", "promises", "clocks", "deliveries"):
        op.drop_table(name)
    op.drop_index("ix_outbox_account_type_created_at", "outbox")
