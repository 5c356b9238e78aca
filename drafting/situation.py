"""A message's situation as a set of labels (``flag:minor``) that phrases and plans put conditions on."""

from collections.abc import Mapping
from dataclasses import dataclass

from drafting.given import Given, given
from drafting.reading import Reading, read
from drafting.report_questions import Missing, missing
from drafting.request import ComposeRequest
from drafting.topics import OWN_HEALTH, ReadingRules, Topics
from models.understanding.complaint_stage import Stage
from models.vocabulary import Emotion, Intent
from policies.vocabulary import Channel, Disposition, Flag, Visibility

Labels = frozenset[str]

HURT_EMOTIONS = frozenset({"emotion:angry", "emotion:sad", "emotion:worried", "emotion:frustrated"})
_HURT_FLAGS = (Flag.EMERGENCY, Flag.SELF_HARM, Flag.ADVERSE_EVENT, Flag.CRISIS_RISK)
NO_COMPLAINT = "none"
_HEAD_CUE = "head:"
"""Names of cues that a trained head gave (``models.understanding.types.Signal``)."""
_SHORT, _LONG = 60, 400
"""Characters: a message under the first says little; one over the second says it all."""
_OPEN_KINDS = frozenset({"topic", "referral", "queue", "constraint", "country"})
CLOSED_KINDS: Mapping[str, frozenset[str]] = {
    "intent": frozenset(Intent),
    "main": frozenset(Intent),
    "flag": frozenset(Flag),
    "emotion": frozenset(Emotion),
    "disposition": frozenset(Disposition),
    "channel": frozenset(Channel),
    "audience": frozenset(Visibility),
    "pair": frozenset({"yes", "no"}),
    "evidence": frozenset({"yes", "no", "withheld"}),
    "stage": frozenset({"first", "later"}),
    "contact": frozenset({"new", "again", "third", "owed"}),
    "complaint_stage": frozenset({*Stage, NO_COMPLAINT}),
    "hurt": frozenset({"yes", "no"}),
    "length": frozenset({"short", "middle", "long"}),
    "asks": frozenset({"yes", "no"}),
    "asked": frozenset({"one", "several"}),
    "urgent": frozenset({"emergency", "helpline", "poison_centre"}),
    "serious": frozenset({"yes", "no"}),
    "own_health": frozenset({"yes", "no"}),
    "missing": frozenset(Missing),
    "guessed": frozenset(Flag),
    "given": frozenset(Given),
}
# How much a matching condition of each kind says about the message: ours, tuned by reading drafts.
WEIGHTS: Mapping[str, float] = {
    "contact": 6.0, "asked": 6.0, "guessed": 5.0,
    "complaint_stage": 3.2, "topic": 3.0, "referral": 3.0, "urgent": 3.0, "missing": 3.0, "given": 2.5,
    "flag": 2.0, "main": 1.6,
    "intent": 1.2,
    "emotion": 1.0, "constraint": 1.0, "serious": 1.0, "own_health": 1.0, "queue": 1.0,
    "country": 0.5, "disposition": 0.4,
    "evidence": 0.4, "stage": 0.3, "channel": 0.3, "audience": 0.3, "pair": 0.3, "hurt": 0.3, "length": 0.3,
    "asks": 0.2,
}  # fmt: skip

_PLAIN: Mapping[str, float] = {"complaint_stage:opened": 0.4}
"""Labels that every message of their kind has from the start: a condition on them says little."""


