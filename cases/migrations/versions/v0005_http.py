"""Answers kept under idempotency keys, accepted work, and events found by their case."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0005"
down_revision = "0004"  # the order of the numbers: 0004, 0005, 0006
branch_labels = None
depends_on = None

ID: TypeEngine[str] = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables and the index."""
    op.create_table(
        "replays",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("locked_until", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account", "key_hash", name="pk_replays"),
    )
    op.create_index("ix_replays_expires_at", "replays", ["expires_at"])
    op.create_table(
        "accepted",
        sa.Column("id", ID, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("recorded_case_id", ID, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("nonce", sa.LargeBinary(), nullable=True),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("steps", sa.Text(), nullable=True),
        sa.Column("accepted_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_accepted"),
        sa.UniqueConstraint("case_id", name="uq_accepted_case_id"),
    )
    op.create_index("ix_accepted_state_due_at", "accepted", ["state", "due_at"])
    op.create_index("ix_accepted_finished_at", "accepted", ["finished_at"])
    op.create_index("ix_outbox_case_id_position", "outbox", ["case_id", "position"])


def downgrade() -> None:
    """Drop them: for developers; accepted work that waits is lost."""
    op.drop_index("ix_outbox_case_id_position", "outbox")
    op.drop_table("accepted")
    op.drop_table("replays")
