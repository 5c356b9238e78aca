"""``borrador eval`` from the command line: exit codes, one-line errors, compare and report on tiny results."""

import subprocess
import sys
from pathlib import Path

import pytest

from eval.harness import folder
from tests.eval.harness.builders import missed, results, rights

ROOT = Path(__file__).resolve().parents[3]


def borrador(*arguments: str, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "api.cli", "eval", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--suite", "none", "--out", "{tmp}/out"], "no suite called none"),
        (["run", "--suite", "fairness", "--data", "{tmp}/own.csv", "--out", "{tmp}/out"], "one's own data"),
        (["run", "--data", "{tmp}/own.csv", "--out", "{tmp}/out"], "own.csv: No such file"),
        (["run", "--gates", "{tmp}/gates.yaml", "--out", "{tmp}/out"], "gates.yaml"),
        (["report", "{tmp}"], "no results of an evaluation"),
        (["compare", "{tmp}", "{tmp}"], "no results of an evaluation"),
        (["check", "{tmp}/own.csv"], "own.csv: No such file"),
    ],
)
def test_errors_are_one_line_and_exit_2(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = borrador(*(each.format(tmp=tmp_path) for each in arguments))
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_compare_says_whether_to_ship(tmp_path: Path) -> None:
    folder.create(tmp_path / "a")
    folder.create(tmp_path / "b")
    folder.write(tmp_path / "a", results([*rights("emergency.recall", [False] * 12), missed("m-100")]))
    folder.write(tmp_path / "b", results([*rights("emergency.recall", [True] * 12), missed("m-100")]))
    done = borrador("compare", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(tmp_path / "c.json"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("**Ship:")
    assert "Flipped messages (12)" in done.stdout
    assert '"verdict": "better"' in (tmp_path / "c.json").read_text(encoding="utf-8")


def test_report_in_one_language(tmp_path: Path) -> None:
    folder.write(tmp_path, results([missed("m-1")]))
    done = borrador("report", str(tmp_path), "--language", "en")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.en.html").is_file()
    assert not (tmp_path / "report.es.html").exists()


def test_a_gate_that_is_not_kept_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "gates.yaml").write_text(
        "version: 1\ngates:\n"
        "  - {id: never, suite: policy, metric: case.passed, at_most: 0.5, reason: Never kept here, owner: nobody}\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    done = borrador(
        "run", "--suite", "policy", "--limit", "5", "--gates", str(tmp_path / "gates.yaml"), "--out", str(out)
    )
    assert done.returncode == 3, done.stderr
    assert "FAILED   never" in done.stdout
    assert {
        "run.json",
        "samples.jsonl",
        "metrics.json",
        "metrics.csv",
        "report.es.html",
        "report.en.html",
    } <= {file.name for file in out.iterdir()}


def test_check_names_the_wrong_lines(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("text,channel\nhola,web\nhola,fax\n", encoding="utf-8")
    done = borrador("check", str(tmp_path / "own.csv"))
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("line 3: channel")
    assert done.stdout.splitlines()[-1] == "1 messages, 0 stored decisions, 1 wrong lines"
