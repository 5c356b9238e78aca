"""``borrador worker``: keeps clocks and promises, and delivers events."""

import json
import signal
from types import FrameType
from typing import Annotated

import typer

from api.commands.options import PoliciesDir, load_settings
from api.record_keeping import open_records
from api.work_wiring import build_worker


def worker(
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due now, print what came of it, and end.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, max=32, help="Deliveries at once.")] = 4,
    policies: PoliciesDir = None,
) -> None:
    """Warn of clocks, bring up promises, deliver events. Any number may run at once; loads no model."""
    settings = load_settings(policies=policies)
    records = open_records(settings)
    built = build_worker(records, settings, threads=threads)
    try:
        if once:
            typer.echo(json.dumps(built.once()))
            return

        def stop(_signal: int, _frame: FrameType | None) -> None:
            built.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        if built.outbound is None:
            typer.echo("no BORRADOR_SUBSCRIPTIONS_FILE: clocks are kept, events wait in the outbox", err=True)
        typer.echo("working", err=True)
        built.run()
    finally:
        records.close()
