"""Writes the report of a run: one HTML file that needs nothing else, in Spanish or English; PDF where it can."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.harness.catalogue import load_catalogue
from eval.harness.errors import EvaluationError
from eval.harness.folder import Results
from eval.harness.report import plots, view
from eval.harness.yaml_data import read_yaml

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PRINT_SECONDS = 120

Language = Literal["es", "en"]
LANGUAGES: tuple[Language, ...] = ("es", "en")


def html(results: Results, language: Language) -> str:
    """The report as one HTML file. Raises EvaluationError when the results are of another version."""
    catalogue = load_catalogue()
    if unknown := [name for name in results.suites if name not in catalogue.suites]:
        raise EvaluationError(f"no suite called {unknown[0]} in this version: evaluate again")
    measured = [gate for gate in results.run["gates"] if gate["state"] != "no_data"]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            t=_words()[language],
            language=language,
            css=Markup((HERE / "templates" / "report.css").read_text(encoding="utf-8")),
            catalogue=catalogue,
            run=results.run,
            sections=view.sections(results, catalogue, language),
            dangerous=view.dangerous(results, catalogue, language),
            measured_gates=len(measured),
            versions=list(_flat(results.run["version"])),
            number=view.number,
            range_of=view.range_of,
            counts=view.counts,
        )
    )


def write_reports(folder: Path, results: Results, languages: tuple[Language, ...] = LANGUAGES) -> list[str]:
    """Write ``report.<language>.html`` and, where a browser is found, ``.pdf``; return what else is to be said."""
    for language in languages:
        (folder / f"report.{language}.html").write_text(html(results, language), encoding="utf-8")
    browser = find_browser()
    if browser is None:
        return ["no PDF: Chromium was not found (the HTML prints the same)"]
    failed = [
        language
        for language in languages
        if not print_pdf(browser, folder / f"report.{language}.html", folder / f"report.{language}.pdf")
    ]
    return [f"no PDF in {', '.join(failed)}: the browser could not print it"] if failed else []


def find_browser() -> str | None:
    """The path of a Chromium or Chrome."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def print_pdf(browser: str, page: Path, target: Path) -> bool:
    """Print a page to PDF with a profile of its own; say whether it worked. An older PDF never stays."""
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-sandbox",  # the page is our own, and root (as in containers) gets no sandbox
            "--no-pdf-header-footer",
            f"--user-data-dir={profile}",
            f"--print-to-pdf={target.resolve()}",
            page.resolve().as_uri(),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PRINT_SECONDS)
        except (OSError, subprocess.SubprocessError):
            target.unlink(missing_ok=True)
            return False
    return target.is_file() and target.read_bytes().startswith(b"%PDF")


def _flat(written: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Every value of nested mappings with the path of its names."""
    for name, value in written.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name} · ")
        else:
            yield f"{before}{name}", str(value)


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    words = read_yaml(HERE / "words.yaml")
    if not isinstance(words, dict):
        raise EvaluationError("words.yaml: not a mapping")
    return words


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(across=plots.across, up=plots.up)
    return environment
