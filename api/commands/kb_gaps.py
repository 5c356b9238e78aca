"""``borrador kb gaps``: answers to write, from the stored questions that none answered."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from api.commands.options import KnowledgeBaseDir, load_settings
from api.record_keeping import open_records
from cases.unanswered import Cause, Unanswered, Wanted, unanswered
from knowledge_base.gaps import Gap, closeness_of, cluster
from knowledge_base.governance import Governance
from knowledge_base.loader import load_directory

EXAMPLE = 200
"""Characters of an example question."""
_EXAMPLES = 3


def gaps(
    account: Annotated[str, typer.Option(help="One account's cases; * for all.")] = "*",
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back to look.")] = 90,
    minimum: Annotated[
        int | None, typer.Option("--min", min=1, help="Questions that make a gap; the policy's if absent.")
    ] = None,
    most: Annotated[
        int, typer.Option(min=1, max=5000, help="The newest so many questions are looked at.")
    ] = 2000,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
    knowledge_base: KnowledgeBaseDir = None,
) -> None:
    """Gather stored questions that no answer answered, or whose draft was rewritten, into answers to write."""
    settings = load_settings(knowledge_base=knowledge_base)
    limits = Governance.load(settings.policies_dir / "knowledge_base.yaml").gaps
    wanted = Wanted(
        dispositions=limits.dispositions,
        intents=limits.intents,
        edit_distance=limits.edit_distance,
        account=account,
        since=datetime.now(UTC) - timedelta(days=days),
        most=most,
    )
    with open_records(settings).database.read() as session:
        questions = unanswered(session, wanted)
    found: list[Gap] = []
    if questions:
        from models.encoder import load_encoder  # the model loads only where there is something to compare

        base = load_directory(settings.knowledge_base_dir)
        references = [
            one for answer in base.answers for text in answer.by_language().values() for one in text.questions
        ]
        encoder = load_encoder(settings.encoder, threads=settings.encoder_threads)
        questions.sort(key=lambda one: one.case_id)
        texts, languages = [one.text for one in questions], [one.language for one in questions]
        found = cluster(closeness_of(texts, languages, encoder, references), limits.closeness)
    least = limits.minimum if minimum is None else minimum
    shown = [gap_json(gap, questions) for gap in found if gap.count >= least]
    if as_json:
        rest = len(questions) - sum(int(gap["count"]) for gap in shown)
        typer.echo(
            json.dumps({"questions": len(questions), "gaps": shown, "ungrouped": rest}, ensure_ascii=False)
        )
        return
    for number, gap in enumerate(shown, start=1):
        typer.echo(_line(number, gap))
    typer.echo(f"{len(questions)} questions without an answer, {len(shown)} answers to write")


def gap_json(gap: Gap, questions: Sequence[Unanswered]) -> dict[str, Any]:
    """A gap as data: counts, the most typical questions (redacted) and what came closest."""
    members = [questions[position] for position in gap.members]
    causes = Counter(one.cause for one in members)
    nearest = Counter(one.nearest for one in members if one.nearest)
    examples = list(dict.fromkeys(_cut(one.text) for one in members))[:_EXAMPLES]
    return {
        "count": gap.count,
        "abstained": causes[Cause.ABSTAINED],
        "edited": causes[Cause.EDITED],
        "example": examples[0],
        "examples": examples,
        "intent": Counter(one.intent for one in members).most_common(1)[0][0],
        "languages": sorted({one.language for one in members}),
        "nearest_answer": nearest.most_common(1)[0][0] if nearest else None,
        "rewrite": causes[Cause.EDITED] > causes[Cause.ABSTAINED],
        "first": min(one.recorded_at for one in members).date().isoformat(),
        "last": max(one.recorded_at for one in members).date().isoformat(),
        "cases": [one.case_id for one in members][:50],
    }


def _line(number: int, gap: dict[str, Any]) -> str:
    todo = f"reescribir {gap['nearest_answer']}" if gap["rewrite"] and gap["nearest_answer"] else "escribir"
    near = (
        f" · la más cercana: {gap['nearest_answer']}" if gap["nearest_answer"] and todo == "escribir" else ""
    )
    counts = f"{gap['count']} preguntas ({gap['abstained']} sin respuesta, {gap['edited']} reescritas)"
    return f"{number}. {counts} · {todo}{near} · {gap['intent']} · «{gap['example']}»"


def _cut(text: str) -> str:
    """A text on one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= EXAMPLE else line[: EXAMPLE - 1].rsplit(" ", 1)[0] + "…"
