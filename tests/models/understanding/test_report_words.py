"""Products and reactions of a report, against the cases of their words; and a broken file."""

import re
from pathlib import Path

import pytest
import yaml

from models.errors import ArtifactError
from models.spans import Span
from models.understanding.marked_reactions import marked_reactions
from models.understanding.product_mentions import ProductMentions
from models.understanding.report_words import FILE, ReportWords

LEXICONS = Path(__file__).parents[3] / "policies" / "lexicons"
CASES = yaml.safe_load((LEXICONS / "report_words.cases.yaml").read_text(encoding="utf-8"))
MARK = re.compile(r"⟦([A-Z_]+):([^⟧]*)⟧")
OWN = ("Laboratorios Alborea", "@alborea")


def marked(written: str) -> tuple[str, list[Span]]:
    """A message and its spans, from one with what is marked written out."""
    text, last, spans = "", 0, []
    for match in MARK.finditer(written):
        text += written[last : match.start()]
        spans.append(Span(match[1], len(text), len(text) + len(match[2]), 0.6))
        text, last = text + match[2], match.end()
    return text + written[last:], spans


@pytest.fixture(scope="module")
def mentions() -> ProductMentions:
    return ProductMentions.load(LEXICONS)


@pytest.mark.parametrize("case", CASES["products"], ids=lambda case: case["text"][:40])
def test_products(mentions: ProductMentions, case: dict) -> None:
    text, spans = marked(case["text"])
    found = set(mentions.find(text, spans, language=case.get("language", "es"), own=OWN))
    outermost = [m for m in found if not any(o != m and o.start <= m.start and m.end <= o.end for o in found)]
    ordered = sorted(outermost, key=lambda m: m.start)
    assert [text[m.start : m.end] if m.named else "kind" for m in ordered] == case["names"]


@pytest.mark.parametrize("case", CASES["reactions"], ids=lambda case: case["text"][:40])
def test_reactions(mentions: ProductMentions, case: dict) -> None:
    text, spans = marked(case["text"])
    products = [(mention.start, mention.end) for mention in mentions.find(text, spans)]
    assert [text[a:b] for a, b in marked_reactions(mentions.words, text, spans, products)] == case["told"]


def test_a_broken_file_names_its_field(tmp_path: Path) -> None:
    words = (LEXICONS / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(words.replace("intake: >-", "intakes: >-"), encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"report_words\.yaml: intake"):
        ReportWords.load(tmp_path)
