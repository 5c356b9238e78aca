"""Read model artifacts: a folder whose manifest names its files with their sha256; and sessions on them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import onnxruntime

from models.errors import ArtifactError

MANIFEST_FILE = "manifest.json"
FORMAT = 1
MAX_BATCH = 32
MAX_BATCH_TOKENS = 1024
"""What stays in a processor's cache: at 64 tokens a text, a batch of 8 takes 8.4 ms a text on one core, one of 32
takes 10.5, a text alone 9.6. It also bounds the attention scores of one pass to about 13 MB."""

MOST_PADDED = 1.2
"""Padded tokens of a batch for each real one. A padded token costs what a real one does, and a pass of its own costs
less than one millisecond: a turn of ten words beside a message of two hundred would be twenty times as dear."""


def read_manifest(directory: Path, *, needs: Sequence[str] = ()) -> dict[str, Any]:
    """Return the manifest of an artifact.

    Raises:
        ArtifactError: it is missing, damaged, of another format, or lacks a key of ``needs``.
    """
    path = directory / MANIFEST_FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path}: {type(error).__name__}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArtifactError(f"{path}: format is not {FORMAT}")
    missing = [key for key in needs if key not in manifest]
    if not isinstance(manifest.get("files"), dict) or missing:
        raise ArtifactError(f"{path}: {', '.join(repr(key) for key in missing or ['files'])} missing")
    return manifest


def verified(directory: Path, name: str, manifest: dict[str, Any]) -> bytes:
    """Return a file's bytes. Raises ArtifactError when it is missing or not the one that was named."""
    path = directory / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArtifactError(f"{path}: {type(error).__name__}") from error
    if hashlib.sha256(data).hexdigest() != manifest["files"].get(name):
        raise ArtifactError(f"{path}: sha256 is not the one in {MANIFEST_FILE}")
    return data


def fingerprint_of(manifest: dict[str, Any], names: Sequence[str], *more: str) -> str:
    """Return twelve hex digits of the sha256 over names and hashes of the named files, and ``more``."""
    parts = [f"{name}={manifest['files'][name]}" for name in names]
    return hashlib.sha256("\n".join([*parts, *more]).encode()).hexdigest()[:12]


def open_session(network: bytes, threads: int) -> onnxruntime.InferenceSession:
    """Open a network for the CPU.

    Waiting threads sleep, or concurrent requests would burn the cores that they wait for. Sums that are normalised
    stay two steps: onnxruntime's fused one is slower (12 % of a pass at 64 tokens, version 1.31).
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        network, options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def length_buckets(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group rows of like length, at most 32 rows and 1,024 padded tokens a group, or one row."""
    bucket: list[int] = []
    tokens = 0
    for row in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        tokens += lengths[row]
        padded = (len(bucket) + 1) * lengths[row]
        if bucket and (len(bucket) == MAX_BATCH or padded > min(MAX_BATCH_TOKENS, MOST_PADDED * tokens)):
            yield bucket
            bucket, tokens = [], lengths[row]
        bucket.append(row)
    if bucket:
        yield bucket
