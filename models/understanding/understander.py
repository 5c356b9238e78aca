"""Understands one message: lexicon and heads read it, and what either finds in safety matters stands."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.errors import ModelError, TextError
from models.text import RawText
from models.understanding.adverse_events import NOTHING_KNOWN, Known, ReportReader, ReportText
from models.understanding.encoding import MessageReader, QueryEncoder, vectors
from models.understanding.features import Floats, extract
from models.understanding.fold import fold
from models.understanding.heads import Heads, Predictions
from models.understanding.intents import named_intents, unsure, with_cues
from models.understanding.lexicon import NOTHING_READ, Lexicon, Reading, joined
from models.understanding.order_edges import Stretch
from models.understanding.order_finder import OrderFinder
from models.understanding.order_judge import OrderJudge
from models.understanding.passages import passages, windows_of
from models.understanding.reader import BRANCH_FILE, load_reader
from models.understanding.signals import Evidence, criteria, relevance, signals
from models.understanding.thresholds import Thresholds, load_thresholds
from models.understanding.types import Understanding
from models.vocabulary import Emotion, Handling, Language, SignalCode

LONGEST = 100_000
"""Characters. The API's own limit is lower; this one keeps a direct caller from hanging."""

NO_WORDS, POSITIVE_EMOJI, GREETING, ASSENT = "no_words", "positive_emoji", "greeting", "assent"
"""Tags of a message without letters or digits, and (lexicon) of one that only cheers, only greets, only agrees."""

PAEDIATRICS = "paediatrics"
"""The topic of the lexicon that a child gives."""
_TOPIC_SIGNALS = (SignalCode.IN_PERSON_REFERRAL, SignalCode.ADVERSE_EVENT)


@dataclass(frozen=True, slots=True)
class Read:
    """A message and its thread as lexicon, encoder and heads read them: all that does not wait for redaction."""

    text: str = field(repr=False)
    turns: tuple[tuple[str, str], ...] = field(repr=False)
    """``(role, text)``, oldest first."""
    public: bool
    reading: Reading
    earlier: Reading
    scores: Predictions
    vector: Floats
    """Unit vector for retrieval, (d,)."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood, and the message's unit vector (d,), so that retrieval need not encode again."""

    understanding: Understanding
    vector: Floats | None
    """None where a stand-in had to be used."""
    cued: bool = True
    """Whether the lexicon may have a cue of an order to the software in the message."""


