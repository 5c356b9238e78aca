"""Facts of cases: what policy decided on, so that another version can decide again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; cases on record have none, and their seals stay as they are."""
    op.add_column("cases", sa.Column("facts", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column: for developers; the seals of cases with facts no longer fit."""
    op.drop_column("cases", "facts")
