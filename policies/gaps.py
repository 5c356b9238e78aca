"""Finds combinations of facts that no disposition rule answers, each with facts that show it.

The fallback decides them: a person reads the case, so a gap is safe, and yet nobody wrote down what should
happen. What is told is so (each is tried on the engine); not everything is found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from policies.checker import closed_values
from policies.conditions import AllOf, AnyOf, Literal, negated
from policies.decision import Facts
from policies.engine import judge
from policies.facts_json import facts_json
from policies.logic import Case, cases, merged
from policies.policy import Policy
from policies.view import NONE, TRUE
from policies.vocabulary import Channel, Visibility

MOST_PIECES = 20_000
"""Of what is left while rules are taken away: a policy beyond it is judged on what was found until then."""

Closed = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Gap:
    """Facts that only the fallback decides, from a day on."""

    day: date
    facts: Facts

    def __str__(self) -> str:
        written, ordinary = facts_json(self.facts), facts_json(ORDINARY)
        told = ", ".join(
            f"{name}: {_plain(value)}" for name, value in written.items() if value != ordinary[name]
        )
        return f"dispositions: no rule answers {{{told}}} (on {self.day.isoformat()}); the fallback decides"

    @property
    def parts(self) -> frozenset[str]:
        """What is out of the ordinary: a gap with all the parts of another is the same gap, told at length."""
        written, ordinary = facts_json(self.facts), facts_json(ORDINARY)
        return frozenset(
            f"{name}={part}"
            for name, value in written.items()
            if value != ordinary[name]
            for part in (value if isinstance(value, list | dict) else (value,))
        )


ORDINARY = Facts(
    channel=Channel.INSTAGRAM,
    visibility=Visibility.PUBLIC,
    language="es",
    intents=(),
    emotion="neutral",
    relevance="answer",
    signals={},
    handling={},
    understanding_abstained=False,
    evidence_abstained=False,
    personal_entities=frozenset(),
    health_entities=frozenset(),
    customer_turns=1,
    agent_turns=0,
)
"""What the facts of a gap are like where nothing else is needed."""


def gaps(policy: Policy) -> Iterator[Gap]:
    """The gaps of a policy on its day and on every later day on which a rule comes or goes."""
    days = [policy.day, *(day for day in policy.days_of_change() if day > policy.day)]
    told: list[frozenset[str]] = []
    for day in days:
        found = [Gap(day, facts) for facts in _unanswered(policy.in_force(day))]
        for gap in sorted(found, key=lambda gap: (len(gap.parts), sorted(gap.parts))):
            if not any(known <= gap.parts for known in told):
                told.append(gap.parts)
                yield gap


def _unanswered(policy: Policy) -> Iterator[Facts]:
    closed = closed_values(policy.model)
    left: list[Case] = [Case()]
    # Rules of few conditions first: they narrow what is left without dividing it.
    rules = [cases(rule.condition, closed=closed) for rule in policy.disposition_rules]
    ways = sorted((way for found in rules for way in found), key=lambda way: len(way.literals()))
    for way in ways:
        left = _minus(left, way, closed)
    for piece in left:
        for real in _with_flags_explained(piece, policy, closed):
            facts = _facts_of(real, closed)
            if facts is not None and judge(facts, policy).winner is policy.fallback:
                yield facts


def _minus(pieces: Sequence[Case], way: Case, closed: Closed) -> list[Case]:
    if len(pieces) > MOST_PIECES:
        return list(pieces)
    return [part for piece in pieces for part in _outside(piece, way, closed)]


def _outside(piece: Case, way: Case, closed: Closed) -> list[Case]:
    """The piece without the cases of a way, as pieces that do not overlap."""
    if merged([*piece.literals(), *way.literals()], closed) is None:
        return [piece]
    kept: list[Literal] = piece.literals()
    parts: list[Case] = []
    for literal in way.literals():
        for opposite in _opposites(literal):
            part = merged([*kept, opposite], closed)
            if part is not None:
                parts.append(part)
        kept.append(literal)
    return parts


def _opposites(literal: Literal) -> Iterator[Literal]:
    """What holds exactly when a literal does not, as literals that exclude each other."""
    opposite = negated(literal)
    for part in opposite.parts if isinstance(opposite, AnyOf | AllOf) else (opposite,):
        if not isinstance(part, AnyOf | AllOf):
            yield part


def _with_flags_explained(piece: Case, policy: Policy, closed: Closed) -> list[Case]:
    """The piece as facts alone can bring it about: flags wanted have a rule that raises them, others none."""
    pieces = [Case(piece.values, piece.excluded, _but_flags(piece.meets), piece.avoids, piece.ranges)]
    for wanted in piece.meets.get("flags", frozenset()):
        raising = [rule for rule in policy.flag_rules if wanted & {flag.value for flag in rule.model.flags}]
        ways = [way for rule in raising for way in cases(rule.condition, closed=closed)]
        joined = (merged([*part.literals(), *way.literals()], closed) for part in pieces for way in ways)
        pieces = [part for part in joined if part is not None]
    unwanted = piece.avoids.get("flags", frozenset())
    for rule in policy.flag_rules:
        if unwanted & {flag.value for flag in rule.model.flags}:
            for way in cases(rule.condition, closed=closed):
                pieces = _minus(pieces, way, closed)
    return pieces


def _but_flags(meets: Mapping[str, frozenset[frozenset[str]]]) -> dict[str, frozenset[frozenset[str]]]:
    return {name: wanted for name, wanted in meets.items() if name != "flags"}


def _facts_of(case: Case, closed: Closed) -> Facts | None:
    """Facts that meet a case; None when it holds for no facts of a message."""
    absent = case.avoids.get("intents", frozenset())
    main = _value(case, "main_intent", "product_information", {"main_intent": closed["main_intent"] - absent})
    given = {"intents": frozenset((main,))}
    sets = {name: _members(wanted, given.get(name, frozenset())) for name, wanted in case.meets.items()}
    intents = (main, *sorted(sets.get("intents", frozenset()) - {main}))
    personal = sets.get("personal_entities", frozenset())
    if not personal and _value(case, "personal_data", "false", closed) == TRUE:
        return None
    language = _value(case, "language", "es", closed)
    signals = sets.get("signals", frozenset())
    return Facts(
        channel=Channel(_value(case, "channel", "instagram", closed)),
        visibility=Visibility(_value(case, "visibility", "public", closed)),
        language=None if language == NONE else language,
        intents=intents,
        emotion=_value(case, "emotion", "neutral", closed),
        relevance=_value(case, "relevance", "answer", closed),
        signals={code: max(_number(case, f"signal.{code}"), 0.5) for code in sorted(signals)},
        handling=_handling(case),
        understanding_abstained=_value(case, "understanding_abstained", "false", closed) == TRUE,
        evidence_abstained=_value(case, "evidence_abstained", "false", closed) == TRUE,
        personal_entities=personal,
        health_entities=sets.get("health_entities", frozenset()),
        customer_turns=max(1, int(_number(case, "customer_turns"))),
        agent_turns=int(_number(case, "agent_turns")),
        serious_hint=_value(case, "serious_hint", "false", closed) == TRUE,
        tags=sets.get("tags", frozenset()),
        top_answer_tags=sets.get("top_answer_tags", frozenset()),
    )


def _value(case: Case, name: str, ordinary: str, closed: Closed) -> str:
    """A value that the case allows, the ordinary one if it may be."""
    allowed = case.values.get(name, closed.get(name, frozenset((ordinary,))))
    allowed -= case.excluded.get(name, frozenset())
    return ordinary if ordinary in allowed else min(allowed)


def _members(wanted: frozenset[frozenset[str]], given: frozenset[str]) -> frozenset[str]:
    """A set with a member of each collection."""
    for members in sorted(wanted, key=lambda members: (len(members), sorted(members))):
        if given.isdisjoint(members):
            given |= {min(members)}
    return given


def _number(case: Case, name: str) -> float:
    low = case.ranges.get(name, (0.0, 1.0))[0]
    return max(low, 0.0)


def _handling(case: Case) -> dict[str, float]:
    scores = {
        name.removeprefix("handling."): max(low, 0.0)
        for name, (low, _) in case.ranges.items()
        if name.startswith("handling.") and low > 0
    }
    top = case.values.get("handling_top", frozenset((NONE,)))
    if NONE not in top and not scores.keys() & top:
        scores[min(top)] = max(scores.values(), default=0.0) + 0.05
    return scores


def _plain(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {number:g}" for name, number in value.items()) + "}"
    return "null" if value is None else str(value)
