"""``borrador audit``: whether the record is as it was written."""

from typing import Annotated

import typer

from api.commands.options import load_settings
from api.record_keeping import open_records

app = typer.Typer(help="The record of cases and decisions.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Keep `verify` a subcommand, although it is the only one so far."""


@app.command("verify")
def verify(
    noted_head: Annotated[
        str | None, typer.Option(help="Head printed by an earlier run: finds a whole older database put back.")
    ] = None,
) -> None:
    """Find any row that was changed, removed, inserted or reordered; exit code 1 when one is found."""
    report = open_records(load_settings()).verify(noted_head=noted_head)
    if report.ok:
        typer.echo(f"ok: {report.rows} rows, head {report.head}")
        return
    place = f"row {report.first_bad_seq}: " if report.first_bad_seq is not None else ""
    typer.echo(f"TAMPERED: {place}{report.problem} ({report.rows} rows)")
    raise typer.Exit(1)
