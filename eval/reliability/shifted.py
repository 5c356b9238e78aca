"""Runs ``borrador`` under a clock that can be moved: ``python -m eval.reliability.shifted FILE serve …``.

FILE holds the shift in seconds, as eight bytes. The clock of the records (``cases.audit.utc_now``, given on to all
that keeps time) and that of ids are moved by it. Monotonic time goes on, as it does when a machine's clock is set.
"""

import mmap
import runpy
import struct
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace

_FORMAT = "<d"


def write_shift(file: Path, seconds: float) -> None:
    """Move the clocks of all processes that were started with the file."""
    with file.open("r+b" if file.exists() else "w+b") as out:
        out.write(struct.pack(_FORMAT, seconds))


def reader(file: Path) -> Callable[[], float]:
    """A function that gives the shift as it is now."""
    with file.open("rb") as opened:
        mapped = mmap.mmap(opened.fileno(), struct.calcsize(_FORMAT), prot=mmap.PROT_READ)
    return lambda: float(struct.unpack(_FORMAT, mapped[:])[0])


def install(shift: Callable[[], float]) -> None:
    """Move the clocks of this process."""
    import cases.audit
    import cases.identifiers

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Shifted":
            moved = datetime.now(tz) + timedelta(seconds=shift())
            return cls.fromtimestamp(moved.timestamp(), tz)

    moved_time = SimpleNamespace(time_ns=lambda: time.time_ns() + int(shift() * 1e9))
    vars(cases.audit)["datetime"] = Shifted
    vars(cases.identifiers)["time"] = moved_time


def main() -> None:
    """Run the command line."""
    file, *arguments = sys.argv[1:]
    install(reader(Path(file)))
    sys.argv = ["borrador", *arguments]
    runpy.run_module("api.cli", run_name="__main__")  # as ``python -m api.cli`` does


if __name__ == "__main__":
    main()
