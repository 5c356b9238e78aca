"""``borrador vault``: the encrypted originals."""

import typer

from api.commands.options import load_settings
from api.record_keeping import open_records

app = typer.Typer(help="Encrypted originals.", no_args_is_help=True)


@app.callback()
def vault() -> None:
    """Keep `purge` a subcommand, although it is the only one so far."""


@app.command("purge")
def purge() -> None:
    """Delete the originals whose time is over (policies/retention.yaml)."""
    removed = open_records(load_settings()).vault.purge(actor="cli")
    typer.echo(f"{removed} entries deleted")
