"""Expressions of the policy files stand at a word's start; those that begin with a sign stand right after a word."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from drafting.drafter import Drafter
from drafting.files import at_word_start, word_pattern

POLICIES = Path(__file__).parents[2] / "policies"
SIGNS = frozenset(string.punctuation) | set("¿¡…❤ ")
SEARCH = settings(
    max_examples=300,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        ("[.,;!] *resuelto", "todo en orden, gracias. resuelto", True),
        ("[.,;!] *resuelto", "gracias,resuelto", True),
        ("[.,;!] *resuelto", "no lo doy por irresuelto", False),
        ("¿puedo", "hola¿puedo ir?", True),
        ("❤", "precioso❤", True),
        ("¿?puedo", "hola¿puedo ir?", True),
        ("¿?puedo", "repuedo", False),
        ("puedo", "no puedo", True),
        ("puedo", "repuedo", False),
        ("puedo", "re_puedo", False),
        ("[.,] *si|no", "vale. si", True),
        ("[.,] *si|no", "bueno", False),
    ],
)
def test_a_sign_may_follow_a_word_and_a_word_may_not(expression: str, text: str, found: bool) -> None:
    assert (word_pattern([expression], "prueba").search(text) is not None) == found
    assert (re.search(at_word_start([expression]), text) is not None) == found


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("solved", "muchas gracias. resuelto"),
        ("solved", "muchas gracias, resuelta!"),
        ("general_question", "hola! puedo devolver unas gafas?"),
        ("general_question", "voy en coche. hay que pagar el parking?"),
        ("glad", "preciosa😍"),
    ],
)
def test_a_topic_is_found_behind_a_sign(drafter: Drafter, topic: str, text: str) -> None:
    assert topic in drafter.composer.topics.find(text, "es")


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("solved", "muchas gracias, irresuelto"),
        ("solved", "muchas gracias. resuelto no está"),
        ("general_question", "hola! repuedo devolverlas"),
    ],
)
def test_a_near_miss_behind_a_sign_is_no_topic(drafter: Drafter, topic: str, text: str) -> None:
    assert topic not in drafter.composer.topics.find(text, "es")


def expressions() -> Iterator[str]:
    """Every expression that is put behind a word's start, as the files have it."""
    topics = yaml.safe_load((POLICIES / "phrases" / "topics.yaml").read_text(encoding="utf-8"))["topics"]
    for languages in topics.values():
        for words in languages.values():
            yield from words
    scenes = yaml.safe_load((POLICIES / "phrases" / "nearby.yaml").read_text(encoding="utf-8"))["topics"]
    for scene in scenes.values():
        yield from scene.get("needs", [])
    edges = yaml.safe_load((POLICIES / "phrases" / "edges.yaml").read_text(encoding="utf-8"))
    for kind in ("opens", "closes", "greets"):
        for words in edges.get(kind, {}).values():
            yield from words
    verification = yaml.safe_load((POLICIES / "verification.yaml").read_text(encoding="utf-8"))
    for rule in verification["words"].values():
        for words in (*rule["words"].values(), *rule.get("allow", {}).values()):
            yield from words


def opens_with_a_sign(expression: str) -> bool:
    """A cheap look that lets through too many: a sign, a class or a group, not a letter or an anchor."""
    return re.match(r"\w|\(\?[:<][\w!=]|\\b|\^", expression) is None


def test_no_shipped_expression_is_dead_behind_a_word() -> None:
    looked_at = [expression for expression in dict.fromkeys(expressions()) if opens_with_a_sign(expression)]
    assert len(looked_at) >= 5
    for expression in looked_at:
        raw = re.compile(expression)

        def fits(text: str, raw: re.Pattern[str] = raw) -> bool:
            return text[:1] in SIGNS and raw.match(f"a{text}", 1) is not None

        try:
            behind = find(st.from_regex(raw), fits, settings=SEARCH)
        except NoSuchExample:
            continue  # it begins with a word after all
        assert word_pattern([expression], "prueba").search(f"a{behind}"), expression
