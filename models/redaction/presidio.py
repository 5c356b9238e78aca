"""The one door to Presidio: imports it without its optional neural back ends, and gives it our tokenizer.

Presidio and spaCy import torch, transformers and others when these happen to be installed; that costs
seconds and hundreds of megabytes, and the redactor uses none of them.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from models.redaction.message_model import ModelReading, SpanModel
from models.redaction.normaliser import plain
from models.redaction.tokens import Token, tokenize

_OPTIONAL = ("torch", "transformers", "stanza", "gliner", "cupy", "tensorflow", "mxnet", "jax")


def _import_without_optional() -> None:
    blocked = [name for name in _OPTIONAL if name not in sys.modules]
    for name in blocked:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        import presidio_analyzer  # noqa: F401
    finally:
        for name in blocked:
            sys.modules.pop(name, None)


_import_without_optional()

from presidio_analyzer import (  # noqa: E402
    AnalysisExplanation,
    AnalyzerEngine,
    EntityRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer  # noqa: E402
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine  # noqa: E402

__all__ = [
    "AnalysisExplanation",
    "AnalyzerEngine",
    "EntityRecognizer",
    "LightArtifacts",
    "LightNlpEngine",
    "NlpArtifacts",
    "NoEnhancer",
    "Recognizer",
    "RecognizerRegistry",
    "RecognizerResult",
]

LANGUAGE = "es"
"""All recognizers run on all texts, whatever their language: people mix languages and paste identifiers."""


NOTHING_READ = ModelReading(())
"""What patterns alone work with: no model, no findings, no doubt."""


class LightArtifacts(NlpArtifacts):
    """Tokens of one text, the text in lower case without accents (same length), and the model's reading."""

    def __init__(
        self, text: str, engine: "LightNlpEngine", language: str, reading: ModelReading = NOTHING_READ
    ) -> None:
        tokens = tokenize(text)
        super().__init__(
            entities=[],
            tokens=tokens,  # type: ignore[arg-type]
            tokens_indices=[token.start for token in tokens],
            lemmas=[],
            nlp_engine=engine,
            language=language,
        )
        self.lemmas = [token.key for token in tokens]
        self._words = tokens
        self.text = text
        self.plain = plain(text)
        self.reading = reading

    def words(self) -> list[Token]:
        """The tokens, typed."""
        return self._words


class LightNlpEngine(NlpEngine):
    """An NLP engine that tokenizes, folds, and asks the token model, a batch at a time.

    As with Presidio's own engines, the model runs here once a text and recognizers read what it found.
    """

    def __init__(self, model: SpanModel | None = None) -> None:
        self._model = model

    def load(self) -> None:
        """Do nothing: there is nothing to load."""

    def is_loaded(self) -> bool:
        """Return True."""
        return True

    def process_text(self, text: str, language: str) -> LightArtifacts:
        """Read one text."""
        return self.process_texts([text], language)[0]

    def process_texts(self, texts: Sequence[str], language: str = LANGUAGE) -> list[LightArtifacts]:
        """Read texts, with one call of the model for all."""
        if self._model is None:
            return [LightArtifacts(text, self, language) for text in texts]
        readings = self._model.read(texts)
        return [
            LightArtifacts(text, self, language, reading)
            for text, reading in zip(texts, readings, strict=True)
        ]

    def process_unread(self, text: str) -> LightArtifacts:
        """Tokenize another reading of a text that the model has read: it finds nothing here, and backs nothing."""
        if self._model is None:
            return LightArtifacts(text, self, LANGUAGE)
        nothing = ModelReading((), np.zeros(len(text), dtype=np.float32))
        return LightArtifacts(text, self, LANGUAGE, nothing)

    def process_batch(
        self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: object
    ) -> Iterator[tuple[str, LightArtifacts]]:
        """Read texts, ``batch_size`` at a time."""
        waiting = iter(texts)
        while batch := list(islice(waiting, max(1, batch_size))):
            yield from zip(batch, self.process_texts(batch, language), strict=True)

    def is_stopword(self, word: str, language: str) -> bool:
        """Return False: context is matched by whole phrases, not by keywords."""
        return False

    def is_punct(self, word: str, language: str) -> bool:
        """Whether a token is a mark."""
        return not any(char.isalnum() for char in word)

    def get_supported_entities(self) -> list[str]:
        """Return no entities: all come from recognizers."""
        return []

    def get_supported_languages(self) -> list[str]:
        """Return the analysis language."""
        return [LANGUAGE]


class Recognizer(EntityRecognizer):
    """A recognizer of ours: reads our tokens and folded text, and loads nothing later."""

    def __init__(self, name: str, entities: Sequence[str]) -> None:
        self.title = name
        super().__init__(supported_entities=list(entities), name=name, supported_language=LANGUAGE)

    def load(self) -> None:
        """Do nothing: all that a recognizer needs is given to its constructor."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return findings. Raises TypeError when the text was not read by LightNlpEngine."""
        if not isinstance(nlp_artifacts, LightArtifacts):
            raise TypeError("the redactor's recognizers need LightNlpEngine")
        return self.find(text, nlp_artifacts)

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return findings in a folded text."""
        raise NotImplementedError

    def hit(self, entity: str, start: int, end: int, score: float, reason: str) -> RecognizerResult:
        """Make a result with its decision trace. The trace names the pattern, never the text."""
        explanation = AnalysisExplanation(recognizer=self.title, original_score=score, pattern_name=reason)
        return RecognizerResult(entity, start, end, score, analysis_explanation=explanation)


class NoEnhancer(ContextAwareEnhancer):
    """Leaves scores alone: our recognizers weigh context themselves, by whole words and phrases.

    Presidio's enhancer tests each context string inside single lemmas, so that phrases such as "número de
    la seguridad social" never fire and "lic" fires on "duplicate".
    """

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Return the results as they are."""
        return raw_results
