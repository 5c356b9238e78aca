"""Promises are found in what was sent, and due when the customer would think; the cases stand beside the patterns."""

import re
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.timekeeping.due import due_at
from cases.timekeeping.phrases import PROMISES_FILE, Phrasebook
from cases.working_time import working_time
from policies.account import OpeningHours
from policies.errors import PolicyError
from policies.loader import load_account
from tests.linear_time import assert_linear

BOOK = Phrasebook.load()
AT = working_time(OpeningHours())
SAID = "2026-11-18T11:00"
CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    PROMISES_FILE.with_name("promises.cases.yaml").read_text(encoding="utf-8")
)["cases"]
TABLE = [(language, case) for language, cases in CASES.items() for case in cases]
BANK = PROMISES_FILE.parent / "phrases"
TERMS = ("plazo_respuesta", "plazo_urgente", "plazo_legal")


@pytest.mark.parametrize(("language", "case"), TABLE, ids=[f"{code}-{case['text']}" for code, case in TABLE])
def test_the_cases_beside_the_patterns(language: str, case: dict[str, Any]):
    said = AT.local(datetime.fromisoformat(case.get("at", SAID)))
    due = [due_at(found, said, AT) for found in BOOK.find(case["text"], language)]
    assert [at.strftime("%Y-%m-%dT%H:%M") for at in due if at] == case["due"]


def test_every_language_has_cases_of_both_kinds():
    assert set(CASES) == set(BOOK.languages) == {"es", "ca", "gl", "eu", "pt", "en"}
    for cases in CASES.values():
        assert any(case["due"] for case in cases)
        assert any(not case["due"] for case in cases)


def estimates() -> list[tuple[str, str, str]]:
    """Every sentence of the bank that names a term to answer in, filled as the demo company fills it."""
    slots = load_account(PROMISES_FILE.parent / "accounts" / "demo.yaml").slots
    made = []
    for file in sorted(BANK.glob("*/*.yaml")):
        for line in file.read_text(encoding="utf-8").splitlines():
            named = [term for term in TERMS if f"{{{term}}}" in line]
            if not named:
                continue
            text = re.sub(r"^\s*-\s*(?:\{text:\s*)?\"?", "", line).split('", origin')[0].rstrip('"')
            filled = text.replace(f"{{{named[0]}}}", slots[named[0]][file.parent.name])
            made.append((file.parent.name, named[0], filled.replace("{departamento}", "equipo médico")))
    return made


@pytest.mark.parametrize(("language", "term", "text"), estimates())
def test_every_term_that_the_bank_promises_is_found(language: str, term: str, text: str):
    said = AT.local(datetime.fromisoformat(SAID))
    (found,) = BOOK.find(text, language)
    expected = {"plazo_respuesta": "2026-11-19T18:00", "plazo_urgente": "2026-11-19T11:00"}
    at = due_at(found, said, AT)
    assert at is not None
    assert at.strftime("%Y-%m-%dT%H:%M") == expected.get(term, "2026-12-18T18:00")


def test_the_place_is_that_of_the_sentence_also_with_loose_accents():
    text = "Hola, [PERSON_1]. Mañana te llamamos. Un saludo."
    (found,) = BOOK.find(text, "es-ES")
    assert text[found.start : found.end] == "Mañana te llamamos."
    loose = unicodedata.normalize("NFD", text)
    (found,) = BOOK.find(loose, "es")
    assert loose[found.start : found.end] == loose


def test_an_unknown_language_is_read_as_spanish():
    assert len(BOOK.find("Te contestamos en 24 horas.", "fr")) == 1


def test_a_date_that_does_not_exist_and_numbers_that_are_references_promise_nothing():
    found = BOOK.find("Te escribimos el 31 de noviembre.", "es")
    assert [due_at(one, AT.local(datetime.fromisoformat(SAID)), AT) for one in found] == [None]
    assert BOOK.find("Te contestamos en 999 horas.", "es") == ()


@settings(deadline=None)
@given(
    st.text(
        alphabet="teTE os le mañana semana 24 48 horas días en dentro de . , ; \n contestamos hoy é",
        max_size=200,
    )
)
def test_offsets_lie_in_the_text_and_due_dates_are_not_before(text: str):
    said = AT.local(datetime.fromisoformat(SAID))
    for found in BOOK.find(text, "es"):
        assert 0 <= found.start < found.end <= len(text)
        at = due_at(found, said, AT)
        assert at is None or at >= said


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda data: data["languages"]["es"]["phrases"][0].update(text="en (NUM"),
            "a pattern cannot be read",
        ),
        (lambda data: data["languages"]["es"]["phrases"][0].update(text="en horas"), "counts nothing"),
        (lambda data: data["languages"].pop("es"), "es is missing"),
        (lambda data: data["languages"]["ca"]["phrases"][0].update(id="es.hours"), "used twice"),
        (lambda data: data["languages"]["ca"].update(wished=["x"]), "unknown key"),
    ],
)
def test_a_broken_file_is_refused(change: Any, message: str, tmp_path: Path):
    data = yaml.safe_load(PROMISES_FILE.read_text(encoding="utf-8"))
    change(data)
    file = tmp_path / "promises.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        Phrasebook.load(file)


@pytest.mark.parametrize("unit", [".", "…", ".a", ". ", "a.", "\n"])
def test_finding_sentences_takes_linear_time(unit: str) -> None:
    assert_linear(lambda text: BOOK.find(text, "es"), unit * 4_000 + "x", unit * 12_000 + "x")
