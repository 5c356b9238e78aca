"""Topics found by closeness: a scene holds where a message lies near enough to examples of it.

Words find what people call by its name; what is told in a hundred ways is found by example, and by the few things that
must be named for it. As with every topic, only wording follows: safety and routing never do.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from drafting.files import load_yaml, validated, word_pattern
from drafting.vector_file import MOST_ENCODED_AT_START, FingerprintedEncoder, read_vectors
from knowledge_base.evidence import Vectors
from models.vocabulary import Intent
from policies.errors import PolicyError

_FAR = -1.0
"""Below any cosine of two texts: stands for an example that was counted already."""


class NearbyRule(BaseModel):
    """When a message is near enough. Calibrated on the development split (docs/sentence-bank.md)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nearest: int = Field(ge=1, le=3)
    """How many of a scene's examples, the closest, are averaged."""
    threshold: float = Field(ge=0, le=1)
    """Least score of a scene that names none of its own."""
    most: int = Field(ge=1, le=3)
    """Scenes that one message may have."""


class _SceneModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    intents: list[Intent] = Field(min_length=1)
    threshold: float | None = Field(default=None, ge=0, le=1)
    needs: list[str] = []
    examples: list[str] = Field(min_length=4, max_length=12)


class _NearbyFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    rule: NearbyRule
    topics: dict[str, _SceneModel]


@dataclass(frozen=True, slots=True)
class Scene:
    """A topic with examples of how customers tell it."""

    name: str
    intents: frozenset[str]
    """One of these must be among the message's."""
    threshold: float
    needs: tuple[re.Pattern[str], ...]
    """What must be named, each of them, in a message without accents and capitals."""
    examples: tuple[str, ...]

    def allows(self, intents: Collection[str], folded: str) -> bool:
        """Whether the message, folded, is about a matter of the scene and names what it needs."""
        return not self.intents.isdisjoint(intents) and all(need.search(folded) for need in self.needs)

    def vector_ids(self) -> list[str]:
        """The names of its examples' vectors: a changed example is another one."""
        return [_vector_id(example) for example in self.examples]


@dataclass(frozen=True, slots=True)
class Near:
    """A scene with how close a message is to it."""

    topic: str
    score: float
    over: float
    """How far the score is over the scene's threshold; negative where the scene does not hold."""


@dataclass(frozen=True, slots=True)
class Scenes:
    """What the file of scenes says."""

    rule: NearbyRule
    scenes: tuple[Scene, ...]

    @classmethod
    def load(cls, path: Path, other_topics: Collection[str] = ()) -> "Scenes":
        """Load the scenes, none where there is no file.

        Raises:
            PolicyError: names file, topic and field; a topic that has words already is refused.
        """
        if not path.is_file():  # an installation's own folder, from before there were scenes
            return cls(NearbyRule(nearest=1, threshold=1.0, most=1), ())
        file = validated(_NearbyFile, load_yaml(path), path)
        owner: dict[str, str] = {}
        for name, model in file.topics.items():
            if name in other_topics:
                raise PolicyError(f"{path.name}: topics.{name}: is a topic found by words, too")
            for example in model.examples:
                if example in owner:
                    raise PolicyError(f"{path.name}: topics.{name}: '{example[:40]}' is in {owner[example]}")
                owner[example] = name
        scenes = [_scene(name, model, file.rule, path.name) for name, model in file.topics.items()]
        return cls(file.rule, tuple(scenes))

    @property
    def names(self) -> frozenset[str]:
        """Every scene there is."""
        return frozenset(scene.name for scene in self.scenes)

    def encoded(self, encoder: FingerprintedEncoder, known: Mapping[str, Vectors]) -> dict[str, Vectors]:
        """Vectors of all examples by id: those known, the rest encoded in one batch, as messages are."""
        texts = {_vector_id(example): example for scene in self.scenes for example in scene.examples}
        missing = [name for name in texts if name not in known]
        fresh = encoder.encode([texts[name] for name in missing], kind="query") if missing else ()
        found = dict(zip(missing, fresh, strict=True))
        return {name: found[name] if name in found else known[name] for name in texts}


