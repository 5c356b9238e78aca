"""Spans of parts become spans of the text."""

import pytest

from models.redaction.edges import text_spans
from models.redaction.pieces import parts_of


def _found(text: str, *values: str, entity: str = "PERSON") -> list[str]:
    """Tidy the spans of the given values, which stand in the text in order."""
    parts = parts_of(text)
    decoded, position = [], 0
    for value in values:
        start = text.index(value, position)
        position = start + len(value)
        inside = [place for place, part in enumerate(parts) if start <= part.start and part.end <= position]
        decoded.append((entity, inside[0], inside[-1] + 1, 0.9))
    return [text[span.start : span.end] for span in text_spans(text, parts, decoded)]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Miranda de Ebro", ["Miranda de", "Ebro"], ["Miranda de Ebro"]),
        ("Ana, Eva", ["Ana", "Eva"], ["Ana", "Eva"]),
        ("Ana\nEva", ["Ana", "Eva"], ["Ana", "Eva"]),
        ("41013 Sevilla", ["41013", "Sevilla"], ["41013", "Sevilla"]),
        ("12 345 678", ["12", "345", "678"], ["12", "345", "678"]),
        ("1993 y luego", ["1993 y"], ["1993"]),
        ("Carmen Puerto. Fin", ["Carmen Puerto."], ["Carmen Puerto"]),
        ("Labo S.A. hoy", ["Labo S.A."], ["Labo S.A."]),
        ("el Dr. J. M. vino", ["J. M."], ["J. M."]),
        ("María de la Cruz", ["María de la Cruz"], ["María de la Cruz"]),
        ("calle (", ["calle ("], ["calle"]),
        (".. .", [".. ."], []),
    ],
)
def test_edges(text: str, values: list[str], expected: list[str]) -> None:
    assert _found(text, *values) == expected


def test_a_password_keeps_its_marks() -> None:
    assert _found("clave: Sol.99.", "Sol.99.", entity="CREDENTIAL") == ["Sol.99."]


def test_a_joined_span_is_as_sure_as_its_weaker_half() -> None:
    parts = parts_of("Ana Ruiz")
    (span,) = text_spans("Ana Ruiz", parts, [("PERSON", 0, 1, 0.9), ("PERSON", 1, 2, 0.6)])
    assert (span.start, span.end, span.score) == (0, 8, 0.6)
