"""When an event was sent is kept with its deliveries: the outbox's own column was never filled."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the column."""
    op.drop_column("outbox", "sent_at")


def downgrade() -> None:
    """Add it again, empty as it was."""
    op.add_column("outbox", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
