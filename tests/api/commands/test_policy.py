"""``borrador policy`` as compliance staff use it: cases, explanations, comparisons; no engine is loaded for these."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import structlog
import yaml

from api.cli import main
from policies.facts_json import facts_json
from tests.cases.samples import case, open_records, record
from tests.policies.builders import POLICIES, facts

COMPLAINT = facts(intents=("complaint",), emotion="angry")
QUESTION = facts()


class Done(NamedTuple):
    """What a call gave."""

    code: int
    out: str
    err: str


Borrador = Callable[..., Done]


@pytest.fixture
def borrador(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Borrador]:
    """Runs the command in this process, with a data folder of its own."""
    monkeypatch.setenv("BORRADOR_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["borrador", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(int(str(ended.value.code)), out, err)

    before = structlog.get_config()
    yield run
    structlog.configure(**before)  # the command writes its log to the stream of this test


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], object]], Path]:
    """Makes a copy of the policies with the health rules changed."""

    def edit(change: Callable[[dict[str, Any]], object]) -> Path:
        folder = tmp_path / "new"
        for name in ("accounts", "rules"):
            shutil.copytree(POLICIES / name, folder / name)
        shutil.copy(POLICIES / "safety_numbers.yaml", folder)
        file = folder / "rules" / "health.yaml"
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        change(written)
        file.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return folder

    return edit


@pytest.fixture
def facts_file(tmp_path: Path) -> Path:
    """Two cases as facts."""
    rows = [
        {"id": "queja", "facts": facts_json(COMPLAINT)},
        {"id": "pregunta", "facts": facts_json(QUESTION)},
    ]
    file = tmp_path / "facts.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


def rule_of(written: dict[str, Any], name: str) -> dict[str, Any]:
    rules = [*written["flags"], *written["dispositions"], *written["modifiers"]]
    return next(rule for rule in rules if rule["id"] == name)


def test_the_policies_pass(borrador: Borrador) -> None:
    done = borrador("policy", "test")
    assert done.code == 0, done.out
    assert [line.split("@")[0] for line in done.out.splitlines()] == ["bank", "health", "retail"]


def test_one_profile_alone(borrador: Borrador) -> None:
    done = borrador("policy", "test", "--profile", "bank")
    assert (done.code, done.out.count("failures")) == (0, 1)


def test_a_failing_case_is_one_line_that_names_it(borrador: Borrador, edited: Any) -> None:
    folder = edited(lambda written: rule_of(written, "emergency-urgent").update(priority="p2"))
    done = borrador("policy", "test", "--policies", folder)
    assert done.code == 1
    assert "health.cases.yaml: emergency" in done.out
    assert "priority: expected p1, found p2" in done.out


def test_a_combination_that_no_rule_answers_fails(borrador: Borrador, edited: Any) -> None:
    def without_service(written: dict[str, Any]) -> None:
        written["dispositions"].remove(rule_of(written, "service-question-draft"))

    done = borrador("policy", "test", "--profile", "health", "--policies", edited(without_service))
    assert done.code == 1
    assert "health.yaml: dispositions: no rule answers {intents: [" in done.out


def test_an_explanation_in_spanish(borrador: Borrador, facts_file: Path) -> None:
    done = borrador("policy", "explain", "--in", facts_file)
    assert done.code == 0
    assert "► hurt-complaint-acknowledge: Queja con enfado o tristeza [decide]" in done.out
    assert "Pide: las intenciones incluyen «complaint»" in done.out
    assert "Motivo: Queja de alguien dolido, la atiende una persona." in done.out
    assert (
        "unhappy-order-acknowledge: Pedido o cobro que ha ido mal. Faltó: la intención principal es"
        in done.out
    )


def test_an_explanation_for_programs_can_be_compared_again(
    borrador: Borrador, facts_file: Path, tmp_path: Path
) -> None:
    done = borrador("policy", "explain", "--in", facts_file, "--json")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [item["decision"]["disposition"] for item in found] == ["acknowledge", "draft"]
    assert all(item["nearly"] and item["fired"] for item in found)
    again = tmp_path / "again.jsonl"
    again.write_text(done.out, encoding="utf-8")
    compared = borrador("policy", "diff", "--from", POLICIES, "--to", POLICIES, "--cases", again)
    assert compared.out == "Cambian 0 de 2 casos\n"


def test_another_profile_and_another_day(borrador: Borrador, tmp_path: Path) -> None:
    file = tmp_path / "order.jsonl"
    written = facts_json(facts(intents=("order_or_delivery",)))
    file.write_text(json.dumps({"id": "pedido", "facts": written}), encoding="utf-8")
    for day, priority in (("2026-11-30", "P3"), ("2026-12-24", "P2")):
        done = borrador("policy", "explain", "--in", file, "--profile", "retail", "--on", day)
        assert f"Prioridad {priority}" in done.out
        assert "retail@1-" in done.out


def test_a_case_on_record_is_explained(borrador: Borrador, tmp_path: Path) -> None:
    records = open_records(f"sqlite:///{tmp_path / 'data' / 'borrador.sqlite3'}", tmp_path / "data")
    known = record(records, facts=COMPLAINT).stored.case.id
    old = record(records, case(message_id="old")).stored.case.id
    records.close()
    done = borrador("policy", "explain", "--case", known)
    assert done.code == 0, done.err
    assert f"{known} · health@1-" in done.out
    assert "hurt-complaint-acknowledge" in done.out
    missing = borrador("policy", "explain", "--case", old)
    assert (missing.code, "before facts were kept" in missing.err) == (2, True)


def test_what_would_change_among_the_cases_on_record(borrador: Borrador, edited: Any, tmp_path: Path) -> None:
    records = open_records(f"sqlite:///{tmp_path / 'data' / 'borrador.sqlite3'}", tmp_path / "data")
    changing = record(records, facts=COMPLAINT).stored.case.id
    record(records, case(message_id="q"), facts=QUESTION)
    record(records, case(message_id="old"))
    records.close()

    def sooner(written: dict[str, Any]) -> None:
        rule_of(written, "hurt-complaint-acknowledge").update(priority="p2", sla="standard")

    folder = edited(sooner)
    done = borrador("policy", "diff", "--from", POLICIES, "--to", folder, "--stored")
    assert done.code == 0, done.err
    changed, summary = done.out.splitlines()
    assert changed.startswith(
        f"{changing}: prioridad: p3 → p2; plazos: 30/1440 min, 15 days → 30/300 min, 15 days"
    )
    assert (
        summary == "Cambian 1 de 2 casos: prioridad en 1, plazos en 1; 1 sin hechos guardados, no comparados"
    )
    told = borrador(
        "policy", "diff", "--from", POLICIES, "--to", folder, "--stored", "--json"
    ).out.splitlines()
    assert json.loads(told[0])["changes"]["priority"] == ["p3", "p2"]
    assert json.loads(told[1])["changed"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("explain",), "give one of"),
        (("explain", "hola", "--case", "cas_x"), "give one of"),
        (("explain", ""), "empty"),
        (("explain", "--in", "/nonexistent.jsonl"), "no such file"),
        (("explain", "--case", "cas_x"), "no such case"),
        (("explain", "--in", "{facts}", "--profile", "butcher"), "no such policy"),
        (("explain", "--in", "{facts}", "--on", "mañana"), "--on"),
        (("explain", "--in", "{facts}", "--policies", "/nonexistent"), "no folder of policies"),
        (("diff", "--from", "{policies}", "--to", "{policies}"), "--cases FILE or --stored"),
        (("diff", "--from", "{policies}", "--to", "/nonexistent", "--stored"), "no folder of policies"),
        (("diff", "--from", "{policies}", "--to", "{policies}", "--cases", "/nonexistent"), "no such file"),
        (("diff", "--to", "{policies}", "--stored"), "--from"),
        (("test", "--profile", "butcher"), "no policy of that name"),
        (("test", "--policies", "/nonexistent"), "nonexistent"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(
    borrador: Borrador, facts_file: Path, arguments: tuple[str, ...], says: str
) -> None:
    places = {"{facts}": str(facts_file), "{policies}": str(POLICIES)}
    done = borrador("policy", *(places.get(argument, argument) for argument in arguments))
    assert done.code == 2, done.out
    assert says in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert done.out == ""


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1: line is not JSON"),
        ("[1]", "line 1: line is not a JSON object"),
        ('{"facts": {"channel": "x"}}', "line 1: facts: visibility"),
        ('{"facts": {"Ana Ruiz": 1}}', "line 1: facts: "),
        ('{"facts": 3}', "line 1: facts: "),
    ],
)
def test_a_bad_line_is_named_and_not_quoted(borrador: Borrador, tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(f"{line}\n", encoding="utf-8")
    done = borrador("policy", "explain", "--in", file)
    assert done.code == 2
    assert says in done.err
    assert "Ana" not in done.err
    assert len(done.err.strip().splitlines()) == 1
