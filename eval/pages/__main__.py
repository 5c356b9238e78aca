"""``python -m eval.pages``: fill a store with many cases, then time every page of the service on it."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import func, select

from api.record_keeping import open_records
from api.settings import Settings
from api.wiring import build_pipeline
from cases.keys import Scope
from cases.reading import ALL_ACCOUNTS
from cases.records import Records
from cases.tables import CaseRow
from eval.bench import served
from eval.harness.datasets import Request
from eval.pages import first_view, measuring
from eval.pages.addresses import addresses, landmarks
from eval.pages.filling import fill, patterns
from eval.splits import Split

PATTERNS = 300
"""Messages that take the whole way; every other case is one of theirs under another name."""


def main(arguments: list[str] | None = None) -> int:
    """Run; exit code 1 where a page is not there or over its aim."""
    asked = _parser().parse_args(arguments)
    asked.data_dir.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=asked.data_dir, database_url=asked.database_url)
    records = open_records(settings)
    try:
        _fill(records, settings, asked.cases)
        account = ALL_ACCOUNTS if asked.all_accounts else settings.account
        token = records.keys.create(
            name="pages", account=account, scopes=(Scope.ADMIN, Scope.AUDITOR), actor="eval"
        ).secret
        with records.database.read() as session:
            every = addresses(landmarks(session, settings.account))
        every = tuple(one for one in every if asked.only in one.name)
    finally:
        records.close()
    environment = {
        **os.environ,
        "BORRADOR_DATA_DIR": str(asked.data_dir),
        "BORRADOR_CREATE_DEMO_KEY": "false",
    }
    if asked.database_url:
        environment["BORRADOR_DATABASE_URL"] = asked.database_url
    with served(environment) as (url, process, _):
        views = [] if asked.no_browser else first_view.first_views(url, token)
        times = measuring.measure(url, token, process.pid, every, asked.repeats)
    print(measuring.table(times), "", first_view.table(views), sep="\n")  # noqa: T201 - the result
    if asked.out is not None:
        told = {"pages": [asdict(one) for one in times], "views": [asdict(one) for one in views]}
        asked.out.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    kept = all(one.kept for one in times) and all(one.loaded <= first_view.AIM_MS for one in views)
    return 0 if kept else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.pages", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="cases to have in the store")
    parser.add_argument(
        "--data-dir", type=Path, required=True, help="folder of the store; one filled before is used again"
    )
    parser.add_argument("--database-url", help="postgresql+psycopg://… instead of SQLite in that folder")
    parser.add_argument("--repeats", type=int, default=15, help="timed answers of each page")
    parser.add_argument("--all-accounts", action="store_true", help="ask with a key that spans all accounts")
    parser.add_argument("--only", default="", help="measure only the pages with this in their name")
    parser.add_argument("--no-browser", action="store_true", help="leave out the first views in Chromium")
    parser.add_argument("--out", type=Path, help="also write the figures here, as JSON")
    return parser


def _fill(records: Records, settings: Settings, wanted: int) -> None:
    with records.database.read() as session:
        there = session.execute(select(func.count()).select_from(CaseRow)).scalar_one()
    if there >= wanted:
        return
    samples = Request(Split.TRAIN, PATTERNS).samples()
    messages = [sample.message for sample in samples]
    made = patterns(build_pipeline(settings), messages, records.now())
    fill(records, made, wanted - there)


if __name__ == "__main__":
    sys.exit(main())
