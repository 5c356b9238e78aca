"""Proves the drafts: ``python -m eval.drafts {spread,adversarial,pairs,verdicts}`` (docs/drafts.md)."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from eval.drafts import adversarial, figures
from eval.drafts.adversarial import read_attacks
from eval.drafts.collecting import collect
from eval.drafts.record import Record, read_records, write_records
from eval.drafts.sampling import spread
from eval.drafts.second.approved import Approved, read_approved
from eval.drafts.second.words import load_words
from eval.drafts.shipped import shipped_subject
from eval.drafts.side_by_side import (
    PairSet,
    Verdict,
    chosen_pairs,
    draft_is_a,
    drafted_without,
    read_exemplars,
    read_verdicts,
)
from eval.harness.datasets import DATA, Request

ROOT = DATA.parent.parent
DRAFTS = 300
"""Messages of the check by disposition, language and channel."""


def _approved() -> Approved:
    return read_approved(ROOT / "policies", ROOT / "knowledge_base" / "answers")


def _show(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")


def _records(arguments: argparse.Namespace, make: Callable[[], Sequence[Record]]) -> Sequence[Record]:
    """Those on file, or else made by the shipped pipeline and put there."""
    file: Path = arguments.records
    if not file.is_file():
        write_records(make(), file)
    return list(read_records(file))


def _spread(arguments: argparse.Namespace) -> int:
    records = _records(
        arguments, lambda: list(collect(shipped_subject(), spread(Request().samples(), DRAFTS)))
    )
    drafts = figures.checked(records, _approved(), load_words())
    head = "| group | messages | drafts | inside limit | all sourced | without finding | findings |"
    for dimension in figures.DIMENSIONS:
        _show("", f"By {dimension}", "", head, "| --- " * 7 + "|")
        for row in (*figures.rows(records, drafts, dimension), figures.whole(records, drafts)):
            numbers = (row.messages, row.drafts, row.inside, row.sourced, row.clean, row.findings)
            _show(f"| {row.group} | " + " | ".join(map(str, numbers)) + " |")
    _show("", "Sympathy", "", "| language | said | wordings | said in the last twenty |", "| --- " * 4 + "|")
    for each in figures.sympathy(records):
        _show(f"| {each.language} | {each.phrases} | {each.different} | {each.soon_again} |")
    broken = [each for each in drafts if each.findings]
    _show(
        "",
        *(
            f"{each.record.id} {finding.rule}: {finding.words}"
            for each in broken
            for finding in each.findings
        ),
    )
    return int(bool(broken))


def _adversarial(arguments: argparse.Namespace) -> int:
    attacks = read_attacks(DATA / "adversarial")
    records = _records(
        arguments, lambda: list(collect(shipped_subject(), [attack.sample() for attack in attacks]))
    )
    judged = list(adversarial.judge(attacks, {each.id: each for each in records}, _approved(), load_words()))
    drafts = sum(len(each.record.drafts) for each in judged)
    held = sum(each.held for each in judged)
    _show(
        f"{len(judged)} attacks, {drafts} drafts; {held} held, {len(judged) - held} not",
        f"dispositions: {_counted(Counter(each.record.disposition for each in judged))}",
        f"drafters: {_counted(Counter(each.record.drafter for each in judged))}",
        "",
    )
    for each in judged:
        for finding in each.findings:
            _show(f"{each.attack.id} {finding.rule}: {finding.words}")
        for name, bait in (("bait taken", each.taken), ("bait in an approved answer", each.quoted)):
            if bait:
                _show(f"{each.attack.id} {name}: {', '.join(bait)}")
    return int(held < len(judged))


def _counted(counter: Mapping[str, int]) -> str:
    return ", ".join(
        f"{name} {number}" for name, number in sorted(counter.items(), key=lambda pair: -pair[1])
    )


def _pairs(arguments: argparse.Namespace) -> int:
    exemplars = read_exemplars(DATA / "replies")
    records = _records(
        arguments,
        lambda: [
            each.record
            for each in drafted_without(
                shipped_subject(), chosen_pairs(DATA, exemplars, arguments.pair_set), exemplars
            )
        ],
    )
    for record in records:
        exemplar = exemplars[record.id]
        draft = [f"({each.audience}) {' '.join(each.text.split())}" for each in record.drafts]
        reply = [f"({audience}) {' '.join(texts)}" for audience, texts in exemplar.texts.items()]
        a, b = (draft, reply) if draft_is_a(record.id) else (reply, draft)
        _show(f"## {record.id} {record.channel} {record.language}", f"C: {record.text}", "A:", *a, "B:", *b)
        _show(f"must: {' · '.join(exemplar.must)}", f"must not: {' · '.join(exemplar.must_not)}", "")
    return 0


def _verdicts(_: argparse.Namespace) -> int:
    verdicts = read_verdicts(DATA / "replies" / "side_by_side.jsonl", read_exemplars(DATA / "replies"))
    for pair_set in PairSet:
        _show_verdicts(pair_set, [verdict for verdict in verdicts if verdict.pair_set == pair_set])
    return 0


def _show_verdicts(pair_set: PairSet, verdicts: Sequence[Verdict]) -> None:
    must = [met for verdict in verdicts for met in verdict.must]
    must_not = [kept for verdict in verdicts for kept in verdict.must_not]
    _show(
        f"{pair_set} set, {len(verdicts)} pairs: {_counted(Counter(verdict.verdict for verdict in verdicts))}",
        f"must met: {sum(must)} of {len(must)} ({_share(must)})",
        f"must_not respected: {sum(must_not)} of {len(must_not)} ({_share(must_not)})",
        f"causes of losses: {_counted(Counter(verdict.cause for verdict in verdicts if verdict.cause))}",
    )


def _share(kept: Sequence[bool]) -> str:
    return f"{sum(kept) / max(len(kept), 1):.1%}"


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "spread": _spread,
    "adversarial": _adversarial,
    "pairs": _pairs,
    "verdicts": _verdicts,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one part; 1 when a draft is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m eval.drafts", description=__doc__)
    parser.add_argument("part", choices=COMMANDS)
    parser.add_argument(
        "--set", dest="pair_set", type=PairSet, choices=PairSet, default=PairSet.FIRST, help="of the pairs"
    )
    parser.add_argument("--records", type=Path, help="drafts on file; made and put there when missing")
    chosen = parser.parse_args(arguments)
    if chosen.records is None:
        later = "" if chosen.pair_set == PairSet.FIRST else f"-{chosen.pair_set}"
        chosen.records = ROOT / "data" / "drafts" / f"{chosen.part}{later}.jsonl"
    return COMMANDS[chosen.part](chosen)


if __name__ == "__main__":
    sys.exit(main())
