"""``borrador audit``: whether the record is as it was written, and evidence of it for others."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import PoliciesDir, load_settings
from api.failures import UsageError
from api.record_keeping import open_records
from api.version import SERVICE_VERSION
from cases.decision_export import export_decisions
from cases.evidence.pack import Exporter
from cases.evidence.selection import Period, Selection
from cases.evidence.signing import Signer
from cases.evidence.texts import Texts
from cases.reading import ALL_ACCOUNTS

app = typer.Typer(help="The record of cases and decisions.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Verify the record, and export evidence of it."""


@app.command("verify")
def verify(
    noted_head: Annotated[
        str | None,
        typer.Option(help="Head printed by an earlier run: finds a whole older database put back."),
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


@app.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", help="ZIP to write; an existing file is not overwritten.")],
    case: Annotated[str | None, typer.Option("--case", help="Id of one case.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")
    ] = None,
    timezone: Annotated[str, typer.Option(help="Time zone of the days.")] = "Europe/Madrid",
    account: Annotated[str, typer.Option(help="Only this account's cases; * for all.")] = ALL_ACCOUNTS,
    full_chain: Annotated[
        bool, typer.Option(help="Contents of all rows up to the head, also of other cases: for an inspector.")
    ] = False,
    policies: PoliciesDir = None,
) -> None:
    """Write an evidence pack that a third party verifies without the service (docs/evidence-and-operations.md)."""
    if case is None and (first is None or last is None):
        raise UsageError("name a case with --case, or the days with --from and --to")
    if case is not None and (first is not None or last is not None):
        raise UsageError("--case stands alone: not with --from or --to")
    period = Period(first.date(), last.date(), timezone) if first is not None and last is not None else None
    selection = Selection(case, period, account, full_chain)
    settings = load_settings(policies=policies)
    signer = Signer.load(settings.data_dir)
    exporter = Exporter(
        open_records(settings),
        signer,
        Texts(settings.policies_dir, settings.knowledge_base_dir),
        service_version=SERVICE_VERSION,
    )
    pack = exporter.export(selection, out, actor="cli")
    typer.echo(f"{pack.file}: {pack.cases} cases, {pack.rows} rows of the audit log")
    for version in pack.unavailable:
        typer.echo(f"note: the text of policy {version} is not kept; the pack says so")
    typer.echo(f"signed by key {signer.fingerprint}")


@app.command("decisions")
def decisions(
    out: Annotated[
        Path, typer.Option("--out", help="JSON Lines to write; an existing file is not overwritten.")
    ],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")],
    timezone: Annotated[str, typer.Option(help="Time zone of the days.")] = "Europe/Madrid",
    account: Annotated[str, typer.Option(help="Only this account's cases; * for all.")] = ALL_ACCOUNTS,
) -> None:
    """Write what people decided, without any text, for `borrador eval run --suite policy --data FILE`."""
    period = Period(first.date(), last.date(), timezone)
    try:
        counts = export_decisions(
            open_records(load_settings()), out, period=period, account=account, actor="cli"
        )
    except FileExistsError:
        raise UsageError(f"{out}: there is such a file already") from None
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror or 'cannot be written'}") from None
    left = ", ".join(f"{number} {why.value}" for why, number in sorted(counts.left_out.items())) or "none"
    typer.echo(f"{out}: {counts.lines} decisions; left out: {left}")


@app.command("public-key")
def public_key() -> None:
    """Print the fingerprint and the public key that sign evidence packs: publish them."""
    signer = Signer.load(load_settings().data_dir)
    typer.echo(f"fingerprint {signer.fingerprint}\nEd25519 {signer.public.hex()}")
