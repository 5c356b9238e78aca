"""What the page of a case tells of a complaint in words: stage, requests, promises."""

from dataclasses import dataclass

from cases.case import Case
from policies.complaints import AskWords, ComplaintPolicy


@dataclass(frozen=True, slots=True)
class ComplaintTold:
    """A complaint in words; ``stage`` and ``asks`` in both languages of the console."""

    stage: dict[str, str]
    reason: str
    asks: tuple[dict[str, str], ...]
    promised: tuple[str, ...]
    """Our own sentences, redacted, oldest first."""
    chases: int
    elsewhere: bool


def complaint_told(case: Case, policy: ComplaintPolicy) -> ComplaintTold | None:
    """The complaint of a case in words; None where there is none."""
    found = case.complaint
    if found is None:
        return None
    promised = [
        case.thread[promise.place.turn].text[promise.place.start : promise.place.end].strip()
        for promise in found.promised
        if promise.place.turn is not None and promise.place.turn < len(case.thread)
    ]
    return ComplaintTold(
        stage=_both(policy.stages[found.stage]),
        reason=found.reason,
        asks=tuple(_both(policy.asks[ask.code]) for ask in found.asks_for),
        promised=tuple(dict.fromkeys(text for text in promised if text)),
        chases=found.chases,
        elsewhere=bool(found.other_channel or found.open_case),
    )


def _both(words: AskWords) -> dict[str, str]:
    return {"es": words.es, "en": words.en}
