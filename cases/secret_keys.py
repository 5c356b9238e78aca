"""Secret keys of this installation: from the environment, or from files that only their owner can read."""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cases.errors import SecretKeyError

KEY_BYTES = 32
VAULT_VARIABLE = "BORRADOR_VAULT_KEY"
AUDIT_VARIABLE = "BORRADOR_AUDIT_KEY"


@dataclass(frozen=True, slots=True)
class SecretKey:
    """32 secret bytes and the id under which what they protect is filed. The bytes stay out of ``repr``."""

    value: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Sixteen hex characters that name the key and tell nothing of it."""
        return hmac.new(self.value, b"borrador key id", hashlib.sha256).hexdigest()[:16]

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose, which tell nothing of the key or of other purposes (HMAC as a PRF)."""
        return hmac.new(self.value, b"borrador " + purpose.encode(), hashlib.sha256).digest()


def load_keys(
    variable: str, file: Path, environment: Mapping[str, str] | None = None
) -> tuple[SecretKey, ...]:
    """Read keys, the current one first: from the variable if set, else from the file, made on first use.

    Both hold base64 of 32 bytes; older keys follow after a comma (variable) or on further lines (file), so
    that what they protected stays readable after a change of key.

    Raises:
        SecretKeyError: not base64 of 32 bytes, or the file can be read by other users.
    """
    value = (os.environ if environment is None else environment).get(variable, "")
    if value.strip():
        return tuple(_parse(part, variable) for part in value.split(",") if part.strip())
    if not file.exists():
        _create(file)
    return _read(file)


def _parse(text: str, place: str) -> SecretKey:
    try:
        value = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise SecretKeyError(f"{place}: not base64; make a key with `openssl rand -base64 32`") from None
    if len(value) != KEY_BYTES:
        raise SecretKeyError(f"{place}: {len(value)} bytes instead of {KEY_BYTES}")
    return SecretKey(value)


def _create(file: Path) -> None:
    """Make the file whole or not at all, so that two processes that start together agree on one key."""
    draft = _draft(file, (SecretKey(secrets.token_bytes(KEY_BYTES)),))
    try:
        os.link(draft, file)  # fails if it exists: the first one wins
    except FileExistsError:
        return
    finally:
        draft.unlink()
    _sync_folder(file)


def write_keys(file: Path, keys: tuple[SecretKey, ...]) -> None:
    """Put keys in a file's place, the current one first: whole or not at all, and on disk when this returns.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    draft = _draft(file, keys)
    try:
        os.replace(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(file)


def _draft(file: Path, keys: tuple[SecretKey, ...]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.writelines(base64.b64encode(key.value) + b"\n" for key in keys)
        stream.flush()
        os.fsync(stream.fileno())
    return draft


def _sync_folder(file: Path) -> None:
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a lost key file would make everything under it unreadable
    finally:
        os.close(folder)


def _read(file: Path) -> tuple[SecretKey, ...]:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SecretKeyError(f"{file}: cannot be read ({type(error).__name__})") from None
    if mode & 0o077:
        raise SecretKeyError(f"{file}: others can read it (mode {mode:04o}); run `chmod 600 {file}`")
    keys = tuple(_parse(line, str(file)) for line in text.splitlines() if line.strip())
    if not keys:
        raise SecretKeyError(f"{file}: empty")
    return keys
