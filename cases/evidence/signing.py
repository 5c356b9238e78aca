"""The installation's signature on evidence: a third party can check it without any secret (Ed25519, RFC 8032)."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.errors import SecretKeyError
from cases.secret_keys import load_keys

EVIDENCE_VARIABLE = "BORRADOR_EVIDENCE_KEY"
EVIDENCE_FILE = "evidence.key"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs; the secret stays inside and out of ``repr``."""

    _key: Ed25519PrivateKey

    @classmethod
    def load(cls, data_dir: Path, environment: Mapping[str, str] | None = None) -> "Signer":
        """Read the key from the variable or the data folder; made on first use.

        Raises:
            SecretKeyError: it cannot be read, others can read it, or there is more than one.
        """
        keys = load_keys(EVIDENCE_VARIABLE, data_dir / EVIDENCE_FILE, environment)
        if len(keys) != 1:
            raise SecretKeyError(f"{EVIDENCE_VARIABLE}: one key; earlier packs keep their own public key")
        return cls(Ed25519PrivateKey.from_private_bytes(keys[0].value))

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key, in hex: to publish elsewhere, so that others know whose signature it is."""
        return hashlib.sha256(self.public).hexdigest()

    def sign(self, statement: bytes) -> str:
        """The signature, in base64."""
        return base64.b64encode(self._key.sign(statement)).decode("ascii")

    def __repr__(self) -> str:
        return f"Signer({self.fingerprint[:16]}…)"