class Understander:
    """Joins lexicon, encoder and heads. Safe to share between threads."""

    def __init__(
        self,
        *,
        lexicon: Lexicon,
        heads: Heads,
        thresholds: Thresholds,
        reader: MessageReader,
        judge: OrderJudge,
        reports: ReportReader,
    ) -> None:
        self._lexicon = lexicon
        self._reports = reports
        self._heads = heads
        self._thresholds = thresholds
        self._reader = reader
        self._finder = OrderFinder(lexicon, judge, reader)
        self._fingerprint = hashlib.sha256(f"{heads.fingerprint} {judge.sha256}".encode()).hexdigest()[:12]

    @classmethod
    def load(
        cls,
        *,
        artifacts: Path,
        lexicons_dir: Path,
        thresholds_file: Path,
        encoder: QueryEncoder,
        threads: int = 2,
    ) -> "Understander":
        """Load the heads with their branch of the encoder and what tells orders, lexicons and thresholds.

        Raises:
            ArtifactError: a file is missing, damaged, wrong, or the heads belong to another encoder.
        """
        heads = Heads.load(artifacts, encoder_fingerprint=encoder.fingerprint, dimensions=encoder.dimensions)
        branch = artifacts / BRANCH_FILE if heads.branch else None
        lexicon = Lexicon.load(lexicons_dir)
        return cls(
            lexicon=lexicon,
            heads=heads,
            thresholds=load_thresholds(thresholds_file),
            reader=load_reader(encoder, branch, sha256=heads.branch, threads=threads),
            judge=OrderJudge.load(artifacts, trained_on=encoder.fingerprint),
            reports=ReportReader.load(lexicon, lexicons_dir),
        )

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits of the heads' weights and those for orders, for the provenance of a case."""
        return self._fingerprint

    def read(
        self,
        raw: RawText,
        *,
        channel: str,
        visibility: str,
        thread: Sequence[tuple[str, RawText]] = (),
    ) -> Read:
        """Read a message in its thread (``(role, text)``, oldest first): one call of the encoder.

        Raises:
            TextError: lone surrogates, or longer than 100,000 characters.
            ModelError: a model failed; the message carries no customer text.
        """
        text = raw.reveal()
        turns = tuple((role, turn.reveal()) for role, turn in thread)
        for given in (text, *(turn for _, turn in turns)):
            _check(given)
        try:
            reading = self._lexicon.read(text)
            earlier = self._earlier(text, [turn for role, turn in turns if role == "customer"])
            scores, vector = self._score(text, [turn for _, turn in turns], reading, channel, visibility)
        except Exception as error:
            # Whatever failed, its message may quote the text: only the kind of error goes on.
            raise ModelError(f"understanding failed: {type(error).__name__}") from None
        return Read(text, turns, visibility == "public", reading, earlier, scores, vector)

    def understand(
        self,
        read: Read,
        *,
        language: tuple[str, float],
        personal_entities: Collection[str] = (),
        health_entities: Collection[str] = (),
        known: Known = NOTHING_KNOWN,
    ) -> Understood:
        """Conclude from what was read, and from what redaction found, what the message is.

        Args:
            known: what else a report of an adverse event is read from.

        Raises:
            ModelError: a part failed; the message carries no customer text.
        """
        evidence = Evidence(
            reading=read.reading,
            earlier=read.earlier,
            scores=read.scores,
            public=read.public,
            personal_entities=frozenset(personal_entities),
            health_entities=frozenset(health_entities),
        )
        wordless = not any(map(str.isalnum, read.text))
        understanding = self._assemble(evidence, language, wordless=wordless, before=read.turns[-1:])
        given = ReportText.of(read.text, read.turns, language[0], known)
        cued = bool(read.reading.cues(SignalCode.PROMPT_INJECTION))
        return Understood(self._with_report(understanding, given), read.vector, cued)

    def _with_report(self, understanding: Understanding, given: ReportText) -> Understanding:
        """With what the words give for a report, where an adverse event is suspected."""
        if not understanding.has(SignalCode.ADVERSE_EVENT):
            return understanding
        try:
            report = self._reports.read(given)
        except Exception as error:
            raise ModelError(f"understanding failed: {type(error).__name__}") from None
        codes = {signal.code for signal in understanding.signals}
        return replace(understanding, adverse_event=criteria(report, codes))

    def orders(self, raw: RawText, *, signalled: bool = True, cued: bool = True) -> tuple[Stretch, ...]:
        """Stretches of a message that give orders to the software.

        Found by the lexicon and, word by word, by what is said and meant (a further call of the encoder's shared
        layers, only for a message whose words are suspicious).

        Args:
            signalled: whether the message as a whole was taken for an attack; then less is needed.
            cued: False where the lexicon was read and has no cue of an order: it is not read again.

        Raises:
            ModelError: a model failed; the message carries no customer text.
        """
        try:
            return self._finder.find(raw.reveal(), signalled=signalled, cued=cued)
        except Exception as error:
            raise ModelError(f"understanding failed: {type(error).__name__}") from None

    def _earlier(self, text: str, turns: Sequence[str]) -> Reading:
        """Cues of the customer's earlier turns, alone and with the message that completes them."""
        if not turns:
            return NOTHING_READ
        before = " . ".join(turns)
        return joined(self._lexicon.read(before), self._lexicon.read(f"{before} . {text}"))

    def _score(
        self, text: str, turns: Sequence[str], reading: Reading, channel: str, visibility: str
    ) -> tuple[Predictions, Floats]:
        """Scores of the heads; signals are the highest over the message and the parts of a long one."""
        windows = windows_of(text, reading)
        parts = passages(text)
        found, vector = vectors(self._reader, text, turns, [*windows, *parts])
        thread = fold(" . ".join(turns)) if turns else None
        whole = self._heads.predict(
            extract(fold(text), thread, (found[0], found[1]), text, channel=channel, visibility=visibility)
        )
        marks = dict(whole.signals)
        for place, (part, seen) in enumerate(zip([*windows, *parts], found[2:], strict=True)):
            read = self._heads.predict(
                extract(fold(part), None, (seen, seen), part, channel=channel, visibility=visibility)
            )
            for code, score in read.signals.items():
                if place < len(windows) or score >= self._thresholds.signals[SignalCode(code)].passage:
                    marks[code] = max(marks[code], score)
        return with_cues(replace(whole, signals=marks), reading.intents), vector

    def _assemble(
        self,
        evidence: Evidence,
        language: tuple[str, float],
        *,
        wordless: bool,
        before: Sequence[tuple[str, str]],
    ) -> Understanding:
        """``before``: the turn before the message, when there is one."""
        scores, limits = evidence.scores, self._thresholds
        found = signals(evidence, limits)
        codes = {signal.code for signal in found}
        handling = sorted(scores.handling.items(), key=lambda item: -item[1])
        emotion = max(scores.emotion.items(), key=lambda item: item[1])
        code = language[0].lower() or "und"
        named = (*evidence.reading.topics, *evidence.earlier.topics)
        # A child who is only named (the granddaughter who types) sends nobody to a paediatrician.
        topics = [topic for topic in named if topic != PAEDIATRICS or SignalCode.MINOR in codes]
        tags = (
            evidence.reading.tags | (evidence.earlier.tags - {ASSENT}) | ({NO_WORDS} if wordless else set())
        )
        if not _told(before):  # agreeing to what was asked is an answer
            tags -= {ASSENT}
        vague = unsure(scores.main_intent, limits.abstain.main_intent) or unsure(
            scores.handling, limits.abstain.handling
        )
        if wordless:  # hearts say enough, and so does a question mark after a question
            vague = POSITIVE_EMOJI not in evidence.reading.tags and (vague or not before)
        if tags & {GREETING, ASSENT}:  # nothing is asked, and that is sure
            vague = False
        return Understanding(
            language=Language(code) if code in set(Language) else None,
            language_code=code,
            intents=named_intents(scores, found, limits.second_intent),
            emotion=Emotion(emotion[0]),
            emotion_score=emotion[1],
            relevance=relevance(evidence, codes, limits),
            signals=found,
            handling=tuple((Handling(name), score) for name, score in handling),
            abstained=vague,
            referral_topic=topics[0] if topics and codes & set(_TOPIC_SIGNALS) else None,
            tags=tags,
        )


def _told(before: Sequence[tuple[str, str]]) -> bool:
    """Whether the turn before told something and asked nothing."""
    return any(role == "agent" and "?" not in text for role, text in before)


def _check(text: str) -> None:
    if len(text) > LONGEST:
        raise TextError(f"text has {len(text)} characters; the most is {LONGEST}")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise TextError("text holds a lone surrogate")
