"""``borrador verify`` in a process of its own: lines in, lines out, and what the exit code says."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def verify(tmp_path: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli", "verify", *arguments],
        cwd=ROOT,
        env={**os.environ, "BORRADOR_DATA_DIR": str(tmp_path / "data")},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=180,
    )


def test_lines_in_order_with_what_is_wrong(tmp_path: Path) -> None:
    given = [
        json.dumps({"text": "Déjanos tu DNI aquí.", "message": {"text": "No llega", "channel": "facebook"}}),
        "{",
        json.dumps({"text": "Hola", "case_id": "cas_1"}),
        json.dumps({"text": "Gracias por escribirnos, lo miramos.", "channel": "x"}),
    ]
    done = verify(tmp_path, stdin="\n".join(given))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [one.get("line") for one in told] == [None, 2, 3, None]
    assert [one.get("passed") for one in told] == [False, None, None, True]
    assert "data_request_public" in [finding["rule"] for finding in told[0]["findings"]]
    assert not (tmp_path / "data" / "borrador.sqlite3").exists()


def test_a_wrong_call_is_one_line_that_quotes_nothing(tmp_path: Path) -> None:
    for arguments in (("Secreto", "--in", "x.jsonl"), (" ",), ("--in", "none.jsonl")):
        done = verify(tmp_path, *arguments)
        assert done.returncode == 2
        assert "Secreto" not in done.stdout + done.stderr
        assert len(done.stderr.splitlines()) == 1
