"""What was learned as plain JSON values: the same from HTTP and command line."""

from collections.abc import Mapping
from typing import Any

from cases.learning.answers import SuggestedAnswer
from cases.learning.phrases import SuggestedPhrase, Suggestions
from cases.learning.report import Acceptance, LearningReport, OverruledRule
from cases.satisfaction import SatisfactionFigures


def report_json(report: LearningReport) -> dict[str, Any]:
    """The report. Shares are from 0 to 1, intervals of 95 %; null where nothing was counted."""
    span = report.span
    return {
        "account": span.account,
        "from": None if span.first is None else span.first.isoformat(),
        "to": None if span.last is None else span.last.isoformat(),
        "as_of": report.as_of.isoformat(timespec="seconds"),
        "total": acceptance_json(report.total),
        "groups": [
            {"dimension": one.dimension.value, "value": one.value, **acceptance_json(one.figures)}
            for one in report.groups
        ],
        "overruled": [overruled_json(one) for one in report.overruled],
        "satisfaction": satisfaction_json(report.satisfaction),
    }


def acceptance_json(one: Acceptance) -> dict[str, Any]:
    """What became of the drafts of some cases."""
    return {
        "cases": one.cases,
        "drafted": one.drafted,
        "coverage": _rounded(one.coverage),
        "judged": one.judged,
        "accepted": one.accepted,
        "edited": one.edited,
        "rejected": one.rejected,
        "handed_on": one.handed_on,
        "acceptance_rate": _rounded(one.rate),
        "interval": _interval(one.interval),
        "median_edit_distance": _rounded(one.median_edit),
    }


def overruled_json(one: OverruledRule) -> dict[str, Any]:
    """How often people decided against a rule."""
    return {
        "rule": one.rule,
        "decided": one.decided,
        "overruled": one.overruled,
        "share": _rounded(one.share),
        "interval": _interval(one.interval),
        "escalated": one.escalated,
        "ignored": one.ignored,
        "replaced": one.replaced,
        "enough": one.enough,
        "examples": list(one.examples),
    }


def satisfaction_json(one: SatisfactionFigures) -> dict[str, Any]:
    """What customers said of how they were served."""
    return {
        "answered": one.answered,
        "rated": one.rated,
        "response_rate": _rounded(one.response_rate),
        "mean": _rounded(one.mean),
        "interval": _interval(one.interval),
        "satisfied": _rounded(one.satisfied),
        "satisfied_interval": _interval(one.satisfied_interval),
        "counts": {str(score): count for score, count in enumerate(one.counts, start=1)},
    }


def suggestions_json(found: Suggestions) -> dict[str, Any]:
    """The suggested phrases, and what was not looked at."""
    return {
        "phrases": [phrase_json(one) for one in found.phrases],
        "replies": found.replies,
        "sentences": found.sentences,
        "left_out": {reason.value: count for reason, count in sorted(found.left_out.items())},
    }


def phrase_json(one: SuggestedPhrase) -> dict[str, Any]:
    """A suggested phrase."""
    counted: Mapping[str, Mapping[str, int]] = {"dispositions": one.dispositions, "intents": one.intents}
    return {
        "id": one.id,
        "account": one.account,
        "language": one.language,
        "text": one.text,
        "cases": one.cases,
        "people": one.people,
        "others": list(one.others),
        **{name: dict(counts) for name, counts in counted.items()},
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "case_ids": list(one.case_ids),
    }


def answer_json(one: SuggestedAnswer) -> dict[str, Any]:
    """A suggested answer."""
    return {
        "account": one.account,
        "language": one.language,
        "title": one.title,
        "question": one.question,
        "text": one.text,
        "questions": one.questions,
        "replies": one.replies,
        "people": one.people,
        "nearest_answer": one.nearest,
        "case_ids": list(one.case_ids),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _interval(ends: tuple[float, float] | None) -> list[float] | None:
    return None if ends is None else [round(end, 4) for end in ends]
