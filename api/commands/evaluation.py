"""``borrador eval``: measure the shipped pipeline, report it, compare two runs, check one's own labelled data."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.options import KnowledgeBaseDir, PoliciesDir, load_settings
from api.failures import UsageError
from cases.evidence.signing import Signer

if TYPE_CHECKING:  # evaluation is loaded only by the commands that evaluate
    from api.settings import Settings
    from eval.harness.running import Finished
    from eval.harness.subject import Subject

app = typer.Typer(help="Evaluation: figures, gates, reports, comparisons.", no_args_is_help=True)

GATE_FAILED = 3
"""Exit code when a gate is not kept."""
CHANGED = 1
"""Exit code of ``verify`` when a file is not as it was sealed."""
WRONG_LINES = 1
"""Exit code of ``check`` when lines are wrong."""


class SplitName(StrEnum):
    """Splits to measure on: dev while working, test for reporting only."""

    DEV = "dev"
    TEST = "test"


class ReportLanguage(StrEnum):
    """Languages of the report."""

    ES = "es"
    EN = "en"


ResultsDir = Annotated[Path, typer.Argument(help="Folder of results of `eval run`.")]


@app.command("run")
def run(
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the results, an earlier run there is replaced; "
            "when left out, one of today's under `results` in the data folder, where the console finds it."
        ),
    ] = None,
    suite: Annotated[
        list[str] | None, typer.Option(help="A suite, again for each; all when left out.")
    ] = None,
    split: Annotated[SplitName, typer.Option(help="dev while working; test only to report.")] = SplitName.DEV,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many samples a set: a quick look.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Labelled messages or stored decisions of your own (CSV, JSONL).")
    ] = None,
    gates: Annotated[Path | None, typer.Option(help="Gates; policies/gates.yaml when left out.")] = None,
    policies: PoliciesDir = None,
    knowledge_base: KnowledgeBaseDir = None,
) -> None:
    """Run suites on the shipped pipeline and write figures and reports; exit code 3 when a gate is not kept."""
    with one_line_errors():
        from eval.harness import folder
        from eval.harness.datasets import Request
        from eval.harness.gates import load_gates
        from eval.harness.own_data import read_own
        from eval.harness.report.render import write_reports
        from eval.harness.running import chosen, default_gates
        from eval.harness.running import run as run_suites
        from eval.harness.sealing import seal
        from eval.splits import Split

        settings = load_settings(knowledge_base=knowledge_base, policies=policies)
        suites = chosen(suite or [], own=data is not None)
        own = read_own(data) if data is not None else None
        bounds = load_gates(gates or default_gates(settings.policies_dir))
        out = out or settings.effective_results_dir / datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S")
        folder.create(out)
        request = Request(Split(split), limit, own)
        finished = run_suites(
            _subject(settings), suites, request, bounds, pass_over=own is not None and not suite
        )
        folder.write(out, finished.results)
        notes = write_reports(out, finished.results)
        seal(out, Signer.load(settings.data_dir))
    _tell(finished, out, notes)
    if finished.failed:
        raise typer.Exit(GATE_FAILED)


@app.command("report")
def report(
    results: ResultsDir,
    language: Annotated[ReportLanguage | None, typer.Option(help="Both when left out.")] = None,
) -> None:
    """Write the report of a run again: HTML, and PDF where Chromium is found."""
    with one_line_errors():
        from eval.harness import folder
        from eval.harness.report.render import LANGUAGES, write_reports
        from eval.harness.sealing import seal

        wanted = tuple(each for each in LANGUAGES if language is None or each == language)
        _refuse_changed(results)
        notes = write_reports(results, folder.read(results), wanted)
        seal(results, Signer.load(load_settings().data_dir))
    for each in wanted:
        typer.echo(results / f"report.{each}.html")
    for note in notes:
        typer.echo(note, err=True)


@app.command("verify")
def verify(
    results: ResultsDir,
    fingerprint: Annotated[
        str | None,
        typer.Option(help="Fingerprint of the key that must have signed; this installation's when left out."),
    ] = None,
) -> None:
    """Find any file of a run, its report included, that was changed since it was written; exit code 1 when one was."""
    with one_line_errors():
        from eval.harness.sealing import check as check_seal

        found = check_seal(
            results, fingerprint=fingerprint or Signer.load(load_settings().data_dir).fingerprint
        )
    if found.ok:
        typer.echo(f"ok: {found.files} files, signed by key {found.fingerprint}")
        return
    for problem in found.problems:
        typer.echo(f"TAMPERED: {problem}")
    raise typer.Exit(CHANGED)


@app.command("compare")
def compare(
    first: Annotated[Path, typer.Argument(help="Results of the version in use (A).", metavar="A")],
    second: Annotated[Path, typer.Argument(help="Results of the version to ship (B).", metavar="B")],
    out: Annotated[Path | None, typer.Option(help="Also write the comparison here, as JSON.")] = None,
) -> None:
    """Tell what got better, what worse, which messages flipped, and whether to ship B."""
    with one_line_errors():
        from eval.harness import folder
        from eval.harness.catalogue import load_catalogue
        from eval.harness.compare import compare as compare_runs
        from eval.harness.report.comparison import comparison_json, markdown

        catalogue = load_catalogue()
        found = compare_runs(folder.read(first), folder.read(second), catalogue)
        if out is not None:
            out.write_text(
                json.dumps(comparison_json(found), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
            )
    typer.echo(markdown(found, catalogue))


@app.command("check")
def check(file: Annotated[Path, typer.Argument(help="Labelled data of your own (CSV, JSONL).")]) -> None:
    """Check a file of one's own line by line; exit code 1 when a line is wrong."""
    with one_line_errors():
        from eval.harness.own_data import check as check_file

        checked = check_file(file)
    for problem in checked.problems:
        typer.echo(problem)
    data = checked.data
    typer.echo(
        f"{len(data.samples)} messages, {len(data.decisions)} stored decisions, {len(checked.problems)} wrong lines"
    )
    if checked.problems:
        raise typer.Exit(WRONG_LINES)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn an error of the evaluation into one that the command line tells in a line."""
    from eval.harness.errors import EvaluationError

    try:
        yield
    except EvaluationError as error:
        raise UsageError(str(error)) from None


def _subject(settings: "Settings") -> "Subject":
    """The shipped pipeline, built as it is for serving."""
    from api.wiring import build_pipeline
    from eval.harness.subject import Places, Subject
    from models.encoder import load_encoder

    places = Places(
        policies=settings.policies_dir,
        heads=settings.heads_dir,
        encoder=settings.encoder,
        redaction_model=settings.redaction_model,
        knowledge_base=settings.knowledge_base_dir,
    )
    return Subject(
        build_pipeline(settings),
        places,
        lambda: load_encoder(settings.encoder, threads=settings.encoder_threads),
    )


def _refuse_changed(results: Path) -> None:
    """A report is not written anew, and sealed, from figures that were changed; runs from before seals have none."""
    from eval.harness.errors import EvaluationError
    from eval.harness.sealing import SEAL
    from eval.harness.sealing import check as check_seal

    if (results / SEAL).exists() and not (found := check_seal(results)).ok:
        raise EvaluationError(
            f"{results}: {found.problems[0]}; the report is not written from changed results"
        )


def _tell(finished: "Finished", out: Path, notes: list[str]) -> None:
    for result in finished.gates:
        number = f"{result.number:.4g}" if result.figure is not None else "no data"
        state = "FAILED" if result in finished.failed else result.state.value
        typer.echo(
            f"{state:8} {result.gate.id}: {result.gate.suite} {result.gate.metric} {number} ({result.gate.bound})"
        )
    for note in notes:
        typer.echo(note, err=True)
    typer.echo(f"{out}: {len(finished.results.judged)} samples judged, {len(finished.failed)} gates failed")
    typer.echo(f"report: {out / 'report.es.html'}")
