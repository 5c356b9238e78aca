"""One's own data: what is read, and what is said of wrong lines, without quoting them."""

import json
from pathlib import Path

import pytest

from eval.harness.errors import EvaluationError
from eval.harness.own_data import check, read_own
from policies.decision import Facts
from policies.facts_json import facts_json
from policies.vocabulary import Channel, Visibility

SECRET = "Remedios Quiñonero"
GOOD = {
    "id": "msg-1",
    "text": f"Soy {SECRET} y me pica la cara",
    "channel": "instagram",
    "intents": ["adverse_event"],
    "flags": ["adverse_event", "expert_review"],
    "disposition": "acknowledge",
    "personal": [SECRET],
    "health": ["me pica la cara"],
}
FACTS = Facts(
    channel=Channel.WEB,
    visibility=Visibility.PRIVATE,
    language="es",
    intents=("praise",),
    emotion="neutral",
    relevance="answer",
    signals={},
    handling={},
    understanding_abstained=False,
    evidence_abstained=False,
    personal_entities=frozenset(),
    health_entities=frozenset(),
    customer_turns=1,
    agent_turns=0,
)


def written(folder: Path, *rows: object, name: str = "own.jsonl") -> Path:
    file = folder / name
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_good_line_becomes_a_sample(tmp_path: Path) -> None:
    (sample,) = read_own(written(tmp_path, GOOD)).samples
    assert sample.id == "msg-1"
    assert sample.target.flags == {"adverse_event", "expert_review"}
    assert not sample.invented
    assert sample.shown(()) == "Soy ▇▇▇ y ▇▇▇"
    assert SECRET not in repr(sample)


def test_labels_left_out_are_not_judged(tmp_path: Path) -> None:
    (sample,) = read_own(written(tmp_path, {"text": "hola"})).samples
    assert sample.target.flags is None
    assert sample.target.personal is None
    assert sample.target.disposition is None


@pytest.mark.parametrize("name", [SECRET, "remedios", "612345678", "a@b.example", "x" * 80])
def test_an_id_that_could_be_a_persons_is_not_shown(name: str, tmp_path: Path) -> None:
    (sample,) = read_own(written(tmp_path, {"id": name, "text": "hola"})).samples
    assert sample.id == "line-1"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"channel": "fax"}, "channel: "),
        ({"flags": ["sadness"]}, "flags.0: "),
        ({"text": ""}, "text: "),
        ({"text": "  "}, "text: is empty"),
        ({"personal": ["Otra Persona"]}, "personal: number 1 does not stand in the text"),
        ({"health": ["me pica la cara", "tose"]}, "health: number 2 does not stand in the text"),
        (
            {"flags": ["emergency"], "disposition": "draft"},
            "emergency is flagged, so it must be urgent_referral",
        ),
        (
            {"flags": ["expert_review"], "disposition": "draft"},
            "expert_review is flagged, so it cannot be draft",
        ),
        ({"language": "fr"}, "language: "),
        ({"surname": SECRET}, "unknown field"),
        ({"thread": [{"role": "boss", "text": "hola"}]}, "thread.0.role: "),
    ],
)
def test_a_wrong_line_is_explained_and_not_quoted(
    change: dict[str, object], said: str, tmp_path: Path
) -> None:
    checked = check(written(tmp_path, {"text": "hola"}, {**GOOD, **change}))
    (problem,) = checked.problems
    assert problem.line == 2
    assert said in problem.problem
    assert SECRET not in str(problem)
    assert "Otra" not in str(problem)
    assert len(checked.data.samples) == 1


@pytest.mark.parametrize(
    ("line", "said"), [("{", "not JSON"), ("[1]", "not a JSON object"), ("[" * 9999, "not JSON")]
)
def test_what_is_no_object_is_told(line: str, said: str, tmp_path: Path) -> None:
    assert [problem.problem for problem in check(written(tmp_path, line)).problems] == [said]


def test_two_lines_of_one_id(tmp_path: Path) -> None:
    checked = check(written(tmp_path, GOOD, {"text": "hola"}, GOOD))
    assert [str(problem) for problem in checked.problems] == ["line 3: id: the same as on line 1"]


def test_nothing_is_evaluated_on_a_file_with_a_wrong_line(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="line 2: not JSON"):
        read_own(written(tmp_path, GOOD, "{"))


def test_csv_with_semicolons_and_several_values(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(
        "﻿text;channel;flags;disposition\r\n"
        '"Hola; ¿qué\ntal?";email;;draft\r\n'
        "Me ahogo;web;emergency|health_data;urgent_referral\r\n",
        encoding="utf-8",
    )
    one, other = read_own(file).samples
    assert one.message.text == "Hola; ¿qué\ntal?"
    assert one.target.flags == frozenset()
    assert other.target.flags == {"emergency", "health_data"}
    assert (one.id, other.id) == ("line-2", "line-4")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,channel\nhola\n", "fewer cells"),
        ("text,channel\nhola,web,x\n", "more cells"),
        ('text\n"hola\n', "not CSV"),
        ("text,channel\nhola,fax\n", "channel: "),
    ],
)
def test_wrong_csv_is_explained(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(content, encoding="utf-8")
    (problem,) = check(file).problems
    assert said in problem.problem


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("own.xlsx", b"", "neither .csv nor .jsonl"),
        ("own.csv", b"", "no column called text"),
        ("own.csv", b"message\nhola\n", "no column called text"),
        ("own.jsonl", b"\xff\xfe", "not UTF-8"),
        ("own.jsonl", b"\n\n", "no lines of data"),
    ],
)
def test_a_file_that_cannot_be_read(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EvaluationError, match=said):
        read_own(tmp_path / name)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"own\.csv: No such file"):
        read_own(tmp_path / "own.csv")


def test_stored_decisions(tmp_path: Path) -> None:
    row = {"id": "case-7", "facts": facts_json(FACTS), "disposition": "draft"}
    (stored,) = read_own(written(tmp_path, row)).decisions
    assert (stored.id, stored.facts, stored.disposition) == ("case-7", FACTS, "draft")
    checked = check(written(tmp_path, {**row, "facts": {"channel": "web"}}))
    assert checked.problems[0].problem.startswith("facts: ")
