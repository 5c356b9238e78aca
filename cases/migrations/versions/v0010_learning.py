"""What the learning report counts, of each case and of each day; filled from the records while the service runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID: TypeEngine[str] = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")


def upgrade() -> None:
    """Add the tables, empty."""
    op.create_table(
        "learning_cases",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_learning_cases_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_learning_cases"),
    )
    op.create_index("ix_learning_cases_account_day", "learning_cases", ["account", "day"])
    op.create_table(
        "learning_days",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "day", name="pk_learning_days"),
    )


def downgrade() -> None:
    """Drop the tables and how far they were filled: for developers; they are filled again."""
    op.drop_table("learning_days")
    op.drop_table("learning_cases")
    op.execute("DELETE FROM marks WHERE name LIKE 'learning.%'")
