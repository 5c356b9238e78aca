"""`borrador kb`: each command as a person uses it, on a folder and a store of its own."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.commands.kb import app
from api.failures import KNOWN_ERRORS, UsageError
from api.record_keeping import open_records
from api.settings import Settings
from cases.case import ScoredCode
from cases.decisions import Verb
from cases.records import Records
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import render_answer
from knowledge_base.loader import load_directory
from tests.cases.samples import case, decision, record
from tests.cases.test_citations import quoting
from tests.knowledge_base.fakes import answer

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("BORRADOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("BORRADOR_KNOWLEDGE_BASE_DIR", str(tmp_path / "kb"))
    (tmp_path / "kb").mkdir()

    def call(*arguments: str) -> Result:
        done = CliRunner().invoke(app, list(arguments))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return call


@pytest.fixture
def records(run: Run, tmp_path: Path) -> Iterator[Records]:
    opened = open_records(Settings(data_dir=tmp_path / "data"))
    yield opened
    opened.close()


def put(folder: Path, *items: Any) -> Path:
    for item in items:
        (folder / "kb" / f"{item.id}.md").write_text(render_answer(item), encoding="utf-8")
    return folder / "kb"


def test_the_whole_way_of_an_answer(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps({"id": "a", "title": "Cita", "answer": "Pida cita.", "tags": ["medical"]}))
    kb = str(tmp_path / "kb")
    assert "1 are drafts" in run("import", str(file), "--into", kb).stdout
    assert run("submit", "a", "--by", "Ana Ruiz").stdout == "a@1 in review; needs the approval of: medical\n"
    assert "still needs: medical" in run("approve", "a", "--as", "communications:Luis Gil").stdout
    approved = run("approve", "a", "--as", "medical:Eva Sanz", "--review-by", "2030-01-31")
    assert approved.stdout == "a@1 in_force\n"
    file.write_text(json.dumps({"id": "a", "title": "Cita", "answer": "Pida hora.", "tags": ["medical"]}))
    assert "1 updated" in run("import", str(file), "--into", kb).stdout
    changed = run("diff", "a")
    assert (changed.exit_code, "-es.full: Pida cita." in changed.stdout) == (1, True)
    assert run("diff", "a", "--from", "1", "--to", "1").exit_code == 0
    told = run("history", "a").stdout
    assert [word in told for word in ("imported", "submitted", "approved medical", "now: v2 draft")] == [
        True
    ] * 4
    events = [json.loads(line) for line in run("history", "a", "--json").stdout.splitlines()]
    assert [event["step"] for event in events] == [
        "imported",
        "submitted",
        "approved",
        "approved",
        "imported",
    ]
    assert "withdrawn" in run("withdraw", "a", "--by", "Ana", "--reason", "outdated").stdout
    assert load_directory(tmp_path / "kb").answers[0].withdrawn


def test_reminders_within_a_time(run: Run, tmp_path: Path) -> None:
    today = date.today()
    approvals = [{"role": "communications", "name": "N.", "date": today}]
    put(
        tmp_path,
        answer("tarde", approvals=approvals, review_by=today - timedelta(days=3), owner="Ana"),
        answer("pronto", approvals=approvals, valid_until=today + timedelta(days=20)),
        answer("lejos", approvals=approvals, review_by=today + timedelta(days=40)),
    )
    lines = run("due", "--within", "30d").stdout.splitlines()
    assert [line.split("  ")[1] for line in lines[:-1]] == ["tarde.md", "pronto.md"]
    assert "con retraso" in lines[0]
    assert lines[0].endswith("Ana")
    assert lines[-1] == "2 reminders within 30 days"
    found = [json.loads(line) for line in run("due", "--within", "6w", "--json").stdout.splitlines()]
    assert [one["answer_id"] for one in found] == ["tarde", "pronto", "lejos"]


def test_uses(run: Run, tmp_path: Path, records: Records) -> None:
    put(tmp_path, answer("plazo", version=2))
    draft = quoting(("Son 30 días.", "answer:plazo@2#es.full"))
    made = record(records, case(drafts=(draft,))).stored.case
    record(records, case(drafts=(draft,)))
    records.store.decide(made.id, decision(Verb.ACCEPT), account="demo")
    assert "plazo@2: 2 drafts, 1 sent" in run("uses", "plazo").stdout
    told = [json.loads(line) for line in run("uses", "plazo", "--json").stdout.splitlines()]
    assert {one["case_id"]: one["sent"] for one in told}[made.id] is True
    assert "no stored draft" in run("uses", "otra").stdout
    assert "1 open cases quote it" in run("withdraw", "plazo", "--by", "Ana").stdout


def test_gaps_group_redacted_questions(run: Run, tmp_path: Path, records: Records) -> None:
    put(tmp_path, answer("horario", questions=("¿A qué hora abrís?",)))
    now = datetime.now(UTC)
    asked = [
        "¿Tenéis tienda en Vigo?",
        "hay tienda vuestra en Vigo?",
        "Soy [PERSONA_1], ¿hay tienda en Vigo?",
        "¿?",
    ]
    intents = (ScoredCode(code="product_information", score=0.9),)
    for text in asked:
        record(records, case(redacted_text=text, intents=intents))
    assert now  # the records' clock stands in the past: look far back
    told = json.loads(run("gaps", "--days", "3650", "--json").stdout)
    assert told["questions"] == 4
    (gap,) = told["gaps"]
    assert (gap["count"], gap["abstained"], gap["edited"], told["ungrouped"]) == (3, 3, 0, 1)
    assert gap["example"] in asked
    lines = run("gaps", "--days", "3650").stdout.splitlines()
    assert lines[0].startswith("1. 3 preguntas (3 sin respuesta, 0 reescritas) · escribir")
    assert run("gaps", "--days", "3650", "--json").stdout == run("gaps", "--days", "3650", "--json").stdout


def test_no_gaps_without_questions(run: Run) -> None:
    assert run("gaps").stdout == "0 questions without an answer, 0 answers to write\n"


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("approve", "a", "--as", "jefe:Ana"), UsageError, "--as takes ROLE:NAME"),
        (("approve", "a", "--as", "legal:Ana", "--review-by", "mañana"), UsageError, "YYYY-MM-DD"),
        (("approve", "zz", "--as", "legal:Ana"), KnowledgeBaseError, "zz: no such answer"),
        (("approve", "draft", "--as", "legal:Ana"), KnowledgeBaseError, "hand it in first"),
        (("submit", "a", "--by", " "), UsageError, "--by takes a name"),
        (("submit", "a", "--by", "Ana"), KnowledgeBaseError, "only a draft"),
        (("withdraw", "zz", "--by", "Ana"), KnowledgeBaseError, "no such answer"),
        (("history", "zz"), KnowledgeBaseError, "no such answer"),
        (("diff", "a", "--from", "7"), UsageError, "version 7 is not recorded"),
        (("due", "--within", "pronto"), UsageError, "--within takes days"),
        (("due", "--knowledge-base", "/nonexistent"), KnowledgeBaseError, "not a directory"),
    ],
)
def test_a_wrong_call_is_one_line(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], error: type[Exception], says: str
) -> None:
    put(tmp_path, answer("a"), answer("draft", approvals=()))
    with pytest.raises(error, match=says) as caught:
        run(*arguments)
    assert isinstance(caught.value, KNOWN_ERRORS)
    assert "\n" not in str(caught.value)
