"""Measure the redactor on labelled messages: leaks, over-redaction, health recall, types, speed.

Leak: a gold personal string of which a run of at least three letters or digits (all of them, when it has
fewer) is still visible at its place. Over-redaction: words outside gold personal and health strings that are
masked, over all such words. Health: a gold health string counts as found when at least half of its letters
and digits are masked. Reports count; they never quote a message unless ``--errors`` asks for it.
"""

import argparse
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from models.redaction.redactor import Redactor
from models.spans import HEALTH_ENTITIES, Redaction
from models.text import RawText

ROOT = Path(__file__).parent.parent
_WORD = re.compile(r"\w+")
MIN_RUN = 3
DEVELOPMENT_FOLDS = frozenset(range(7))
"""Of ten folds by the message id's hash: 0 to 6 were developed on, 7 to 9 are held out."""
HEALTH_LABELS = HEALTH_ENTITIES | {"PREGNANCY"}


@dataclass(frozen=True, slots=True)
class Gold:
    """One labelled span of a message."""

    entity: str
    start: int
    end: int
    health: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One labelled message."""

    id: str
    text: str
    language: str
    gold: tuple[Gold, ...]
    allowed: tuple[str, ...]
    typed: bool


@dataclass(slots=True)
class Scores:
    """Counts over messages."""

    messages: int = 0
    personal: int = 0
    leaked: int = 0
    innocent: int = 0
    masked: int = 0
    masked_health: int = 0
    health: int = 0
    health_found: int = 0
    seconds: list[float] = field(default_factory=list)
    typed: Counter[str] = field(default_factory=Counter)
    typed_right: Counter[str] = field(default_factory=Counter)
    found_types: Counter[str] = field(default_factory=Counter)
    leaked_types: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def fold_of(message_id: str) -> int:
    """Return the fold, 0 to 9, by the id's hash."""
    return int(hashlib.sha256(message_id.encode()).hexdigest(), 16) % 10


def _occurrences(text: str, value: str) -> Iterator[tuple[int, int]]:
    """Yield where a gold string stands as whole words, or anywhere when it does so nowhere."""
    whole = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text)]
    yield from whole or [m.span() for m in re.finditer(re.escape(value), text)]


def _gold(row: dict[str, object]) -> tuple[Gold, ...]:
    text = str(row["text"])
    if "entities" in row:
        entities: list[dict[str, object]] = row["entities"]  # type: ignore[assignment]
        return tuple(
            Gold(str(e["type"]), int(str(e["start"])), int(str(e["end"])), e["type"] in HEALTH_LABELS)
            for e in entities
        )
    spans: list[Gold] = []
    for kind in ("personal", "health"):
        values: list[str] = row.get(kind, [])  # type: ignore[assignment]
        for value in values:
            spans += [Gold(kind, start, end, kind == "health") for start, end in _occurrences(text, value)]
    return tuple(spans)


def _allowed(row: dict[str, object]) -> tuple[str, ...]:
    """Return the account's own names that the row's note gives ("not personal: A | B")."""
    _, found, names = str(row.get("note", "")).partition("not personal: ")
    return tuple(name.strip() for name in names.split("|")) if found else ()


