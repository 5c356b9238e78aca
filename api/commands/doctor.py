"""``borrador doctor``: whether an installation is sound, and what to do where it is not."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.options import load_settings
from api.failures import KNOWN_ERRORS
from api.settings import Settings

if TYPE_CHECKING:  # the checks take seconds to import: only this command needs them
    from api.doctor_checks import Check


def doctor(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port that the service is to listen on.")
    ] = 8000,
) -> None:
    """Check data folder, keys, store, models, policies, answers, disk, clock and port; exit code 1 if any is wrong."""
    from api.doctor_checks import CHECKS, port_check

    settings = load_settings()
    wrong = sum(_tell(check, settings) for check in (*CHECKS, port_check(port)))
    typer.echo("all is well" if not wrong else f"{wrong} to mend")
    if wrong:
        raise typer.Exit(1)


def _tell(check: "Check", settings: Settings) -> int:
    """Print a check's findings; give how many are wrong. A check that fails itself is one."""
    wrong = 0
    try:
        for finding in check(settings):
            if finding.remedy is None:
                typer.echo(f"ok     {finding.name}: {finding.told}")
            else:
                wrong += 1
                typer.echo(f"WRONG  {finding.name}: {finding.told} -> {' '.join(finding.remedy.split())}")
    except KNOWN_ERRORS as error:
        wrong += 1
        typer.echo(f"WRONG  {getattr(check, '__name__', 'check')}: {' '.join(str(error).split())}")
    return wrong
