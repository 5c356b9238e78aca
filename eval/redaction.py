"""Measure our redactor on labelled messages: leaks, over-redaction, health recall, types, speed.

``python -m eval.redaction FILES… --split dev`` prints Markdown: overall, then by labels, language, variety, channel,
file and type of span, with counts and 95 % intervals. ``eval/redaction_scores.py`` defines the measures,
``eval/redaction_compare.py`` puts other redactors beside. Rows belong to the split that the ``splits.json`` beside
their file names; ``--untouched`` leaves out the rows of the first version's files that the patterns were written with
in view (folds 0 to 6 by the id's hash). Reports count; they never quote a message unless ``--errors`` asks for it.
"""

import argparse
import sys
from pathlib import Path

from eval.redaction_data import Message, read_split
from eval.redaction_report import BREAKDOWNS, breakdown, entities, error_lines, overall
from eval.redaction_systems import Run, SystemName, load_system, measure
from eval.splits import Split

SPLITS = (Split.TRAIN, Split.DEV, Split.TEST)


def parser(description: str | None, *, split: Split) -> argparse.ArgumentParser:
    """Return a parser with the options that choose messages."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("files", type=Path, nargs="+")
    made.add_argument("--split", type=Split, choices=SPLITS, default=split)
    made.add_argument(
        "--untouched", action="store_true", help="of the first version's files, folds 7 to 9 only"
    )
    made.add_argument("--account", action="store_true", help="give each message its account's own names")
    return made


def chosen_messages(options: argparse.Namespace) -> list[Message]:
    """Return the messages that the options choose. Exits with a message when there are none."""
    messages = read_split(options.files, options.split, untouched=options.untouched)
    if not messages:
        sys.exit(f"no messages in the {options.split} split of these files")
    return messages


def details(run: Run) -> str:
    """Return all tables of one run by group and by type."""
    return "\n\n".join([*(breakdown(run.scored, by) for by in BREAKDOWNS), entities(run.scored)])


def main() -> None:
    """Print the figures of one split."""
    arguments = parser(__doc__, split=Split.DEV)
    arguments.add_argument("--errors", type=Path, help="write the errors, with their text, to this file")
    options = arguments.parse_args()
    run = measure(load_system(SystemName.OURS, with_account=options.account), chosen_messages(options))
    sys.stdout.write(f"{overall({SystemName.OURS: run})}\n\n{details(run)}\n")
    if options.errors:
        options.errors.write_text("".join(f"{line}\n" for line in error_lines(run.scored)), encoding="utf-8")


if __name__ == "__main__":
    main()
