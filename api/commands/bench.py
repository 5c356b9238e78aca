"""``borrador bench``: the figures of the README, measured on this machine."""

from typing import Annotated

import typer


def bench(
    requests: Annotated[
        int, typer.Option(min=20, help="Requests at concurrency 1; twice as many at 16.")
    ] = 300,
    install: Annotated[
        bool, typer.Option("--install", help="Also time an install into a fresh environment.")
    ] = False,
) -> None:
    """Measure latency, throughput, start-up and memory of the service over HTTP."""
    from eval.bench import run_bench  # evaluation is loaded only by the commands that evaluate

    typer.echo(run_bench(requests=requests, with_install=install).table())
