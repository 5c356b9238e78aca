"""What a command that deletes says where the database could not let go of it yet."""

import typer

from cases.database import Database

LEFT_IN_LOG = (
    "what was deleted is still in the database's log, for somebody is reading: repeat `borrador purge`"
)


def tell_if_left(database: Database) -> None:
    """Say on standard error that deleted texts can still be read in the files, if they can."""
    if not database.forget_deleted():
        typer.echo(LEFT_IN_LOG, err=True)