def known_kind(kind: str) -> bool:
    """Whether a condition of this kind exists."""
    return kind in CLOSED_KINDS or kind in _OPEN_KINDS


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds when every group of alternatives meets the labels and none of ``unless`` does."""

    groups: tuple[Labels, ...] = ()
    unless: Labels = frozenset()

    def holds(self, labels: Labels) -> bool:
        """Whether the labels meet the condition."""
        return self.unless.isdisjoint(labels) and all(not group.isdisjoint(labels) for group in self.groups)

    def names(self, labels: Labels) -> bool:
        """Whether one of the alternatives it asks for is among the labels."""
        return any(not group.isdisjoint(labels) for group in self.groups)

    @property
    def weight(self) -> float:
        """How specific the condition is."""
        return sum(
            min(_PLAIN.get(label, WEIGHTS[label.split(":", 1)[0]]) for label in group)
            for group in self.groups
        )


def labels_of(
    request: ComposeRequest, audience: Visibility, topics: Topics, reading: Reading | None = None
) -> Labels:
    """Every label that holds of a request, for the draft of one audience.

    Args:
        reading: of this request, where it was read before.
    """
    decision, reading = request.decision, reading or read(request, topics)
    labels = {f"intent:{intent}" for intent in reading.intents}
    labels |= {f"main:{intent}" for intent in reading.intents[:1]}
    guesses = _guessed(request, topics.rules)
    silent = guesses.intersection(topics.rules.silent_if_guessed)
    labels |= {f"flag:{raised.code}" for raised in decision.flags if raised.code not in silent}
    labels |= {f"guessed:{flag}" for flag in guesses if decision.has(flag)}
    labels |= {f"topic:{topic}" for topic in reading.topics}
    labels |= {f"contact:{contact}" for contact in reading.contact}
    labels |= {f"constraint:{name}" for name in decision.draft_constraints}
    labels |= {
        f"emotion:{reading.emotion}",
        f"disposition:{decision.disposition}",
        f"channel:{request.channel}",
        f"audience:{audience}",
        f"queue:{decision.queue}",
        f"country:{request.account.country}",
        f"pair:{'yes' if len(decision.audiences) > 1 else 'no'}",
        f"complaint_stage:{request.complaint_stage or NO_COMPLAINT}",
        f"stage:{'later' if request.agent_texts or request.customer_turns > 1 else 'first'}",
        f"evidence:{'no' if reading.vague else _evidence(request, audience)}",
        f"length:{_length(request.text.value)}",
        f"asks:{'yes' if '?' in request.text.value else 'no'}",
    }
    hurt = f"emotion:{reading.emotion}" in HURT_EMOTIONS or any(decision.has(flag) for flag in _HURT_FLAGS)
    labels.add(f"asked:{'several' if request.retrieval.quoted > 1 else 'one'}")
    labels.add(f"hurt:{'yes' if hurt else 'no'}")
    labels.add(f"own_health:{'yes' if OWN_HEALTH in request.understanding.tags else 'no'}")
    labels |= _referral_labels(request)
    labels |= {f"given:{kind}" for kind in given(request.text.value, topics.rules.given)}
    labels |= {f"missing:{code}" for code in missing(request, topics.rules.report_questions)[:1]}
    return frozenset(labels)


def _guessed(request: ComposeRequest, rules: ReadingRules) -> frozenset[Flag]:
    """Flags that a head alone raised with a low score: the message's own words do not bear them out."""
    signals = {str(signal.code): signal for signal in request.understanding.signals}
    return frozenset(
        flag
        for flag, least in rules.least_flag_score.items()
        if (signal := signals.get(str(flag))) is not None
        and signal.score < least
        and all(cue.startswith(_HEAD_CUE) for cue in signal.cues)
    )


def _length(text: str) -> str:
    return "short" if len(text) < _SHORT else "long" if len(text) > _LONG else "middle"


def _referral_labels(request: ComposeRequest) -> set[str]:
    decision, criteria = request.decision, request.understanding.adverse_event
    labels = {f"serious:{'yes' if criteria is not None and criteria.serious_hint else 'no'}"}
    if request.understanding.referral_topic:
        labels.add(f"referral:{request.understanding.referral_topic}")
    if decision.disposition == Disposition.URGENT_REFERRAL:
        kind = decision.referral.kind if decision.referral is not None else ""
        if decision.has(Flag.SELF_HARM):
            labels.add("urgent:helpline")
        if kind == "poison_centre":
            labels.add("urgent:poison_centre")
        if (
            decision.has(Flag.EMERGENCY)
            or kind == "emergency"
            or not any(x.startswith("urgent:") for x in labels)
        ):
            labels.add("urgent:emergency")
    return labels


def _evidence(request: ComposeRequest, audience: Visibility) -> str:
    """``yes``: an answer may be quoted here; ``withheld``: there is one, not for this audience."""
    if request.retrieval.abstained or not request.retrieval.evidence:
        return "no"
    best = request.retrieval.evidence[0]
    if best.cross_language or request.language is None:
        return "no"
    if best.answer.audience == "private" and audience == Visibility.PUBLIC:
        return "withheld"
    return "yes"
