"""Understands one message: lexicon and heads read it, and what either finds in safety matters stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError, TextError
from models.text import RawText
from models.understanding.encoding import HEAD, TAIL, QueryEncoder, vectors
from models.understanding.features import Floats, extract
from models.understanding.fold import fold
from models.understanding.heads import Heads, Predictions
from models.understanding.lexicon import Lexicon, Reading
from models.understanding.signals import Evidence, criteria, relevance, signals
from models.understanding.thresholds import Thresholds, load_thresholds
from models.understanding.types import Signal, Understanding
from models.vocabulary import Emotion, Handling, Intent, Language, SignalCode

LONGEST = 100_000
"""Characters. The API's own limit is lower; this one keeps a direct caller from hanging."""
WINDOW = 300
"""Characters on either side of a cue in the middle of a long text that are read on their own."""
MOST_WINDOWS = 3
MOST_INTENTS = 3

_TOPIC_SIGNALS = (SignalCode.IN_PERSON_REFERRAL, SignalCode.ADVERSE_EVENT)


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood, and the message's unit vector (d,), so that retrieval need not encode again."""

    understanding: Understanding
    vector: Floats | None
    """None where a stand-in had to be used."""


class Understander:
    """Joins lexicon, encoder and heads. Safe to share between threads."""

    def __init__(
        self, *, lexicon: Lexicon, heads: Heads, thresholds: Thresholds, encoder: QueryEncoder
    ) -> None:
        self._lexicon = lexicon
        self._heads = heads
        self._thresholds = thresholds
        self._encoder = encoder

    @classmethod
    def load(
        cls, *, artifacts: Path, lexicons_dir: Path, thresholds_file: Path, encoder: QueryEncoder
    ) -> "Understander":
        """Load the heads, lexicons and thresholds.

        Raises:
            ArtifactError: a file is missing, damaged, wrong, or the heads belong to another encoder.
        """
        return cls(
            lexicon=Lexicon.load(lexicons_dir),
            heads=Heads.load(
                artifacts, encoder_fingerprint=encoder.fingerprint, dimensions=encoder.dimensions
            ),
            thresholds=load_thresholds(thresholds_file),
            encoder=encoder,
        )

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits of the heads' weights, for the provenance of a case."""
        return self._heads.fingerprint

    def understand(
        self,
        raw: RawText,
        *,
        language: tuple[str, float],
        channel: str,
        visibility: str,
        thread: Sequence[tuple[str, RawText]] = (),
        personal_entities: Collection[str] = (),
        health_entities: Collection[str] = (),
        product_names: Collection[str] = (),
    ) -> Understood:
        """Understand a message in its thread (``(role, text)``, oldest first). One encoder call.

        Raises:
            TextError: lone surrogates, or longer than 100,000 characters.
            ModelError: a model failed; the message carries no customer text.
        """
        text = raw.reveal()
        _check(text)
        turns = [(role, turn.reveal()) for role, turn in thread]
        for _, turn in turns:
            _check(turn)
        try:
            reading = self._lexicon.read(text)
            earlier = self._lexicon.read(" . ".join(turn for role, turn in turns if role == "customer"))
            scores, vector = self._score(text, [turn for _, turn in turns], reading, channel, visibility)
        except Exception as error:
            # Whatever failed, its message may quote the text: only the kind of error goes on.
            raise ModelError(f"understanding failed: {type(error).__name__}") from None
        evidence = Evidence(
            reading=reading,
            earlier=earlier,
            scores=scores,
            public=visibility == "public",
            personal_entities=frozenset(personal_entities),
            health_entities=frozenset(health_entities),
            product_named=any(name.casefold() in text.casefold() for name in product_names if name),
        )
        return Understood(self._assemble(evidence, language, has_words=any(map(str.isalnum, text))), vector)

    def _score(
        self, text: str, turns: Sequence[str], reading: Reading, channel: str, visibility: str
    ) -> tuple[Predictions, Floats]:
        """Scores of the heads; signals are the highest over the message and the windows of a long one."""
        windows = _windows(text, reading)
        found = vectors(self._encoder, text, turns, windows)
        thread = fold(" . ".join(turns)) if turns else None
        whole = self._heads.predict(
            extract(fold(text), thread, (found[0], found[1]), text, channel=channel, visibility=visibility)
        )
        marks = dict(whole.signals)
        for window, vector in zip(windows, found[2:], strict=True):
            part = self._heads.predict(
                extract(fold(window), None, (vector, vector), window, channel=channel, visibility=visibility)
            )
            marks = {code: max(score, part.signals[code]) for code, score in marks.items()}
        joined = Predictions(whole.main_intent, whole.handling, whole.emotion, whole.intents, marks)
        return joined, found[0]

    def _assemble(self, evidence: Evidence, language: tuple[str, float], *, has_words: bool) -> Understanding:
        scores, limits = evidence.scores, self._thresholds
        found = signals(evidence, limits)
        codes = {signal.code for signal in found}
        handling = sorted(scores.handling.items(), key=lambda item: -item[1])
        emotion = max(scores.emotion.items(), key=lambda item: item[1])
        main = max(scores.main_intent.values())
        code = language[0].lower() or "und"
        topics = (*evidence.reading.topics, *evidence.earlier.topics)
        unsure = main < limits.abstain.main_intent or handling[0][1] < limits.abstain.handling
        return Understanding(
            language=Language(code) if code in set(Language) else None,
            language_code=code,
            intents=_intents(scores, found, limits.second_intent),
            emotion=Emotion(emotion[0]),
            emotion_score=emotion[1],
            relevance=relevance(evidence, codes, limits),
            signals=found,
            handling=tuple((Handling(name), score) for name, score in handling),
            abstained=unsure or not has_words,
            referral_topic=topics[0] if topics and codes & set(_TOPIC_SIGNALS) else None,
            adverse_event=criteria(evidence, codes) if SignalCode.ADVERSE_EVENT in codes else None,
            tags=evidence.reading.tags | evidence.earlier.tags,
        )


def _check(text: str) -> None:
    if len(text) > LONGEST:
        raise TextError(f"text has {len(text)} characters; the most is {LONGEST}")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise TextError("text holds a lone surrogate")


def _windows(text: str, reading: Reading) -> list[str]:
    """Parts of a long text around cues that the encoder would not see otherwise."""
    if len(text) <= HEAD + TAIL:
        return []
    hidden = sorted({h.offset for h in reading.hits if h.entry.signal and HEAD <= h.offset < len(text) - TAIL})
    starts: list[int] = []
    for offset in hidden:
        if not starts or offset - starts[-1] > 2 * WINDOW:
            starts.append(offset)
    return [text[max(0, start - WINDOW) : start + WINDOW] for start in starts[:MOST_WINDOWS]]


def _intents(
    scores: Predictions, found: Sequence[Signal], second: float
) -> tuple[tuple[Intent, float], ...]:
    """Main intent, then the others over the threshold. An adverse event is always among them (GUIDE)."""
    main = max(scores.main_intent, key=lambda name: scores.main_intent[name])
    others = sorted(
        ((name, score) for name, score in scores.intents.items() if score >= second and name != main),
        key=lambda item: -item[1],
    )
    named = [(main, scores.main_intent[main]), *others[: MOST_INTENTS - 1]]
    event = next((s.score for s in found if s.code == SignalCode.ADVERSE_EVENT), None)
    if event is not None and all(name != Intent.ADVERSE_EVENT for name, _ in named):
        named.append((Intent.ADVERSE_EVENT, event))
    return tuple((Intent(name), score) for name, score in named)
