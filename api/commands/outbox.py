"""``borrador outbox``: events on their way, and those given up."""

import json
from typing import Annotated

import typer

from api.commands.options import load_settings
from api.record_keeping import open_records
from cases.events.deliveries import Deliveries, DeliveryState

app = typer.Typer(help="Events on their way to subscriptions.", no_args_is_help=True)


@app.command("status")
def status() -> None:
    """Print how many events wait to be handed on, and how many deliveries are in each state, as JSON."""
    typer.echo(json.dumps(_deliveries().counts()))


@app.command("list")
def list_deliveries(
    state: Annotated[DeliveryState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, newest first.")] = 100,
) -> None:
    """Print deliveries as lines of JSON: ids and codes, no addresses."""
    for found in _deliveries().list(state=state, limit=limit):
        line = {
            "event_id": found.event_id,
            "type": found.type.value,
            "account": found.account,
            "case_id": found.case_id,
            "subscription": found.subscription,
            "state": found.state.value,
            "attempts": found.attempts,
            "due_at": found.due_at.isoformat(timespec="seconds"),
            "status": found.status,
            "error": found.error,
        }
        typer.echo(json.dumps(line))


@app.command("retry")
def retry(
    event_ids: Annotated[
        list[str] | None, typer.Argument(help="Ids of events; all if none is given.")
    ] = None,
    subscription: Annotated[str | None, typer.Option(help="Only those of this subscription.")] = None,
) -> None:
    """Take up dead letters again, under their ids; the running worker sends them."""
    taken = _deliveries().retry(event_ids=event_ids or (), subscription=subscription)
    typer.echo(f"{taken} deliveries will be tried again")


def _deliveries() -> Deliveries:
    records = open_records(load_settings())
    return Deliveries(records.database, records.now)
