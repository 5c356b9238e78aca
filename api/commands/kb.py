"""``borrador kb``: import, check and export approved answers."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.commands.options import KnowledgeBaseDir, load_settings
from api.failures import UsageError
from knowledge_base.answer import Approval, Role
from knowledge_base.checker import Severity, check
from knowledge_base.exporter import export_answers
from knowledge_base.governance import Governance
from knowledge_base.importer import import_file
from knowledge_base.loader import load_directory, scan_directory
from knowledge_base.vector_cache import VectorCache

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


@app.command("check")
def check_answers(
    folder: Annotated[Path | None, typer.Argument(help="Folder of answers; the demo company's if absent.")] = None,
) -> None:
    """Say what a person should mend; exit code 1 when something keeps an answer out of service."""
    from api.wiring import load_redactor, personal_data_kinds  # the models load only where they are needed
    from models.encoder import load_encoder

    settings = load_settings(knowledge_base=folder)
    encoder = load_encoder(settings.encoder, threads=settings.encoder_threads)
    findings = check(
        scan_directory(settings.knowledge_base_dir),
        Governance.load(settings.policies_dir / "knowledge_base.yaml"),
        on=date.today(),
        redactor=personal_data_kinds(settings, load_redactor(settings).patterns_alone),
        cache=VectorCache(encoder, settings.cache_dir),
    )
    table = Table("Severity", "Code", "Answers", "What")
    for finding in findings:
        table.add_row(finding.severity.value, finding.code, " ".join(finding.answers), Text(finding.message))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if findings:
        Console().print(table)
    typer.echo(f"{errors} errors, {len(findings) - errors} warnings")
    if errors:
        raise typer.Exit(1)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="File to write; its ending decides: .jsonl, .csv or .xlsx.")],
    knowledge_base: KnowledgeBaseDir = None,
) -> None:
    """Write all answers to a file that `kb import` reads back (approvals are given anew at import)."""
    settings = load_settings(knowledge_base=knowledge_base)
    rows = export_answers(load_directory(settings.knowledge_base_dir).answers, file)
    typer.echo(f"{rows} rows written to {file}")
