"""Results as a person reads them in a terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from api.console.words import WORDS
from cases.case import Case


def print_redaction(console: Console, result: dict[str, Any]) -> None:
    """Show the redacted text and what was found."""
    console.print(Text(result["text"]))
    table = Table("Tipo", "Desde", "Hasta", "Marcador", "Puntos")
    for entity in result["entities"]:
        table.add_row(
            entity["type"], str(entity["start"]), str(entity["end"]), Text(entity["placeholder"]),
            f"{entity['score']:.2f}",
        )  # fmt: skip
    if result["entities"]:
        console.print(table)


def print_search(
    console: Console, results: Sequence[dict[str, Any]], abstained: bool, titles: Sequence[str]
) -> None:
    """Show the answers found, and whether one of them answers the question."""
    table = Table("Respuesta", "Título", "Puntos")
    for result, title in zip(results, titles, strict=True):
        table.add_row(result["answer_id"], Text(title), f"{result['score']:.3f}")
    console.print(table)
    if abstained:
        console.print("Ninguna contesta la pregunta con seguridad.")


def print_case(console: Console, case: Case) -> None:
    """Show a case: what it is, what must happen, and the drafts."""
    flags = ", ".join(WORDS["flag"][flag.code] for flag in case.flags) or "ninguno"
    console.print(
        f"[bold]{WORDS['disposition'][case.disposition]}[/bold] · prioridad {case.priority.upper()} · "
        f"cola {case.queue}"
    )
    console.print(f"Intención: {WORDS['intent'][case.intents[0].code]} · avisos: {flags}")
    for reason in case.reasons:
        console.print(Text(f"  – {reason}"))
    console.print(Panel(Text(case.redacted_text), title="Mensaje"))
    for draft in case.drafts:
        title = f"Borrador {WORDS['audience'][draft.audience]} ({draft.length}/{draft.limit})"
        sources = "\n".join(f"  {sentence.source}" for sentence in draft.sentences)
        subject = f"Asunto: {draft.subject.text}\n\n" if draft.subject else ""
        console.print(Panel(Text(f"{subject}{draft.text}\n\n{sources}"), title=title))
    for found in case.evidence[:3]:
        console.print(Text(f"  {found.score:.2f}  {found.answer_id}@{found.version}  {found.title}"))
