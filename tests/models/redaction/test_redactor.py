import re

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ArtifactError, ModelError, TextError
from models.redaction.finder import Finder
from models.redaction.message_model import ModelReading
from models.redaction.numbering import Numbering
from models.redaction.operators import Operators
from models.redaction.policy import load_policy
from models.redaction.presidio import (
    AnalyzerEngine,
    LightNlpEngine,
    NoEnhancer,
    Recognizer,
    RecognizerRegistry,
)
from models.redaction.redactor import Redactor
from models.redaction.registry import build_codes, read_registry
from models.redaction.token_span import TokenSpan
from models.text import RawText
from tests.models.redaction.conftest import POLICIES
from tests.models.redaction.originals import restore

PIECES = st.lists(
    st.sampled_from(
        [
            "Ana García", "hola", "612 34 56 78", "12345678Z", "👩🏽‍⚕️", "e\u0301", "\u200b", ",", "\n",
            "me pica la cara",
            "C/ Mayor 3, 2º B", "ana@correo.es", "[PERSONA_1]", "¤", "pedido FV-22918", "mi hija",
            "Santa", "١٢٣٤٥٦", "\u202e",
        ]
    ),
    max_size=12,
).map(" ".join)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(PIECES)
def test_redacting_twice_changes_nothing(redactor, text):
    once = redactor.redact(RawText(text)).text.value
    assert redactor.redact(RawText(once)).text.value == once


@settings(deadline=None, max_examples=60)
@given(PIECES | st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40))
def test_text_outside_spans_is_unchanged_and_restores(redactor, text):
    redaction = redactor.redact(RawText(text))
    rebuilt, position = "", 0
    for span in redaction.spans:
        assert position <= span.start < span.end <= len(text)
        rebuilt += text[position : span.start] + span.placeholder
        position = span.end
    assert rebuilt + text[position:] == redaction.text.value
    if "[PERSONA_1]" not in text and len({s.placeholder for s in redaction.spans}) == len(redaction.spans):
        assert restore(redaction.text.value, redaction.originals).reveal() == text


@pytest.mark.parametrize("prefix", ["", "👍🏽 ", "e\u0301\u0301 ", "\u200f", "Ñandú 🇪🇸 "])
def test_offsets_are_right_after_emoji_and_marks(redactor, prefix):
    text = f"{prefix}dni 12345678Z"
    (span,) = redactor.redact(RawText(text)).spans
    assert text[span.start : span.end] == "12345678Z"
    assert span.entity_type == "ES_NIF"


def test_numbers_stay_the_same_through_a_thread(redactor):
    numbering = Numbering()
    first = redactor.redact(RawText("soy Ana García, dni 12345678Z"), numbering=numbering)
    second = redactor.redact(RawText("soy Luis Pérez, y mi mujer Ana, dni 12.345.678-Z"), numbering=numbering)
    assert first.text.value == "soy [PERSONA_1], dni [DNI_1]"
    assert second.text.value == "soy [PERSONA_2], y mi mujer [PERSONA_1], dni [DNI_1]"


def test_numbers_in_the_text_are_not_given_again(redactor):
    assert (
        redactor.redact(RawText("[PERSONA_7] y soy Ana García")).text.value == "[PERSONA_7] y soy [PERSONA_8]"
    )


def test_health_of_a_person_has_its_own_types(redactor):
    types = {
        span.entity_type
        for span in redactor.redact(RawText("tengo asma, me duele la cabeza y tomo omeprazol")).spans
    }
    assert types == {"HEALTH_CONDITION", "SYMPTOM", "MEDICATION"}


@pytest.mark.parametrize("text", ["", " ", "a", "👍", "12", "\u202e\u200f", "مرحبا", "¿?", "[PERSONA_1]"])
def test_nothing_to_redact(redactor, text):
    redaction = redactor.redact(RawText(text))
    assert redaction.text.value == text
    assert redaction.spans == ()


def test_lone_surrogates_and_long_texts_are_refused(redactor):
    with pytest.raises(TextError, match="surrogate"):
        redactor.redact(RawText("soy Ana \ud83d García"))
    with pytest.raises(TextError, match="limit"):
        redactor.redact(RawText("a" * 1_000_000))


@pytest.mark.parametrize(
    "unit", ["1 ", "a.", "@", "-", "\n", "(", "Ana ", "uno ", "calle a ", "O0 ", "de la ", "x.x@"]
)
def test_repetitive_texts_come_to_an_end(redactor, unit):
    """Patterns that backtrack would not return from any of these; how long they take is for the benchmark."""
    text = (unit * 40_000)[:40_000]
    redactor.redact(RawText(text))


class _Broken(Recognizer):
    def find(self, text, artifacts):
        raise ValueError(text)


