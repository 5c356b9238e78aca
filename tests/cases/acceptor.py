"""Accepts messages in a loop and prints the id of each after it is kept: to be killed by a test.

Called as ``python -m tests.cases.acceptor URL FOLDER``.
"""

import sys
from datetime import timedelta
from pathlib import Path

from cases.accepted import AcceptedWork, Sender
from cases.audit import utc_now
from cases.cipher import Cipher
from cases.identifiers import new_case_id
from cases.message import Message
from cases.records import Records
from cases.secret_keys import VAULT_VARIABLE, load_keys


def open_work(records: Records, folder: Path, *, max_waiting: int = 100_000) -> AcceptedWork:
    """The queue over records in a folder."""
    cipher = Cipher(load_keys(VAULT_VARIABLE, folder / "vault.key", {}))
    return AcceptedWork(
        records.database, cipher, records.now, max_waiting=max_waiting, keep=timedelta(hours=24)
    )


def main() -> None:
    url, folder = sys.argv[1:]
    work = open_work(Records.open(url, Path(folder), environment={}, now=utc_now), Path(folder))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        kept = work.accept(
            Message(text="Mi pedido no llega."), Sender("demo", "key_a"), case_id=new_case_id()
        )
        sys.stdout.write(f"kept {kept.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
