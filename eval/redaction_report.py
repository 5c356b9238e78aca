"""Figures of redaction as Markdown: overall, by group of messages, by type of span; and the errors by line."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from eval.redaction_data import UNTYPED, Message
from eval.redaction_scores import Figures, Scored, by_entity, figures, grouped
from eval.redaction_systems import Run
from models.spans import HEALTH_ENTITIES

BREAKDOWNS: Mapping[str, Callable[[Message], str]] = {
    "labels": lambda message: "typed spans" if message.typed else "strings",
    "language": lambda message: message.language,
    "variety": lambda message: message.variety,
    "channel": lambda message: message.channel,
    "file": lambda message: message.file,
}
"""Ways to group messages. Every figure is a share, its counts, and its 95 % interval over messages."""


def overall(runs: Mapping[str, Run]) -> str:
    """Return one line a system, with its speed."""
    lines = [
        "| system | messages | leak | over-redaction | health recall | messages a second | ms median, p99 |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, run in runs.items():
        median, slowest = run.milliseconds
        speed = f"{run.a_second:.0f} | {median:.2f}, {slowest:.2f}"
        lines.append(f"| {name} | {_cells(figures(run.scored))} | {speed} |")
    return "\n".join(lines)


def breakdown(scored: Sequence[Scored], by: str) -> str:
    """Return one line a group of messages."""
    lines = [f"| {by} | messages | leak | over-redaction | health recall |", "|---|---|---|---|---|"]
    lines += [f"| {name} | {_cells(part)} |" for name, part in grouped(scored, BREAKDOWNS[by]).items()]
    return "\n".join(lines)


def entities(scored: Sequence[Scored]) -> str:
    """Return one line a type of gold span, then what masked innocent words."""
    lines = ["| type | leaked, or health not found | right type |", "|---|---|---|"]
    for entity, found in by_entity(scored).items():
        right = "n/a" if entity in UNTYPED else str(found.right_type)
        lines.append(f"| {entity}{' (health)' * found.health} | {found.failed} | {right} |")
    masked = Counter(word.entity for each in scored for word in each.masked)
    told = " · ".join(f"{entity} {count}" for entity, count in masked.most_common())
    return "\n".join([*lines, "", f"Innocent words masked, by the finding's type: {told or 'none'}."])


def error_lines(scored: Sequence[Scored]) -> Iterator[str]:
    """Yield each error with the text around it: for labelled messages of invented people only."""
    for each in scored:
        for outcome in each.outcomes:
            if outcome.failed:
                kind = "HEALTH" if outcome.gold.health else f"LEAK {outcome.gold.entity}"
                yield _error(kind, each.message, outcome.gold.start, outcome.gold.end)
        for word in each.masked:
            kind = "OVER-HEALTH" if word.entity in HEALTH_ENTITIES else "OVER"
            yield _error(kind, each.message, word.start, word.end)


def _cells(found: Figures) -> str:
    return f"{found.messages} | {found.leak} | {found.over} | {found.health}"


def _error(kind: str, message: Message, start: int, end: int) -> str:
    left, right = message.text[max(0, start - 40) : start], message.text[end : end + 30]
    return f"{kind}\t{message.id}\t{left}⟦{message.text[start:end]}⟧{right}".replace("\n", "⏎")
