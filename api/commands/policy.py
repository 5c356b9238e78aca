"""``borrador policy``: run the cases beside each policy, explain a decision, compare two versions."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import PoliciesDir, load_settings
from api.commands.policy_diff import diff
from api.commands.policy_explain import explain_decision
from api.failures import UsageError
from policies.cases import run_cases
from policies.gaps import gaps
from policies.loader import load_policy
from policies.safety_numbers import SafetyNumbers

app = typer.Typer(help="Written policies.", no_args_is_help=True)
app.command("explain")(explain_decision)
app.command("diff")(diff)


@app.command("test")
def run_all_cases(
    policies: PoliciesDir = None,
    profile: Annotated[
        str | None, typer.Option(help="Test this policy alone (health, bank, retail).")
    ] = None,
) -> None:
    """Check each policy, find what no rule answers and run the cases beside it; exit code 1 on a failure."""
    folder = load_settings(policies=policies).policies_dir
    numbers = SafetyNumbers.load(folder / "safety_numbers.yaml")
    failed = False
    for file in _files(folder / "rules", profile):
        policy = load_policy(file, safety_numbers=numbers)
        cases = file.with_suffix(".cases.yaml")
        failures = [f"{cases.name}: {failure}" for failure in run_cases(policy, cases)]
        failures += [f"{file.name}: {gap}" for gap in gaps(policy)]
        for failure in failures:
            typer.echo(failure)
        typer.echo(f"{policy.version}: {len(failures)} failures")
        failed = failed or bool(failures)
    if failed:
        raise typer.Exit(1)


def _files(folder: Path, profile: str | None) -> list[Path]:
    """The policy files to test; a cases file without its policy is a mistake, not a policy without tests."""
    found = [file for file in sorted(folder.glob("*.yaml")) if not file.name.endswith(".cases.yaml")]
    stray = [
        file
        for file in folder.glob("*.cases.yaml")
        if file.with_name(file.name.replace(".cases", "")) not in found
    ]
    if stray:
        raise UsageError(f"{stray[0]}: cases without their policy")
    if profile is not None:
        found = [file for file in found if file.stem == profile]
    if not found:
        raise UsageError(f"{folder}: no policy{'' if profile is None else ' of that name'}")
    return found
