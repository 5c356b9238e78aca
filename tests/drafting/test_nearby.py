"""Topics found by closeness: what the loader refuses, how scores are made, and what ships."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from drafting.nearby import Background, Nearby, Scenes
from drafting.topics import Topics
from drafting.vector_file import MOST_ENCODED_AT_START, read_vectors, write_vectors
from knowledge_base.evidence import Vectors
from models.encoder import DEFAULT_DIRECTORY, OnnxEncoder
from policies.errors import PolicyError

RULE = "version: 1\nrule: {nearest: 2, threshold: 0.4, most: 2}\ntopics:\n"
SPILT = """\
  spilt:
    intents: [complaint]
    examples: [se ha derramado, vino derramado, todo derramado, bote derramado]
"""
STUCK = """\
  stuck:
    intents: [complaint, suggestion]
    examples: [no sale nada, no echa nada, nada sale, sale nada]
"""


class WordEncoder:
    """A vector counts words: enough to tell near from far, with nothing learned."""

    dimensions = 64

    def __init__(self, fingerprint: str = "words") -> None:
        self.fingerprint = fingerprint
        self.words: dict[str, int] = {}
        self.encoded = 0

    def encode(self, texts: Sequence[str], *, kind: Literal["query", "passage"]) -> Vectors:
        assert kind == "query"
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, self.words.setdefault(word, len(self.words)) % self.dimensions] += 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def scenes(tmp_path: Path, text: str, other: Sequence[str] = ()) -> Scenes:
    path = tmp_path / "nearby.yaml"
    path.write_text(text, encoding="utf-8")
    return Scenes.load(path, other)


def plain_background(folder: Path, fingerprint: str = "words") -> None:
    """Nothing in common to take out: vectors stay as they are."""
    np.savez(
        folder / "background.npz",
        mean=np.zeros(64, dtype=np.float32),
        spread=np.eye(64, dtype=np.float16),
        fingerprint=np.array(fingerprint),
    )


def near(tmp_path: Path, text: str, encoder: WordEncoder) -> Nearby:
    plain_background(tmp_path)
    nearby = Nearby.load(scenes(tmp_path, text), encoder, tmp_path)
    assert nearby is not None
    return nearby


def found(
    nearby: Nearby, encoder: WordEncoder, text: str, intents: Sequence[str] = ("complaint",)
) -> list[str]:
    vector = encoder.encode([text], kind="query")[0]
    return [each.topic for each in nearby.find(vector, intents, text)]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (RULE + SPILT.replace("complaint", "complain"), r"nearby\.yaml: topics\.spilt\.intents\.0"),
        (RULE + SPILT.replace("[complaint]", "[]"), r"nearby\.yaml: topics\.spilt\.intents"),
        (RULE + SPILT.replace(", bote derramado", ""), r"nearby\.yaml: topics\.spilt\.examples"),
        (RULE + SPILT.replace("examples", "example"), r"nearby\.yaml: topics\.spilt\.example"),
        (RULE + SPILT + SPILT.replace("spilt", "spilled"), r"topics\.spilled: 'se ha derramado' is in spilt"),
        (RULE.replace("threshold: 0.4", "threshold: 5") + SPILT, r"nearby\.yaml: rule\.threshold"),
        (
            RULE + SPILT.replace("spilt", "late"),
            r"nearby\.yaml: topics\.late: is a topic found by words, too",
        ),
        (RULE + SPILT.replace("    ex", "    needs: ['(']\n    ex"), r"nearby\.yaml: topics\.spilt\.needs: "),
        (RULE + SPILT.replace("    ex", "    needs: ['a?']\n    ex"), r"needs: matches an empty text"),
        (RULE + SPILT + SPILT, r"nearby\.yaml:\d+: key 'spilt' given twice"),
    ],
)
def test_the_loader_names_file_and_topic(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(PolicyError, match=error) as caught:
        scenes(tmp_path, text, ["late"])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "intents", "expected"),
    [
        ("vino derramado", ["complaint"], ["spilt"]),
        ("vino derramado", ["suggestion"], []),
        ("no sale nada", ["suggestion"], ["stuck"]),
        ("se ha derramado y no sale nada", ["complaint"], ["stuck", "spilt"]),
        ("buenos días", ["complaint"], []),
        ("el vino", ["complaint"], []),
    ],
)
def test_a_scene_holds_near_its_examples(
    tmp_path: Path, text: str, intents: Sequence[str], expected: Sequence[str]
) -> None:
    encoder = WordEncoder()
    nearby = near(tmp_path, RULE + SPILT + STUCK, encoder)
    assert found(nearby, encoder, text, intents) == list(expected)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (("most: 2", "most: 1"), ["stuck"]),
        (("threshold: 0.4", "threshold: 0.9"), []),
        (("nearest: 2", "nearest: 1"), ["spilt", "stuck"]),
    ],
)
def test_the_rule_is_data(tmp_path: Path, rule: tuple[str, str], expected: Sequence[str]) -> None:
    encoder = WordEncoder()
    nearby = near(tmp_path, RULE.replace(*rule) + SPILT + STUCK, encoder)
    assert found(nearby, encoder, "se ha derramado y no sale nada") == list(expected)


def test_a_scene_may_ask_for_more(tmp_path: Path) -> None:
    encoder = WordEncoder()
    strict = SPILT.replace("    examples", "    threshold: 0.99\n    examples")
    nearby = near(tmp_path, RULE + strict + STUCK, encoder)
    assert found(nearby, encoder, "se ha derramado y no sale nada") == ["stuck"]


def test_a_score_is_the_mean_of_the_closest_examples(tmp_path: Path) -> None:
    encoder = WordEncoder()
    nearby = near(tmp_path, RULE + SPILT, encoder)
    vector = encoder.encode(["vino derramado"], kind="query")[0]
    scores = nearby.scores(vector)
    assert scores is not None
    assert float(scores[0]) == pytest.approx((1 + 0.5) / 2)


def many(number: int) -> str:
    """Scenes of four examples each."""
    return "".join(
        f"  scene_{n}:\n    intents: [complaint]\n    examples: [a{n} b, a{n} c, a{n} d, a{n} e]\n"
        for n in range(number)
    )


@pytest.mark.parametrize(
    ("vectors_of", "background_of"),
    [(None, "words"), ("another", "words"), ("words", None), ("words", "another")],
)
def test_a_start_is_not_held_up_by_what_is_missing(
    tmp_path: Path, vectors_of: str | None, background_of: str | None
) -> None:
    loaded, encoder = scenes(tmp_path, RULE + many(MOST_ENCODED_AT_START // 4 + 1)), WordEncoder()
    if vectors_of is not None:
        write_vectors(tmp_path / "vectors.npz", loaded.encoded(WordEncoder(), {}), vectors_of)
    if background_of is not None:
        plain_background(tmp_path, background_of)
    assert Nearby.load(loaded, encoder, tmp_path) is None
    assert encoder.encoded == 0


def test_vectors_are_taken_from_the_file_and_new_examples_encoded(tmp_path: Path) -> None:
    encoder = WordEncoder()
    write_vectors(tmp_path / "vectors.npz", scenes(tmp_path, RULE + SPILT).encoded(encoder, {}), "words")
    encoder.encoded = 0
    nearby = near(tmp_path, RULE + SPILT + STUCK, encoder)
    assert encoder.encoded == 4
    assert found(nearby, encoder, "vino derramado") == ["spilt"]


@pytest.mark.parametrize("vector", [None, np.ones(3, dtype=np.float32)])
def test_without_a_vector_of_the_encoder_no_scene_holds(tmp_path: Path, vector: Vectors | None) -> None:
    assert near(tmp_path, RULE + SPILT, WordEncoder()).find(vector, ["complaint"], "vino derramado") == ()


def test_what_all_messages_have_in_common_counts_for_nothing(tmp_path: Path) -> None:
    common = np.array([1, 0, 0], dtype=np.float32)
    apart = Background(common, np.eye(3, dtype=np.float32)).apart(np.array([[1, 2, 0]], dtype=np.float32))
    assert apart == pytest.approx(np.array([[0, 1, 0]]))


def test_scenes_are_topics_even_where_they_cannot_be_found(tmp_path: Path) -> None:
    words = Topics({}, Topics.load(SHIPPED / "topics.yaml").rules)
    topics = words.with_scenes(scenes(tmp_path, RULE + SPILT), None, tmp_path)
    assert topics.names == {"spilt"}
    assert topics.near(np.ones(64, dtype=np.float32), ["complaint"], "vino derramado") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Vino DERRAMÁDO", ["spilt"]), ("vino vino", []), ("no derramado", []), ("el vino", [])],
)
def test_what_a_scene_needs_must_be_named(tmp_path: Path, text: str, expected: Sequence[str]) -> None:
    encoder = WordEncoder()
    needing = SPILT.replace("    examples", "    needs: [derram, vino|vina]\n    examples")
    plain_background(tmp_path)
    topics = Topics({}, Topics.load(SHIPPED / "topics.yaml").rules)
    topics = topics.with_scenes(scenes(tmp_path, RULE + needing), encoder, tmp_path)
    vector = encoder.encode(["vino derramado"], kind="query")[0]
    assert [each.topic for each in topics.near(vector, ["complaint"], text)] == list(expected)


SHIPPED = Path(__file__).parents[2] / "policies" / "phrases"


def test_the_shipped_vectors_hold_every_example() -> None:
    loaded = Scenes.load(SHIPPED / "nearby.yaml", Topics.load(SHIPPED / "topics.yaml").names)
    with np.load(SHIPPED / "vectors.npz", allow_pickle=False) as data:
        fingerprint = str(data["fingerprint"])
    known = read_vectors(SHIPPED / "vectors.npz", fingerprint)
    assert [name for scene in loaded.scenes for name in scene.vector_ids() if name not in known] == []


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder.load(DEFAULT_DIRECTORY, threads=1)


@pytest.fixture(scope="module")
def shipped(encoder: OnnxEncoder) -> Topics:
    words = Topics.load(SHIPPED / "topics.yaml")
    topics = words.with_scenes(Scenes.load(SHIPPED / "nearby.yaml", words.names), encoder, SHIPPED)
    assert topics.nearby is not None
    return topics


@pytest.mark.parametrize(
    ("intent", "text", "scene"),
    [
        ("product_quality", "el termómetro marca 33 a toda la familia", "home_device_reads_oddly"),
        ("complaint", "llegó el gel derramado por toda la caja", "bottle_leaked_over_rest"),
        (
            "job_or_commercial",
            "hice la entrevista en mayo y no me habéis dicho nada",
            "no_answer_after_interview",
        ),
        ("account_or_app", "el código llega a mi número antiguo, ya no lo tengo", "code_goes_to_old_number"),
        ("complaint", "el seguro ha vuelto a subir la cuota este año", "premium_rise_with_age"),
    ],
)
def test_what_is_told_in_other_words_finds_its_scene(
    shipped: Topics, encoder: OnnxEncoder, intent: str, text: str, scene: str
) -> None:
    vector = encoder.encode([text], kind="query")[0]
    assert scene in {near.topic for near in shipped.near(vector, [intent], text)}


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("product_information", "¿cuánto cuesta el termómetro?"),
        ("complaint", "tres cajas en tres farmacias, las tengo en la mesa"),
        ("opening_hours_or_contact", "¿a qué hora abrís el sábado?"),
        ("complaint", "mi pedido no llega"),
        ("billing_or_refund", "¿cuándo me devolvéis al menos el envío?"),
        ("job_or_commercial", "¿me dais una entrevista para la radio?"),
    ],
)
def test_a_near_miss_finds_none(shipped: Topics, encoder: OnnxEncoder, intent: str, text: str) -> None:
    vector = encoder.encode([text], kind="query")[0]
    assert shipped.near(vector, [intent], text) == ()


def test_a_folder_without_the_file_has_no_scenes(tmp_path: Path) -> None:
    """A company's own folder of policies, from before there were any."""
    assert Scenes.load(tmp_path / "nearby.yaml").names == frozenset()
