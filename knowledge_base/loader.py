"""Loads a directory of answer files into a knowledge base with a fingerprint of its content."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from knowledge_base.answer import ApprovedAnswer
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import MAX_BYTES, SUFFIXES, parse_answer

SKIPPED = ("README.md", "FORMAT.md")


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """Every answer of a company, approved or not, ordered by id; ``fingerprint`` changes with any content."""

    answers: tuple[ApprovedAnswer, ...]
    fingerprint: str
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The file of each answer, by id, relative to the root; empty when built in memory."""

    @classmethod
    def of(cls, answers: Iterable[ApprovedAnswer], files: Mapping[str, str] | None = None) -> "KnowledgeBase":
        """Build from answers in memory; raises ``KnowledgeBaseError`` when an id comes twice."""
        ordered = tuple(sorted(answers, key=lambda answer: answer.id))
        for one, other in pairwise(ordered):
            if one.id == other.id:
                raise KnowledgeBaseError(f"{one.id}: given twice")
        digest = hashlib.sha256()
        for answer in ordered:
            digest.update(answer.model_dump_json().encode() + b"\n")
        return cls(ordered, digest.hexdigest(), MappingProxyType(dict(files or {})))


@dataclass(frozen=True, slots=True)
class Scan:
    """What a directory holds: the answers that can be read and, apart, every problem."""

    base: KnowledgeBase
    problems: tuple[KnowledgeBaseError, ...]


def load_directory(path: Path) -> KnowledgeBase:
    """Load every answer file below a directory; an empty one gives an empty base.

    Raises:
        KnowledgeBaseError: for the first file that breaks the format, or two files with one id (names both).
    """
    scan = scan_directory(path)
    if scan.problems:
        raise scan.problems[0]
    return scan.base


def scan_directory(path: Path) -> Scan:
    """Read every answer file and collect all problems instead of stopping at the first (for `kb check`)."""
    if not path.is_dir():
        raise KnowledgeBaseError.at(str(path), "not a directory")
    answers: dict[str, ApprovedAnswer] = {}
    files: dict[str, str] = {}
    problems: list[KnowledgeBaseError] = []
    for file in answer_files(path):
        name = file.relative_to(path).as_posix()
        try:
            answer = parse_answer(_read(file, name), name)
        except KnowledgeBaseError as problem:
            problems.append(problem)
            continue
        if answer.id in files:
            clash = f"{answer.id} is the id of {files[answer.id]} already"
            problems.append(KnowledgeBaseError.at(name, clash, field="id"))
            continue
        answers[answer.id] = answer
        files[answer.id] = name
    return Scan(KnowledgeBase.of(answers.values(), files), tuple(problems))


def answer_files(path: Path) -> list[Path]:
    """The answer files below a directory, in order; hidden ones, ``_drafts`` and READMEs are left out."""
    found = []
    for file in path.rglob("*"):
        parts = file.relative_to(path).parts
        if file.suffix in SUFFIXES and file.name not in SKIPPED and not any(p[0] in "._" for p in parts):
            found.append(file)
    return sorted(found)


def _read(file: Path, name: str) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise KnowledgeBaseError.at(name, error.strerror or "cannot be read") from None
