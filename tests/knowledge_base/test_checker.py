"""What `kb check` reports, each with a near miss that it leaves alone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.checker import check
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.findings import Severity
from knowledge_base.governance import Governance
from knowledge_base.loader import KnowledgeBase, Scan
from tests.knowledge_base.fakes import TODAY, HashingEncoder, answer

GOVERNANCE = Governance.load(Path(__file__).parents[2] / "policies" / "knowledge_base.yaml")
FULL = "Tiene 30 días naturales desde la entrega para devolver un producto sin abrir."


def codes(*answers: Any, **options: Any) -> set[str]:
    scan = Scan(KnowledgeBase.of(answers), ())
    return {finding.code for finding in check(scan, GOVERNANCE, on=TODAY, **options)}


def good(name: str = "a", **fields: Any) -> Any:
    return answer(
        name,
        fields.pop("title", "Plazo"),
        fields.pop("full", FULL),
        **{"owner": "Ana", "questions": ("¿Plazo?",), **fields},
    )


def test_a_good_answer_has_no_findings() -> None:
    assert codes(good()) == set()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"approvals": ()}, "not_approved"),
        ({"tags": ("safety",)}, "not_approved"),
        ({"valid_until": date(2026, 5, 31)}, "expired"),
        ({"valid_until": date(2026, 7, 1)}, "expires_soon"),
        ({"valid_from": date(2026, 7, 1)}, "not_yet_valid"),
        ({"questions": ()}, "no_questions"),
        ({"owner": ""}, "no_owner"),
        ({"full": FULL + " a" * 600}, "too_long"),
        ({"short": "Tiene 14 días."}, "short_differs"),
    ],
)  # fmt: skip
def test_each_defect_is_named(fields: dict[str, Any], code: str) -> None:
    assert codes(good(**fields)) == {code}


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_until": date(2026, 7, 2)},
        {"withdrawn": True, "approvals": ()},
        {"full": FULL + " a" * 600, "channels": ("email", "web")},
        {"short": "Tiene 30 días."},
    ],
)
def test_near_misses_are_left_alone(fields: dict[str, Any]) -> None:
    assert codes(good(**fields)) == set()


def test_near_duplicates_by_words_and_by_vectors() -> None:
    assert "near_duplicate" in codes(good(), good("b", questions=("¿Otro?",)))
    other = good("b", title="Cita", full="Pida hora en la tienda con su tarjeta.", questions=("¿Cita?",))
    assert codes(good(), other, encoder=HashingEncoder()) == set()


def test_same_example_question() -> None:
    other = good("b", title="Cita", full="Pida hora en la tienda.")
    assert codes(good(), other) == {"same_question"}


def test_numbers_that_contradict_each_other() -> None:
    other = good("b", full=FULL.replace("30", "14"), questions=("¿Otro?",))
    assert "numbers_differ" in codes(good(), other)
    elsewhere = good("b", full="El reembolso llega en 14 días a su tarjeta.", questions=("¿Otro?",))
    assert codes(good(), elsewhere) == set()


def test_personal_data_names_the_kind_and_never_the_value() -> None:
    def redactor(text: str) -> list[str]:
        return ["PHONE_NUMBER"] if "600" in text else []

    scan = Scan(KnowledgeBase.of([good(full=FULL + " Llame a Marta al 600 111 222.")]), ())
    (finding,) = check(scan, GOVERNANCE, on=TODAY, redactor=redactor)
    assert finding.code == "personal_data"
    assert "PHONE_NUMBER" in finding.message
    assert "111" not in finding.message


def test_files_that_break_the_format_come_first() -> None:
    problem = KnowledgeBaseError.at("x.md", "not valid UTF-8", line=3)
    findings = check(Scan(KnowledgeBase.of([good(owner="")]), (problem,)), GOVERNANCE, on=TODAY)
    assert [(item.severity, item.code) for item in findings] == [
        (Severity.ERROR, "format"),
        (Severity.WARNING, "no_owner"),
    ]
    assert findings[0].message == "x.md:3: not valid UTF-8"
