"""Marks by which the customer's name is kept out of what people write about a case."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. For the cases on record it stays empty: in texts on them every known first name is masked."""
    op.add_column("cases", sa.Column("name_marks", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop it: for developers."""
    op.drop_column("cases", "name_marks")
