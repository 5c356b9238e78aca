"""Fixes which rows train, tune and test, by a rule that looks at ids and near-duplicates only.

Run ``python -m eval.splits`` to write the split files again; a test holds the committed ones to the rule.
"""

import argparse
import hashlib
import itertools
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"

Pair = tuple[str, str]
"""Two ids, the smaller first."""

Shares = tuple[float, float]
"""Of train and dev, by groups, not by rows; what is left is the test split."""
SHARES: Shares = (0.7, 0.1)
PRACTICE_SHARES: Shares = (0.85, 0.15)
"""For the messages that were written to train on: none is tested on, but those near a test row."""
REDACTION_SHARES: Shares = (0.5, 0.15)
"""For messages with typed spans added after the first version: fewer train (the patterns and the token model have
other sources), so that leaks of one in a hundred can be measured."""

NEAR_DUPLICATE = 0.15
"""Jaccard index of character 5-grams. Measured on this set: 0.33 is the highest pair, and from 0.15 down the
pairs share a stock opening only ("¿a qué hora cierra…"), so the line is drawn on the cautious side."""

NGRAM = 5
COMMON = 200
"""5-grams in more texts than this cannot make a pair near-duplicate alone; skipping them keeps it quick."""

_FAMILY = re.compile(r"^family (\d+)\b")
_PAIR = re.compile(r"\bpair with ([a-z]+-\d+)")

COMPANY_SPLITS = {"kb_optica": "dev", "kb_estetica": "dev", "kb_seguro": "test", "kb_mutua": "test"}
"""Retrieval is split by company (the others train): a retriever is judged on answers it never saw. The second of each
was written later, by hands of their own."""


FIRST = frozenset(
    f"messages_{name}"
    for name in ("boundary", "care", "derma", "inbox", "langs", "latam", "odd", "pharma", "safety")
) | {"redaction_messages"}
"""Files of the first version."""

PRACTICE = frozenset(
    f"messages_{name}"
    for name in ("counter", "despair", "discontent", "effects", "hazards", "long", "plain", "tongues")
)
"""Files written to train on, after the error analysis on the development split."""

PRACTICE_LATER = frozenset(f"messages_{name}" for name in ("abyss", "borders", "reaction", "triage"))
"""The same again: dangers by list, despair, reactions, each with its look-alikes; and borders between classes."""

PRACTICE_LAST = frozenset(
    f"messages_{name}" for name in ("desk", "errands", "moods", "neighbours", "shadows", "sirens")
)
"""The same once more: despair and dangers with their look-alikes, borders of intents, of emotions and of handling,
and a hundred rows in each of the five other languages."""

PRACTICE_ORDINARY = frozenset({"messages_ailments", "messages_counterside"})
"""Ordinary ailments and what only sounds alarming, after false alarms on such messages."""

PRACTICE_ECHO = frozenset(
    f"messages_{name}" for name in ("alarms", "counters", "effects_two", "iberia", "nights", "tempers")
)
"""Longer and less direct again, in the manner of the first files: dangers, reactions, intents, emotions, languages."""

PRACTICE_NINTH = frozenset(f"messages_{name}" for name in ("clinic", "dusk", "month", "verdicts"))
"""Once more where the development split was read wrongly: dangers told within an ordinary request, which intent leads,
whether a case must be looked up, and an ordinary month with many threads."""

PRACTICE_TENTH = frozenset(f"messages_{name}" for name in ("crowd", "ember", "sequels"))
"""And again: dangers no danger word tells, reactions told in passing, the ordinary feed, each with its look-alikes."""

_EARLIER = (PRACTICE, PRACTICE_LATER, PRACTICE_LAST, PRACTICE_ORDINARY)
PRACTICE_WAVES = (*_EARLIER, PRACTICE_ECHO, PRACTICE_NINTH, PRACTICE_TENTH)
WRITTEN_TO_TRAIN = frozenset[str]().union(*PRACTICE_WAVES)
"""Files of the waves whose rows are not for testing."""

