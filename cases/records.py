"""Everything that keeps records, opened together: database, audit log, vault, cases, outbox, API keys."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from cases.audit import AuditLog, utc_now
from cases.cipher import Cipher
from cases.database import Database
from cases.errors import SecretKeyError
from cases.keys import KeyStore
from cases.outbox import Outbox
from cases.retention import RETENTION_FILE, load_retention
from cases.sealing import Sealer
from cases.secret_keys import AUDIT_VARIABLE, VAULT_VARIABLE, load_keys
from cases.store import CaseStore
from cases.vault import Vault
from cases.verification import AuditReport, verify


@dataclass(frozen=True, slots=True)
class Records:
    """The parts, wired to one database and one set of keys."""

    database: Database
    sealer: Sealer
    audit: AuditLog
    vault: Vault
    outbox: Outbox
    cases: CaseStore
    keys: KeyStore

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
        outbox = Outbox(database, now)
        cases = CaseStore(database, sealer=sealer, audit=audit, vault=vault, outbox=outbox, now=now)
        return cls(database, sealer, audit, vault, outbox, cases, KeyStore(database, audit, now))

    def verify(self, *, noted_head: str | None = None) -> AuditReport:
        """Verify the audit log and the records it tells of."""
        return verify(self.database, self.sealer, noted_head=noted_head)

    def close(self) -> None:
        """Close the database."""
        self.database.close()
