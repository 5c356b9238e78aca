"""``borrador policy diff``: how many cases another version of the policies would decide otherwise."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.options import load_settings
from api.commands.policy_explain import OnDay
from api.commands.policy_inputs import Item, PolicyFolder, items_of, stored_items
from api.failures import UsageError
from api.record_keeping import open_records
from policies.compare import Change, changes
from policies.engine import evaluate
from policies.policy import Policy

if TYPE_CHECKING:
    from api.settings import Settings
    from cases.pipeline import Pipeline

_NAMES = {
    "disposition": "decisión",
    "priority": "prioridad",
    "queue": "cola",
    "clocks": "plazos",
    "flags": "avisos",
    "strategy": "estrategia",
    "audiences": "borradores",
    "referral": "derivación",
    "constraints": "instrucciones del borrador",
}


def diff(
    before: Annotated[Path, typer.Option("--from", help="Folder of policies as they are.")],
    after: Annotated[Path, typer.Option("--to", help="Folder of policies as they would be.")],
    source: Annotated[Path | None, typer.Option("--cases", help="JSON Lines: facts, or messages.")] = None,
    stored: Annotated[bool, typer.Option("--stored", help="All cases on record.")] = False,
    on: OnDay = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines, for a program.")] = False,
) -> None:
    """Tell which cases two versions of the policies decide otherwise, and in what."""
    if (source is None) == (not stored):
        raise UsageError("give --cases FILE or --stored")
    settings = load_settings(policies=before)
    day = on.date() if on else None
    old, new = (PolicyFolder(folder, settings.account, day) for folder in (before, after))

    @cache
    def pair(account: str | None) -> tuple[Policy, Policy]:
        return old.policy_of(account), new.policy_of(account)

    pair(None)  # a broken policy is told before anything is read
    items = _stored(settings) if source is None else items_of(source, cache(lambda: _pipeline(settings)))
    total, differing, unknown = 0, 0, 0
    fields: Counter[str] = Counter()
    for item in items:
        if isinstance(item, str):
            unknown += 1
            continue
        total += 1
        found = changes(*(evaluate(item.facts, policy) for policy in pair(item.account)))
        if found:
            differing += 1
            fields.update(change.field for change in found)
            typer.echo(_json_line(item.id, found) if as_json else _line(item.id, found))
    summary = {"cases": total, "changed": differing, "without_facts": unknown, "fields": dict(fields)}
    typer.echo(json.dumps(summary) if as_json else _summary(total, differing, unknown, fields))


def _stored(settings: "Settings") -> Iterator[Item | str]:
    records = open_records(settings)
    try:
        yield from stored_items(records)
    finally:
        records.close()


def _pipeline(settings: "Settings") -> "Pipeline":
    from api.wiring import build_pipeline

    return build_pipeline(settings)


def _json_line(name: str, found: Iterable[Change]) -> str:
    told = {change.field: [change.before, change.after] for change in found}
    return json.dumps({"id": name, "changes": told}, ensure_ascii=False)


def _line(name: str, found: Iterable[Change]) -> str:
    told = "; ".join(f"{_NAMES[change.field]}: {change.before} → {change.after}" for change in found)
    return f"{name}: {told}"


def _summary(total: int, differing: int, unknown: int, fields: Counter[str]) -> str:
    parts = ", ".join(f"{_NAMES[field]} en {count}" for field, count in fields.most_common())
    line = f"Cambian {differing} de {total} casos" + (f": {parts}" if parts else "")
    return line + (f"; {unknown} sin hechos guardados, no comparados" if unknown else "")
