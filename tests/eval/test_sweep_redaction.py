"""The sweep tries every combination, and writes none of them to the policy."""

from pathlib import Path

from api.settings import Settings
from eval.redaction_data import Gold, Message
from eval.sweep_redaction import combinations, measure, redactor_with


def test_all_combinations() -> None:
    assert list(combinations([0.0, -1.0], ["X+Y=0.7"], ["A=0,0.5", "B=1"])) == [
        {"outside_bias": bias, "least": {"X": 0.7, "Y": 0.7}, "support": {"A": a, "B": 1.0}}
        for bias in (0.0, -1.0)
        for a in (0.0, 0.5)
    ]


def test_nothing_named_is_one_combination() -> None:
    assert list(combinations([0.0], [], [])) == [{"outside_bias": 0.0, "least": {}, "support": {}}]


def test_a_redactor_with_other_rules_is_measured(tmp_path: Path) -> None:
    settings = Settings(redaction_model="patterns")
    redactor = redactor_with(settings, {"outside_bias": -1.0}, tmp_path)
    text = "soy Ana García"
    message = Message(
        id="m", text=text, file="f", language="es", variety="es-ES", channel="web",
        gold=(Gold("PERSON", 4, 14, False),), allowed=(), typed=True,
    )  # fmt: skip
    found = measure(redactor, [message])
    assert found.messages == 1
    assert found.leak.part == 0
    assert (tmp_path / "redaction.yaml").is_file()
