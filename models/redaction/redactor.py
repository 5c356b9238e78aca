"""The redactor: one text in, the same text without personal and health data out, or an error."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path

from models.errors import ModelError
from models.redaction.addresses import AddressRecognizer
from models.redaction.allowed import Allowed
from models.redaction.codes import CodeRecognizer
from models.redaction.conflicts import resolve
from models.redaction.encoded import EncodedRecognizer
from models.redaction.gazetteer import load_gazetteer
from models.redaction.hashtags import HashtagRecognizer
from models.redaction.health import HealthRecognizer, load_health_lexicon
from models.redaction.normaliser import View, check_text, fold, plain
from models.redaction.numbering import Numbering
from models.redaction.operators import apply, placeholders
from models.redaction.persons import PersonRecognizer
from models.redaction.phones import PhoneRecognizer
from models.redaction.policy import RedactionPolicy, load_policy
from models.redaction.presidio import LANGUAGE, AnalyzerEngine, LightNlpEngine, NoEnhancer, RecognizerResult
from models.redaction.propagation import propagate
from models.redaction.registry import build_codes, build_registry, read_registry
from models.redaction.spoken import spoken_view
from models.redaction.usernames import UsernameRecognizer
from models.spans import HEALTH_ENTITIES, Redaction, Span
from models.text import RawText

HEALTH_FILE = "health_terms.yaml"
WINDOW = 4000
"""Characters analysed at once: what is quadratic in the number of findings stays so in a window only."""
OVERLAP = 400
HIDDEN = "¤"
"""Stands for a placeholder while the rest of a text is read."""
MAX_ROUNDS = 8
MAX_ACCOUNTS = 32
"""Accounts whose own names are kept ready for the next message."""


class Redactor:
    """Finds personal and health data with Presidio's engine and our recognizers, and masks it.

    Thread-safe once loaded: it keeps no state between calls; ``Numbering`` belongs to the caller.
    """

    def __init__(
        self, engine: AnalyzerEngine, policy: RedactionPolicy, codes: CodeRecognizer, allowed: tuple[str, ...]
    ) -> None:
        self._engine = engine
        self._codes = codes
        self._mailbox = re.compile(
            rf"(?:{'|'.join(map(re.escape, policy.organisation_mailboxes))})\s?@", re.IGNORECASE
        )
        self._policy = policy
        self._permitted = lru_cache(maxsize=MAX_ACCOUNTS)(lambda values: Allowed.of((*allowed, *values)))

    @classmethod
    def load(cls, *, policy_file: Path, lexicons_dir: Path, allowed: Collection[str] = ()) -> "Redactor":
        """Read policy, lexicons and gazetteers. Raises ArtifactError naming the file and the field."""
        policy = load_policy(policy_file)
        gazetteer = load_gazetteer()
        file = read_registry()
        codes = build_codes(file)
        own = [
            codes,
            HashtagRecognizer(gazetteer),
            PhoneRecognizer(),
            AddressRecognizer(),
            EncodedRecognizer(),
            UsernameRecognizer(policy.organisation_handles),
            PersonRecognizer(gazetteer, policy.persons.cues()),
            HealthRecognizer(load_health_lexicon(lexicons_dir / HEALTH_FILE), gazetteer.common),
        ]
        engine = AnalyzerEngine(
            registry=build_registry(file, own),
            nlp_engine=LightNlpEngine(),
            supported_languages=[LANGUAGE],
            context_aware_enhancer=NoEnhancer(),
        )
        return cls(engine, policy, codes, tuple(allowed))

    def redact(
        self,
        raw: RawText,
        *,
        language: str = "es",
        numbering: Numbering | None = None,
        allowed: Collection[str] = (),
    ) -> Redaction:
        """Mask personal and health data.

        All recognizers run whatever the language, for people mix languages and paste identifiers. Raises
        TextError for text that cannot be processed, ModelError when any recognizer fails: partly redacted
        text is never returned.
        """
        text = raw.reveal()
        check_text(text, self._policy.max_characters)
        try:
            spans = self.find(text, allowed=allowed)
            return apply(text, spans, self._policy, numbering or Numbering())
        except Exception as error:
            # The cause is left out: its message could quote the text.
            raise ModelError(f"redaction failed ({type(error).__name__}); nothing was redacted") from None

    def find(self, text: str, *, allowed: Collection[str] = ()) -> list[Span]:
        """Return the spans to mask, in order and apart, with offsets into ``text``.

        What is found is hidden and the rest read again until nothing more is found, so that redacting a
        redacted text changes nothing.
        """
        permitted = self._permitted(allowed if isinstance(allowed, tuple) else tuple(sorted(allowed)))
        view = fold(text)
        standing = placeholders(view.text)
        view = view.replace([(start, end, HIDDEN) for start, end in standing]) if standing else view
        spans: list[Span] = []
        for _ in range(MAX_ROUNDS):
            fresh = self._read(_hide(view, spans), text, permitted)
            if not fresh:
                return spans
            again = [span for span in propagate(text, fresh) if not permitted.inside_product(text, span)]
            fresh += _outside(again, placeholders(text))
            spans = resolve([*spans, *fresh], text)
        return spans

    def _read(self, view: View, text: str, permitted: Allowed) -> list[Span]:
        spoken = spoken_view(view)
        views = [view] if spoken is None else [view, spoken]
        found = (span for reading in views for part in _windows(reading) for span in self._analyse(part))
        return [span for span, rule in found if not permitted.covers(text, span, rule)]

    def _analyse(self, view: View) -> Iterator[tuple[Span, str]]:
        zones = self._codes.innocent_zones(view.text, plain(view.text))
        results = self._engine.analyze(view.text, LANGUAGE, score_threshold=0.0, return_decision_process=True)
        for found in results:
            if found.end > found.start and self._counts(view, zones, found):
                for start, end in _pieces(view.text, found.start, found.end):
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
    return [
        span for span in spans if not any(left < span.end and span.start < right for left, right in blocked)
    ]
