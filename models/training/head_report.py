"""Figures of freshly trained heads on the dev split, and the model card that carries them."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from models.training.messages import LabelledMessage
from models.understanding.heads import Predictions

Z = 1.96
"""95 % intervals."""


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) of nothing."""
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    middle = (share + Z**2 / (2 * total)) / (1 + Z**2 / total)
    half = Z * math.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2)) / (1 + Z**2 / total)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(hits: int, total: int) -> str:
    """A share with its count and its 95 % interval."""
    low, high = wilson(hits, total)
    value = hits / total if total else float("nan")
    return f"{value:.2f} ({hits}/{total}; {low:.2f}-{high:.2f})"


def dev_report(
    rows: Sequence[LabelledMessage], predictions: Sequence[Predictions], thresholds: Mapping[str, float]
) -> str:
    """A Markdown table: accuracy of the choices, recall and false alarms of the signals."""
    pairs = list(zip(rows, predictions, strict=True))
    lines = ["| head | share (count; 95 % interval) |", "|---|---|"]
    truths: dict[str, Any] = {
        "main_intent": lambda row: row.intents[0],
        "handling": lambda row: row.disposition,
        "emotion": lambda row: row.emotion,
    }
    for head, truth in truths.items():
        right = sum(max(s := getattr(p, head), key=s.__getitem__) == truth(row) for row, p in pairs)
        lines.append(f"| {head}: accuracy | {share(right, len(pairs))} |")
    lines += ["", "| signal (head alone) | recall | false alarms | threshold |", "|---|---|---|---|"]
    for name, threshold in thresholds.items():
        on = [(name in row.flags, p.signals[name] >= threshold) for row, p in pairs]
        caught, present = sum(y and s for y, s in on), sum(y for y, _ in on)
        false = sum(s and not y for y, s in on)
        row = f"| {name} | {share(caught, present)} | {share(false, len(on) - present)} | {threshold} |"
        lines.append(row)
    return "\n".join(lines)


CARD = """\
# Heads of understanding

Linear heads (logistic regression) over vectors of the message and of the message in its thread, hashed word and
letter n-grams, channel, visibility and form: main intent (17), all intents (17), handling (5), emotion (6), signals
(11). The vectors come from {source}. Strength, calibration (temperature for the choices, Platt for
the marks) and thresholds come from {judged}. The heads are joined with the signal
lexicon in `models/understanding/understander.py`: a safety signal is on when either finds it.

- **Data**: {rows} messages, train split of `eval/data/messages` (CC BY 4.0, datasheet there); written, invented,
  one labelling hand a row. No other data for the heads{tuned}.
- **Licence** of the weights: Apache-2.0.
- **Reproduce**: {command}(two minutes on two cores; fixed seed).
- **Meant for**: sorting messages for people and for the policy engine. Not a medical device: it names what a
  message is about and who should see it, never a disease or its probability.
- **Limits**: the heads alone miss dangers, which is why the lexicon, the policy's fallback to people and the person
  who sends are there. Catalan, Galician, Basque, Portuguese and English have 260 to 330 training messages each,
  not read by native speakers. Emotion is the least sure label (two people agree on it for 0.67 to 0.84).

## Dev split (heads alone{caution})

{report}

Figures of the shipped union of heads and lexicon: `python -m eval.understanding --split dev`.
"""


BRANCH_COMMANDS = """`python -m models.training.finetune …` (its options: the encoder's card; 40 minutes of two cores),
  then `python -m models.training.heads --data eval/data/messages --encoder models/artifacts/encoder --branch
  RUN/branch.int8.onnx --held dev --out models/artifacts/heads --thresholds policies/thresholds.yaml` """
PLAIN_COMMAND = """`python -m models.training.heads --data eval/data/messages --encoder models/artifacts/encoder
  --out models/artifacts/heads --thresholds policies/thresholds.yaml` """


def model_card(path: Path, report: str, *, rows: int, encoder: str, branch: bool, on_dev: bool) -> None:
    """Write the model card."""
    source = f"encoder `{encoder}`"
    if branch:
        source = (
            f"`branch.int8.onnx`: eight upper layers, fine-tuned on the same\n"
            f"messages, above the four lower layers of encoder `{encoder}`"
        )
    card = CARD.format(
        source=source,
        judged="the development split" if on_dev else "out-of-fold scores of the training split",
        tuned="; the branch also saw the retrieval data named in the encoder's card" if branch else "",
        command=BRANCH_COMMANDS if branch else PLAIN_COMMAND,
        caution="; strength, calibration and thresholds were chosen on it" if on_dev else "",
        rows=f"{rows:,}",
        report=report,
    )
    path.write_text(card, encoding="utf-8")
