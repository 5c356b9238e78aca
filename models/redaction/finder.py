"""Finds spans in texts, in rounds: what is found is hidden and the rest read again until nothing more is found,
so that redacting a redacted text changes nothing."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.redaction.allowed import Allowed
from models.redaction.codes import CodeRecognizer
from models.redaction.conflicts import resolve
from models.redaction.message_model import ModelReading
from models.redaction.normaliser import View, fold, plain
from models.redaction.operators import Operators
from models.redaction.placeholders import HIDDEN
from models.redaction.policy import Operator, RedactionPolicy
from models.redaction.presidio import (
    LANGUAGE,
    AnalyzerEngine,
    LightArtifacts,
    LightNlpEngine,
    RecognizerResult,
)
from models.redaction.propagation import propagate
from models.redaction.spoken import spoken_view
from models.spans import HEALTH_ENTITIES, Span

WINDOW = 4000
"""Characters analysed at once: what is quadratic in the number of findings stays so in a window only."""
OVERLAP = 400
MAX_ROUNDS = 8


@dataclass(slots=True)
class _Search:
    """One text on its way: its plain view, what was found so far, and whether more may be found."""

    text: str
    view: View
    standing: list[tuple[int, int]]
    """Placeholders that stand in the text."""
    spans: list[Span] = field(default_factory=list)
    done: bool = False


class Finder:
    """Runs the recognizers over texts, all texts of a call a round at a time."""

    def __init__(
        self,
        engine: AnalyzerEngine,
        nlp: LightNlpEngine,
        codes: CodeRecognizer,
        policy: RedactionPolicy,
        operators: Operators,
    ) -> None:
        self._engine = engine
        self._nlp = nlp
        self._codes = codes
        self._policy = policy
        self._operators = operators
        self._kept = policy.entities_with(Operator.KEEP)
        self._mailbox = re.compile(
            rf"(?:{'|'.join(map(re.escape, policy.organisation_mailboxes))})\s?@", re.IGNORECASE
        )

    def without_model(self) -> "Finder":
        """Return a finder with the same recognizers, that asks no model."""
        return Finder(self._engine, LightNlpEngine(), self._codes, self._policy, self._operators)

    def find(self, texts: Sequence[str], permitted: Allowed) -> list[list[Span]]:
        """Return the spans of each text, in order and apart, with offsets into it."""
        searches = [self._start(text) for text in texts]
        for _ in range(MAX_ROUNDS):
            running = [search for search in searches if not search.done]
            if not running:
                break
            for search, fresh in zip(running, self._read(running, permitted), strict=True):
                self._take(search, fresh, permitted)
        return [search.spans for search in searches]

    def _start(self, text: str) -> _Search:
        view = fold(text)
        standing = self._operators.placeholders(view.text)
        hidden = view.replace([(start, end, HIDDEN) for start, end in standing]) if standing else view
        return _Search(text, hidden, self._operators.placeholders(text) if standing else [])

    def _take(self, search: _Search, fresh: list[Span], permitted: Allowed) -> None:
        """Add what a round found. What the policy keeps is not hidden: the next round sees it again."""
        if (search.spans or not fresh) and all(span.entity_type in self._kept for span in fresh):
            search.done = True
            return
        again = [
            span for span in propagate(search.text, fresh) if not permitted.inside_product(search.text, span)
        ]
        fresh = [*fresh, *_outside(again, search.standing)]
        search.spans = resolve([*search.spans, *fresh], search.text, self._kept)

    def _read(self, searches: Sequence[_Search], permitted: Allowed) -> list[list[Span]]:
        parts: list[tuple[int, View]] = []
        spelled: list[tuple[int, View]] = []
        for place, search in enumerate(searches):
            view = _hide(search.view, [span for span in search.spans if span.entity_type not in self._kept])
            parts += [(place, part) for part in _windows(view)]
            spoken = spoken_view(view)
            if spoken is not None:
                spelled += [(place, part) for part in _windows(spoken)]
        read = self._nlp.process_texts([part.text for _, part in parts])
        # The model knows spelled-out numbers and addresses as they are written: it reads no second view.
        read += [self._nlp.process_unread(part.text) for _, part in spelled]
        found: list[list[Span]] = [[] for _ in searches]
        for (place, part), artifacts in zip([*parts, *spelled], read, strict=True):
            text = searches[place].text
            found[place] += [
                span
                for span, rule in self._analyse(part, artifacts)
                if not permitted.covers(text, span, rule)
            ]
        return found

    def _analyse(self, view: View, artifacts: LightArtifacts) -> Iterator[tuple[Span, str]]:
        zones = self._codes.innocent_zones(view.text, plain(view.text))
        results = self._engine.analyze(
            view.text, LANGUAGE, score_threshold=0.0, return_decision_process=True, nlp_artifacts=artifacts
        )
        for found in results:
            if found.end > found.start and self._counts(view, zones, found):
                for start, end in _pieces(view.text, *self._supported(found, artifacts.reading)):
                    span = Span(found.entity_type, *view.span(start, end), round(found.score, 3))
                    yield span, _rule_of(found)

    def _counts(self, view: View, zones: list[tuple[int, int]], found: RecognizerResult) -> bool:
        """Whether a finding reaches its threshold, and nothing explains it as no personal data."""
        if found.score < self._policy.threshold_of(found.entity_type):
            return False
        if found.entity_type in HEALTH_ENTITIES or found.entity_type == "PERSON":
            return True
        if found.entity_type == "EMAIL_ADDRESS" and self._mailbox.match(view.text, found.start):
            return False
        return not any(left <= found.start and found.end <= right for left, right in zones)

    def _supported(self, found: RecognizerResult, reading: ModelReading) -> tuple[int, int]:
        """Return what stays of a finding of lists or cues where the model, which reads the sentence, sees
        something; an empty stretch when it sees nothing there."""
        explanation = found.analysis_explanation
        recognizer = explanation.recognizer if explanation else ""
        least = self._policy.token_model.support_for(recognizer, _rule_of(found))
        return reading.supported(found.start, found.end, least) or (found.start, found.start)


def _rule_of(found: RecognizerResult) -> str:
    """Return the name of the pattern or rule that gave a finding."""
    explanation = found.analysis_explanation
    return explanation.pattern_name or "" if explanation else ""


def _windows(view: View) -> Iterator[View]:
    """Cut a long view into overlapping windows, at blanks where there are any."""
    length = len(view.text)
    start = 0
    while True:
        end = start + WINDOW
        if end >= length:
            yield view.cut(start, length)
            return
        blank = max(
            view.text.rfind(" ", end - OVERLAP // 2, end), view.text.rfind("\n", end - OVERLAP // 2, end)
        )
        end = blank if blank > start else end
        yield view.cut(start, end)
        following = view.text.rfind(" ", start + 1, end - OVERLAP // 2)
        start = following + 1 if following > end - OVERLAP else end - OVERLAP


def _hide(view: View, spans: list[Span]) -> View:
    """Return the view with one mark in place of each span."""
    pieces = []
    for span in spans:
        start, end = bisect_left(view.starts, span.start), bisect_left(view.starts, span.end)
        if end > start:
            pieces.append((start, end, HIDDEN))
    return view.replace(pieces) if pieces else view


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a finding around what is hidden, without blanks and marks at their edges."""
    position = start
    for part in text[start:end].split(HIDDEN):
        left, right = position, position + len(part)
        position = right + 1
        if HIDDEN in text[start:end]:
            while left < right and not text[left].isalnum():
                left += 1
            while right > left and not text[right - 1].isalnum():
                right -= 1
        if left < right:
            yield left, right


def _outside(spans: list[Span], blocked: list[tuple[int, int]]) -> list[Span]:
    """Return the spans that do not touch a placeholder that already stands in the text."""
    ends = [right for _, right in blocked]

    def touches(span: Span) -> bool:
        following = bisect_right(ends, span.start)
        return following < len(blocked) and blocked[following][0] < span.end

    return [span for span in spans if not touches(span)]
