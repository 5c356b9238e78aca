"""``borrador policy``: run the cases beside each policy, and explain a decision on a message."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import PoliciesDir, load_settings
from policies.cases import run_cases
from policies.loader import load_policy
from policies.safety_numbers import SafetyNumbers

app = typer.Typer(help="Written policies.", no_args_is_help=True)


@app.callback()
def policy() -> None:
    """Keep `test` a subcommand, although it is the only one so far."""


@app.command("test")
def run_all_cases(
    names: Annotated[list[str] | None, typer.Argument(help="Policies to test; all when none is named.")] = None,
    policies: PoliciesDir = None,
) -> None:
    """Check each policy file and run the cases beside it; exit code 1 when one differs."""
    folder = load_settings(policies=policies).policies_dir
    numbers = SafetyNumbers.load(folder / "safety_numbers.yaml")
    failed = False
    for file in _files(folder / "rules", names):
        loaded = load_policy(file, safety_numbers=numbers)
        cases = file.with_suffix(".cases.yaml")
        failures = run_cases(loaded, cases)
        for failure in failures:
            typer.echo(f"{cases.name}: {failure}")
        typer.echo(f"{loaded.version}: {len(failures)} differences")
        failed = failed or bool(failures)
    if failed:
        raise typer.Exit(1)


def _files(folder: Path, names: list[str] | None) -> list[Path]:
    if names:
        return [folder / f"{name}.yaml" for name in names]
    return [file for file in sorted(folder.glob("*.yaml")) if not file.name.endswith(".cases.yaml")]
