"""What the inbox orders and filters by, beside each case, and the indexes that answer it alone."""

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID: TypeEngine[str] = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
SEQUENCE: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DESK_KEY: TypeEngine[str] = sa.String(80).with_variant(sa.String(80, collation="C"), "postgresql")
FILTERS = ["queue", "disposition", "language", "channel", "flags", "superseded_by"]
BATCH = 500


def upgrade() -> None:
    """Add the columns, fill them from the cases on record, and put the indexes on."""
    op.add_column("cases", sa.Column("language", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("flags", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("desk_key", DESK_KEY, nullable=False, server_default=""))
    _fill(op.get_bind())
    op.drop_index("ix_cases_account_status_id", "cases")
    op.create_index("ix_cases_desk", "cases", ["account", "status", "desk_key", *FILTERS])
    op.create_index("ix_cases_desk_closed", "cases", ["account", "status", "id", *FILTERS])
    op.create_table(
        "expert_answers",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("proposed_as", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audit_seq", SEQUENCE, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_expert_answers_case_id"),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_expert_answers"),
    )


def _fill(connection: sa.Connection) -> None:
    last = ""
    while True:
        rows = connection.execute(
            sa.text("SELECT id, body FROM cases WHERE id > :last ORDER BY id LIMIT :batch"),
            {"last": last, "batch": BATCH},
        ).all()
        if not rows:
            return
        connection.execute(
            sa.text(
                "UPDATE cases SET language = :language, flags = :flags, desk_key = :desk_key WHERE id = :case_id"
            ),
            [_columns(row.id, json.loads(row.body)) for row in rows],
        )
        last = rows[-1].id


def _columns(case_id: str, body: dict[str, Any]) -> dict[str, str]:
    """As ``cases.desk_order`` at the time of this migration."""
    codes = dict.fromkeys(flag["code"] for flag in body["flags"])
    sla = body["sla"]
    times = [sla[name] for name in ("acknowledge_by", "answer_by", "resolve_by") if sla[name]]
    due = min((datetime.fromisoformat(at) for at in times), default=None)
    clock = "9999" if due is None else due.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    priority = body["priority"]
    return {
        "case_id": case_id,
        "language": body["language"],
        "flags": f" {' '.join(codes)} " if codes else "",
        "desk_key": f"{0 if priority == 'p1' else 1}.{clock}.{priority}.{case_id}",
    }


def downgrade() -> None:
    """Drop columns, indexes and what experts answered: for developers."""
    op.drop_table("expert_answers")
    op.drop_index("ix_cases_desk_closed", "cases")
    op.drop_index("ix_cases_desk", "cases")
    op.create_index("ix_cases_account_status_id", "cases", ["account", "status", "id"])
    for name in ("desk_key", "flags", "language"):
        op.drop_column("cases", name)
