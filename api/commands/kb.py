"""``borrador kb``: import, check and export approved answers."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.failures import UsageError
from knowledge_base.answer import Approval, Role
from knowledge_base.importer import import_file

app = typer.Typer(help="Approved answers.", no_args_is_help=True)


def parse_approval(value: str, on: date) -> Approval:
    """Read ``ROLE:NAME``.

    Raises:
        UsageError: the role is none of the known ones, or the name is missing.
    """
    role, _, name = value.partition(":")
    roles = [known.value for known in Role]
    if role.strip() not in roles or not name.strip():
        raise UsageError(f"--approved-by takes ROLE:NAME, with a role of {', '.join(roles)}")
    return Approval(role=Role(role.strip()), name=name.strip(), date=on)


@app.command("import")
def import_answers(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSONL with id, title, questions, answer, short, tags.")],
    into: Annotated[Path, typer.Option("--into", help="Folder of the knowledge base; made when missing.")],
    approved_by: Annotated[
        list[str] | None, typer.Option("--approved-by", help="ROLE:NAME; may be repeated. None: drafts.")
    ] = None,
    owner: Annotated[str, typer.Option(help="Who looks after answers that name nobody.")] = "",
    language: Annotated[str, typer.Option(help="Language of rows that name none.")] = "es",
) -> None:
    """Import answers: all of the file, or nothing when a row is wrong."""
    approvals = [parse_approval(value, date.today()) for value in approved_by or []]
    report = import_file(file, into, approvals=approvals, owner=owner, language=language)
    typer.echo(
        f"{len(report.created)} created, {len(report.updated)} updated, {len(report.approved)} approved, "
        f"{len(report.unchanged)} unchanged"
    )
    if report.drafts:
        typer.echo(f"{len(report.drafts)} are drafts: nobody retrieves them until they are approved")
    if report.shortened:
        typer.echo(f"{len(report.shortened)} got their short text from their first sentences: please read them")


