"""Only numbers that were checked reach a draft; the others give way to the emergency number."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.errors import PolicyError
from policies.safety_numbers import SLOTS, SafetyNumbers
from tests.policies.builders import POLICIES, numbers

CASES = yaml.safe_load((POLICIES / "safety_numbers.cases.yaml").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['country']}-{case['kind']}")
def test_each_case_gives_its_number(case: dict[str, Any]) -> None:
    assert numbers().contact(case["country"], case["kind"]) == case["gives"]


def test_no_unverified_number_is_ever_given() -> None:
    shipped = numbers()
    unverified = {
        (code, entry.number)
        for code, country in shipped.model.countries.items()
        for entry in country.numbers.values()
        if not entry.verified
    }
    assert unverified
    for code in shipped.model.countries:
        for number in shipped.slots(code).values():
            assert (code, number) not in unverified


def test_the_slots_of_spain() -> None:
    assert numbers().slots("ES") == {
        "numero_emergencias": "112",
        "telefono_ambulancias": "112",
        "linea_ayuda": "024",
        "telefono_toxicologia": "91 562 04 20",
    }


def test_an_unknown_country_fills_no_slot() -> None:
    assert numbers().slots("ZZ") == {}


def test_every_country_fills_the_slots_of_danger() -> None:
    for code in numbers().model.countries:
        assert {"numero_emergencias", "linea_ayuda", "telefono_toxicologia"} <= set(numbers().slots(code)), (
            code
        )
    assert set(SLOTS) == {
        "numero_emergencias", "telefono_ambulancias", "linea_ayuda", "telefono_toxicologia", "linea_salud",
    }  # fmt: skip


def _file(tmp_path: Path, **number: Any) -> Path:
    entry = {
        "number": "112",
        "name": "x",
        "verified": True,
        "source": "[S] somewhere",
        "checked_on": "2026-01-01",
        **number,
    }
    entry = {key: value for key, value in entry.items() if value is not None}
    content = {
        "version": 1,
        "title": "t",
        "countries": {"ES": {"name": "E", "numbers": {"emergency": entry}}},
    }
    file = tmp_path / "n.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"number": "call me"}, "countries > ES > numbers > emergency > number"),
        ({"verified": False}, "needs a verified emergency number"),
        ({"source": "heard"}, "emergency > source"),
        ({"checked_on": None}, "needs checked_on"),
        ({"colour": "red"}, "emergency > colour: unknown key"),
    ],
)
def test_a_broken_number_is_refused(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        SafetyNumbers.load(_file(tmp_path, **change))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_general_knowledge_is_enough_for_an_emergency_number_only(tmp_path: Path) -> None:
    assert SafetyNumbers.load(_file(tmp_path, source="[K] known", checked_on=None)).contact("ES", "emergency")
    file = _file(tmp_path)
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    entries = content["countries"]["ES"]["numbers"]
    entries["suicide_helpline"] = {"number": "1", "name": "x", "verified": True, "source": "[K] known"}
    entries["suicide_helpline"]["number"] = "024"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(PolicyError, match="general knowledge"):
        SafetyNumbers.load(file)
