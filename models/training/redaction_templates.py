"""Training messages from templates: slots filled with invented data, then typed as people type."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from models.training.redaction_draw import Draw
from models.training.redaction_grammar import HERE, Sequence, parse, read_rows, read_yaml
from models.training.redaction_noise import Pieces, apply
from models.training.redaction_values import expand
from models.training.tagging_data import TaggedSpan, TaggedText

ANNOTATED = frozenset({
    "PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "ES_NIF", "ES_NIE", "ES_CIF", "NATIONAL_ID", "PASSPORT",
    "SOCIAL_SECURITY_NUMBER", "HEALTH_CARD", "MEDICAL_RECORD", "MEDICAL_LICENSE", "IBAN_CODE", "BANK_ACCOUNT",
    "CREDIT_CARD", "CREDENTIAL", "POSTAL_ADDRESS", "LICENSE_PLATE", "BIRTH_DATE", "AGE_OVER_89", "USERNAME",
    "URL", "IP_ADDRESS", "MAC_ADDRESS", "CRYPTO", "ORDER_ID", "HEALTH_CONDITION", "SYMPTOM", "MEDICATION",
    "TREATMENT",
})  # fmt: skip
"""The entity types of policies/redaction.yaml; generated texts are complete for all of them."""


@dataclass(frozen=True, slots=True)
class Group:
    """Templates of one variety, channel and kind (``positive``, ``negative`` or ``letter``)."""

    kind: str
    variety: str
    channel: str
    templates: tuple[Sequence, ...]


@cache
def groups() -> tuple[Group, ...]:
    """Read every template. Raises TemplateError when a file is not well formed."""
    found: list[Group] = []
    for file in sorted(HERE.glob("messages_*.yaml")):
        for row in read_rows(file.name):
            lines = [line.strip() for line in row["texts"].splitlines() if line.strip()]
            templates = tuple(parse(line) for line in lines)
            found.extend(
                Group(row["kind"], variety, row["channel"], templates) for variety in row["variety"].split()
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Groups to draw from, with running weights."""

    groups: tuple[Group, ...]
    weights: tuple[float, ...]

    def draw(self, rng: Random) -> Group:
        """Draw a group."""
        return rng.choices(self.groups, cum_weights=self.weights)[0]


@cache
def _shelf(kind: str, language: str) -> _Shelf:
    """Return the groups of a kind, weighed by the share of their variety and their number of templates."""
    shares = read_yaml("mix.yaml")["varieties"]
    chosen = tuple(g for g in groups() if g.kind == kind and (not language or g.variety[:2] == language))
    sizes: dict[str, int] = {}
    for group in chosen:
        sizes[group.variety] = sizes.get(group.variety, 0) + len(group.templates)
    weights = (shares[g.variety] * len(g.templates) / sizes[g.variety] for g in chosen)
    return _Shelf(chosen, tuple(accumulate(weights)))


@cache
def _registers(channel: str) -> tuple[tuple[tuple[str, ...], ...], tuple[float, ...]]:
    mix: Any = read_yaml("mix.yaml")["registers"]
    rows = [(tuple(row["noise"]), float(row.get(channel, row["chat"]))) for row in mix]
    return tuple(noise for noise, _ in rows), tuple(accumulate(share for _, share in rows))


def _country(rng: Random, variety: str) -> tuple[str, str]:
    """Return country and language of a variety; the bare languages draw a country."""
    language, _, country = variety.partition("-")
    if not country:
        country = rng.choice(read_yaml("mix.yaml")["countries"][language].split())
    return country, language


def _pieces(rng: Random, group: Group) -> tuple[Pieces, Draw]:
    """Fill one template, at times with another of its kind or a negative before or after it."""
    mix = read_yaml("mix.yaml")
    country, language = _country(rng, group.variety)
    draw = Draw(rng, group.variety, country, language)
    pieces = expand(rng.choice(group.templates), draw)
    luck = rng.random()
    if group.kind == "letter" or luck > mix["joined"] + mix["beside"]:
        return pieces, draw
    if luck < mix["beside"]:
        group = _shelf("negative" if group.kind == "positive" else "positive", language).draw(rng)
    joint = rng.choice(("\n", " ", " ", ". ", " y ", "\n\n", ", "))
    more = expand(rng.choice(group.templates), draw)
    first, second = (pieces, more) if rng.random() < 0.6 else (more, pieces)
    return [*first, (joint, ""), *second], draw


def _assembled(pieces: Pieces) -> tuple[str, tuple[TaggedSpan, ...]]:
    """Join pieces to a text and its spans; blanks at the ends of the text go."""
    parts: list[str] = []
    spans = []
    at = 0
    for text, entity in pieces:
        if not parts and not entity:
            text = text.lstrip()
        if not text:
            continue
        if entity:
            spans.append(TaggedSpan(entity, at, at + len(text)))
        parts.append(text)
        at += len(text)
    return "".join(parts).rstrip(), tuple(spans)


def one(seed: int, index: int) -> TaggedText:
    """Return the message of that index: the same for the same seed whatever was drawn before."""
    rng = Random(f"{seed}-{index}")
    mix = read_yaml("mix.yaml")
    kind = rng.choices(("positive", "negative", "letter"), weights=mix["kinds"])[0]
    group = _shelf(kind, "").draw(rng)
    pieces, draw = _pieces(rng, group)
    noises, weights = _registers(group.channel)
    pieces = apply(rng, pieces, rng.choices(noises, cum_weights=weights)[0], draw.language)
    text, spans = _assembled(pieces)
    return TaggedText(f"generated-{seed}-{index}", text, spans, ANNOTATED, draw.language)


def generate(count: int, seed: int) -> Iterator[TaggedText]:
    """Yield ``count`` messages; the same seed yields the same messages."""
    for index in range(count):
        yield one(seed, index)
