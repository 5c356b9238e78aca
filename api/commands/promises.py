"""``borrador promises``: what replies promised, and follow-ups, until they are kept."""

import json
from typing import Annotated

import typer

from api.commands.options import PoliciesDir, load_settings
from api.failures import UsageError
from api.record_keeping import open_records
from api.work_wiring import build_keeper
from cases.reading import ALL_ACCOUNTS
from cases.timekeeping.promise_book import Promise, PromiseState

app = typer.Typer(help="Promises to customers, and follow-ups.", no_args_is_help=True)
_WAITING = (PromiseState.OPEN, PromiseState.BROKEN)


@app.command("list")
def list_promises(
    account: Annotated[str, typer.Option(help="Only this account's; * for all.")] = ALL_ACCOUNTS,
    every: Annotated[bool, typer.Option("--all", help="Those kept and dropped too.")] = False,
    policies: PoliciesDir = None,
) -> None:
    """Print promises as lines of JSON, the most urgent first; texts are redacted."""
    settings = load_settings(policies=policies)
    keeper = build_keeper(open_records(settings), settings)
    for promise in keeper.promises(account=account, states=tuple(PromiseState) if every else _WAITING):
        typer.echo(json.dumps(promise_json(promise), ensure_ascii=False))


@app.command("keep")
def keep(
    promise: Annotated[str, typer.Argument(help="Its id, as `promises list` shows it.")],
    policies: PoliciesDir = None,
) -> None:
    """Note a promise as kept."""
    case_id, _, number = promise.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise UsageError("a promise is called like cas_…:1; see `borrador promises list`")
    settings = load_settings(policies=policies)
    keeper = build_keeper(open_records(settings), settings)
    if not keeper.keep_promise(case_id, int(number), account=ALL_ACCOUNTS, actor="cli"):
        raise UsageError("no such promise that waits; see `borrador promises list`")
    typer.echo(f"{case_id}:{number} kept")


def promise_json(promise: Promise) -> dict[str, str | None]:
    """A promise as JSON data."""
    return {
        "id": promise.id,
        "tracking_code": promise.tracking_code,
        "account": promise.account,
        "kind": promise.kind.value,
        "text": promise.text,
        "owner": promise.owner,
        "promised_at": promise.promised_at.isoformat(timespec="seconds"),
        "due_at": promise.due_at.isoformat(timespec="seconds"),
        "state": promise.state.value,
    }