def test_a_failing_recognizer_fails_the_redaction_without_quoting(redactor):
    nlp = LightNlpEngine()
    engine = AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=[_Broken("Broken", ["PERSON"])], supported_languages=["es"]),
        nlp_engine=nlp,
        supported_languages=["es"],
        context_aware_enhancer=NoEnhancer(),
    )
    policy = load_policy(POLICIES / "redaction.yaml")
    operators = Operators(policy)
    finder = Finder(engine, nlp, build_codes(read_registry()), policy, operators)
    broken = Redactor(finder, policy, operators)
    with pytest.raises(ModelError) as caught:
        broken.redact(RawText("soy Ana García"))
    assert "Ana" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_policy_with_an_unknown_key_names_file_and_field(tmp_path):
    text = (POLICIES / "redaction.yaml").read_text(encoding="utf-8")
    bad = tmp_path / "redaction.yaml"
    bad.write_text(text + "\nunknown: 1\n", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"redaction\.yaml: unknown: "):
        Redactor.load(policy_file=bad, lexicons_dir=POLICIES / "lexicons")


def test_a_missing_lexicon_is_named(tmp_path):
    with pytest.raises(ArtifactError, match=r"health_terms\.yaml"):
        Redactor.load(policy_file=POLICIES / "redaction.yaml", lexicons_dir=tmp_path)


def test_repr_hides_values(redactor):
    redaction = redactor.redact(RawText("soy Ana García"))
    assert "Ana" not in repr(redaction)
    numbering = Numbering()
    numbering.number("PERSONA", "Ana García")
    assert "Ana" not in repr(numbering)


class _Rosa:
    """A model that finds the word "rosa" and is sure of nothing else."""

    fingerprint = "rosa"

    def __init__(self):
        self.calls = []

    def read(self, texts):
        self.calls.append(len(texts))
        return [self._one(text) for text in texts]

    def _one(self, text):
        evidence = np.zeros(len(text), dtype=np.float32)
        spans = []
        for found in re.finditer("rosa", text):
            evidence[found.start() : found.end()] = 0.9
            spans.append(TokenSpan("PERSON", found.start(), found.end(), 0.9))
        return ModelReading(tuple(spans), evidence)


def _with_model(model):
    return Redactor.load(
        policy_file=POLICIES / "redaction.yaml",
        lexicons_dir=POLICIES / "lexicons",
        token_model=lambda rules: model,
    )


def test_what_only_the_model_finds_is_masked():
    redaction = _with_model(_Rosa()).redact(RawText("preguntad a rosa, dni 12345678Z"))
    assert redaction.text.value == "preguntad a [PERSONA_1], dni [DNI_1]"


def test_the_model_names_itself_in_the_fingerprint():
    assert _with_model(_Rosa()).model_fingerprint == "rosa"


def test_a_batch_is_read_together_and_gives_what_single_texts_give():
    texts = ["rosa", "", "nada", "soy Ana García y rosa", "rosa " * 900]
    model = _Rosa()
    together = _with_model(model).redact_batch([RawText(text) for text in texts])
    assert model.calls[0] >= len(texts)
    single = _with_model(_Rosa())
    assert [redaction.text for redaction in together] == [single.redact(RawText(text)).text for text in texts]


def test_a_model_that_fails_fails_the_redaction():
    class Broken(_Rosa):
        def read(self, texts):
            raise RuntimeError(texts[0])

    with pytest.raises(ModelError) as caught:
        _with_model(Broken()).redact(RawText("soy Ana"))
    assert "Ana" not in str(caught.value)


def test_a_finding_of_a_list_needs_the_models_support_when_the_policy_says_so(tmp_path):
    text = (POLICIES / "redaction.yaml").read_text(encoding="utf-8")
    policy = yaml.safe_load(text)
    policy["token_model"] = {
        "support": {"PersonRecognizer": 0.5},
        "unsupported_rules": ["after_introduction"],
    }
    file = tmp_path / "redaction.yaml"
    file.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    redactor = Redactor.load(
        policy_file=file, lexicons_dir=POLICIES / "lexicons", token_model=lambda rules: _Rosa()
    )
    assert redactor.redact(RawText("gracias a María Ruiz")).text.value == "gracias a María Ruiz"
    assert redactor.redact(RawText("soy María Ruiz")).text.value == "soy [PERSONA_1]"


def test_without_its_model_it_goes_by_patterns_and_lists():
    redactor = _with_model(_Rosa())
    alone = redactor.patterns_alone
    assert alone.redact(RawText("a rosa, dni 12345678Z")).text.value == "a rosa, dni [DNI_1]"
    assert redactor.redact(RawText("a rosa, dni 12345678Z")).text.value == "a [PERSONA_1], dni [DNI_1]"
