"""What customers said of how they were served."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID: TypeEngine[str] = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
SEQUENCE: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "satisfaction",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audit_seq", SEQUENCE, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_satisfaction_case_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_satisfaction"),
    )


def downgrade() -> None:
    """Drop the table: for developers; the grades are lost."""
    op.drop_table("satisfaction")
