"""Archive: the texts of policies and approved answers that cases were made with."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; cases from before find their texts only if those are still on disk."""
    op.create_table(
        "archive",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_archive"),
    )


def downgrade() -> None:
    """Drop the table: for developers; texts of past versions are lost."""
    op.drop_table("archive")
