"""Everything that keeps records, opened together, and the way of a message from arrival to record."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cases.audit import AuditLog, utc_now
from cases.cipher import Cipher
from cases.database import Database
from cases.errors import SecretKeyError
from cases.identifiers import thread_version
from cases.keys import KeyStore
from cases.message import Message
from cases.outbox import Outbox
from cases.progress import Tell, silent
from cases.retention import RETENTION_FILE, load_retention
from cases.sealing import Sealer
from cases.secret_keys import AUDIT_VARIABLE, VAULT_VARIABLE, load_keys
from cases.store import CaseStore
from cases.stored import StoredCase
from cases.vault import MESSAGE, Vault, turn_name
from cases.verification import AuditReport, verify
from models.text import RawText

if TYPE_CHECKING:  # the engines take seconds to import; keys and audit commands do without
    from cases.pipeline import Pipeline


def texts_of(message: Message) -> dict[str, RawText]:
    """The message and its earlier turns, as the vault names them."""
    turns = {turn_name(number): RawText(turn.text) for number, turn in enumerate(message.thread)}
    return {MESSAGE: RawText(message.text), **turns}


@dataclass(frozen=True, slots=True)
class Records:
    """The parts, wired to one database and one set of keys."""

    database: Database
    sealer: Sealer
    audit: AuditLog
    vault: Vault
    outbox: Outbox
    store: CaseStore
    keys: KeyStore
    now: Callable[[], datetime]

    @classmethod
    def open(
        cls,
        url: str,
        data_dir: Path,
        *,
        environment: Mapping[str, str] | None = None,
        retention_file: Path = RETENTION_FILE,
        now: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Open the database, and the keys from the environment or from files under the data folder.

        Several machines on one database need the same keys: ``BORRADOR_VAULT_KEY`` and ``BORRADOR_AUDIT_KEY``.

        Args:
            environment: instead of the process's own.

        Raises:
            StoreUnavailableError, SecretKeyError: say what is wrong.
            PolicyError: the retention policy breaks its schema.
        """
        retention = load_retention(retention_file)
        variables = os.environ if environment is None else environment
        vault_keys = load_keys(VAULT_VARIABLE, data_dir / "vault.key", variables)
        audit_keys = load_keys(AUDIT_VARIABLE, data_dir / "audit.key", variables)
        if len(audit_keys) > 1:
            raise SecretKeyError(f"{AUDIT_VARIABLE}: one key; a chain keeps the key that it began with")
        database = Database.open(url)
        sealer = Sealer(audit_keys[0])
        audit = AuditLog(sealer, now)
        vault = Vault(database, Cipher(vault_keys), retention, audit, now)
        outbox = Outbox(now)
        store = CaseStore(database, sealer=sealer, audit=audit, vault=vault, outbox=outbox, now=now)
        return cls(database, sealer, audit, vault, outbox, store, KeyStore(database, audit, now), now)

    def handle(
        self,
        pipeline: "Pipeline",
        message: Message,
        *,
        account: str,
        actor: str,
        case_id: str | None = None,
        tell: Tell = silent,
    ) -> StoredCase:
        """Take a message the whole way and record its case; the same message again gives the case on record.

        Args:
            case_id: promised for this message, which an attempt cut short may have recorded already.
            tell: hears of each step when it is done.

        Raises:
            UnknownAccount: the account is not configured.
            CaseError: the case cannot be recorded; nothing was written.
        """
        if case_id is not None:
            made = self.store.find_by_id(case_id, account=account)
            if made is not None:
                return made
        if message.id is not None:
            texts = texts_of(message)
            version = thread_version(len(message.thread))
            known = self.store.find(message.id, account=account, texts=texts, thread_version=version)
            if known is not None:
                return known
        received_at = message.received_at or self.now()
        outcome = pipeline.run(message, received_at=received_at, case_id=case_id, tell=tell)
        # Where redaction failed, the outcome holds the message alone: the turns are kept all the same.
        originals = {**outcome.originals, **texts_of(message)}
        recorded = self.store.record(
            outcome.case,
            origin=outcome.origin,
            vault_entries=originals,
            actor=actor,
            facts=outcome.facts,
            names=outcome.names,
        )
        return recorded.stored

    def verify(self, *, noted_head: str | None = None) -> AuditReport:
        """Verify the audit log and the records it tells of."""
        return verify(self.database, self.sealer, noted_head=noted_head)

    def close(self) -> None:
        """Close the database."""
        self.database.close()
