"""The redactor: one text in, the same text without personal and health data out, or an error."""

import re
from collections.abc import Collection, Iterator
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


class Redactor:
    """Finds personal and health data with Presidio's engine and our recognizers, and masks it.

    Thread-safe once loaded: it keeps no state between calls; ``Numbering`` belongs to the caller.
    """

    def __init__(
        self, engine: AnalyzerEngine, policy: RedactionPolicy, codes: CodeRecognizer, allowed: Allowed
    ) -> None:
        self._engine = engine
        self._codes = codes
        self._mailbox = re.compile(
            rf"(?:{'|'.join(map(re.escape, policy.organisation_mailboxes))})\s?@", re.IGNORECASE
        )
        self._policy = policy
        self._allowed = allowed

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
        return cls(engine, policy, codes, Allowed.of(allowed))

    def redact(
        self,
        raw: RawText,
        *,
        language: str = "es",
        numbering: Numbering | None = None,
        allowed: Collection[str] = (),
    ) -> Redaction:
        """Mask personal and health data. Raises TextError for text that cannot be processed, ModelError when
        any recognizer fails: partly redacted text is never returned."""
        text = raw.reveal()
        check_text(text, self._policy.max_characters)
        spans = self.find(text, allowed=allowed)
        return apply(text, spans, self._policy, numbering or Numbering())

    def find(self, text: str, *, allowed: Collection[str] = ()) -> list[Span]:
        """Return the spans to mask, in order and apart, with offsets into ``text``."""
        view = fold(text)
        permitted = self._allowed.plus(allowed)
        spans = [span for part in _windows(view) for span in self._analyse(part)]
        spoken = spoken_view(view)
        if spoken is not None:
            spans += [span for part in _windows(spoken) for span in self._analyse(part)]
        spans = [span for span in spans if not permitted.covers(text, span)]
        spans += propagate(text, spans)
        blocked = placeholders(text)
        return _outside(resolve(spans, text), blocked)

    def _analyse(self, view: View) -> Iterator[Span]:
        try:
            zones = self._codes.innocent_zones(view.text, plain(view.text))
            results = self._engine.analyze(view.text, LANGUAGE, score_threshold=0.0)
        except Exception as error:
            raise ModelError(f"a recognizer failed: {type(error).__name__}; nothing was redacted") from None
        for found in results:
            if found.end > found.start and self._counts(view, zones, found):
                start, end = view.span(found.start, found.end)
                yield Span(found.entity_type, start, end, round(found.score, 3))

    def _counts(self, view: View, zones: list[tuple[int, int]], found: RecognizerResult) -> bool:
        """Whether a finding reaches its threshold, and nothing explains it as no personal data."""
        if found.score < self._policy.threshold_of(found.entity_type):
            return False
        if found.entity_type in HEALTH_ENTITIES or found.entity_type == "PERSON":
            return True
        if found.entity_type == "EMAIL_ADDRESS" and self._mailbox.match(view.text, found.start):
            return False
        return not any(left <= found.start and found.end <= right for left, right in zones)


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


def _outside(spans: list[Span], blocked: list[tuple[int, int]]) -> list[Span]:
    """Cut placeholders that already stand in the text out of the spans."""
    if not blocked:
        return spans
    kept: list[Span] = []
    for span in spans:
        start = span.start
        for left, right in blocked:
            if left < span.end and right > start:
                if left > start:
                    kept.append(Span(span.entity_type, start, left, span.score))
                start = max(start, right)
        if start < span.end:
            kept.append(Span(span.entity_type, start, span.end, span.score))
    return kept
