"""The sentence bank: approved phrases with purpose, language, treatment and conditions, as data."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from drafting.files import LINE, load_yaml, validated, without_lines
from drafting.request import LANGUAGES
from drafting.situation import CLOSED_KINDS, Condition, Labels, known_kind
from drafting.slots import SLOT, known_slots
from drafting.words import content_words
from policies.errors import PolicyError

Treatment = Literal["tu", "usted", "any"]
_TREATMENTS: tuple[Treatment, ...] = ("tu", "usted", "any")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Codes = Annotated[list[str], BeforeValidator(_as_list)]


class PhraseText(BaseModel):
    """A phrase with the exemplary reply it was taken from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=2)
    origin: str


class PhraseGroup(BaseModel):
    """Phrases that serve one purpose under one condition: alternatives to each other."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z]{2}(\.[a-z0-9_-]+)+$")
    purpose: str
    when: dict[str, Codes] = {}
    unless: dict[str, Codes] = {}
    variety: str | None = Field(default=None, pattern=r"^[a-z]{2}-[A-Z]{2}$")
    """``es-AR``: said only by a company of that country."""
    tu: list[str | PhraseText] = []
    usted: list[str | PhraseText] = []
    any: list[str | PhraseText] = []
    """Phrases that address nobody, or that suit both treatments."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of the bank. Its id carries a hash of its text: a changed text is another phrase."""

    id: str
    purpose: str
    role: str
    language: str
    treatment: Treatment
    text: str
    condition: Condition
    slots: tuple[str, ...]
    variety: str | None
    origin: str | None
    words: frozenset[str]
    """Stems of its content words."""
    ruled_out_by: Labels
    """Constraints under which its words may not be said."""

    @property
    def source(self) -> str:
        """How a draft's sentence names it."""
        return f"bank:{self.id}"


@dataclass(frozen=True, slots=True)
class Bank:
    """Every phrase, by id and by language and purpose."""

    by_id: Mapping[str, Phrase]
    by_purpose: Mapping[tuple[str, str], tuple[Phrase, ...]]
    by_voice: Mapping[tuple[str, str, Treatment], tuple[Phrase, ...]]
    """By language, purpose and treatment, with those that suit any treatment."""

    @classmethod
    def load(
        cls,
        folder: Path,
        purposes: Mapping[str, str],
        topics: frozenset[str],
        ruled_out_by: Callable[[str], Labels] = lambda text: frozenset(),
    ) -> "Bank":
        """Load ``<language>/*.yaml``; a PolicyError names file, line, group and field."""
        phrases: list[Phrase] = []
        for language in LANGUAGES:
            for path in sorted((folder / language).glob("*.yaml")):
                phrases.extend(_file_phrases(path, language, purposes, topics, ruled_out_by))
        if not phrases:
            raise PolicyError(f"{folder.name}: no phrases found")
        by_id = {phrase.id: phrase for phrase in phrases}
        _refuse_duplicates(phrases)
        by_purpose: dict[tuple[str, str], list[Phrase]] = {}
        for phrase in phrases:
            by_purpose.setdefault((phrase.language, phrase.purpose), []).append(phrase)
        by_voice: dict[tuple[str, str, Treatment], tuple[Phrase, ...]] = {
            (*key, treatment): tuple(phrase for phrase in values if phrase.treatment in ("any", treatment))
            for key, values in by_purpose.items()
            for treatment in _TREATMENTS
        }
        return cls(by_id, {key: tuple(values) for key, values in by_purpose.items()}, by_voice)

    def phrases(self, language: str, purpose: str, treatment: Treatment | None = None) -> tuple[Phrase, ...]:
        """Phrases of one language and purpose, of every treatment or of one."""
        if treatment is None:
            return self.by_purpose.get((language, purpose), ())
        return self.by_voice.get((language, purpose, treatment), ())


