"""What the page of a case tells in words: why it was decided so, its clocks, and where each sentence comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

from cases.case import Case, CaseDraft, CaseEvidence, ReportPlace
from cases.decisions import WAITING
from cases.stored import StoredCase
from policies.explain import Explanation, FiredRule, NearMiss, explain
from policies.policy import Policy

_MOST_NEAR = 8
"""Rules that nearly fired: more than these are not read."""


@dataclass(frozen=True, slots=True)
class Why:
    """The decision explained. ``other_policy``: the rules have changed since, so this is how they read today."""

    fired: tuple[FiredRule, ...]
    nearly: tuple[NearMiss, ...]
    other_policy: str | None


def why(stored: StoredCase, policy: Policy | None, day: date) -> Why | None:
    """Explain a case by what policy decided on; None where that is not on record.

    Args:
        day: on which it came where its account is, as when it was decided.
    """
    if stored.facts is None or policy is None:
        return None
    found: Explanation = explain(stored.facts, policy.in_force(day))
    current = found.decision.policy
    near = [one for one in found.nearly if one.missing] + [one for one in found.nearly if one.taken_by]
    return Why(
        found.fired, tuple(near[:_MOST_NEAR]), None if current == stored.case.provenance.policy else current
    )


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock of a case: whether it is over while the case waits."""

    name: str
    due: datetime
    late: bool


def clocks(stored: StoredCase, now: datetime | None = None) -> tuple[ClockView, ...]:
    """The three clocks in the order in which they run out, on the account's time."""
    at = now or datetime.now(UTC)
    waiting = stored.status in WAITING
    sla = stored.case.sla
    named = (("acknowledge", sla.acknowledge_by), ("answer", sla.answer_by), ("resolve", sla.resolve_by))
    return tuple(ClockView(name, due, waiting and due < at) for name, due in named if due is not None)


@dataclass(frozen=True, slots=True)
class SourcedSentence:
    """A sentence of a draft, its source, and the approved answer behind it where there is one."""

    text: str
    source: str
    kind: str
    """answer · bank · policy"""
    evidence: CaseEvidence | None
    number: int | None
    """Position of the evidence on the page, from 1."""


def sourced(draft: CaseDraft, case: Case) -> tuple[SourcedSentence, ...]:
    """The sentences of a draft with what their sources are."""
    return tuple(_sourced(sentence.text, sentence.source, case.evidence) for sentence in draft.sentences)


def _sourced(text: str, source: str, evidence: Sequence[CaseEvidence]) -> SourcedSentence:
    kind, _, rest = source.removeprefix("reworded:").partition(":")
    if kind != "answer":
        return SourcedSentence(text, source, kind, None, None)
    name = rest.partition("#")[0]
    for number, found in enumerate(evidence, start=1):
        if f"{found.answer_id}@{found.version}" == name:
            return SourcedSentence(text, source, kind, found, number)
    return SourcedSentence(text, source, kind, None, None)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the redacted message; ``cues`` name what it speaks for, empty for plain text."""

    text: str
    cues: tuple[str, ...]


def pieces(case: Case) -> tuple[Piece, ...]:
    """The redacted message cut where something in it speaks for a suspected adverse event."""
    text = case.redacted_text
    marks: list[tuple[int, int, str]] = []
    event = case.adverse_event
    if event is not None:
        found: list[tuple[str, Sequence[ReportPlace]]] = list(event.support.items())
        found += [(one.code, one.places) for one in (*event.situations, *event.seriousness)]
        for code, places in found:
            marks += [
                (place.start, place.end, code)
                for place in places
                if place.start is not None and place.end is not None
            ]
    marks = [mark for mark in marks if 0 <= mark[0] < mark[1] <= len(text)]
    if not marks:
        return (Piece(text, ()),)
    cuts = sorted({0, len(text), *(mark[0] for mark in marks), *(mark[1] for mark in marks)})
    return tuple(
        Piece(text[start:end], tuple(dict.fromkeys(m[2] for m in marks if m[0] <= start and end <= m[1])))
        for start, end in pairwise(cuts)
    )


def queue_names(policies: Mapping[str, Policy], account: str) -> Mapping[str, str]:
    """How the queues are called: of one account, or of all."""
    names: dict[str, str] = {}
    for name, policy in policies.items():
        if account in ("*", name):
            names.update({code: str(label) for code, label in policy.model.queues.items()})
    return names


def withdrawn_in(case: Case, withdrawn: frozenset[str]) -> tuple[str, ...]:
    """Ids of withdrawn answers that a draft of the case quotes."""
    quoted = {
        sentence.source.removeprefix("reworded:").removeprefix("answer:").partition("@")[0]
        for draft in case.drafts
        for sentence in draft.sentences
        if sentence.source.removeprefix("reworded:").startswith("answer:")
    }
    return tuple(sorted(quoted & withdrawn))
