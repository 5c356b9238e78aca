"""Notices that files of a knowledge base changed, by their dates and sizes."""

from collections.abc import Mapping
from pathlib import Path

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.loader import KnowledgeBase, Scan, answer_files, scan_directory

Stamp = Mapping[str, tuple[int, int, int]]
"""Date in nanoseconds, size and inode of each answer file."""


class DirectoryWatch:
    """Looks at one directory. One thread at a time."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._seen: Stamp | None = None

    def changed(self) -> Scan | None:
        """The answers as they are now, when a file changed since the last look; at the first look always.

        A directory that is gone holds nothing that may be said.
        """
        stamp = stamp_of(self._directory)
        if stamp == self._seen:
            return None
        try:
            scan = scan_directory(self._directory)
        except KnowledgeBaseError as problem:
            scan = Scan(KnowledgeBase.of([]), (problem,))
        # A file changed while it was read has another date now: the next look reads it again.
        self._seen = stamp
        return scan


def stamp_of(directory: Path) -> Stamp:
    """The files as they are now; one that goes while it is looked at is left out."""
    found: dict[str, tuple[int, int, int]] = {}
    for file in answer_files(directory) if directory.is_dir() else []:
        try:
            state = file.stat()
        except OSError:
            continue
        found[str(file)] = (state.st_mtime_ns, state.st_size, state.st_ino)
    return found
