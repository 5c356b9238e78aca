"""Finer topics of a message (``late``, ``broken``) that make the choice of phrases concrete: by words, by example."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from drafting.files import load_yaml, validated, word_pattern
from drafting.given import Given
from drafting.nearby import Near, Nearby, Scenes
from drafting.report_questions import Missing
from drafting.vector_file import FingerprintedEncoder
from knowledge_base.evidence import Vectors
from models.vocabulary import Emotion, Intent
from policies.errors import PolicyError
from policies.vocabulary import Flag

_READ = 3000
"""Characters read of a message: topics only choose wording, and patterns must stay fast on any input."""
OWN_HEALTH = "own_health"
"""Tag of a writer who tells of an illness or a treatment of their own: whom the matter is about, and no topic."""
_MARKS = dict.fromkeys(range(0x300, 0x370))


def fold(text: str) -> str:
    """Lower case without accents, for matching words."""
    return unicodedata.normalize("NFD", text.lower()).translate(_MARKS)


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """``fold`` for names of the account: kept, since the same few come up in every draft. Never customer text."""
    return fold(name)


class ReadingRules(BaseModel):
    """What of the understanding a draft believes, once the decision has spoken. Topics are given by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lead_by_queue: dict[str, Intent] = {}
    """The intent that a queue stands for: it comes first, whatever the scores say."""
    lead_if_read: dict[str, list[Intent]] = {}
    """Queues that lead only where one of these intents was read: others come there for other reasons."""
    lead_if_likely: list[str] = []
    """Queues that lead only where their intent, if it was read, has the least score."""
    least_intent_score: float = 0.0
    """A main intent under it is more often wrong than right: no story is told, unless a topic bears it out."""
    plain_topics: list[str] = []
    """Topics that are told of nearly anything, and bear out no intent."""
    least_emotion_score: dict[Emotion, float] = {}
    """An emotion under its score is a guess: the draft is written as for a neutral message."""
    words_of_emotion: dict[Emotion, list[str]] = {}
    """Topics whose words bear out an emotion, whatever its score."""
    formal: list[Intent] = []
    """A leading intent of these is answered alone; behind another it is not mentioned."""
    idle: list[Intent] = []
    """Main intents after which no story is told."""
    against_idle: list[str] = []
    """Topics with which a message is our business, whatever its idle main intent scores."""
    sure_topics: list[str] = []
    """Topics that hold however unsure the understanding is."""
    glad_topics: list[str] = []
    """Words of a satisfied customer."""
    against_praise: list[str] = []
    """Topics that make praise doubtful where no glad word stands."""
    own_words: list[str] = []
    """Topics found by the words here alone, where a language has any: the understanding's tags are wider."""
    promise_topic: str | None = None
    """Sought in the agent's last text: we said that we would answer."""
    chasing_topics: list[str] = []
    """The customer asks for what was promised."""
    given: dict[Given, list[str]] = {}
    """Placeholders of the redactor by the kind of data that they stand for."""
    report_questions: list[Missing] = []
    """What a draft asks for a report of an adverse event, the most useful first."""
    least_flag_score: dict[Flag, float] = {}
    """A flag that a trained head alone raised, under its score, is a guess: ``guessed:`` tells the wording so."""
    silent_if_guessed: list[Flag] = []
    """Flags of whose guess the wording says nothing at all; rules and routing see them as before."""

    def topic_names(self) -> set[str]:
        """Every topic that the rules name."""
        named = {
            *self.own_words,
            *self.sure_topics,
            *self.against_idle,
            *self.glad_topics,
            *self.against_praise,
            *self.chasing_topics,
            *self.plain_topics,
            *(topic for topics in self.words_of_emotion.values() for topic in topics),
        }
        return named | ({self.promise_topic} if self.promise_topic else set())


class _TopicFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    reading: ReadingRules = ReadingRules()
    topics: dict[str, dict[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Topics:
    """Compiled topic words by language (``any`` holds in every language), and the scenes found by closeness."""

    patterns: Mapping[str, Mapping[str, re.Pattern[str]]]
    rules: ReadingRules
    scene_names: frozenset[str] = frozenset()
    nearby: Nearby | None = None

    @classmethod
    def load(cls, path: Path) -> "Topics":
        """Load the topics; a PolicyError names file, topic and language."""
        file = validated(_TopicFile, load_yaml(path), path)
        patterns: dict[str, dict[str, re.Pattern[str]]] = {}
        for topic, languages in file.topics.items():
            patterns[topic] = {}
            for language, words in languages.items():
                patterns[topic][language] = word_pattern(words, f"{path.name}: topics.{topic}.{language}")
        unknown = sorted(file.reading.topic_names() - patterns.keys())
        if unknown:
            raise PolicyError(f"{path.name}: reading: unknown topic '{unknown[0]}'")
        return cls(patterns, file.reading)

    @property
    def names(self) -> frozenset[str]:
        """Every topic there is."""
        return self.scene_names.union(self.patterns)

    def with_scenes(self, scenes: Scenes, encoder: FingerprintedEncoder | None, folder: Path) -> "Topics":
        """With scenes: their names are known in any case; they are found only where there is an encoder."""
        nearby = Nearby.load(scenes, encoder, folder) if encoder is not None else None
        return replace(self, scene_names=scenes.names, nearby=nearby)

    def near(self, vector: Vectors | None, intents: Collection[str], text: str) -> tuple[Near, ...]:
        """Scenes that hold by closeness, the surest first."""
        return () if self.nearby is None else self.nearby.find(vector, intents, fold(text[:_READ]))

    def tagged(self, tags: frozenset[str], language: str | None) -> frozenset[str]:
        """The tags of the understanding that count as topics."""
        own = {topic for topic in self.rules.own_words if language in self.patterns[topic]}
        return tags - own - {OWN_HEALTH}

    def find(self, text: str, language: str | None) -> frozenset[str]:
        """Topics whose words stand in the text."""
        folded = fold(text[:_READ])
        keys = [key for key in (language, "any") if key is not None]
        return frozenset(
            topic
            for topic, patterns in self.patterns.items()
            if any(key in patterns and patterns[key].search(folded) for key in keys)
        )
