"""The case that a request under an idempotency key is about: its erasure deletes the answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID: TypeEngine[str] = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column. Answers kept before do not tell their case; they end with their time, of a day."""
    op.add_column("replays", sa.Column("asked_case_id", ID, nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("replays", "asked_case_id")
