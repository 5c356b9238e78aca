"""What is approved to be said, read afresh from the files: shares no code with what composes or verifies drafts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

VOICES = ("tu", "usted", "any")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_HOLDING = "policy:phrases/holding.yaml#"


class ApprovedError(Exception):
    """A file of approved texts cannot be read; names it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An approved answer: its texts by language, and who approved it."""

    id: str
    version: int
    texts: Mapping[str, tuple[str, ...]]
    """By language: the short text, the full one and, where there is one, the private one."""
    approved_by: frozenset[str]
    private: bool


@dataclass(frozen=True)
class Approved:
    """Every text that a draft may quote, and every value that a slot may take."""

    phrases: Mapping[str, tuple[str, ...]]
    """Texts of each group of the bank, by the group's id; and of each fixed reply, by its ``policy:`` name."""
    answers: Mapping[str, Answer]
    slots: Mapping[str, Mapping[str, str]]
    """Values of the account and the names of departments, by slot and language; departments joined by newlines."""
    names: frozenset[str]
    """The company's own names: itself, its brands, products, handles and public contacts."""
    products: frozenset[str]

    @cached_property
    def contacts(self) -> str:
        """Every value of a slot and every public contact, in one text."""
        values = (value for by_language in self.slots.values() for value in by_language.values())
        return "\n".join((*values, *self.names))


def read_approved(policies: Path, answers: Path, account: str = "demo") -> Approved:
    """Read the bank, the fixed replies, the answers and one account.

    Raises:
        ApprovedError: a file is missing or not of the form that is documented.
    """
    phrases: dict[str, tuple[str, ...]] = {}
    for file in sorted((policies / "phrases").glob("??/*.yaml")):
        for group in _yaml(file):
            phrases[f"bank:{group['id']}"] = tuple(_texts(group))
    for kind, languages in _yaml(policies / "phrases" / "holding.yaml")["texts"].items():
        for language, texts in languages.items():
            for voice in ("tu", "usted"):
                phrases[f"{_HOLDING}{kind}.{language}.{voice}"] = (texts.get(voice) or texts["any"],)
    company = _yaml(policies / "accounts" / f"{account}.yaml")
    departments = _yaml(policies / "phrases" / "departments.yaml")["queues"].values()
    names = {company["name"], *company["handles"], *company["brands"], *company["products"]}
    slots = dict(company["slots"])
    slots["departamento"] = {
        language: "\n".join(sorted({names[language] for names in departments}))
        for language in ("es", "ca", "gl", "eu", "pt", "en")
    }
    return Approved(
        phrases,
        {answer.id: answer for answer in map(_answer, sorted(answers.glob("*.md"))) if answer is not None},
        slots,
        frozenset({*names, *company["public_contacts"], company["signature"]}),
        frozenset(company["products"]),
    )


def _yaml(file: Path) -> Any:  # noqa: ANN401 (a YAML file may hold anything)
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ApprovedError(f"{file.name}: {type(error).__name__}") from None


def _texts(group: Mapping[str, Any]) -> Iterator[str]:
    for voice in VOICES:
        for item in group.get(voice, ()):
            yield item if isinstance(item, str) else item["text"]


def _answer(file: Path) -> Answer | None:
    """An answer's file; None for a page that is not one."""
    found = _FRONT.match(file.read_text(encoding="utf-8"))
    if found is None:
        return None
    try:
        front = yaml.safe_load(found[1])
        texts = {"es": _flat(front["short"], *found[2].split("\n## private\n"))}
        for language, variant in (front.get("variants") or {}).items():
            texts[language] = _flat(variant["short"], variant.get("full"), variant.get("private"))
        return Answer(
            front["id"],
            front["version"],
            texts,
            frozenset(approval["role"] for approval in front["approvals"]),
            front.get("audience") == "private",
        )
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise ApprovedError(f"{file.name}: {type(error).__name__}") from None


def _flat(*texts: str | None) -> tuple[str, ...]:
    return tuple(" ".join(text.split()) for text in texts if text)
