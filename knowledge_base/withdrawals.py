"""The ledger of withdrawn answers: one file in the knowledge base that every search looks at first."""

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.answer import Withdrawal
from knowledge_base.errors import KnowledgeBaseError

LEDGER = "_withdrawn.jsonl"
"""Starts with ``_``: not an answer file."""


@dataclass(frozen=True, slots=True)
class _Read:
    """The ids of one state of the file."""

    stamp: tuple[int, int, int] | None
    ids: frozenset[str]


class Ledger:
    """Ids withdrawn for good. Reading costs one look at the file's date; safe to share between threads."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / LEDGER
        self._read = _Read(None, frozenset())
        self._changing = threading.Lock()

    def ids(self) -> frozenset[str]:
        """All withdrawn ids, as the file says now.

        Raises:
            KnowledgeBaseError: the file is there and cannot be read: nobody knows what may be said.
        """
        stamp = self._stamp()
        known = self._read
        if stamp == known.stamp:
            return known.ids
        # What was read once stays withdrawn, even if somebody deletes the file.
        ids = known.ids | (frozenset() if stamp is None else self._load())
        self._read = _Read(stamp, ids)
        return ids

    def add(self, answer_id: str, withdrawal: Withdrawal) -> None:
        """Add an id, on disk when this returns.

        Raises:
            KnowledgeBaseError: it cannot be written.
        """
        line = json.dumps({"id": answer_id, **withdrawal.model_dump(mode="json")}, ensure_ascii=False)
        with self._changing:
            try:
                with self.path.open("a", encoding="utf-8") as stream:
                    stream.write(line + "\n")
                    stream.flush()
                    os.fsync(stream.fileno())
            except OSError as error:
                problem = error.strerror or "cannot be written"
                raise KnowledgeBaseError.at(self.path.name, problem) from None

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KnowledgeBaseError.at(self.path.name, error.strerror or "cannot be read") from None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _load(self) -> frozenset[str]:
        try:
            lines = self.path.read_bytes().decode("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise KnowledgeBaseError.at(self.path.name, "cannot be read") from None
        ids = set()
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                ids.add(str(json.loads(line)["id"]))
            except (ValueError, KeyError, TypeError):
                raise KnowledgeBaseError.at(self.path.name, "not a line of the ledger", line=number) from None
        return frozenset(ids)
