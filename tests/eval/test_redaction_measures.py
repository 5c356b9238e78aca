"""What counts as leaked, over-redacted and found, against tables worked out by hand; people are invented."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.redaction import details
from eval.redaction_data import DEVELOPMENT_FOLDS, Gold, Message, fold_of, read_messages, read_split
from eval.redaction_report import error_lines, overall
from eval.redaction_scores import OTHERS, by_entity, figures, grouped, score
from eval.redaction_systems import SystemName, load_system, measure, ours, presidio
from eval.splits import Split
from models.errors import ModelError
from models.spans import RedactedSpan, Redaction, Span
from models.text import RawText, RedactedText

TEXT = "Soy Eva Rey, tengo asma. Mi DNI: 1234-5"
EVA, REY, ASTHMA, ID = (4, 7), (8, 11), (19, 23), (33, 39)
NAME = Gold("PERSON", 4, 11, False)


def message(*gold: Gold, text: str = TEXT, id: str = "m", language: str = "es", file: str = "f") -> Message:
    return Message(id, text, file, language, "es-ES", "web", gold, (), True)


def span(place: tuple[int, int], entity: str = "PERSON") -> Span:
    return Span(entity, *place, 1.0)


@pytest.mark.parametrize(
    ("gold", "masked", "leaked"),
    [
        pytest.param(NAME, [(4, 11)], False, id="covered"),
        pytest.param(NAME, [EVA, REY], False, id="only the blank is left"),
        pytest.param(NAME, [EVA], True, id="the surname is left"),
        pytest.param(NAME, [(4, 9)], False, id="two letters are left"),
        pytest.param(NAME, [(4, 8)], True, id="three letters are left"),
        pytest.param(NAME, [], True, id="all is left"),
        pytest.param(NAME, [(5, 6), (9, 10)], False, id="single letters around a mask are no run"),
        pytest.param(Gold("ES_NIF", *ID, False), [(33, 35)], False, id="a sign parts what is left"),
        pytest.param(Gold("ES_NIF", *ID, False), [(33, 34)], True, id="three digits are left"),
        pytest.param(Gold("PERSON", 0, 2, False), [], True, id="a short one counts when all of it is left"),
        pytest.param(Gold("PERSON", 0, 2, False), [(0, 1)], False, id="a short one in part is not"),
    ],
)
def test_leak(gold: Gold, masked: Sequence[tuple[int, int]], leaked: bool) -> None:
    [outcome] = score(message(gold), [span(place) for place in masked]).outcomes
    assert outcome.failed is leaked


@pytest.mark.parametrize(
    ("masked", "found"),
    [((19, 23), True), ((19, 21), True), ((19, 20), False), ((17, 20), False), (None, False)],
)
def test_health_counts_from_half_of_its_letters(masked: tuple[int, int] | None, found: bool) -> None:
    spans = [span(masked, "SYMPTOM")] if masked else []
    [outcome] = score(message(Gold("HEALTH_CONDITION", *ASTHMA, True)), spans).outcomes
    assert outcome.failed is not found
    assert outcome.right_type is False


def test_right_type_needs_the_type_and_pregnancy_is_a_condition() -> None:
    pregnant = Gold("PREGNANCY", *ASTHMA, True)
    [outcome] = score(message(pregnant), [span(ASTHMA, "HEALTH_CONDITION")]).outcomes
    assert outcome.right_type is True
    [outcome] = score(message(NAME), [span((4, 11), "USERNAME")]).outcomes
    assert outcome.right_type is False


def test_over_redaction_counts_words_outside_all_gold() -> None:
    """Of the words Soy, tengo, Mi, DNI, 1234, 5: "tengo" is masked in part, "Mi" whole, "asma" is gold."""
    scored = score(
        message(NAME, Gold("SYMPTOM", *ASTHMA, True)),
        [span((4, 14)), span((19, 27), "SYMPTOM")],
    )
    assert scored.innocent == 6
    assert [(TEXT[word.start : word.end], word.entity) for word in scored.masked] == [
        ("tengo", "PERSON"),
        ("Mi", "SYMPTOM"),
    ]


def test_overlapping_findings_count_once() -> None:
    scored = score(message(NAME), [span((0, 7)), span((0, 11)), span((0, 3))])
    assert len(scored.masked) == 1
    assert scored.outcomes[0].failed is False


def test_figures_sum_over_messages() -> None:
    health = Gold("SYMPTOM", *ASTHMA, True)
    rows = [
        score(message(NAME, health), [span((4, 11)), span(ASTHMA, "SYMPTOM")]),
        score(message(NAME, Gold("ES_NIF", *ID, False)), [span(EVA)]),
        score(message(text="Hola"), [span((0, 4))]),
    ]
    found = figures(rows)
    assert (found.messages, found.leak.part, found.leak.whole) == (3, 2, 3)
    assert (found.over.part, found.over.whole) == (1, 6 + 5 + 1)
    assert (found.health.part, found.health.whole) == (1, 1)
    by = by_entity(rows)
    assert list(by) == ["PERSON", "ES_NIF", "SYMPTOM"]
    assert (by["PERSON"].failed.part, by["PERSON"].failed.whole, by["PERSON"].right_type.part) == (1, 2, 2)
    assert (by["SYMPTOM"].failed.part, by["SYMPTOM"].health) == (0, True)


def test_small_groups_stand_together_at_the_end() -> None:
    sizes = {"es": 12, "gl": 10, "eu": 9, "ca": 1}
    rows = [
        score(message(language=language, text="Hola"), []) for language, n in sizes.items() for _ in range(n)
    ]
    groups = grouped(rows, lambda each: each.language)
    assert {name: part.messages for name, part in groups.items()} == {"es": 12, "gl": 10, OTHERS: 10}
    assert list(groups)[-1] == OTHERS


def rows_of(path: Path, ids: Sequence[str], **fields: object) -> Path:
    common = {"text": TEXT, "language": "es", "variety": "es-ES", "channel": "web"}
    path.write_text(
        "".join(json.dumps({"id": each, **common, **fields}) + "\n" for each in ids), encoding="utf-8"
    )
    return path


def test_strings_are_marked_wherever_they_stand_as_words(tmp_path: Path) -> None:
    text = "Ana: banana, Ana; mi lumbago"
    file = rows_of(tmp_path / "a.jsonl", ["x"], text=text, personal=["Ana", "bago"], health=["lumbago"])
    [read] = read_messages(file)
    assert [(gold.entity, text[gold.start : gold.end], gold.start) for gold in read.gold] == [
        ("personal", "Ana", 0),
        ("personal", "Ana", 13),
        ("personal", "bago", 24),
        ("health", "lumbago", 21),
    ]
    assert read.typed is False


def test_typed_spans_and_the_accounts_names_are_read(tmp_path: Path) -> None:
    entities = [{"type": "PREGNANCY", "start": 0, "end": 3}, {"type": "ES_NIF", "start": 4, "end": 7}]
    file = rows_of(
        tmp_path / "a.jsonl", ["x"], entities=entities, note="lot; not personal: @Salud | Crema Uno"
    )
    [read] = read_messages(file)
    assert read.gold == (Gold("PREGNANCY", 0, 3, True), Gold("ES_NIF", 4, 7, False))
    assert read.allowed == ("@Salud", "Crema Uno")
    assert read.typed is True


def test_split_and_untouched_rows(tmp_path: Path) -> None:
    ids = [f"row-{k}" for k in range(40)]
    splits = {name: ("test", "dev", "none")[k % 3] for k, name in enumerate(ids)}
    (tmp_path / "splits.json").write_text(
        json.dumps({**splits, **{f"new-{n}": s for n, s in splits.items()}})
    )
    first = rows_of(tmp_path / "messages_care.jsonl", ids)
    added = rows_of(tmp_path / "redaction_edge.jsonl", [f"new-{name}" for name in ids])
    test = [name for name in ids if splits[name] == "test"]
    assert [m.id for m in read_split([first, added], Split.TEST)] == test + [f"new-{name}" for name in test]
    untouched = [name for name in test if fold_of(name) not in DEVELOPMENT_FOLDS]
    assert 0 < len(untouched) < len(test)
    found = [m.id for m in read_split([first, added], Split.TEST, untouched=True)]
    assert found == untouched + [f"new-{name}" for name in test]


def test_a_row_without_a_split_is_refused(tmp_path: Path) -> None:
    (tmp_path / "splits.json").write_text('{"a": "test"}')
    file = rows_of(tmp_path / "messages_care.jsonl", ["a", "b"])
    with pytest.raises(ValueError, match="b has no split"):
        read_split([file], Split.TEST)


class FakeAnalyzer:
    """Stands for Presidio: finds "Eva" unless it is allowed."""

    def analyze(self, text: str, language: str, *, allow_list: list[str]) -> list[Span]:
        assert language == "es"
        return [] if "Eva" in allow_list else [span(EVA)]


class FakeRedactor:
    """Stands for ours: masks "Eva" unless it is allowed, and fails on one text."""

    def redact(self, raw: RawText, *, allowed: tuple[str, ...]) -> Redaction:
        if raw.reveal() == "falla":
            raise ModelError("redaction failed")
        found = () if "Eva" in allowed else (RedactedSpan("PERSON", *EVA, 1.0, "[PERSONA_1]"),)
        return Redaction(RedactedText(""), found, {})


@pytest.mark.parametrize(("wrap", "fake"), [(presidio, FakeAnalyzer()), (ours, FakeRedactor())])
@pytest.mark.parametrize(("with_account", "places"), [(False, [EVA]), (True, [])])
def test_systems_mask_and_take_the_accounts_names(wrap, fake, with_account: bool, places: list) -> None:
    named = Message("m", TEXT, "f", "es", "es-ES", "web", (NAME,), ("Eva",), True)
    assert [(found.start, found.end) for found in wrap(fake, with_account=with_account)(named)] == places


def test_an_error_of_ours_is_no_message_without_leaks() -> None:
    with pytest.raises(ModelError):
        measure(ours(FakeRedactor(), with_account=False), [message(text="falla")])


def test_presidio_refuses_a_process_with_our_recognizers() -> None:
    import models.redaction.redactor  # noqa: F401

    with pytest.raises(RuntimeError, match="process of its own"):
        load_system(SystemName.PRESIDIO, with_account=False)


def test_reports_count_and_only_error_lines_quote() -> None:
    gold = (NAME, Gold("SYMPTOM", *ASTHMA, True))
    run = measure(lambda each: [span((0, 7))], [message(*gold), message(*gold)])
    assert len(run.seconds) == 2
    assert run.cpu_seconds >= 0
    report = f"{overall({'fake': run})}\n{details(run)}"
    assert "| 2 | 100.00% (2/2)" in report
    assert "Innocent words masked, by the finding's type: PERSON 2." in report
    assert not any(word in report for word in ("Rey", "asma", "tengo"))
    kinds = [line.split("\t")[0] for line in error_lines(run.scored)]
    assert kinds == ["LEAK PERSON", "HEALTH", "OVER"] * 2
    assert next(error_lines(run.scored)) == "LEAK PERSON\tm\tSoy ⟦Eva Rey⟧, tengo asma. Mi DNI: 1234-5"


def test_strings_have_no_type_to_be_right() -> None:
    strings = message(Gold("personal", 4, 11, False), Gold("SYMPTOM", *ASTHMA, True))
    run = measure(lambda each: [span(ASTHMA, "SYMPTOM")], [strings] * 2)
    cells = {
        row.split("|")[1].strip(): row.split("|")[3].strip()
        for row in details(run).splitlines()
        if "|" in row
    }
    assert cells["personal"] == "n/a"
    assert cells["SYMPTOM (health)"].startswith("100.00% (2/2)")