WAVES: tuple[frozenset[str], ...] = (
    FIRST,
    frozenset({"messages_wide", "messages_voices"}),
    frozenset(f"redaction_{name}" for name in ("spain", "north", "south", "edge")),
    frozenset(f"messages_{name}" for name in ("languages", "danger", "everyday")),
    *PRACTICE_WAVES,
)
"""Files in the order in which they came. Each wave is split without moving a row of those before it; files in none
form the last one: name them here once their split is used, before more are added."""


class Split(StrEnum):
    """Where a row may be used."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"
    NONE = "none"
    """Added later, and near to rows of two splits: used nowhere."""


@dataclass(frozen=True, slots=True)
class Item:
    """What the rule may look at: the id, the text, and family and partners when the author named them."""

    id: str
    text: str
    family: str | None = None
    partners: tuple[str, ...] = ()
    wave: int = 0
    """With which wave it came."""
    shares: Shares = SHARES


def shingles(text: str) -> frozenset[str]:
    """Character 5-grams of the text in lower case, without accents, punctuation and emoji."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    words = " ".join(re.findall(r"[^\W_]+", plain)) or text
    return frozenset(words[i : i + NGRAM] for i in range(max(1, len(words) - NGRAM + 1)))


def near_duplicates(items: Sequence[Item], threshold: float = NEAR_DUPLICATE) -> list[Pair]:
    """Pairs of ids whose texts have a Jaccard index of 5-grams of at least the threshold."""
    grams = {item.id: shingles(item.text) for item in items}
    return telling(similar(grams, threshold), grams, Counter(itertools.chain(*grams.values())))


def similar(grams: Mapping[str, frozenset[str]], threshold: float = NEAR_DUPLICATE) -> list[Pair]:
    """Pairs of ids whose 5-grams have a Jaccard index of at least the threshold, common ones or not."""
    ids = list(grams)
    sizes = np.array([len(found) for found in grams.values()])
    holders: dict[str, list[int]] = defaultdict(list)
    for row, found in enumerate(grams.values()):
        for gram in found:
            holders[gram].append(row)
    rows = {gram: np.array(found) for gram, found in holders.items() if len(found) > 1}
    pairs: list[Pair] = []
    for row, found in enumerate(grams.values()):
        shared = [rows[gram] for gram in found if gram in rows]
        if not shared:
            continue
        common = np.bincount(np.concatenate(shared), minlength=len(ids))
        near = common >= threshold * (sizes + len(found) - common)
        pairs += [(ids[row], ids[int(other)]) for other in np.flatnonzero(near)]
    return sorted((a, b) for a, b in pairs if a < b)


def telling(
    pairs: Iterable[Pair], grams: Mapping[str, frozenset[str]], counts: Mapping[str, int]
) -> list[Pair]:
    """The pairs that share a 5-gram which few texts have (``COMMON``).

    Args:
        counts: in how many texts each 5-gram is.
    """
    return [(a, b) for a, b in pairs if any(counts[gram] <= COMMON for gram in grams[a] & grams[b])]


def group(items: Sequence[Item], near: Iterable[Pair] | None = None) -> dict[str, str]:
    """Each id with the smallest id of its group (near-duplicates and families, closed transitively).

    Args:
        near: the near-duplicates among the items, where they are known.
    """
    parent = {item.id: item.id for item in items}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    families: dict[str, list[str]] = defaultdict(list)
    for item in items:
        if item.family is not None:
            families[item.family].append(item.id)
    same_family = (pair for names in families.values() for pair in itertools.pairwise(names))
    partners = ((item.id, other) for item in items for other in item.partners if other in parent)
    for a, b in itertools.chain(near_duplicates(items) if near is None else near, same_family, partners):
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {name: root(name) for name in parent}


