"""``borrador learn`` as an operator calls it: figures, suggestions, and nothing learned before somebody approves."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select
from typer.testing import CliRunner

from api import cli
from api.commands import learn
from api.failures import KNOWN_ERRORS
from api.settings import ROOT
from cases.audit import utc_now
from cases.decisions import Verb
from cases.learning.tables import LearningDayRow
from cases.records import Records
from cases.tables import AuditRow
from tests.cases.learning.history import DRAFT, POLICY, decided

ADDED = "Te avisamos en cuanto vuelva a estar disponible."
Run = Callable[..., str]


def open_data(data: Path) -> Records:
    return Records.open(f"sqlite:///{data / 'borrador.sqlite3'}", data, environment={}, now=utc_now)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with edited replies, policies of its own, and no answers."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    records = open_data(folder)
    for number in range(POLICY.phrases.least_cases):
        decided(records, Verb.EDIT, f"{DRAFT} {ADDED}", by=f"key_{number}")
    decided(records, Verb.ACCEPT)
    decided(records, Verb.IGNORE, rules=("answer-known",))
    records.close()
    policies = tmp_path / "policies"
    shutil.copytree(
        ROOT / "policies", policies, ignore=shutil.ignore_patterns("__pycache__", "*.py", "*.npz")
    )
    (tmp_path / "answers").mkdir()
    for name in [name for name in os.environ if name.startswith("BORRADOR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BORRADOR_DATA_DIR", str(folder))
    monkeypatch.setenv("BORRADOR_POLICIES_DIR", str(policies))
    monkeypatch.setenv("BORRADOR_KNOWLEDGE_BASE_DIR", str(tmp_path / "answers"))
    return folder


def run(*arguments: str) -> str:
    done = CliRunner().invoke(learn.app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def learned(data: Path) -> Path:
    return data.parent / "policies" / "phrases" / "es" / "learned.yaml"


def test_counts_that_somebody_changed_are_counted_anew(data: Path) -> None:
    before = json.loads(run("report", "--json"))
    records = open_data(data)
    with records.database.write() as session:
        for row in session.scalars(select(LearningDayRow)):
            row.body = row.body.replace('"total":[7', '"total":[700')
    records.close()
    assert json.loads(run("report", "--json"))["total"]["cases"] == 700
    after = json.loads(run("report", "--json", "--recount"))
    assert {**after, "as_of": ""} == {**before, "as_of": ""}


def test_the_report_as_json_and_as_text(data: Path) -> None:
    told = json.loads(run("report", "--json"))
    assert (told["total"]["cases"], told["total"]["edited"], told["total"]["accepted"]) == (7, 5, 1)
    assert [one["rule"] for one in told["overruled"]] == ["answer-known"]
    text = run("report", "--from", "2026-01-01", "--to", "2026-12-31", "--account", "demo")
    assert "1 aceptados, 5 editados, 1 rechazados" in text
    assert "answer-known: 1 de 1" in text
    assert json.loads(run("report", "--to", "2020-01-01", "--json"))["total"]["cases"] == 0


def test_from_suggestion_to_phrase_only_through_a_person(data: Path) -> None:
    told = json.loads(run("suggest", "--json"))
    assert ([one["text"] for one in told["phrases"]], told["proposed"]) == ([ADDED], [])
    assert json.loads(run("proposals", "--json")) == []
    name = told["phrases"][0]["id"]
    text = run("suggest", "--propose")
    assert f"propuestas nuevas: {name}. Nada se usa" in text
    assert json.loads(run("suggest", "--propose", "--json"))["proposed"] == []
    assert not learned(data).exists(), "a proposal changes no phrase"
    assert "propuesta" in run("proposals")
    done = run("approve", name, "--by", "Carmen Olmedo", "--purpose", "follow", "--treatment", "tu",
               "--when", "intent:product_information")  # fmt: skip
    assert "approved by Carmen Olmedo" in done
    (group,) = yaml.safe_load(learned(data).read_text(encoding="utf-8"))
    assert group["tu"] == [{"text": ADDED, "origin": f"learned:{name}"}]
    assert json.loads(run("suggest", "--json"))["phrases"] == []
    assert run("proposals") == ""
    assert "aprobada por Carmen Olmedo" in run("proposals", "--all")
    records = open_data(data)
    with records.database.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "phrase.approved")).one()
    assert json.loads(row.payload)["proposal"] == name
    assert ADDED not in row.payload
    assert records.verify().ok
    records.close()


def test_a_rejected_phrase_is_not_suggested_again(data: Path) -> None:
    (name,) = json.loads(run("suggest", "--propose", "--json"))["proposed"]
    run("reject", name, "--by", "Carmen", "--reason", "No somos una tienda")
    assert json.loads(run("suggest", "--propose", "--json"))["phrases"] == []
    assert not learned(data).exists()


@pytest.mark.parametrize(
    ("reason", "kept"),
    [
        ("Se lo dijo a Marta Ruiz, del 655 21 09 87", "Se lo dijo a [PERSONA_1], del [TELEFONO_1]"),
        ("No somos una tienda", "No somos una tienda"),
    ],
)
def test_a_reason_is_kept_without_personal_data(data: Path, reason: str, kept: str) -> None:
    (name,) = json.loads(run("suggest", "--propose", "--json"))["proposed"]
    run("reject", name, "--by", "Carmen", "--reason", reason)
    files = [one.read_text(encoding="utf-8") for one in data.rglob("*.yaml")]
    assert [kept in one for one in files] == [True]
    assert (reason in files[0]) == (reason == kept)


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "--from", "2026-02-02", "--to", "2026-02-01"),
        ("suggest", "--from", "2026-02-02", "--to", "2026-02-01"),
        ("approve", "phr_x", "--by", " ", "--purpose", "follow", "--when", "intent:complaint"),
        ("approve", "phr_x", "--by", "Eva", "--purpose", "follow", "--when", "complaint"),
        ("approve", "phr_x", "--by", "Eva", "--purpose", "follow", "--when", "a:b", "--treatment", "vos"),
        ("approve", "phr_x", "--by", "Eva", "--purpose", "follow", "--when", "intent:complaint"),
        ("reject", "phr_x", "--by", "Eva", "--reason", " "),
        ("reject", "phr_x", "--by", "Eva", "--reason", "No"),
    ],
)
def test_what_cannot_be_is_one_known_error_and_leaves_nothing(data: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(KNOWN_ERRORS) as refused:
        CliRunner().invoke(learn.app, list(arguments), catch_exceptions=False)
    assert "\n" not in str(refused.value)
    records = open_data(data)
    with records.database.read() as session:
        assert session.scalars(select(AuditRow).where(AuditRow.action.startswith("phrase."))).all() == []
    records.close()


@pytest.mark.parametrize("arguments", [("report", "--from", "ayer"), ("learn",), ("report", "--json", "x")])
def test_a_wrong_call_is_one_line_and_exit_code_2(
    data: Path,
    arguments: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.argv", ["borrador", "learn", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert told.err.startswith("borrador: ")
    assert told.err.count("\n") == 1
    assert "ayer" not in told.err


def test_a_broken_policy_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = data.parent / "policies" / "learning.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("least_people: 2", "least_people: 1"), encoding="utf-8"
    )
    with pytest.raises(KNOWN_ERRORS, match=r"learning\.yaml.*least_people"):
        CliRunner().invoke(learn.app, ["report"], catch_exceptions=False)
