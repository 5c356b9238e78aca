"""Compliance in the console: the overview, evaluation runs, their comparison, and the gates."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from api.console import (
    compliance_english,
    compliance_learning,
    compliance_policy,
    compliance_record,
    compliance_results,
)
from api.console.compliance_desk import (
    ComplianceDesk,
    Desk,
    Reader,
    RefusedPageError,
    add_missing,
    build_desk,
    days_asked,
    refuse,
    show,
)
from api.console.compliance_results import Run, runs_in
from api.console.compliance_work import Told
from api.console.languages import chosen
from api.problems import CODES, ProblemError
from api.service import Service
from api.settings import Settings
from cases.compliance.audit_search import chain_end
from cases.keys import ApiKey
from cases.reading import ALL_ACCOUNTS

router = APIRouter(prefix="/console/compliance", include_in_schema=False)
add_missing(compliance_english.ENGLISH)

REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""Of the report, a file of its own with its style inside; nothing in it runs."""
SOON_DAYS = 7
"""Clocks of adverse events that end within so many days are shown at the top."""
WAIT_S = 0.1
"""A page waits so long for the register, which is read once after a start; then it does without."""
Name = Annotated[str, Query(max_length=200)]


def install(app: FastAPI, service: Service, settings: Settings) -> None:
    """Add the pages to the application. Raises PolicyError."""
    app.state.compliance = build_desk(service, settings)
    for module_router in (router, compliance_record.router, compliance_policy.router):
        app.include_router(module_router)
    compliance_learning.install(app, service, settings)
    app.add_exception_handler(RefusedPageError, refuse)


def _runs(desk: ComplianceDesk, key: ApiKey) -> tuple[Run, ...]:
    """The runs that a key may see.

    Those on own data hold messages of customers of any account: they are for keys of all accounts alone.
    """
    return runs_in(desk.settings.effective_results_dir, own_data=key.account == ALL_ACCOUNTS)


def _named(runs: Sequence[Run], name: str) -> Run | None:
    """The run of a name, which must be one that is listed: no path is ever made of what was asked for."""
    return next((run for run in runs if run.name == name), None)


def _no_run() -> ProblemError:
    return ProblemError(HTTPStatus.NOT_FOUND, "not_found", CODES["not_found"])


@router.get("")
def overview(request: Request, key: Reader, desk: Desk) -> HTMLResponse:
    """Show what needs a look: the chain, the latest run, clocks of adverse events, what came too late."""
    records, today = desk.service.records, desk.today(key.account)
    counted: Told[int] = Told(working=not desk.warmed.wait(WAIT_S))
    with records.database.read() as session:
        end = chain_end(session, records.sealer)
        entries = (
            desk.register.entries(session, account=key.account, today=today) if not counted.working else ()
        )
    left = [entry.days_left(today) for entry in entries]
    return show(
        request, "overview.html", key, tab="overview",
        end=end, verified=desk.chain.peek("all"), counted=counted, reports=len(entries),
        soon=sum(one is not None and 0 <= one <= SOON_DAYS for one in left),
        over=sum(one is not None and one < 0 for one in left),
        soon_days=SOON_DAYS,
        latest=next(iter(_runs(desk, key)), None),
        told=desk.figures.get((key.account, days_asked(None))),
        policies=sorted({policy.version for policy in desk.service.pipeline.engines.policies.values()}),
    )  # fmt: skip


@router.get("/evaluation")
def evaluation(request: Request, key: Reader, desk: Desk) -> HTMLResponse:
    """List the evaluation runs found in the folder of results."""
    return show(request, "evaluation.html", key, tab="evaluation", runs=_runs(desk, key))


@router.get("/evaluation/compare")
def comparison(request: Request, key: Reader, desk: Desk, a: Name = "", b: Name = "") -> HTMLResponse:
    """Compare a run with an earlier one: what got better, what worse, and whether to ship."""
    runs = _runs(desk, key)
    first, second = _named(runs, a), _named(runs, b)
    told = None
    if first is not None and second is not None:
        told = desk.comparisons.get((first.name, first.stamp, second.name, second.stamp))
    return show(
        request, "compare.html", key, tab="evaluation",
        runs=runs, first=first, second=second, told=told, most=compliance_results.MOST_FLIPS,
        **compliance_results.comparison_words(chosen(request).value) if told and told.value else {},
    )  # fmt: skip


@router.get("/evaluation/runs/{name}")
def run_page(request: Request, key: Reader, desk: Desk, name: str) -> HTMLResponse:
    """Show a run: gates, dangerous errors with their messages, tables and plots."""
    run = _found(desk, key, name)
    told = desk.runs.get((run.name, run.stamp, chosen(request).value))
    return show(request, "run.html", key, tab="evaluation", run=run, told=told, files=_files(desk, run))


@router.get("/evaluation/runs/{name}/report")
def run_report(request: Request, key: Reader, desk: Desk, name: str) -> Response:
    """Give the report of a run, one HTML file that can be handed on."""
    run, language = _found(desk, key, name), chosen(request).value
    html = compliance_results.report(desk.settings.effective_results_dir, run.name, language)
    headers = {"content-security-policy": REPORT_POLICY}
    headers["content-disposition"] = f'attachment; filename="report.{language}.html"'
    return HTMLResponse(html, headers=headers)


@router.get("/evaluation/runs/{name}/files/{file}")
def run_file(key: Reader, desk: Desk, name: str, file: str) -> Response:
    """Give one of the files of a run that may be handed out."""
    run = _found(desk, key, name)
    if file not in _files(desk, run):
        raise _no_run()
    path = desk.settings.effective_results_dir / run.name / file
    return FileResponse(path, media_type=compliance_results.DOWNLOADS[file], filename=file)


@router.get("/gates")
def gates(request: Request, key: Reader, desk: Desk) -> HTMLResponse:
    """Show the gates in force, with reason, owner and what the latest whole run measured."""
    from eval.harness.gates import load_gates

    latest = next((run for run in _runs(desk, key) if run.whole), None)
    measured = {gate["id"]: gate for gate in latest.gates} if latest else {}
    in_force = load_gates(desk.settings.policies_dir / "gates.yaml")
    return show(
        request, "gates.html", key, tab="gates", gates=in_force, latest=latest, measured=measured,
        **compliance_results.gate_words(chosen(request).value),
    )  # fmt: skip


def _found(desk: ComplianceDesk, key: ApiKey, name: str) -> Run:
    run = _named(_runs(desk, key), name)
    if run is None:
        raise _no_run()
    return run


def _files(desk: ComplianceDesk, run: Run) -> list[str]:
    folder = desk.settings.effective_results_dir / run.name
    return [name for name in compliance_results.DOWNLOADS if (folder / name).is_file()]
