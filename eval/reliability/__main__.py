"""``python -m eval.reliability load|overload|faults|…``: proves what the service promises under load and faults."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path

from eval.reliability import bad_receivers, clock_jumps, faults, load, outages
from eval.reliability.findings import Report
from eval.reliability.postgresql import postgresql


def main(arguments: list[str] | None = None) -> int:
    """Run a scenario, print its report, and give 1 where a promise was broken."""
    given = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="borrador-reliability-", ignore_cleanup_errors=True) as fresh:
        folder = given.folder or Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        reports = SCENARIOS[given.scenario](given, folder)
    text = json.dumps([report.json() for report in reports], indent=1, ensure_ascii=False)
    if given.out is not None:
        given.out.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")
    return 0 if all(report.passed for report in reports) else 1


def _load(given: argparse.Namespace, folder: Path) -> list[Report]:
    return [load.run_load(folder / "load", minutes=given.minutes, seed=given.seed)]


def _overload(given: argparse.Namespace, folder: Path) -> list[Report]:
    return [load.run_overload(folder / "overload", seed=given.seed)]


def _faults(given: argparse.Namespace, folder: Path) -> list[Report]:
    reports = []
    kinds = ("sqlite", "postgresql") if given.database == "both" else (given.database,)
    for number, kind in enumerate(kinds):
        kills = given.kills // len(kinds) + (number < given.kills % len(kinds))
        with postgresql() if kind == "postgresql" else nullcontext() as server:
            url = server.url if server is not None else None
            found = faults.run_faults(folder / kind, kills=kills, seed=given.seed, url=url, name=kind)
        reports.append(found)
    return reports


def _disk_full(given: argparse.Namespace, folder: Path) -> list[Report]:
    return [outages.run_disk_full(folder / "disk", seed=given.seed)]


def _database_away(given: argparse.Namespace, folder: Path) -> list[Report]:
    with postgresql() as server:
        return [outages.run_database_away(folder / "away", seed=given.seed, server=server)]


def _clock(given: argparse.Namespace, folder: Path) -> list[Report]:
    return [clock_jumps.run_clock_jumps(folder / "clock", seed=given.seed)]


def _receivers(given: argparse.Namespace, folder: Path) -> list[Report]:
    return [bad_receivers.run_bad_receivers(folder / "receivers", seed=given.seed)]


SCENARIOS: Mapping[str, Callable[[argparse.Namespace, Path], list[Report]]] = {
    "load": _load,
    "overload": _overload,
    "faults": _faults,
    "disk-full": _disk_full,
    "database-away": _database_away,
    "clock": _clock,
    "receivers": _receivers,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.reliability", description=__doc__)
    parser.add_argument("scenario", choices=sorted(SCENARIOS))
    parser.add_argument("--minutes", type=float, default=30.0, help="of the load")
    parser.add_argument("--kills", type=int, default=100, help="of the faults, over all databases")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, help="file for the report, as JSON")
    parser.add_argument(
        "--folder", type=Path, help="where to install; kept afterwards; a fresh one if left out"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
