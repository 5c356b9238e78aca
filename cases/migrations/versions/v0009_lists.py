"""The index by id answers every filter of the lists by itself: with the priority in it."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FILTERS = ["queue", "disposition", "language", "channel", "flags", "superseded_by"]


def upgrade() -> None:
    """Build the index anew."""
    op.drop_index("ix_cases_desk_closed", "cases")
    op.create_index("ix_cases_desk_closed", "cases", ["account", "status", "id", *FILTERS, "priority"])


def downgrade() -> None:
    """Build it as it was: for developers."""
    op.drop_index("ix_cases_desk_closed", "cases")
    op.create_index("ix_cases_desk_closed", "cases", ["account", "status", "id", *FILTERS])
