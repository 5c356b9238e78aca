"""What ``borrador learn`` prints for people, in Spanish."""

from collections.abc import Iterator, Sequence

from cases.learning.answers import SuggestedAnswer
from cases.learning.phrase_book import PhraseProposal, ProposalState
from cases.learning.phrases import LeftOut, SuggestedPhrase, Suggestions
from cases.learning.report import Acceptance, LearningReport, OverruledRule
from cases.learning.tally import Dimension
from cases.satisfaction import SatisfactionFigures

DIMENSIONS = {
    Dimension.DISPOSITION: "decisión de las reglas", Dimension.INTENT: "intención", Dimension.CHANNEL: "canal",
    Dimension.LANGUAGE: "idioma", Dimension.ACCOUNT: "cuenta", Dimension.WEEK: "semana",
}  # fmt: skip
REASONS = {
    LeftOut.PERSON: "nombran a alguien", LeftOut.FACT: "llevan un dato", LeftOut.LENGTH: "muy cortas o largas",
    LeftOut.KNOWN: "ya se dicen", LeftOut.RULE: "incumplen una regla",
}  # fmt: skip
STATES = {
    ProposalState.PROPOSED: "propuesta", ProposalState.APPROVED: "aprobada", ProposalState.REJECTED: "rechazada",
}  # fmt: skip


def report_lines(report: LearningReport) -> Iterator[str]:
    """The report, a line a figure."""
    yield f"total: {_acceptance(report.total)}"
    for dimension in Dimension:
        yield f"por {DIMENSIONS[dimension]}:"
        for group in report.groups:
            if group.dimension is dimension:
                yield f"  {group.value or '(ninguna)'}: {_acceptance(group.figures)}"
    yield "reglas que las personas corrigen:"
    for rule in report.overruled:
        yield f"  {_rule(rule)}"
    if not report.overruled:
        yield "  ninguna"
    yield f"satisfacción: {_satisfaction(report.satisfaction)}"


def suggestion_lines(
    phrases: Suggestions, answers: Sequence[SuggestedAnswer], written: Sequence[str], *, proposed: bool
) -> Iterator[str]:
    """The suggestions, a line each, and what became of them."""
    for number, phrase in enumerate(phrases.phrases, start=1):
        yield f"{number}. {_phrase(phrase)}"
    for number, answer in enumerate(answers, start=1):
        counts = f"{answer.questions} preguntas, {answer.replies} respuestas de {answer.people} personas"
        yield f"R{number}. {counts} · «{answer.question}» → «{answer.text}»"
    left = ", ".join(f"{count} {REASONS[reason]}" for reason, count in sorted(phrases.left_out.items()))
    read = f"{phrases.replies} respuestas leídas, {phrases.sentences} frases añadidas"
    yield read + (f" ({left})" if left else "")
    if proposed:
        yield f"propuestas nuevas: {', '.join(written) or 'ninguna'}. Nada se usa hasta que una persona lo apruebe."


def proposal_line(one: PhraseProposal) -> str:
    """A proposal."""
    settled = f" por {one.settled_by}" if one.settled_by else ""
    counts = f"{one.cases} casos, {one.people} personas"
    return (
        f"{one.id} · {STATES[one.state]}{settled} · {one.account} · {one.language} · {counts} · «{one.text}»"
    )


def _acceptance(one: Acceptance) -> str:
    counts = f"{one.cases} casos, {one.drafted} con borrador, {one.judged} juzgados"
    made = (
        f"{one.accepted} aceptados, {one.edited} editados, {one.rejected} rechazados, {one.handed_on} pasados"
    )
    if one.rate is None or one.interval is None:
        return f"{counts}: {made}"
    edit = "" if one.median_edit is None else f"; edición mediana {_share(one.median_edit)}"
    return f"{counts}: {made}; aceptación {_share(one.rate)} ({_ends(one.interval)}){edit}"


def _rule(one: OverruledRule) -> str:
    counts = f"{one.overruled} de {one.decided}, {_share(one.share)} ({_ends(one.interval)})"
    kinds = f"{one.escalated} escalados, {one.ignored} ignorados, {one.replaced} con respuesta propia"
    return f"{one.rule}: {counts}; {kinds}" + ("" if one.enough else "; pocos casos")


def _satisfaction(one: SatisfactionFigures) -> str:
    if one.mean is None or one.interval is None:
        return f"sin notas ({one.answered} casos contestados)"
    rate = "" if one.response_rate is None else f", {_share(one.response_rate)} de los contestados"
    low, high = one.interval
    return f"media {one.mean:.2f} de 5 ({low:.2f} a {high:.2f}), {one.rated} notas{rate}"


def _phrase(one: SuggestedPhrase) -> str:
    where = next(iter(one.intents), "") or next(iter(one.dispositions), "")
    return f"{one.id} · {one.cases} casos, {one.people} personas · {one.account} · {where} · «{one.text}»"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _ends(interval: tuple[float, float]) -> str:
    return f"{100 * interval[0]:.1f} a {100 * interval[1]:.1f} %"
