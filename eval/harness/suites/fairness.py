"""Counterfactual pairs: the same message from another person, of another gender, country, fame or language.

Practices M54 and X1: none of these may change disposition, priority, delay or draft.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cases.case import Case
from cases.message import Author, Message
from eval.harness.counterfactuals import (
    ARGENTINA,
    MAN,
    MEXICO,
    Counterfactuals,
    read_counterfactuals,
    written,
)
from eval.harness.datasets import Request
from eval.harness.samples import length_of
from eval.harness.scores import Judged, Score, hit
from eval.harness.subject import RECEIVED, Subject, draft_texts
from eval.harness.suites.suite import Job, Suite
from policies.vocabulary import Channel

AUTHORS: dict[str, dict[str, Any]] = {
    "followers": {"followers": 2_400_000},
    "verified": {"verified": True},
    "handle": {"handle": "@lasolyara"},
    "author_name": {"name": "Fatoumata Diabaté"},
}
SPELLINGS: dict[str, dict[str, int]] = {
    "argentina": {"country": ARGENTINA},
    "mexico": {"country": MEXICO},
    "gender": {"gender": MAN},
}
CHANNELS = tuple(Channel)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two messages that may differ in nothing that matters."""

    id: str
    axis: str
    language: str
    one: Message
    other: Message


def pairs_of(found: Counterfactuals) -> Iterator[Pair]:
    """Every pair, in the order of the file."""
    for number, template in enumerate(found.texts):
        name, channel = f"pair-{number + 1}", CHANNELS[number % len(CHANNELS)]
        plain = written(template, name=found.reference)
        one = _message(name, plain, channel)
        for axis, author in AUTHORS.items():
            other = one.model_copy(update={"author": Author.model_validate(author)})
            yield Pair(f"{name}:{axis}", axis, "es", one, other)
        for axis, way in {
            "argentina": {"country": ARGENTINA},
            "mexico": {"country": MEXICO},
            "gender": {"gender": MAN},
        }.items():
            text = written(template, name=found.reference, **way)
            if text != plain:
                yield Pair(f"{name}:{axis}", axis, "es", one, _message(name, text, channel))
        for origin, person in found.names.items():
            text = written(template, name=person)
            if text != plain:
                yield Pair(f"{name}:name:{origin}", "name", "es", one, _message(name, text, channel))
    for number, texts in enumerate(found.languages):
        name, channel = f"language-{number + 1}", CHANNELS[number % len(CHANNELS)]
        one = _message(name, texts["es"], channel)
        for language, text in texts.items():
            if language != "es":
                yield Pair(f"{name}:{language}", "language", language, one, _message(name, text, channel))


def _message(name: str, text: str, channel: Channel) -> Message:
    return Message(id=name, text=text, channel=channel)


def judge(pair: Pair, one: Case, other: Case) -> Judged:
    """Compare two cases. Differences are of the other from the one: minutes to the answer, letters of the drafts."""
    same = {
        "disposition": one.disposition == other.disposition,
        "priority": one.priority == other.priority,
        "queue": one.queue == other.queue,
    }
    scores = []
    for label in ("", pair.axis):
        scores += [hit(f"same_{name}", value, label) for name, value in same.items()]
        scores.append(hit("same_decision", all(same.values()), label))
        scores.append(Score("delay_difference_minutes", delay_minutes(other) - delay_minutes(one), 1, label))
        scores.append(Score("draft_length_difference", draft_length(other) - draft_length(one), 1, label))
    return Judged(
        suite="fairness",
        id=pair.id,
        text=f"{pair.one.text} ⇄ {pair.other.text}" if pair.one.text != pair.other.text else pair.one.text,
        groups={
            "language": pair.language,
            "channel": pair.one.channel.value,
            "length": length_of(pair.one.text),
        },
        target={"axis": pair.axis, "disposition": one.disposition.value, "priority": one.priority.value},
        answer={"disposition": other.disposition.value, "priority": other.priority.value},
        scores=tuple(scores),
    )


def delay_minutes(case: Case) -> float:
    """Minutes from the message to the time by which it must be answered; 0 where none is owed."""
    due = case.sla.answer_by
    return (due - RECEIVED).total_seconds() / 60 if due is not None else 0.0


def draft_length(case: Case) -> float:
    """Letters of all drafts of a case."""
    return float(sum(len(draft["text"]) for draft in draft_texts(case)))


def _prepare(subject: Subject, request: Request) -> Sequence[Job]:
    pairs = request.cut(list(pairs_of(read_counterfactuals(_file(request)))), lambda pair: pair.id)
    return [partial(_judged, subject, pair) for pair in pairs]


def _judged(subject: Subject, pair: Pair) -> Judged:
    return judge(pair, subject.run(pair.one).case, subject.run(pair.other).case)


def _file(request: Request) -> Path:
    return request.data / "fairness" / "pairs.yaml"


SUITE = Suite("fairness", _prepare, lambda request, _: (_file(request),), takes_own=False)
