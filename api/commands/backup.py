"""``borrador backup`` and ``borrador restore``: the whole store in one file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import load_settings
from api.record_keeping import open_records
from cases.audit import utc_now
from cases.backup import make_backup, sqlite_file
from cases.errors import BackupError
from cases.restore import restore_backup


def backup(
    file: Annotated[Path, typer.Argument(help="ZIP to write; an existing file is not overwritten.")],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Put the secret keys in: then the file opens every original.")
    ] = False,
) -> None:
    """Back up an SQLite store, also while it is served. Verified first: a broken record is not backed up as sound."""
    settings = load_settings()
    url = settings.effective_database_url
    sqlite_file(url)
    records = open_records(settings)
    report = records.verify()
    records.close()
    if not report.ok:
        raise BackupError(
            "the record does not verify: run `borrador audit verify`, and keep the backups you have"
        )
    done = make_backup(
        url,
        settings.data_dir,
        file,
        head=report.head,
        rows=report.rows,
        created_at=utc_now(),
        with_keys=with_keys,
    )
    typer.echo(f"{done.file}: {done.bytes} bytes, {report.rows} rows of the audit log, head {done.head}")
    if done.keys:
        typer.echo(f"with {', '.join(done.keys)}: whoever has this file can read every original")
    else:
        typer.echo("without keys: keep vault.key and audit.key elsewhere; without them it cannot be read")


def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of the store; that one is kept beside.")
    ] = False,
) -> None:
    """Restore a backup after checking it whole; what was erased since is erased again."""
    settings = load_settings()
    done = restore_backup(
        settings.effective_database_url,
        settings.data_dir,
        file,
        actor="cli",
        replace=replace,
        retention_file=settings.policies_dir / "retention.yaml",
    )
    typer.echo(f"restored and verified: {done.rows} rows, head {done.head}")
    if done.erased_again:
        typer.echo(f"{done.erased_again} cases erased since the backup were erased again")
    if done.keys:
        typer.echo(f"keys put in place: {', '.join(done.keys)}")
    if done.kept is not None:
        typer.echo(f"the store before is kept in {done.kept}; delete it when you are sure")
