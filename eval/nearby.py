"""How right the topics found by closeness are: ``python -m eval.nearby`` (docs/sentence-bank.md).

Runs Spanish messages of the development split through the shipped pipeline and lists each scene that comes near,
with its score and what a reader said of it (``eval/data/scenes/read.jsonl``); then says, for thresholds around those
in force, how many hits there are and how many of those read are right. The first 800 messages were calibrated on,
the next 400 (``--part check``) only read. The test split is never touched.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from drafting.nearby import Near
from drafting.reading import read
from drafting.request import ComposeRequest
from drafting.topics import Topics, fold
from eval.drafts.shipped import shipped_subject
from eval.harness.datasets import DATA, Request
from eval.harness.samples import Sample
from policies.vocabulary import Disposition

Part = Literal["calibrate", "check"]
LABELS = DATA / "scenes" / "read.jsonl"
CALIBRATED, CHECKED = 800, 400
"""Messages of each part."""
SHIFTS = (-0.1, -0.06, -0.03, 0.0, 0.03, 0.06)
"""Added to every threshold, one after the other."""
FAR = -0.1
"""No scene is looked at that is further than this under its threshold."""

Labels = Mapping[tuple[str, str], bool]
"""By message and scene: whether the scene is what the message tells."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A scene near a message."""

    id: str
    text: str
    """Redacted."""
    near: Near


@dataclass(frozen=True, slots=True)
class Count:
    """Hits with every threshold moved by ``shift``."""

    shift: float
    messages: int
    right: int
    wrong: int
    unread: int

    @property
    def precision(self) -> float:
        """Share of the read hits that are right; 1 without any."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0


def spanish(samples: Iterable[Sample], part: Part) -> list[Sample]:
    """The messages of a part: Spanish, owed a reply, in the order of their ids' SHA-256."""
    owed = [
        each for each in samples if each.language == "es" and each.target.disposition != Disposition.NO_REPLY
    ]
    owed.sort(key=lambda each: hashlib.sha256(f"near{each.id}".encode()).digest())
    return owed[:CALIBRATED] if part == "calibrate" else owed[CALIBRATED : CALIBRATED + CHECKED]


def hits(name: str, request: ComposeRequest, topics: Topics) -> Iterator[Hit]:
    """The scenes that come near to a message and that its reading allows, whether they hold or not."""
    reading = read(request, topics)
    urgent = request.decision.disposition == Disposition.URGENT_REFERRAL
    if topics.nearby is None or reading.vague or urgent:
        return
    text = request.text.value
    ranked = topics.nearby.ranked(request.vector, reading.intents, fold(text), least=FAR)
    for near in ranked[: topics.nearby.rule.most]:
        yield Hit(name, " ".join(text.split()), near)


def counts(found: Sequence[Hit], labels: Labels) -> list[Count]:
    """What each shift of the thresholds gives."""
    return [_count(found, labels, shift) for shift in SHIFTS]


def _count(found: Sequence[Hit], labels: Labels, shift: float) -> Count:
    held = [hit for hit in found if hit.near.over >= shift]
    verdicts = [labels.get((hit.id, hit.near.topic)) for hit in held]
    return Count(
        shift=shift,
        messages=len({hit.id for hit in held}),
        right=verdicts.count(True),
        wrong=verdicts.count(False),
        unread=verdicts.count(None),
    )


def read_labels(path: Path) -> dict[tuple[str, str], bool]:
    """What a reader said: one JSON object a line, ``id``, ``topic`` and ``right``."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()
    return {(row["id"], row["topic"]): row["right"] for row in rows}


def _line(hit: Hit, labels: Labels) -> str:
    said = {True: "right", False: "WRONG", None: "unread"}[labels.get((hit.id, hit.near.topic))]
    sign = "*" if hit.near.over >= 0 else " "
    return f"{sign} {hit.near.over:+.3f} {said:6} {hit.near.topic} {hit.id} | {hit.text[:240]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """List the hits, the surest first, and the counts."""
    parser = argparse.ArgumentParser(prog="python -m eval.nearby", description=__doc__)
    parser.add_argument("--part", choices=("calibrate", "check"), default="calibrate")
    parser.add_argument("--from", dest="least", type=float, default=FAR, help="list from this far over")
    chosen = parser.parse_args(arguments)
    subject = shipped_subject()
    topics = subject.pipeline.engines.drafter.composer.topics
    found = [
        hit
        for sample in spanish(Request().samples(), chosen.part)
        for hit in hits(sample.id, subject.run_afresh(sample.message).drafted.request, topics)
    ]
    labels = read_labels(LABELS)
    listed = [hit for hit in found if hit.near.over >= chosen.least]
    lines = [_line(hit, labels) for hit in sorted(listed, key=lambda hit: -hit.near.over)]
    lines += [
        "",
        "| thresholds | messages with a scene | right | wrong | unread | precision |",
        "| --- " * 6 + "|",
    ]
    for each in counts(found, labels):
        numbers = (each.messages, each.right, each.wrong, each.unread)
        lines.append(f"| {each.shift:+.2f} | " + " | ".join(map(str, numbers)) + f" | {each.precision:.0%} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
