"""Versions and hashes of everything that an evaluation depends on."""

import hashlib
import os
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from eval.harness.subject import Places, Subject

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("api", "cases", "drafting", "eval", "knowledge_base", "models", "policies")
LIBRARIES = (
    "numpy",
    "onnxruntime",
    "presidio-analyzer",
    "tokenizers",
    "bm25s",
    "faiss-cpu",
    "py3langid",
    "pydantic",
)


def file_hash(file: Path) -> str:
    """SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tree_hash(files: Iterable[Path], root: Path) -> str:
    """SHA-256 over the names and hashes of files, in hex: changes with any of them."""
    lines = sorted(f"{_name(file, root)}={file_hash(file)}" for file in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def data_hashes(files: Iterable[Path]) -> dict[str, str]:
    """The hash of each data file, by its name under the repository, or its bare name."""
    return {_name(file, ROOT): file_hash(file) for file in sorted(set(files))}


def version_hashes(subject: Subject) -> dict[str, object]:
    """Everything that makes the evaluated version what it is."""
    engines, places = subject.pipeline.engines, subject.places
    return {
        "service": engines.versions.service,
        "code_sha256": tree_hash(_code(), ROOT),
        "policy": {name: policy.version for name, policy in sorted(engines.policies.items())},
        "policies_sha256": tree_hash(_policy_files(places.policies), places.policies),
        "knowledge_base": engines.retriever.fingerprint,
        "models": dict(engines.versions.models),
        "weights_sha256": _weights(places),
        "libraries": _libraries(),
        "python": platform.python_version(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
    }


def _code() -> list[Path]:
    return [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]


def _policy_files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.suffix in (".yaml", ".npz")]


def _weights(places: Places) -> Mapping[str, str]:
    """The hash of every file of weights; a model named by a hub name has its fingerprint above, and no files here."""
    folders = {
        "heads": places.heads,
        "encoder": Path(places.encoder),
        "redaction": Path(places.redaction_model),
    }
    return {
        f"{name}/{file.name}": file_hash(file)
        for name, folder in folders.items()
        if folder.is_dir()
        for file in sorted(folder.iterdir())
        if file.suffix in (".onnx", ".npz", ".json", ".safetensors")
    }


def _libraries() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def _name(file: Path, root: Path) -> str:
    """The name under the root; outside it, the bare one: a path may tell of a person or a machine."""
    resolved = file.resolve()
    return (
        resolved.relative_to(root.resolve()).as_posix()
        if resolved.is_relative_to(root.resolve())
        else file.name
    )
