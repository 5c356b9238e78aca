"""The redactor: one text in, the same text without personal and health data out, or an error."""

from collections.abc import Callable, Collection, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from models.errors import ModelError
from models.redaction.addresses import AddressRecognizer
from models.redaction.allowed import Allowed
from models.redaction.approved import approved_places, stands_within
from models.redaction.encoded import EncodedRecognizer
from models.redaction.finder import Finder
from models.redaction.gazetteer import load_gazetteer
from models.redaction.hashtags import HashtagRecognizer
from models.redaction.health import HealthRecognizer, load_health_lexicon
from models.redaction.model_setting import LoadSpanModel
from models.redaction.normaliser import check_text
from models.redaction.numbering import Numbering
from models.redaction.operators import Operators, pseudonym_key
from models.redaction.persons import PersonRecognizer
from models.redaction.phones import PhoneRecognizer
from models.redaction.policy import RedactionPolicy, load_policy
from models.redaction.presidio import LANGUAGE, AnalyzerEngine, LightNlpEngine, NoEnhancer
from models.redaction.registry import build_codes, build_registry, read_registry
from models.redaction.token_recognizer import TokenModelRecognizer
from models.redaction.usernames import UsernameRecognizer
from models.spans import Redaction, Span
from models.text import RawText

HEALTH_FILE = "health_terms.yaml"
MAX_ACCOUNTS = 32
"""Accounts whose own names are kept ready for the next message."""
BATCH = 64
"""Texts that are read together: the model reads those of like length in one pass."""


class Redactor:
    """Finds personal and health data with Presidio's engine, our recognizers and the token model; masks it.

    Thread-safe once loaded: it keeps no state between calls; ``Numbering`` belongs to the caller.
    """

    def __init__(
        self,
        finder: Finder,
        policy: RedactionPolicy,
        operators: Operators,
        allowed: tuple[str, ...] = (),
        *,
        model_fingerprint: str | None = None,
    ) -> None:
        self._finder = finder
        self._allowed = allowed
        self._policy = policy
        self._operators = operators
        self._permitted = lru_cache(maxsize=MAX_ACCOUNTS)(lambda values: Allowed.of((*allowed, *values)))
        self.model_fingerprint = model_fingerprint
        """The token model's; None when patterns work alone."""

    @classmethod
    def load(
        cls,
        *,
        policy_file: Path,
        lexicons_dir: Path,
        allowed: Collection[str] = (),
        key: Callable[[], bytes] | None = None,
        token_model: LoadSpanModel | None = None,
    ) -> "Redactor":
        """Read policy, lexicons and gazetteers. Raises ArtifactError naming the file and the field.

        ``key`` gives the secret bytes for pseudonyms; it is called only when the policy asks for ``hash``.
        ``token_model`` loads the model as the policy wants it; without it the patterns and lists work alone.
        """
        policy = load_policy(policy_file)
        model = None if token_model is None else token_model(policy.token_model)
        operators = Operators(policy, pseudonym_key(policy, policy_file.name, key))
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
            TokenModelRecognizer(policy.token_model.least, policy.token_model.tells_nothing),
        ]
        nlp = LightNlpEngine(model)
        engine = AnalyzerEngine(
            registry=build_registry(file, own),
            nlp_engine=nlp,
            supported_languages=[LANGUAGE],
            context_aware_enhancer=NoEnhancer(),
        )
        finder = Finder(engine, nlp, codes, policy, operators)
        fingerprint = None if model is None else model.fingerprint
        return cls(finder, policy, operators, tuple(allowed), model_fingerprint=fingerprint)

    @cached_property
    def patterns_alone(self) -> "Redactor":
        """This redactor without its model: for ids, and for texts that we wrote ourselves."""
        return Redactor(self._finder.without_model(), self._policy, self._operators, self._allowed)

    def redact(
        self,
        raw: RawText,
        *,
        numbering: Numbering | None = None,
        allowed: Collection[str] = (),
        approved: Collection[str] = (),
    ) -> Redaction:
        """Mask personal and health data.

        All recognizers run whatever the language, for people mix languages and paste identifiers. Raises
        TextError for text that cannot be processed, ModelError when any recognizer fails: partly redacted
        text is never returned.

        Args:
            allowed: terms that are nobody's data, wherever they stand.
            approved: sentences within which nothing is masked where they stand word for word.
        """
        return self.redact_batch([raw], allowed=allowed, numbering=numbering, approved=approved)[0]

    def redact_batch(
        self,
        raws: Sequence[RawText],
        *,
        allowed: Collection[str] = (),
        numbering: Numbering | None = None,
        approved: Collection[str] = (),
    ) -> list[Redaction]:
        """Mask texts, in order, with the results that each would get alone; the model reads many at once.

        Each text has numbers of its own, unless ``numbering`` says that they are one thread. Raises as
        ``redact`` does, for the whole batch.
        """
        texts = [raw.reveal() for raw in raws]
        for text in texts:
            check_text(text, self._policy.max_characters)
        try:
            return [
                self._operators.apply(text, _outside(text, spans, approved), numbering or Numbering())
                for start in range(0, len(texts), BATCH)
                for text, spans in self._found(texts[start : start + BATCH], allowed)
            ]
        except Exception as error:
            # The cause is left out: its message could quote the text.
            raise ModelError(f"redaction failed ({type(error).__name__}); nothing was redacted") from None

    def find(self, text: str, *, allowed: Collection[str] = ()) -> list[Span]:
        """Return the spans to mask, in order and apart, with offsets into ``text``."""
        return self._found([text], allowed)[0][1]

    def _found(self, texts: Sequence[str], allowed: Collection[str]) -> list[tuple[str, list[Span]]]:
        permitted = self._permitted(allowed if isinstance(allowed, tuple) else tuple(sorted(allowed)))
        return list(zip(texts, self._finder.find(texts, permitted), strict=True))


def _outside(text: str, spans: list[Span], approved: Collection[str]) -> list[Span]:
    """The spans that are not within an approved sentence."""
    places = approved_places(text, approved) if spans else []
    return [span for span in spans if not stands_within(span.start, span.end, places)]