@dataclass(frozen=True, slots=True)
class Background:
    """How messages in general vary: what all have in common tells no scene, and is taken out of a vector.

    ``mean``: (dimensions,); ``spread``: (dimensions, dimensions), the inverse root of their covariance.
    """

    mean: Vectors
    spread: Vectors

    @classmethod
    def load(cls, path: Path, fingerprint: str) -> "Background | None":
        """What ``python -m eval.fit_nearby`` wrote; None when missing or of another encoder."""
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as data:
            if str(data["fingerprint"]) != fingerprint:
                return None
            return cls(data["mean"].astype(np.float32), data["spread"].astype(np.float32))

    def apart(self, vectors: Vectors) -> Vectors:
        """Unit vectors, (texts, dimensions), by what sets each apart from messages in general."""
        turned = (vectors - self.mean) @ self.spread
        apart: Vectors = turned / np.maximum(np.linalg.norm(turned, axis=-1, keepdims=True), 1e-6)
        return apart


@dataclass(frozen=True, slots=True)
class Nearby:
    """Scenes with the vectors of their examples; none hold when there are no vectors."""

    rule: NearbyRule
    scenes: tuple[Scene, ...]
    background: Background
    matrix: Vectors
    """The examples set apart, scene after scene: (examples, dimensions)."""
    starts: tuple[int, ...]
    """First row of each scene."""

    @classmethod
    def load(cls, scenes: Scenes, encoder: FingerprintedEncoder, folder: Path) -> "Nearby | None":
        """Take vectors from ``vectors.npz`` where they are of this encoder, and encode the rest in one batch.

        None, so that no scene holds, without ``background.npz`` or most of the vectors (no file, or another
        encoder's) until they are built again (``drafting.build_vectors``): a start is not held up for wording.
        """
        background = Background.load(folder / "background.npz", encoder.fingerprint)
        known = read_vectors(folder / "vectors.npz", encoder.fingerprint)
        ids = [name for scene in scenes.scenes for name in scene.vector_ids()]
        missing = sum(name not in known for name in ids)
        if not ids or background is None or missing > MOST_ENCODED_AT_START:
            return None
        vectors = scenes.encoded(encoder, known)
        counts = [len(scene.examples) for scene in scenes.scenes]
        starts = tuple(int(start) for start in np.cumsum([0, *counts[:-1]]))
        matrix = background.apart(np.stack([vectors[name] for name in ids]).astype(np.float32))
        return cls(scenes.rule, scenes.scenes, background, matrix, starts)

    def find(self, vector: Vectors | None, intents: Collection[str], folded: str) -> tuple[Near, ...]:
        """The scenes that hold for a message (its vector, intents and text without accents), the surest first."""
        held = self.ranked(vector, intents, folded, least=0.0)
        return tuple(held[: self.rule.most])

    def ranked(
        self, vector: Vectors | None, intents: Collection[str], folded: str, *, least: float
    ) -> list[Near]:
        """The scenes that intents and words allow and that are at least so far over their threshold, surest first."""
        scores = self.scores(vector)
        if scores is None:
            return []
        near = [
            Near(scene.name, float(score), float(score) - scene.threshold)
            for scene, score in zip(self.scenes, scores, strict=True)
            if score - scene.threshold >= least and scene.allows(intents, folded)
        ]
        return sorted(near, key=lambda each: (-each.over, each.topic))

    def scores(self, vector: Vectors | None) -> Vectors | None:
        """How close a message (unit vector) is to each scene, (scenes,); None where it cannot be told."""
        if vector is None or vector.shape[-1] != self.matrix.shape[1]:
            return None
        apart = self.background.apart(vector.reshape(-1).astype(np.float32))
        cosines: Vectors = self.matrix @ apart
        total = np.zeros(len(self.starts), dtype=np.float32)
        lengths = np.diff([*self.starts, len(cosines)])
        for _ in range(self.rule.nearest):
            closest = np.maximum.reduceat(cosines, self.starts)
            total += closest
            cosines[cosines == np.repeat(closest, lengths)] = _FAR
        return total / np.float32(self.rule.nearest)


def _scene(name: str, model: _SceneModel, rule: NearbyRule, file: str) -> Scene:
    needs = tuple(word_pattern([need], f"{file}: topics.{name}.needs") for need in model.needs)
    threshold = rule.threshold if model.threshold is None else model.threshold
    intents = frozenset(str(intent) for intent in model.intents)
    return Scene(name, intents, threshold, needs, tuple(model.examples))


def _vector_id(example: str) -> str:
    return f"nearby/{hashlib.sha256(example.encode()).hexdigest()[:12]}"
