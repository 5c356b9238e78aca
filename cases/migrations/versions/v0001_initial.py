"""Cases, decisions, audit chain, vault, outbox and API keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID: TypeEngine[str] = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
SEQUENCE: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _id(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, ID, nullable=nullable)


def _sequence(name: str) -> sa.Column[int]:
    return sa.Column(name, SEQUENCE, nullable=False)


def _instant(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, INSTANT, nullable=nullable)


def upgrade() -> None:
    """Make the tables."""
    _create_cases()
    _create_decisions()
    _create_audit()
    _create_vault()
    _create_outbox()
    _create_api_keys()


def _create_cases() -> None:
    op.create_table(
        "cases",
        _id("id"),
        _text("account"),
        _text("message_key", nullable=True),
        _text("content_digest"),
        sa.Column("thread_version", sa.Integer(), nullable=False),
        _text("tracking_code"),
        _text("channel"),
        _text("disposition"),
        _text("priority"),
        _text("queue"),
        _text("status"),
        _id("superseded_by", nullable=True),
        _instant("received_at"),
        _instant("recorded_at"),
        _instant("acknowledge_by", nullable=True),
        _instant("answer_by", nullable=True),
        _instant("resolve_by", nullable=True),
        _text("body"),
        _sequence("audit_seq"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint(
            "account", "message_key", "thread_version", name="uq_cases_account_message_key_thread_version"
        ),
        sa.UniqueConstraint("account", "tracking_code", name="uq_cases_account_tracking_code"),
    )
    op.create_index("ix_cases_account_id", "cases", ["account", "id"])
    op.create_index("ix_cases_account_status_id", "cases", ["account", "status", "id"])


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        _id("case_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("decision"),
        _text("outcome"),
        sa.Column("edit_distance", sa.Float(), nullable=True),
        _text("decided_by"),
        _instant("decided_at"),
        _text("body"),
        _sequence("audit_seq"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_decisions_case_id"),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_decisions"),
    )


def _create_audit() -> None:
    op.create_table(
        "audit_log",
        sa.Column("seq", SEQUENCE, autoincrement=False, nullable=False),
        _text("at"),
        _text("actor"),
        _text("action"),
        _id("case_id", nullable=True),
        _text("payload"),
        _text("prev_hash"),
        _text("hash"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_action", "audit_log", ["action"])
    op.create_index("ix_audit_log_case_id", "audit_log", ["case_id"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        _sequence("seq"),
        _text("hash"),
        _text("seal"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )


def _create_vault() -> None:
    op.create_table(
        "vault",
        _id("case_id"),
        _text("placeholder"),
        _text("key_id"),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        _instant("expires_at", nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_vault_case_id"),
        sa.PrimaryKeyConstraint("case_id", "placeholder", name="pk_vault"),
    )
    op.create_index("ix_vault_expires_at", "vault", ["expires_at"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        _sequence("position"),
        _id("id"),
        _text("type"),
        _text("account"),
        _id("case_id"),
        _text("data"),
        _text("state"),
        _instant("created_at"),
        _instant("sent_at", nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_outbox_case_id"),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state_position", "outbox", ["state", "position"])


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        _id("id"),
        _text("name"),
        _text("account"),
        _text("scopes"),
        _text("key_hash"),
        _instant("created_at"),
        _instant("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )


def downgrade() -> None:
    """Drop the tables: for developers; data is not brought back."""
    for table in ("api_keys", "outbox", "vault", "audit_head", "audit_log", "decisions", "cases"):
        op.drop_table(table)
