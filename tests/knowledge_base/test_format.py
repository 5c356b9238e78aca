"""The file format: the example of FORMAT.md, every error with its place, and the round trip."""

import contextlib
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import knowledge_base.format as module
from knowledge_base.answer import ApprovedAnswer, Role
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import MAX_BYTES, parse_answer, render_answer
from tests.knowledge_base.fakes import answer

FORMAT = (Path(module.__file__).parent / "FORMAT.md").read_text(encoding="utf-8")
GOOD = """---
id: horario
version: 2
title: Horario
questions: [¿A qué hora abrís?]
short: Abrimos de 9 a 18 h.
tags: [hours]
valid_from: 2026-01-01
approvals:
  - {role: communications, name: Lucía Ferrer, date: 2025-12-15}
---
Abrimos de lunes a viernes,
de 9 a 18 h.

## private

Llame al número de su ficha.
"""


def test_example_of_the_documentation_is_valid() -> None:
    example = re.findall(r"```markdown\n(.*?)```", FORMAT, re.DOTALL)[0]
    parsed = parse_answer(example.encode(), "devoluciones-plazo.md")
    assert parsed.valid_until == date(2027, 12, 31)
    assert set(parsed.by_language()) == {"es", "ca"}
    assert parsed.text_for("es").private is not None
    as_yaml = re.findall(r"```yaml\n(.*?)```", FORMAT, re.DOTALL)[0]
    assert parse_answer(as_yaml.encode(), "x.yaml").approvals[0].role is Role.COMMUNICATIONS


def test_body_is_unwrapped_and_private_part_is_apart() -> None:
    parsed = parse_answer(GOOD.encode(), "horario.md")
    text = parsed.text_for("es")
    assert text.full == "Abrimos de lunes a viernes, de 9 a 18 h."
    assert text.private == "Llame al número de su ficha."
    assert parsed.version == 2


def test_mark_and_windows_line_ends_are_accepted() -> None:
    data = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert parse_answer(data, "horario.md") == parse_answer(GOOD.encode(), "horario.md")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2026-01-01", "2026-13-01", r"a\.md:8: valid_from: .*month"),
        ("2026-01-01", "1 de enero", r"a\.md:8: valid_from: a date is written YYYY-MM-DD"),
        ("2026-01-01", "20260101", r"a\.md:8: valid_from: a date is written"),
        ("2025-12-15", "2025-02-30", r"a\.md:10: approvals\.0\.date: "),
        ("valid_from: 2026-01-01", "valid_until: 2020-01-01\nvalid_from: 2026-01-01", r"a\.md:8: valid_until: before"),
        ("tags:", "tag:", r"a\.md:7: tag: unknown key"),
        ("role: communications", "rol: communications", r"a\.md:10: approvals\.0\.(role: missing|rol: unknown key)"),
        ("role: communications", "role: marketing", r"a\.md:10: approvals\.0\.role: "),
        ("version: 2", "version: true", r"a\.md:3: version: a whole number"),
        ("version: 2", "version: 0", r"a\.md:3: version: "),
        ("version: 2\n", "", r"a\.md:\d+: version: missing"),
        ("id: horario", "id: Horario!", r"a\.md:2: id: "),
        ("tags: [hours]", "tags: hours", r"a\.md:7: tags: "),
        ("tags: [hours]", "channels: [twitter]", r"a\.md:7: channels\.0: "),
        ("tags: [hours]", "withdrawn: quizás", r"a\.md:7: withdrawn: true or false"),
        ("tags: [hours]", "variants: {fr: {title: a, short: b, full: c}}", r"a\.md:7: variants\.fr"),
        ("tags: [hours]", "variants: {es: {title: a, short: b, full: c}}", r"a\.md:7: variants: es is the language"),
        ("tags: [hours]", "variants: {ca: {title: a, short: b}}", r"a\.md:7: variants\.ca\.full: missing"),
        ("tags: [hours]", "title: Otro", r"a\.md:7: title: given twice"),
        ("tags: [hours]", "tags: &a [hours]\nproducts: *a", r"a\.md:8: YAML aliases"),
        ("tags: [hours]", "tags: " + "[" * 40 + "]" * 40, r"a\.md:7: nested too deep"),
        ("tags: [hours]", "tags: [hours", r"a\.md:\d+: not valid YAML"),
        ("tags: [hours]", "language: fr", r"a\.md:7: language: "),
        ("short: Abrimos de 9 a 18 h.", "short: " + "a" * 201, r"a\.md:6: short: .*200"),
        ("short: Abrimos de 9 a 18 h.\n", "", r"a\.md:\d+: short: missing"),
        ("short: Abrimos de 9 a 18 h.", "short: ''", r"a\.md:6: short: empty"),
        ("title: Horario", "title: Hora\u200brio", r"a\.md:4: title: invisible character U\+200B"),
        ("Abrimos de lunes a viernes,\nde 9 a 18 h.", "", r"a\.md:12: body: empty"),
        ("## private\n", "## private\n\nUno.\n\n## private\n", r"a\.md: ## private: given twice"),
        ("---\nid", "id", r"a\.md:1: must start with a front matter"),
    ],
)  # fmt: skip
def test_errors_name_file_line_and_field(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(KnowledgeBaseError, match=message) as caught:
        parse_answer(GOOD.replace(old, new, 1).encode(), "a.md")
    assert "\n" not in str(caught.value)


def test_bytes_that_are_not_utf_8_name_their_line() -> None:
    with pytest.raises(KnowledgeBaseError, match=r"a\.md:4: not valid UTF-8"):
        parse_answer(GOOD.replace("title: Horario", "title: Horàrio").encode("latin-1"), "a.md")


def test_too_large_a_file_is_refused() -> None:
    with pytest.raises(KnowledgeBaseError, match=r"a\.md: 256001 bytes"):
        parse_answer(b"a" * (MAX_BYTES + 1), "a.md")


@given(st.binary(max_size=400))
def test_any_bytes_parse_or_fail_with_our_error(data: bytes) -> None:
    for name, whole in (("a.yaml", data), ("a.md", b"---\n" + data + b"\n---\ntext")):
        with contextlib.suppress(KnowledgeBaseError):
            assert isinstance(parse_answer(whole, name), ApprovedAnswer)


texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1, max_size=80)
words = texts.filter(lambda text: text.strip() != "")


@pytest.mark.parametrize("suffix", [".md", ".yaml"])
@given(title=words, question=words, full=st.lists(words, min_size=1, max_size=3), private=st.none() | words)
def test_what_is_written_is_read_back(
    suffix: str, title: str, question: str, full: list[str], private: str | None
) -> None:
    original: ApprovedAnswer = answer(
        "a", title, "\n\n".join(full), questions=(question,), private=private, short=title, tags=("uso",)
    )
    if suffix == ".md" and any("## private" in part.lower() for part in full):
        return
    assert parse_answer(render_answer(original, suffix=suffix).encode(), f"a{suffix}") == original
