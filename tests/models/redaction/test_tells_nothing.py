"""A span of the token model that is only a stretch of time tells nothing of anybody's health."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from models.redaction.policy import load_policy
from models.redaction.token_recognizer import TokenModelRecognizer

POLICY = load_policy(Path(__file__).parents[3] / "policies" / "redaction.yaml")


def found(text: str, span: str) -> list[str]:
    """What the recognizer keeps of one span that the model is sure of."""
    start = text.index(span)
    hit = SimpleNamespace(entity="SYMPTOM", start=start, end=start + len(span), score=0.99)
    artifacts = SimpleNamespace(reading=SimpleNamespace(spans=(hit,)))
    recognizer = TokenModelRecognizer(POLICY.token_model.least, POLICY.token_model.tells_nothing)
    return [text[one.start : one.end] for one in recognizer.find(text, cast(Any, artifacts))]


@pytest.mark.parametrize(
    ("text", "span", "kept"),
    [
        ("Llevo 5 semanas esperando la devolución", "Llevo 5 semanas", False),
        ("van tres meses y sin noticias", "van tres meses", False),
        ("fa 2 setmanes que espero", "fa 2 setmanes", False),
        ("llevo 5 semanas con fiebre", "llevo 5 semanas con fiebre", True),
        ("estoy de 5 semanas", "estoy de 5 semanas", True),
        ("tengo 14 semanas", "tengo 14 semanas", True),
    ],
)
def test_time_alone_is_no_health_data(text: str, span: str, kept: bool) -> None:
    assert found(text, span) == ([span] if kept else [])


def test_without_expressions_every_span_counts() -> None:
    assert (
        TokenModelRecognizer({}).find("", cast(Any, SimpleNamespace(reading=SimpleNamespace(spans=())))) == []
    )
