"""AES-256-GCM over the vault's entries, with keys that are named so that they can be changed."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cases.canonical import canonical_json
from cases.errors import VaultError
from cases.secret_keys import SecretKey
from cases.tables import VaultRow
from models.text import RawText

_NONCE_BYTES = 12
"""96 random bits: good for 2^32 entries with one key (NIST SP 800-38D, 8.3)."""


class Cipher:
    """AES-256-GCM; case id and name are bound in, so that an entry moved to another place does not open."""

    def __init__(self, keys: tuple[SecretKey, ...]) -> None:
        self._keys = {key.id: AESGCM(key.value) for key in keys}
        self.current = keys[0].id

    def encrypt(self, case_id: str, name: str, original: RawText) -> tuple[bytes, bytes]:
        """A fresh nonce and the ciphertext."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        data = original.reveal().encode("utf-8")
        return nonce, self._keys[self.current].encrypt(nonce, data, _associated(case_id, name))

    def decrypt(self, row: VaultRow) -> RawText:
        """The original of an entry.

        Raises:
            VaultError: written with a key that is not at hand, or changed since.
        """
        key = self._keys.get(row.key_id)
        if key is None:
            known = ", ".join(self._keys)
            raise VaultError(
                f"{row.case_id} {row.placeholder}: needs vault key {row.key_id}; this service has {known}"
            )
        try:
            data = key.decrypt(row.nonce, row.ciphertext, _associated(row.case_id, row.placeholder))
        except InvalidTag:
            raise VaultError(f"{row.case_id} {row.placeholder}: the entry was changed or moved") from None
        return RawText(data.decode("utf-8"))


def _associated(case_id: str, name: str) -> bytes:
    return canonical_json([case_id, name]).encode()
