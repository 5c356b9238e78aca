"""Judges the shipped understanding on a split of the labelled messages.

``python -m eval.understanding --split dev`` prints Markdown: choices, signals, ablation, calibration, languages.
The redactor is not part of it: ``health_data`` and ``personal_data_public`` are those of the heads and lexicon.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.encoder import load_encoder
from models.text import RawText
from models.training.head_report import share
from models.training.messages import LabelledMessage, read_messages
from models.understanding.types import Understanding
from models.understanding.understander import Understander
from models.vocabulary import Handling, SignalCode

ROOT = Path(__file__).resolve().parent.parent
BINS = 10
SAFETY = (SignalCode.EMERGENCY, SignalCode.SELF_HARM, SignalCode.ADVERSE_EVENT)


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled message with what was understood of it."""

    row: LabelledMessage
    got: Understanding


def understand_all(understander: Understander, rows: Iterable[LabelledMessage]) -> list[Judged]:
    """Run the shipped understander over labelled messages, as the pipeline would."""
    judged = []
    for row in rows:
        read = understander.read(
            RawText(row.text),
            channel=row.channel,
            visibility=row.visibility,
            thread=[(turn.role, RawText(turn.text)) for turn in row.thread],
        )
        understood = understander.understand(read, language=(row.language, 1.0))
        judged.append(Judged(row, understood.understanding))
    return judged


def by_lexicon(cue: str) -> bool:
    """Whether a cue came from the lexicon."""
    return not cue.startswith(("head:", "signal:", "redactor"))


def by_head(cue: str) -> bool:
    """Whether a cue came from a head."""
    return cue.startswith("head:")


def signal_table(judged: Sequence[Judged], keep: Callable[[str], bool] = lambda cue: True) -> list[str]:
    """Recall, precision, F1 and false alarms of every signal, counting only cues that ``keep`` admits."""
    lines = ["| signal | recall | precision | F1 | false alarms |", "|---|---|---|---|---|"]
    for code in SignalCode:
        pairs = [
            (code in j.row.flags, any(s.code == code and any(map(keep, s.cues)) for s in j.got.signals))
            for j in judged
        ]
        hits, present, raised = (
            sum(a and b for a, b in pairs),
            sum(a for a, _ in pairs),
            sum(b for _, b in pairs),
        )
        f1 = 2 * hits / (present + raised) if present + raised else 0.0
        false = share(raised - hits, len(pairs) - present)
        lines.append(f"| {code} | {share(hits, present)} | {share(hits, raised)} | {f1:.2f} | {false} |")
    return lines


def choice_table(truths: Sequence[str], guesses: Sequence[str]) -> list[str]:
    """Recall, precision and F1 of every class of a choice, then accuracy and macro-F1."""
    lines = ["| class | recall | precision | F1 |", "|---|---|---|---|"]
    present, raised = Counter(truths), Counter(guesses)
    hits = Counter(t for t, g in zip(truths, guesses, strict=True) if t == g)
    scores = {name: 2 * hits[name] / (present[name] + raised[name]) for name in sorted(present)}
    for name, f1 in scores.items():
        recall, precision = share(hits[name], present[name]), share(hits[name], raised[name])
        lines.append(f"| {name} | {recall} | {precision} | {f1:.2f} |")
    macro = sum(scores.values()) / len(scores)
    lines += ["", f"Accuracy {share(sum(hits.values()), len(truths))}; macro-F1 {macro:.2f}."]
    return lines


