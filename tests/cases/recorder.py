"""Records cases in a loop and prints the id of each after it is on record: to be killed by a test.

Called as ``python -m tests.cases.recorder URL FOLDER``.
"""

import sys
from pathlib import Path

from cases.audit import utc_now
from cases.decisions import Verb
from cases.records import Records
from tests.cases.samples import decision, record


def main() -> None:
    url, folder = sys.argv[1:]
    records = Records.open(url, Path(folder), environment={}, now=utc_now)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        made = record(records).stored.case
        sys.stdout.write(f"case {made.id}\n")
        sys.stdout.flush()
        records.store.decide(made.id, decision(Verb.ACCEPT), account="demo")
        sys.stdout.write(f"sent {made.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
