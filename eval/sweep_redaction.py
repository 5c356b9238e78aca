"""Try values of ``token_model`` of policies/redaction.yaml on the development split, to choose them by.

    python -m eval.sweep_redaction FILES… --bias 0 -1 --least SYMPTOM+MEDICATION=0.5,0.8 \\
        --support PersonRecognizer=0,0.05 HealthRecognizer=0.1,0.3

Prints a line for each combination: leaks, over-redaction, health recall. Only the development split is read.
"""

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from api.settings import Settings
from eval.redaction_data import Message, read_split
from eval.redaction_scores import Figures, figures, score
from eval.splits import Split
from models.redaction.model_setting import span_model_loader
from models.redaction.redactor import Redactor
from models.text import RawText


def measure(redactor: Redactor, messages: Sequence[Message]) -> Figures:
    """Return the three measures, each message with its account's own names."""
    return figures(
        [
            score(message, redactor.redact(RawText(message.text), allowed=message.allowed).spans)
            for message in messages
        ]
    )


def redactor_with(settings: Settings, rules: dict[str, object], folder: Path) -> Redactor:
    """Load the redactor as wired, with other rules for its token model."""
    policy = yaml.safe_load((settings.policies_dir / "redaction.yaml").read_text(encoding="utf-8"))
    policy["token_model"] = {**policy.get("token_model", {}), **rules}
    file = folder / "redaction.yaml"
    file.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    loader = span_model_loader(settings.redaction_model, threads=settings.encoder_threads)
    return Redactor.load(
        policy_file=file, lexicons_dir=settings.policies_dir / "lexicons", token_model=loader
    )


def combinations(
    bias: Sequence[float], least: Sequence[str], support: Sequence[str]
) -> Iterator[dict[str, object]]:
    """Yield the rules of every combination. ``least``: ``ENTITY=value,value``; ``support``: the same by recognizer."""
    for chosen in itertools.product(bias, _choices(least), _choices(support)):
        yield {"outside_bias": chosen[0], "least": chosen[1], "support": chosen[2]}


def _choices(named: Sequence[str]) -> list[dict[str, float]]:
    pairs = [pair.partition("=") for pair in named]
    values = [[float(value) for value in listed.split(",")] for _, _, listed in pairs]
    names = [name.split("+") for name, _, _ in pairs]
    return [
        {name: value for group, value in zip(names, chosen, strict=True) for name in group}
        for chosen in itertools.product(*values)
    ]


def main() -> None:
    """Print a line a combination."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--bias", type=float, nargs="+", default=[0.0])
    parser.add_argument("--least", nargs="*", default=[])
    parser.add_argument("--support", nargs="*", default=[])
    arguments = parser.parse_args()
    messages = read_split(arguments.files, Split.DEV)
    settings = Settings()
    with tempfile.TemporaryDirectory() as folder:
        for rules in combinations(arguments.bias, arguments.least, arguments.support):
            found = measure(redactor_with(settings, rules, Path(folder)), messages)
            sys.stdout.write(f"leak {found.leak}  over {found.over}  health {found.health}  {rules}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