def calibration_error(scored: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error over ten equal bins of the first choice's score."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for score, right in scored:
        bins[min(int(score * BINS), BINS - 1)].append((score, right))
    gaps = (abs(sum(s for s, _ in b) - sum(r for _, r in b)) for b in bins.values())
    return sum(gaps) / len(scored)


def urgent_line(judged: Sequence[Judged], keep: Callable[[str], bool]) -> str:
    """Emergency or self-harm as one class: what decides that a person sees the message now."""
    urgent = {SignalCode.EMERGENCY, SignalCode.SELF_HARM}
    pairs = [
        (
            bool(urgent & set(j.row.flags)),
            any(s.code in urgent and any(map(keep, s.cues)) for s in j.got.signals),
        )
        for j in judged
    ]
    present = sum(a for a, _ in pairs)
    hits, false = sum(a and b for a, b in pairs), sum(b and not a for a, b in pairs)
    return f"{share(hits, present)} | {share(false, len(pairs) - present)}"


def ablation(judged: Sequence[Judged]) -> list[str]:
    """Lexicon alone, heads alone, union."""
    lines = ["| emergency or self_harm | recall | false alarms |", "|---|---|---|"]
    for name, keep in (("lexicon", by_lexicon), ("heads", by_head), ("union", lambda cue: True)):
        lines.append(f"| {name} | {urgent_line(judged, keep)} |")
    return lines


def report(judged: Sequence[Judged], title: str) -> str:
    """The whole report in Markdown."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for j in judged:
        groups[j.row.language].append(j)
    handled = [(j.got.handling[0][1], j.got.handling[0][0] == j.row.disposition) for j in judged]
    intents = [(j.got.intents[0][1], j.got.intents[0][0] == j.row.intents[0]) for j in judged]
    ignored = [j for j in judged if j.got.relevance == "ignore"]
    unjust = sum(j.row.disposition != Handling.NO_REPLY for j in ignored)
    abstained = sum(j.got.abstained for j in judged)
    parts = [f"# {title} ({len(judged)} messages)", "", "## Signals, lexicon and heads together"]
    parts += signal_table(judged)
    parts += [
        "",
        "## Ablation",
        *ablation(judged),
        "",
        "### Lexicon alone",
        *signal_table(judged, by_lexicon),
    ]
    parts += ["", "### Heads alone", *signal_table(judged, by_head)]
    parts += ["", "## Main intent"]
    parts += choice_table([j.row.intents[0] for j in judged], [j.got.intents[0][0] for j in judged])
    parts += ["", "## Handling"]
    parts += choice_table([j.row.disposition for j in judged], [j.got.handling[0][0] for j in judged])
    parts += ["", "## Emotion"]
    parts += choice_table([j.row.emotion for j in judged], [j.got.emotion for j in judged])
    parts += ["", "## Calibration, abstention, relevance"]
    parts += [f"- Expected calibration error: handling {calibration_error(handled):.3f},"]
    parts += [f"  main intent {calibration_error(intents):.3f}; abstained {share(abstained, len(judged))}."]
    parts += [f"- Ignored: {len(ignored)}, of them with a reply owed: {unjust}.", "", "## Languages", ""]
    parts += ["| language | emergency or self_harm: recall | false alarms |", "|---|---|---|"]
    parts += [
        f"| {name} | {urgent_line(group, lambda cue: True)} |" for name, group in sorted(groups.items())
    ]
    return "\n".join(parts)


def main() -> None:
    """Print the report of a split."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--split", choices=("train", "dev", "test"), default="dev")
    parser.add_argument("--data", type=Path, default=ROOT / "eval" / "data" / "messages")
    parser.add_argument("--encoder", type=Path, default=ROOT / "models" / "artifacts" / "encoder")
    parser.add_argument("--heads", type=Path, default=ROOT / "models" / "artifacts" / "heads")
    options = parser.parse_args()
    understander = Understander.load(
        artifacts=options.heads,
        lexicons_dir=ROOT / "policies" / "lexicons",
        thresholds_file=ROOT / "policies" / "thresholds.yaml",
        encoder=load_encoder(options.encoder),
    )
    judged = understand_all(understander, read_messages(options.data, options.split))
    sys.stdout.write(report(judged, f"Understanding on the {options.split} split") + "\n")


if __name__ == "__main__":
    main()
