from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.redaction.normaliser import fold
from models.training.redaction_grammar import Choice, Sequence, Slot
from models.training.redaction_templates import ANNOTATED, generate, groups, one
from models.training.redaction_values import entity_of, value_lists

POLICY = Path(__file__).parents[3] / "policies" / "redaction.yaml"
MANY = list(generate(6000, 11))


def marked(sequence: Sequence) -> list[str]:
    """Return the entity types that a template can mark, fragments included."""
    found: list[str] = []
    for node in sequence:
        if isinstance(node, Choice):
            for option in node.options:
                found.extend(marked(option))
        elif isinstance(node, Slot) and node.name.startswith("f_"):
            for pool in value_lists()[node.name][1].values():
                for entry in set(pool):
                    found.extend(marked(entry))
        elif isinstance(node, Slot) and not node.plain and entity_of(node.name):
            found.append(entity_of(node.name))
    return found


@given(st.integers(0, 2**31), st.integers(0, 10**6))
@settings(max_examples=300, deadline=None)
def test_spans_are_in_order_apart_and_inside_the_text(seed: int, index: int) -> None:
    tagged = one(seed, index)
    end = 0
    for span in tagged.spans:
        assert end <= span.start < span.end <= len(tagged.text)
        piece = tagged.text[span.start : span.end]
        assert piece == piece.strip()
        end = span.end
    assert tagged.text.strip()
    # Read as the redactor reads: a disguise may put marks without width into the "{at}" of an address.
    assert "{" not in fold(tagged.text).text.replace("{at}", "")
    assert "⏎" not in tagged.text


def test_same_seed_same_messages_and_other_seed_others() -> None:
    assert list(generate(200, 5)) == list(generate(200, 5))
    assert list(generate(50, 5)) == list(islice(generate(200, 5), 50))
    assert [row.text for row in generate(50, 5)] != [row.text for row in generate(50, 6)]


def test_messages_hardly_repeat() -> None:
    texts = Counter(row.text for row in MANY)
    assert len(texts) > 0.93 * len(MANY)
    assert len({row.id for row in MANY}) == len(MANY)


def test_texts_are_complete_for_every_type_of_the_policy() -> None:
    policy = set(yaml.safe_load(POLICY.read_text(encoding="utf-8"))["entities"])
    assert policy == ANNOTATED
    assert all(row.annotated == ANNOTATED for row in MANY)


def test_every_type_appears_and_no_other() -> None:
    seen = {span.entity for row in MANY for span in row.spans}
    assert seen == ANNOTATED


def test_negative_templates_mark_nothing() -> None:
    for group in groups():
        if group.kind == "negative":
            assert all(not marked(template) for template in group.templates)


def test_positive_templates_mark_something() -> None:
    for group in groups():
        if group.kind != "negative":
            assert all(marked(template) for template in group.templates), group.variety


def test_a_good_share_of_texts_holds_nothing_personal() -> None:
    empty = sum(not row.spans for row in MANY) / len(MANY)
    assert 0.2 < empty < 0.4


@pytest.mark.parametrize("language", ["es", "ca", "gl", "eu", "pt", "en"])
def test_every_language_has_its_share(language: str) -> None:
    rows = [row for row in MANY if row.language == language]
    assert len(rows) > 0.03 * len(MANY)
    assert any(row.spans for row in rows)
    assert any(not row.spans for row in rows)


def test_there_are_templates_enough() -> None:
    kinds = Counter[str]()
    written = Counter[str]()
    seen = set()
    for group in groups():
        written[group.variety] += len(group.templates)
        if group.templates not in seen:
            kinds[group.kind] += len(group.templates)
        seen.add(group.templates)
    assert kinds["positive"] + kinds["letter"] >= 500
    assert kinds["negative"] >= 150
    assert all(count >= 40 for count in written.values()), written


@pytest.mark.parametrize(
    "fragment", ["la esperanza es lo", "Mercedes del jefe", "santa paciencia", "dolores de cabeza dais"]
)
def test_common_words_that_are_names_stand_unmarked(fragment: str) -> None:
    lines = [node for group in groups() for line in group.templates for node in line if isinstance(node, str)]
    assert any(fragment in line for line in lines)
