"""``borrador kb``: import, check, approve, withdraw and export approved answers; what is missing among them."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.commands import kb_gaps, kb_lifecycle
from api.commands.kb_lifecycle import parse_approval
from api.commands.options import KnowledgeBaseDir, load_settings
from knowledge_base.check_data import CheckData
from knowledge_base.checker import check
from knowledge_base.exporter import export_answers
from knowledge_base.findings import Finding, Severity
from knowledge_base.governance import Governance
from knowledge_base.importer import import_file
from knowledge_base.loader import load_directory, scan_directory
from knowledge_base.vector_cache import VectorCache

app = typer.Typer(help="Approved answers.", no_args_is_help=True)


@app.command("import")
def import_answers(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV, XLSX or JSONL with id, title, questions, answer, short, tags; a folder of Markdown; "
            "or the JSON of Zendesk Guide's or Chatwoot's articles."
        ),
    ],
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
        typer.echo(
            f"{len(report.shortened)} got their short text from their first sentences: please read them"
        )
    for left_out in report.left_out:
        typer.echo(f"left out: {left_out}")


@app.command("check")
def check_answers(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of answers; the demo company's if absent.")
    ] = None,
    online: Annotated[bool, typer.Option("--online", help="Also ask the network for each address.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines instead of text.")] = False,
) -> None:
    """Say what a person should mend, a line each; exit code 1 when an error is among it."""
    from api.link_asking import LinkAsker
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
        data=CheckData.load(settings.policies_dir),
        ask=LinkAsker().ask if online else None,
    )
    for finding in findings:
        typer.echo(_json(finding) if as_json else _line(finding))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if not as_json:
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


app.command("submit")(kb_lifecycle.submit)
app.command("approve")(kb_lifecycle.approve)
app.command("withdraw")(kb_lifecycle.withdraw)
app.command("history")(kb_lifecycle.history)
app.command("diff")(kb_lifecycle.diff)
app.command("due")(kb_lifecycle.remind)
app.command("uses")(kb_lifecycle.show_uses)
app.command("gaps")(kb_gaps.gaps)


def _line(finding: Finding) -> str:
    where = " ".join(finding.files or finding.answers)
    todo = f" → {finding.remedy}" if finding.remedy else ""
    message = " ".join(finding.message.split())
    return f"{finding.severity.value:7}  {where}  {finding.code}: {message}{todo}"


def _json(finding: Finding) -> str:
    values = {
        "severity": finding.severity.value,
        "code": finding.code,
        "answers": list(finding.answers),
        "files": list(finding.files),
        "message": finding.message,
        "remedy": finding.remedy,
    }
    return json.dumps(values, ensure_ascii=False)
