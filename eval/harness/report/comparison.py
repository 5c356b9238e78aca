"""A comparison as text for people (Markdown), and as JSON."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from eval.harness.catalogue import Catalogue
from eval.harness.compare import Change, Comparison, Direction, Flip, Verdict
from eval.harness.report.view import number

SHOWN = 40
"""Flipped messages that the text lists; the JSON has them all."""
NAMES = {Direction.BETTER: "better", Direction.WORSE: "worse", Direction.NEITHER: "no difference shown"}


def sentence(found: Comparison) -> str:
    """Whether to ship, in a sentence or two."""
    told = {
        Verdict.BETTER: "Ship: B is better than A, and no metric is shown to be worse.",
        Verdict.WORSE: "Do not ship: B is worse than A.",
        Verdict.NO_DIFFERENCE: "No difference shown: these samples do not tell B from A.",
    }[found.verdict]
    if found.newly_failed_gates:
        told += f" It fails gates that A keeps: {', '.join(found.newly_failed_gates)}."
    if found.new_errors:
        told += f" A person must first read {len(found.new_errors)} new dangerous errors."
    if not found.same_data:
        told += " The data of the two runs differ: only what both have was compared."
    return told


def markdown(found: Comparison, catalogue: Catalogue) -> str:
    """The comparison as text."""
    lines = [
        f"**{sentence(found)}**",
        "",
        f"{found.common} samples in common, {found.only_one} in one run only.",
    ]
    lines += [
        "",
        "| suite | metric | A | B | difference (95 %) | p (corrected) | test | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(change, catalogue) for change in found.changes]
    lines += ["", f"## New dangerous errors of B ({len(found.new_errors)})", ""]
    lines += [
        f"- {error.error} · {error.suite}/{error.id} · {error.detail}: {_one_line(error.text)}"
        for error in found.new_errors
    ]
    mended = ", ".join(f"{name} {count}" for name, count in sorted(found.mended.items())) or "none"
    lines += ["", f"Mended: {mended}.", "", f"## Flipped messages ({len(found.flips)})", ""]
    lines += [*_flip_lines(found.flips[:SHOWN]), *_tally(found.flips)]
    return "\n".join(lines) + "\n"


def _row(change: Change, catalogue: Catalogue) -> str:
    unit, test = catalogue.entry(change.metric).unit, change.test
    spread = f"{number(test.difference, unit)} [{number(test.low, unit)}, {number(test.high, unit)}]"
    return (
        f"| {change.suite} | {change.metric} | {number(change.first, unit)} | {number(change.second, unit)} "
        f"| {spread} | {test.p_value:.3g} ({change.corrected_p:.3g}) | {test.method} | {NAMES[change.direction]} |"
    )


def _flip_lines(flips: Iterable[Flip]) -> list[str]:
    return [
        f"- {'now right' if flip.to_right else 'now wrong'}: {flip.suite}/{flip.id} · {flip.metric}: "
        f"{_one_line(flip.text)}"
        for flip in flips
    ]


def _tally(flips: Iterable[Flip]) -> list[str]:
    counted = Counter((flip.suite, flip.metric, flip.to_right) for flip in flips)
    return ["", *(
        f"- {suite} {metric}: {count} {'now right' if right else 'now wrong'}"
        for (suite, metric, right), count in sorted(counted.items())
    )]  # fmt: skip


def _one_line(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 200 else f"{plain[:199]}…"


def comparison_json(found: Comparison) -> dict[str, Any]:
    """The comparison as plain JSON values."""
    return {"sentence": sentence(found), **asdict(found)}
