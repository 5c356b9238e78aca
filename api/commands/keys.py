"""``borrador keys``: API keys, shown once and stored hashed."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.commands.options import load_settings
from api.record_keeping import open_records
from cases.keys import Scope

app = typer.Typer(help="API keys.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Option(help="Whom or what the key is for.")],
    scope: Annotated[
        list[Scope], typer.Option(help="agent, plugin, auditor, curator or admin; may be repeated.")
    ],
    account: Annotated[str, typer.Option(help="Account whose cases the key opens.")] = "demo",
) -> None:
    """Create a key and print it: it cannot be shown again."""
    records = open_records(load_settings())
    created = records.keys.create(name=name, scopes=scope, account=account, actor="cli")
    typer.echo(created.secret)


@app.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="Id of the key, as `keys list` shows it.")]) -> None:
    """Revoke a key at once."""
    open_records(load_settings()).keys.revoke(key_id, actor="cli")
    typer.echo(f"{key_id} revoked")


@app.command("list")
def list_keys() -> None:
    """List the keys, never their secrets."""
    table = Table("Id", "Name", "Account", "Scopes", "State")
    for key in open_records(load_settings()).keys.list():
        scopes = " ".join(sorted(scope.value for scope in key.scopes))
        table.add_row(key.id, key.name, key.account, scopes, "revoked" if key.revoked_at else "in force")
    Console().print(table)
