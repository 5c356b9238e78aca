"""``borrador vault``: the encrypted originals."""

from typing import Annotated

import typer

from api.commands.deleted import tell_if_left
from api.commands.options import load_settings
from api.record_keeping import open_records
from cases.rotation import Rotation
from cases.rotation import rotate as rotate_key

app = typer.Typer(help="Encrypted originals.", no_args_is_help=True)


@app.callback()
def vault() -> None:
    """Delete what has outlived its time, and change the key."""


@app.command("purge")
def purge() -> None:
    """Delete the originals whose time is over (policies/retention.yaml)."""
    records = open_records(load_settings())
    removed = records.vault.purge(actor="cli")
    typer.echo(f"{removed} entries deleted")
    tell_if_left(records.database)


@app.command("rotate")
def rotate(
    finish: Annotated[
        bool, typer.Option("--finish", help="After the restart: take up what is left and drop the old keys.")
    ] = False,
) -> None:
    """Make a new vault key and encrypt every original anew; then restart the service and call it with --finish."""
    settings = load_settings()
    records = open_records(settings)
    done = rotate_key(records, settings.data_dir, actor="cli", finish=finish)
    typer.echo(f"{done.entries} originals encrypted anew, key {done.current}")
    for line in _next_steps(done):
        typer.echo(line)
    tell_if_left(records.database)


def _next_steps(done: Rotation) -> list[str]:
    steps = [
        f"old key {key} dropped: keep it elsewhere as long as you keep backups from before"
        for key in done.dropped
    ]
    if done.waiting:
        steps.append(
            f"{done.waiting} messages in work still need an old key: repeat with --finish when they are done"
        )
    elif done.old_keys:
        steps.append("restart the service, then run `borrador vault rotate --finish`")
    return steps
