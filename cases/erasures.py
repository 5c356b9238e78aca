"""The list of erased cases, kept beside the database: what a restored backup brings back is erased again."""

import os
from collections.abc import Iterable
from pathlib import Path

from cases.identifiers import is_id

FILE = "erased.txt"


def note_erased(data_dir: Path, case_ids: Iterable[str]) -> None:
    """Add ids (which name nobody) to the list, on disk when this returns."""
    known = erased_before(data_dir)
    lines = [f"{case_id}\n" for case_id in case_ids if case_id not in known]
    if not lines:
        return
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(data_dir / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.writelines(lines)
        stream.flush()
        os.fsync(stream.fileno())


def erased_before(data_dir: Path) -> tuple[str, ...]:
    """The ids on the list; none where there is no list."""
    file = data_dir / FILE
    if not file.exists():
        return ()
    lines = file.read_text(encoding="ascii", errors="replace").split()
    return tuple(dict.fromkeys(line for line in lines if is_id(line, "cas")))
