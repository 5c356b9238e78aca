"""Measure how far a second person agrees with the labels of personal and health strings.

``python -m eval.redaction_agreement`` scores the strings that the second, blind labelling marked in a message as if a
redactor had masked them, by the measures of ``eval.redaction``: both ways round, since neither hand is the truth. No
redactor can be expected to do better on these labels than a second person with the guide does.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from eval.redaction_data import Message, gold_strings, read_messages
from eval.redaction_scores import Scored, figures, score
from models.spans import Span

DATA = Path(__file__).parent / "data" / "messages"


@dataclass(frozen=True, slots=True)
class Pair:
    """One message as the first hand labelled it, and as the second did."""

    first: Message
    second: Message


def read_pairs(messages: Iterable[Path], labels: Path) -> Iterator[Pair]:
    """Join a file of second labels to their messages. Raises ValueError for a label without its message."""
    texts = {message.id: message for path in messages for message in read_messages(path)}
    for line in labels.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        first = texts.get(row["id"])
        if first is None:
            raise ValueError(f"{labels.name}: {row['id']} is no message of these files")
        yield Pair(first, replace(first, gold=gold_strings(first.text, row)))


def as_redactor(judged: Message, truth: Message) -> Scored:
    """Score the strings of one labelling as what a redactor masked, against another labelling."""
    return score(truth, (Span(gold.entity, gold.start, gold.end, 1.0) for gold in judged.gold))


def table(pairs: Iterable[tuple[str, list[Pair]]]) -> str:
    """Return one line a file of second labels and direction."""
    lines = [
        "| second labels | truth | messages | leak | over-redaction | health recall |",
        "|---|---|---|---|---|---|",
    ]
    for name, listed in pairs:
        for truth, scored in (
            ("first hand", [as_redactor(pair.second, pair.first) for pair in listed]),
            ("second hand", [as_redactor(pair.first, pair.second) for pair in listed]),
        ):
            found = figures(scored)
            lines.append(
                f"| {name} | {truth} | {found.messages} | {found.leak} | {found.over} | {found.health} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the agreement of every file of second labels."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--data", type=Path, default=DATA)
    folder = arguments.parse_args().data
    messages = sorted(folder.glob("messages_*.jsonl"))
    pairs = [(path.stem, list(read_pairs(messages, path))) for path in sorted(folder.glob("second*.jsonl"))]
    if not pairs:
        sys.exit(f"no second labels in {folder}")
    sys.stdout.write(f"{table(pairs)}\n")


if __name__ == "__main__":
    main()
