"""Quick figures of a token model on the development splits, while it trains."""

from collections.abc import Iterable, Sequence

from models.redaction.labels import Reading
from models.redaction.span_scheme import CORPUS_READINGS, HEALTH, PERSONAL, SCHEME
from models.redaction.token_model import TokenModel
from models.redaction.token_span import TokenSpan
from models.training.tagging_corpora import fine_types
from models.training.tagging_data import TaggedText

MESSAGE_READING = Reading(SCHEME, {"personal": PERSONAL, "health": HEALTH})


def span_scores(texts: Sequence[TaggedText], found: Sequence[Sequence[TokenSpan]]) -> dict[str, float]:
    """Return strict precision, recall and F1 of spans, whatever their type, and F1 with it."""
    gold = {(text.id, span.start, span.end) for text in texts for span in text.spans}
    typed = {
        (text.id, span.start, span.end, span.entity.partition(":")[2])
        for text in texts
        for span in text.spans
    }
    answers = [(text.id, span) for text, spans in zip(texts, found, strict=True) for span in spans]
    got = {(name, span.start, span.end) for name, span in answers}
    got_typed = {(name, span.start, span.end, span.entity) for name, span in answers}
    right = len(gold & got)
    return {
        "precision": right / max(1, len(got)),
        "recall": right / max(1, len(gold)),
        "f1": 2 * right / max(1, len(got) + len(gold)),
        "typed_f1": 2 * len(typed & got_typed) / max(1, len(typed) + len(got_typed)),
    }


def message_scores(texts: Sequence[TaggedText], found: Sequence[Sequence[TokenSpan]]) -> dict[str, float]:
    """Return shares of characters: personal ones missed, health ones found, others masked."""
    missed = personal = health = health_found = innocent = masked = 0
    for text, spans in zip(texts, found, strict=True):
        kinds = _marks(text.text, ((span.start, span.end, _kind(span.entity)) for span in text.spans))
        covered = _marks(text.text, ((span.start, span.end, "x") for span in spans))
        for char, kind, got in zip(text.text, kinds, covered, strict=True):
            if not char.isalnum():
                continue
            personal += kind == "personal"
            missed += kind == "personal" and not got
            health += kind == "health"
            health_found += kind == "health" and bool(got)
            innocent += not kind
            masked += not kind and bool(got)
    return {
        "missed": missed / max(1, personal),
        "health_found": health_found / max(1, health),
        "masked": masked / max(1, innocent),
    }


def report(
    model: TokenModel,
    meddocan: Sequence[TaggedText],
    tweets: Sequence[TaggedText],
    messages: Sequence[TaggedText],
) -> dict[str, dict[str, float]]:
    """Return the figures of all three corpora."""

    def find(texts: Iterable[TaggedText], reading: Reading) -> list[list[TokenSpan]]:
        return model.find([text.text for text in texts], reading)

    figures = {
        "meddocan": span_scores(meddocan, find(meddocan, CORPUS_READINGS["meddocan"])),
        "socialdisner": span_scores(tweets, find(tweets, CORPUS_READINGS["socialdisner"])),
        "messages": message_scores(messages, find(messages, MESSAGE_READING)),
    }
    return {name: {key: round(value, 4) for key, value in values.items()} for name, values in figures.items()}


def _kind(entity: str) -> str:
    return "health" if fine_types(entity)[0] in HEALTH else "personal"


def _marks(text: str, spans: Iterable[tuple[int, int, str]]) -> list[str]:
    marks = [""] * len(text)
    for start, end, mark in spans:
        marks[start:end] = [mark] * (end - start)
    return marks