def _file_phrases(
    path: Path,
    language: str,
    purposes: Mapping[str, str],
    topics: frozenset[str],
    ruled_out_by: Callable[[str], Labels],
) -> list[Phrase]:
    data = load_yaml(path, lines=True)
    if not isinstance(data, list):
        raise PolicyError(f"{path.name}: a list of groups was expected")
    phrases: list[Phrase] = []
    for entry in data:
        line = entry.get(LINE) if isinstance(entry, dict) else None
        raw = without_lines(entry)
        name = str(raw.get("id", "?")) if isinstance(raw, dict) else "?"
        group = validated(PhraseGroup, raw, path, name, line)
        place = f"{path.name}:{line}: {group.id}"
        if not group.id.startswith(language + "."):
            raise PolicyError(f"{place}: id: must start with '{language}.'")
        if group.purpose not in purposes:
            raise PolicyError(f"{place}: purpose: unknown purpose '{group.purpose}'")
        if not group.tu and not group.usted and not group.any:
            raise PolicyError(f"{place}: no phrases under tu, usted or any")
        if group.variety and not group.variety.startswith(language + "-"):
            raise PolicyError(f"{place}: variety: must start with '{language}-'")
        condition = condition_of(_with_country(group), group.unless, place, topics)
        found = _group_phrases(group, language, purposes[group.purpose], condition, place)
        phrases.extend(replace(phrase, ruled_out_by=ruled_out_by(phrase.text)) for phrase in found)
    return phrases


def _with_country(group: PhraseGroup) -> dict[str, list[str]]:
    """A group's conditions; one of a variety holds only where that country's company speaks."""
    if group.variety is None:
        return group.when
    return group.when | {"country": [group.variety.partition("-")[2]]}


def _group_phrases(
    group: PhraseGroup, language: str, role: str, condition: Condition, place: str
) -> list[Phrase]:
    treatments: tuple[tuple[Treatment, list[str | PhraseText]], ...] = (
        ("tu", group.tu), ("usted", group.usted), ("any", group.any))  # fmt: skip
    phrases = []
    for treatment, texts in treatments:
        for item in texts:
            text = item if isinstance(item, str) else item.text
            unknown = sorted(set(SLOT.findall(text)) - known_slots())
            if unknown:
                raise PolicyError(f"{place}: {treatment}: unknown slot '{unknown[0]}'")
            if re.search(r"[{}]", SLOT.sub("", text)) or text != text.strip():
                raise PolicyError(f"{place}: {treatment}: stray brace or space in '{text[:40]}'")
            phrases.append(
                Phrase(
                    id=f"{group.id}/{phrase_hash(text)}",
                    purpose=group.purpose,
                    role=role,
                    language=language,
                    treatment=treatment,
                    text=text,
                    condition=condition,
                    slots=tuple(dict.fromkeys(SLOT.findall(text))),
                    variety=group.variety,
                    origin=None if isinstance(item, str) else item.origin,
                    words=content_words(SLOT.sub(" ", text)),
                    ruled_out_by=frozenset(),
                )
            )
    return phrases


def phrase_hash(text: str) -> str:
    """Six hexadecimal digits that stand for a phrase's wording."""
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def condition_of(
    when: Mapping[str, list[str]], unless: Mapping[str, list[str]], place: str, topics: frozenset[str]
) -> Condition:
    """Build a condition; a PolicyError names an unknown kind or code."""
    for field, conditions in (("when", when), ("unless", unless)):
        for kind, codes in conditions.items():
            if not known_kind(kind):
                raise PolicyError(f"{place}: {field}: unknown kind '{kind}'")
            known = topics if kind == "topic" else CLOSED_KINDS.get(kind)
            unknown = [code for code in codes if known is not None and code not in known]
            if unknown or not codes:
                raise PolicyError(f"{place}: {field}.{kind}: unknown code '{unknown[0] if unknown else ''}'")
    groups = tuple(frozenset(f"{kind}:{code}" for code in codes) for kind, codes in when.items())
    return Condition(groups, frozenset(f"{kind}:{code}" for kind, codes in unless.items() for code in codes))


def _refuse_duplicates(phrases: list[Phrase]) -> None:
    ids: set[str] = set()
    for phrase in phrases:
        if phrase.id in ids:
            raise PolicyError(
                f"phrases: duplicate id '{phrase.id}' (one group twice, or one text twice in it)"
            )
        ids.add(phrase.id)
