"""Drafts beside exemplary replies, read blind: the exemplar's own sentences are taken out of the bank first."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from drafting.bank import Bank, Phrase
from drafting.composer import Composer
from drafting.drafter import Drafter
from eval.drafts.collecting import record_of
from eval.drafts.figures import letters, near
from eval.drafts.record import Record
from eval.harness.datasets import sample_of
from eval.harness.samples import Sample
from eval.harness.subject import Subject
from models.training.messages import read_messages
from models.vocabulary import Language

_SLOT = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A reply written by hand for one message, and what any reply to it must and must not do."""

    id: str
    texts: Mapping[str, tuple[str, ...]]
    """Sentences by audience."""
    must: tuple[str, ...]
    must_not: tuple[str, ...]


def read_exemplars(folder: Path) -> dict[str, Exemplar]:
    """Every exemplar of ``replies_*.jsonl``, by the id of its message."""
    rows = [
        json.loads(line)
        for file in sorted(folder.glob("replies_*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return {row["id"]: _exemplar(row) for row in rows}


def _exemplar(row: Mapping[str, Any]) -> Exemplar:
    texts = {
        audience: tuple(sentence["text"] for sentence in row[audience])
        for audience in ("public", "private")
        if row.get(audience)
    }
    return Exemplar(row["id"], texts, tuple(row["must"]), tuple(row["must_not"]))


PAIRS = 60
OTHER_LANGUAGES = 14
"""Of the pairs from the training split, those not in Spanish."""


class PairSet(StrEnum):
    """Which sixty: each later set was chosen before the work whose drafts it judges, and read after it."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


def chosen_pairs(
    data: Path, exemplars: Mapping[str, Exemplar], pair_set: PairSet = PairSet.FIRST
) -> list[Sample]:
    """Sixty messages with an exemplar. None is of the test split.

    The first set is all of the development split, then training; each later one is the next sixty of training. Training
    ones are taken in the order of the SHA-256 of their ids: some in other languages, then Spanish ones.
    """
    dev, train = (
        [row for row in read_messages(data / "messages", split) if row.id in exemplars]
        for split in ("dev", "train")
    )
    train.sort(key=lambda row: hashlib.sha256(row.id.encode()).digest())
    spanish = [row for row in train if row.language == Language.ES]
    others = [row for row in train if row.language != Language.ES]
    before = list(PairSet).index(pair_set)
    chosen = dev if pair_set == PairSet.FIRST else []
    chosen += others[before * OTHER_LANGUAGES : (before + 1) * OTHER_LANGUAGES]
    start = max(0, before * (PAIRS - OTHER_LANGUAGES) - len(dev))
    chosen += spanish[start : start + PAIRS - len(chosen)]
    return [sample_of(row) for row in chosen]


def own_phrases(bank: Bank, exemplar: Exemplar) -> frozenset[str]:
    """Ids of the phrases that were taken from an exemplar, or read like one of its sentences."""
    sentences = [_grams(text) for texts in exemplar.texts.values() for text in texts]
    return frozenset(
        phrase.id
        for phrase in bank.by_id.values()
        if phrase.origin == exemplar.id or any(near(_grams(phrase.text), grams) for grams in sentences)
    )


def _grams(text: str) -> frozenset[str]:
    return letters(_SLOT.sub("", text))


def without(bank: Bank, ids: frozenset[str]) -> Bank:
    """The bank without some phrases."""

    def kept(phrases: Sequence[Phrase]) -> tuple[Phrase, ...]:
        return tuple(phrase for phrase in phrases if phrase.id not in ids)

    return Bank(
        {name: phrase for name, phrase in bank.by_id.items() if name not in ids},
        {key: kept(phrases) for key, phrases in bank.by_purpose.items()},
        {key: kept(phrases) for key, phrases in bank.by_voice.items()},
    )


@dataclass(frozen=True, slots=True)
class Composed:
    """What was drafted with the exemplar's sentences gone."""

    record: Record
    taken_out: int
    """Phrases of the bank that were taken out."""


def drafted_without(
    subject: Subject, samples: Sequence[Sample], exemplars: Mapping[str, Exemplar]
) -> Iterator[Composed]:
    """Draft each message as shipped, but with a bank that lacks its exemplar's sentences."""
    shipped = subject.pipeline.engines.drafter
    for sample in samples:
        gone = own_phrases(shipped.composer.bank, exemplars[sample.id])
        less = Subject(
            type(subject.pipeline)(replace(subject.pipeline.engines, drafter=_with(shipped, gone))),
            subject.places,
            lambda: subject.encoder,
        )
        yield Composed(record_of(sample, less.run_afresh(sample.message)), len(gone))


def _with(drafter: Drafter, gone: frozenset[str]) -> Drafter:
    composer: Composer = drafter.composer
    selector = replace(composer.selector, bank=without(composer.bank, gone))
    return Drafter(
        replace(composer, selector=selector), drafter.verifier, drafter.holding, drafter.language_model
    )


VERDICTS = ("win", "tie", "loss")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader said of one pair, sides unknown, and which points the draft then kept."""

    id: str
    verdict: str
    """Of the draft against the exemplar: ``win``, ``tie`` or ``loss``."""
    cause: str
    """Why it lost, in a word that can be counted; empty for no loss."""
    reason: str
    must: tuple[bool, ...]
    must_not: tuple[bool, ...]
    """True: respected."""
    pair_set: PairSet = PairSet.FIRST


def read_verdicts(file: Path, exemplars: Mapping[str, Exemplar]) -> list[Verdict]:
    """The verdicts on record. Raises ValueError for one that does not fit its exemplar's points."""
    verdicts = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        points = {"must": tuple(row["must"]), "must_not": tuple(row["must_not"])}
        verdict = Verdict(**{**row, **points, "pair_set": PairSet(row.get("pair_set", PairSet.FIRST))})
        exemplar = exemplars[verdict.id]
        fits = len(verdict.must) == len(exemplar.must) and len(verdict.must_not) == len(exemplar.must_not)
        if verdict.verdict not in VERDICTS or not fits or bool(verdict.cause) != (verdict.verdict == "loss"):
            raise ValueError(f"{verdict.id}: the verdict does not fit its exemplar")
        verdicts.append(verdict)
    return verdicts


def draft_is_a(name: str) -> bool:
    """On which side the draft of a pair stands: by the hash of its id, so that nobody chooses."""
    return hashlib.sha256(f"side:{name}".encode()).digest()[0] % 2 == 0
