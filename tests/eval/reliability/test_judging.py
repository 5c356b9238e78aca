"""The thresholds are the ones promised; a run that breaks one does not pass."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eval.reliability.findings import Broken, Report
from eval.reliability.load import judge_load, judge_overload, stretches
from eval.reliability.open_loop import Run, Shot
from eval.reliability.shifted import reader, write_shift


def shots(
    count: int, seconds: float, status: int = 200, retry: str | None = None, start: float = 0.0
) -> list[Shot]:
    return [Shot(start + n, start + n, start + n + seconds, status, retry) for n in range(count)]


REFUSED = shots(10, 0.01, 503, "1")
FLAT = [(float(second), 500.0 + second % 2) for second in range(200)]


def overload(during: list[Shot], after: list[Shot]) -> list[Broken]:
    report = Report("overload")
    judge_overload(report, Run(during), Run(after))
    return [found.kind for found in report.findings]


def test_an_overload_that_is_borne_passes() -> None:
    assert overload(shots(10, 0.9) + REFUSED, shots(10, 0.2)) == []


def test_trouble_within_the_five_seconds_of_recovery_is_borne() -> None:
    assert overload(shots(10, 0.9) + REFUSED, shots(5, 0.1, 503, "1") + shots(5, 0.2, start=5.0)) == []


@pytest.mark.parametrize(
    ("during", "after", "kind"),
    [
        (shots(10, 1.2), shots(10, 0.1), Broken.TOO_SLOW),
        (REFUSED, shots(10, 0.1), Broken.TOO_SLOW),
        (shots(10, 0.1) + shots(1, 0.1, 500), shots(10, 0.1), Broken.WRONG_ANSWER),
        (shots(10, 0.1) + shots(1, 9.0, 0), shots(10, 0.1), Broken.WRONG_ANSWER),
        (shots(10, 0.1) + shots(1, 0.1, 429, "1"), shots(10, 0.1), Broken.WRONG_ANSWER),
        (shots(10, 0.1) + shots(1, 0.1, 503), shots(10, 0.1), Broken.WRONG_ANSWER),
        (shots(10, 0.1), shots(10, 0.1, 503, "1"), Broken.NO_RECOVERY),
        (shots(10, 0.1), shots(10, 1.5), Broken.NO_RECOVERY),
    ],
)
def test_each_broken_promise_is_found(during: list[Shot], after: list[Shot], kind: Broken) -> None:
    assert overload(during, after) == [kind]


@pytest.mark.parametrize(
    ("run", "kinds"),
    [
        (Run(shots(200, 0.1), FLAT), []),
        (Run(shots(200, 0.3), FLAT), [Broken.TOO_SLOW]),
        (Run(shots(190, 0.1) + shots(10, 0.3), FLAT), [Broken.TOO_SLOW]),
        (Run(shots(200, 0.1) + shots(1, 0.1, 503, "1"), FLAT), [Broken.WRONG_ANSWER]),
        (Run(shots(200, 0.1), [(at, 500 + at / 60) for at, _ in FLAT]), [Broken.MEMORY_GROWS]),
        (Run(shots(200, 0.1), []), [Broken.MEMORY_GROWS]),
    ],
)
def test_load_is_held_to_its_promises(run: Run, kinds: list[Broken]) -> None:
    report = Report("load")
    judge_load(report, run)
    assert [found.kind for found in report.findings] == kinds


def test_what_creeps_up_with_time_is_shown_by_fifths() -> None:
    late = shots(20, 0.4, start=80.0) + shots(3, 0.4, 503, "1", start=90.0)
    found = stretches(Run(shots(80, 0.1) + late))
    assert [part["p50"] for part in found] == [100.0, 100.0, 100.0, 100.0, 400.0]  # type: ignore[index, call-overload]
    assert [part["refused"] for part in found] == [0, 0, 0, 0, 3]  # type: ignore[index, call-overload]


def test_a_report_counts_all_and_shows_some() -> None:
    report = Report("faults")
    for number in range(30):
        report.find(Broken.LOST_CASE, f"cas_{number}")
    told = report.json()
    assert (told["passed"], told["broken"]) == (False, {"lost_case": 30})
    assert isinstance(told["findings"], list)
    assert len(told["findings"]) == 20


def test_a_clock_moves_in_processes_that_have_it_open(tmp_path: Path) -> None:
    file = tmp_path / "shift"
    write_shift(file, 0.0)
    shift = reader(file)
    assert shift() == 0.0
    write_shift(file, -7200.5)
    assert shift() == -7200.5


def test_a_scenario_lasts_until_it_ended_and_not_until_it_is_told() -> None:
    report = Report("load", begun=datetime.now(UTC) - timedelta(hours=2)).ended()
    assert report.end is not None
    report.end -= timedelta(hours=1)
    assert report.json()["seconds"] == pytest.approx(3600, abs=5)
