"""``borrador policy explain``: which rules fired, which nearly did, and the one thing that they lacked."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.options import KnowledgeBaseDir, PoliciesDir, load_settings
from api.commands.policy_inputs import Item, PolicyFolder, items_of, message_item, stored_item
from api.console.words import WORDS
from api.failures import UsageError
from cases.message import MAX_TEXT, Message
from policies.decision import Decision
from policies.explain import Explanation, FiredRule, NearMiss, explain
from policies.facts_json import facts_json
from policies.policy import Policy
from policies.vocabulary import Channel, Visibility

if TYPE_CHECKING:
    from api.settings import Settings
    from cases.pipeline import Pipeline

OnDay = Annotated[
    datetime | None,
    typer.Option(
        "--on", formats=["%Y-%m-%d"], help="Decide with the rules in force on this day; today if absent."
    ),
]


def explain_decision(
    text: Annotated[str | None, typer.Argument(help="A message.")] = None,
    source: Annotated[Path | None, typer.Option("--in", help="JSON Lines: messages, or facts.")] = None,
    case: Annotated[str | None, typer.Option("--case", help="Id of a case on record.")] = None,
    policies: PoliciesDir = None,
    knowledge_base: KnowledgeBaseDir = None,
    profile: Annotated[str | None, typer.Option(help="Rules to use instead of the account's own.")] = None,
    channel: Annotated[Channel, typer.Option(help="Channel of the text.")] = Channel.WEB,
    visibility: Annotated[Visibility | None, typer.Option(help="Who can read the text.")] = None,
    on: OnDay = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines, for a program.")] = False,
) -> None:
    """Explain in Spanish what policy decides, and why nothing else."""
    if sum(given is not None for given in (text, source, case)) != 1:
        raise UsageError("give one of: a text, --in FILE, --case ID")
    settings = load_settings(policies=policies, knowledge_base=knowledge_base)
    folder = PolicyFolder(settings.policies_dir, settings.account, on.date() if on else None, profile)

    @cache
    def policy_of(account: str | None) -> Policy:
        return folder.policy_of(account)

    policy_of(None)  # a broken policy is told before the engines are loaded
    for item in _items(settings, text, source, case, channel, visibility):
        policy = policy_of(item.account)
        found = explain(item.facts, policy)
        if as_json:
            typer.echo(json.dumps(_as_json(item, found), ensure_ascii=False))
        else:
            typer.echo("\n".join(_lines(item, found, policy)))


def _items(
    settings: "Settings",
    text: str | None,
    source: Path | None,
    case: str | None,
    channel: Channel,
    visibility: Visibility | None,
) -> Iterable[Item]:
    @cache
    def pipeline() -> "Pipeline":
        # The engines are imported here: facts and cases on record need none.
        from api.wiring import build_pipeline

        return build_pipeline(settings)

    if source is not None:
        return items_of(source, pipeline)
    if case is not None:
        return [stored_item(settings, case)]
    try:
        message = Message(text=text or "", channel=channel, visibility=visibility)
    except ValueError:
        raise UsageError(f"the text is empty, over {MAX_TEXT} characters, or no valid Unicode") from None
    return [message_item(message, pipeline(), fallback="mensaje")]


def _as_json(item: Item, found: Explanation) -> dict[str, Any]:
    return {
        "id": item.id,
        "account": item.account,
        "policy": found.decision.policy,
        "facts": facts_json(item.facts),
        "decision": decision_json(found.decision),
        "fired": [asdict(fired) for fired in found.fired],
        "nearly": [asdict(nearly) for nearly in found.nearly],
    }


def decision_json(decision: Decision) -> dict[str, Any]:
    """A decision as plain JSON values."""
    written = asdict(decision)
    written["draft_constraints"] = sorted(decision.draft_constraints)
    written.pop("settings")
    return written


def _lines(item: Item, found: Explanation, policy: Policy) -> list[str]:
    """An explanation as a person reads it."""
    decision = found.decision
    flags = ", ".join(WORDS["flag"][flag.code] for flag in decision.flags) or "ninguno"
    sla = decision.sla
    lines = [
        f"{item.id} · {decision.policy} · {policy.day.isoformat()}",
        f"Decisión: {WORDS['disposition'][decision.disposition]}",
        f"Prioridad {decision.priority.upper()} · cola «{policy.model.queues[decision.queue]}» · avisos: {flags}",
        f"Plazos: acuse en {sla.acknowledge_minutes} min, respuesta en {sla.answer_minutes} min, "
        f"resolución en {sla.resolve_working_days} días hábiles",
        "",
        "Reglas que se han aplicado",
    ]
    for fired in found.fired:
        lines += _fired_lines(fired)
    lines += ["", "Reglas a las que les faltó una sola condición"]
    lines += [_near_line(nearly) for nearly in found.nearly if nearly.missing] or ["  (ninguna)"]
    late = [nearly for nearly in found.nearly if nearly.taken_by]
    if late:
        lines += ["", f"Reglas que también encajaban, después de {late[0].taken_by}"]
        lines += [f"  – {nearly.rule}: {nearly.title}" for nearly in late]
    return [*lines, ""]


def _fired_lines(fired: FiredRule) -> list[str]:
    head = f"  {'►' if fired.decided else '–'} {fired.rule}: {fired.title}"
    practices = f" ({', '.join(fired.practices)})" if fired.practices else ""
    lines = [head + (" [decide]" if fired.decided else "") + practices]
    if fired.when:
        lines.append(f"      Pide: {fired.when}")
    if fired.reason:
        lines.append(f"      Motivo: {fired.reason}")
    return lines


def _near_line(nearly: NearMiss) -> str:
    return f"  – {nearly.rule}: {nearly.title}. Faltó: {nearly.missing}"