def read_messages(paths: Iterable[Path]) -> Iterator[Message]:
    """Read labelled messages from JSONL files."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Message(
                row["id"], row["text"], row["language"], _gold(row), _allowed(row), "entities" in row
            )


def _leaks(message: Message, gold: Gold, visible: Sequence[bool]) -> bool:
    runs = re.findall(
        r"\w+",
        "".join(
            char if visible[gold.start + offset] and char.isalnum() else " "
            for offset, char in enumerate(message.text[gold.start : gold.end])
        ),
    )
    size = sum(char.isalnum() for char in message.text[gold.start : gold.end])
    return any(len(run) >= min(MIN_RUN, size) for run in runs)


def score(message: Message, redaction: Redaction, scores: Scores) -> None:
    """Add one message to the scores."""
    visible = [True] * len(message.text)
    for span in redaction.spans:
        visible[span.start : span.end] = [False] * (span.end - span.start)
        scores.found_types[span.entity_type] += 1
    for gold in message.gold:
        if gold.health:
            _score_health(message, gold, visible, scores)
        else:
            scores.personal += 1
            leaked = _leaks(message, gold, visible)
            scores.leaked += leaked
            scores.leaked_types[gold.entity] += leaked
            if leaked:
                scores.errors.append(_error("LEAK " + gold.entity, message, gold.start, gold.end))
        scores.typed[gold.entity] += 1
        scores.typed_right[gold.entity] += any(
            span.start < gold.end and span.end > gold.start and _same_type(span.entity_type, gold.entity)
            for span in redaction.spans
        )
    scores.messages += 1
    _score_innocent(message, redaction, visible, scores)


def _same_type(found: str, gold: str) -> bool:
    return found == ("HEALTH_CONDITION" if gold == "PREGNANCY" else gold)


def _score_health(message: Message, gold: Gold, visible: Sequence[bool], scores: Scores) -> None:
    places = [index for index in range(gold.start, gold.end) if message.text[index].isalnum()]
    found = sum(not visible[index] for index in places) * 2 >= len(places)
    scores.health += 1
    scores.health_found += found
    if not found:
        scores.errors.append(_error("HEALTH", message, gold.start, gold.end))


def _score_innocent(message: Message, redaction: Redaction, visible: Sequence[bool], scores: Scores) -> None:
    for match in _WORD.finditer(message.text):
        if any(gold.start < match.end() and gold.end > match.start() for gold in message.gold):
            continue
        scores.innocent += 1
        if not all(visible[match.start() : match.end()]):
            scores.masked += 1
            health = any(
                span.start < match.end() and span.end > match.start() and span.entity_type in HEALTH_ENTITIES
                for span in redaction.spans
            )
            scores.masked_health += health
            scores.errors.append(
                _error("OVER-HEALTH" if health else "OVER", message, match.start(), match.end())
            )


def _error(kind: str, message: Message, start: int, end: int) -> str:
    left, right = message.text[max(0, start - 40) : start], message.text[end : end + 30]
    return f"{kind}\t{message.id}\t{left}⟦{message.text[start:end]}⟧{right}".replace("\n", "⏎")


def measure(redactor: Redactor, messages: Iterable[Message], *, with_account: bool) -> Scores:
    """Redact all messages; ``with_account`` gives each message its account's own names as allowed."""
    scores = Scores()
    for message in messages:
        start = time.perf_counter()
        redaction = redactor.redact(
            RawText(message.text), language=message.language, allowed=message.allowed if with_account else ()
        )
        scores.seconds.append(time.perf_counter() - start)
        score(message, redaction, scores)
    return scores


def report(name: str, scores: Scores) -> str:
    """Return the figures in lines, counts first."""
    seconds = sorted(scores.seconds)
    lines = [
        f"{name}: {scores.messages} messages",
        f"  leak            {scores.leaked}/{scores.personal} = {_share(scores.leaked, scores.personal)}",
        f"  over-redaction  {scores.masked}/{scores.innocent} = {_share(scores.masked, scores.innocent)}"
        f", of these as health {scores.masked_health}",
        f"  health recall   {scores.health_found}/{scores.health} = {_share(scores.health_found, scores.health)}",
        f"  milliseconds    median {_quantile(seconds, 0.5):.2f}, p99 {_quantile(seconds, 0.99):.2f}",
    ]
    if len(scores.typed) > 2:
        lines += [
            f"  {entity:24} gold {count:4}  right type {_share(scores.typed_right[entity], count)}"
            f"  leaked {scores.leaked_types[entity]}"
            for entity, count in scores.typed.most_common()
        ]
    return "\n".join(lines)


def _quantile(seconds: Sequence[float], share: float) -> float:
    """Return a quantile of sorted durations, in milliseconds."""
    return 1000 * seconds[int(len(seconds) * share)] if seconds else 0.0


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "n/a"


def main() -> None:
    """Print the figures of the development folds, or of the held-out ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--held-out", action="store_true", help="report folds 7 to 9 instead of 0 to 6")
    parser.add_argument("--account", action="store_true", help="give each message its account's own names")
    parser.add_argument("--errors", type=Path, help="write the errors, with their text, to this file")
    arguments = parser.parse_args()
    redactor = Redactor.load(
        policy_file=ROOT / "policies" / "redaction.yaml", lexicons_dir=ROOT / "policies" / "lexicons"
    )
    messages = [
        message
        for message in read_messages(arguments.files)
        if (fold_of(message.id) in DEVELOPMENT_FOLDS) != arguments.held_out
    ]
    for kind in ("typed", "strings"):
        part = [message for message in messages if message.typed == (kind == "typed")]
        if part:
            scores = measure(redactor, part, with_account=arguments.account)
            sys.stdout.write(report(kind, scores) + "\n")
            if arguments.errors:
                arguments.errors.with_suffix(f".{kind}.tsv").write_text(
                    "\n".join(scores.errors), encoding="utf-8"
                )


if __name__ == "__main__":
    main()
