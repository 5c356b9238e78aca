"""The seal of a folder of results: which files were written, signed by the installation that measured.

A report is handed on and kept for years: whoever holds the folder can find out whether a figure, a message or a line of
the report was changed since.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.canonical import Json, canonical_json
from cases.evidence.signing import Signer
from eval.harness.errors import EvaluationError

SEAL = "seal.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class SealReport:
    """What a check found: nothing wrong, or what, file by file."""

    problems: tuple[str, ...]
    files: int
    fingerprint: str | None
    """Of the key that signed; None where there is no seal that can be read."""

    @property
    def ok(self) -> bool:
        """Whether the folder is as it was sealed."""
        return not self.problems


def seal(folder: Path, signer: Signer, *, at: datetime | None = None) -> None:
    """Write the seal over every file of the folder.

    Raises:
        EvaluationError: a file cannot be read, or the seal not be written.
    """
    try:
        statement: dict[str, Json] = {
            "format": FORMAT,
            "sealed_at": (at or datetime.now(UTC)).isoformat(timespec="seconds"),
            "files": {name: _digest(folder / name) for name in _names(folder)},
            "public_key": signer.public.hex(),
        }
        signature = signer.sign(canonical_json(statement).encode())
        text = json.dumps({**statement, "signature": signature}, indent=1, sort_keys=True) + "\n"
        (folder / SEAL).write_text(text, encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"{folder}: cannot be sealed ({error.strerror})") from None


def check(folder: Path, *, fingerprint: str | None = None) -> SealReport:
    """Compare a folder with its seal.

    Args:
        fingerprint: SHA-256 of the public key that must have signed, in hex; None: any key, so that only changes by
            who has no key of their own are found.

    Raises:
        EvaluationError: the folder cannot be read.
    """
    try:
        told = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        files, key, signature = _parts(told)
    except FileNotFoundError:
        return SealReport(
            (f"{SEAL} is missing: the folder was never sealed, or the seal was removed",), 0, None
        )
    except OSError as error:
        raise EvaluationError(f"{folder}: cannot be read ({error.strerror})") from None
    except (KeyError, TypeError, ValueError, binascii.Error):
        return SealReport((f"{SEAL} was changed: it cannot be read",), 0, None)
    signed_by = hashlib.sha256(key).hexdigest()
    problems = [] if _is_signed(told, key, signature) else [f"{SEAL} was changed: its signature is wrong"]
    if fingerprint is not None and signed_by != fingerprint.lower():
        problems.append(f"{SEAL} was signed by another key ({signed_by[:16]}…)")
    return SealReport((*problems, *_changes(folder, files)), len(files), signed_by)


def _changes(folder: Path, files: Mapping[str, str]) -> list[str]:
    there = _names(folder)
    found = [f"{name} was removed" for name in files if name not in there]
    found += [f"{name} was added" for name in there if name not in files]
    found += [
        f"{name} was changed" for name in there if name in files and _digest(folder / name) != files[name]
    ]
    return found


def _parts(told: Mapping[str, Any]) -> tuple[Mapping[str, str], bytes, bytes]:
    if told["format"] != FORMAT:
        raise ValueError("another format")
    files = {str(name): str(digest) for name, digest in told["files"].items()}
    return files, bytes.fromhex(told["public_key"]), base64.b64decode(told["signature"], validate=True)


def _is_signed(told: Mapping[str, Any], key: bytes, signature: bytes) -> bool:
    statement = {name: value for name, value in told.items() if name != "signature"}
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, canonical_json(statement).encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if file.is_file() and file.name != SEAL)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