def side(group_id: str, shares: Shares = SHARES) -> Split:
    """The split of a group: its smallest id, hashed (SHA-256) into [0, 1)."""
    train, dev = shares
    share = int.from_bytes(hashlib.sha256(group_id.encode()).digest()[:8]) / 2**64
    if share < train:
        return Split.TRAIN
    return Split.DEV if share < train + dev else Split.TEST


def assign(items: Sequence[Item]) -> dict[str, Split]:
    """Every id with its split, in order of id. Rows of a later wave follow the earlier ones that they are near to.

    Raises:
        ValueError: two rows have one id.
    """
    twice = [name for name, count in Counter(item.id for item in items).items() if count > 1]
    if twice:
        raise ValueError(f"{len(twice)} ids are those of several rows, {twice[0]} among them")
    shares = {item.id: item.shares for item in items}
    fixed: dict[str, Split] = {}
    grams = {item.id: shingles(item.text) for item in items}
    pairs, counts = similar(grams), Counter[str]()
    for wave in sorted({item.wave for item in items}):
        present = {item.id: item for item in items if item.wave <= wave}
        counts.update(itertools.chain(*(grams[item.id] for item in present.values() if item.wave == wave)))
        inside = [(a, b) for a, b in pairs if a in present and b in present]
        groups = group(list(present.values()), telling(inside, grams, counts))
        claims: dict[str, set[Split]] = defaultdict(set)
        for name, split in fixed.items():
            claims[groups[name]].add(split)
        fixed = {name: fixed.get(name) or _follow(of, claims[of], shares[of]) for name, of in groups.items()}
    return dict(sorted(fixed.items()))


def _follow(group_id: str, claims: set[Split], shares: Shares) -> Split:
    """The split of a new row of a group in which earlier rows have these splits."""
    if len(claims) > 1:
        return Split.NONE
    return next(iter(claims), side(group_id, shares))


def wave_of(file: str) -> int:
    """With which wave a file came, by its stem."""
    return next((wave for wave, files in enumerate(WAVES) if file in files), len(WAVES))


def read_items(files: Iterable[Path]) -> list[Item]:
    """Read ids, texts and families from JSONL files of messages."""
    items = []
    for path in files:
        wave = wave_of(path.stem)
        shares = _shares(path.stem, wave)
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            note = row.get("note", "")
            found = _FAMILY.match(note)
            family = f"{path.stem}:{found.group(1)}" if found else None
            partners = tuple(_PAIR.findall(note))
            items.append(Item(row["id"], row["text"], family, partners, wave, shares))
    return items


def _shares(file: str, wave: int) -> Shares:
    if file in WRITTEN_TO_TRAIN:
        return PRACTICE_SHARES
    return REDACTION_SHARES if wave and file.startswith("redaction_") else SHARES


def build(data: Path = DATA) -> dict[Path, dict[str, Split]]:
    """The three split files and what they must hold. Messages of both sets are grouped together."""
    messages = read_items(sorted((data / "messages").glob("messages_*.jsonl")))
    redaction = read_items(sorted((data / "redaction").glob("redaction_*.jsonl")))
    assigned = assign([*messages, *redaction])
    companies = sorted(path.name for path in (data / "retrieval").glob("kb_*"))

    def pick(chosen: Sequence[Item]) -> dict[str, Split]:
        return {name: assigned[name] for name in sorted(item.id for item in chosen)}

    return {
        data / "messages" / "splits.json": pick(messages),
        data / "redaction" / "splits.json": pick(redaction),
        data / "retrieval" / "splits.json": {c: Split(COMPANY_SPLITS.get(c, "train")) for c in companies},
    }


def load(folder: Path) -> Mapping[str, Split]:
    """Read the committed splits of a data folder."""
    return {k: Split(v) for k, v in json.loads((folder / "splits.json").read_text(encoding="utf-8")).items()}


def main() -> None:
    """Write the split files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    for path, splits in build(parser.parse_args().data).items():
        path.write_text(json.dumps(splits, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
