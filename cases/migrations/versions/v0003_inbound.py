"""Deliveries of inbound webhooks: remembered by keyed hashes, the message encrypted until its work is done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID: TypeEngine[str] = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "inbound",
        sa.Column("id", ID, nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("delivery_key", sa.Text(), nullable=False),
        sa.Column("message_key", sa.Text(), nullable=False),
        sa.Column("conversation_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("nonce", sa.LargeBinary(), nullable=True),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        sa.UniqueConstraint("delivery_key", name="uq_inbound_delivery_key"),
        sa.UniqueConstraint("message_key", name="uq_inbound_message_key"),
    )
    op.create_index("ix_inbound_state_due_at", "inbound", ["state", "due_at"])
    op.create_index("ix_inbound_conversation_key_id", "inbound", ["conversation_key", "id"])


def downgrade() -> None:
    """Drop the table: for developers; deliveries that wait are lost."""
    op.drop_table("inbound")
