
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ArtifactError, ModelError, TextError
from models.redaction.allowed import Allowed
from models.redaction.numbering import Numbering
from models.redaction.operators import restore
from models.redaction.presidio import (
    AnalyzerEngine,
    LightNlpEngine,
    NoEnhancer,
    Recognizer,
    RecognizerRegistry,
)
from models.redaction.redactor import Redactor
from models.text import RawText
from tests.models.redaction.conftest import POLICIES

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
    engine = AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=[_Broken("Broken", ["PERSON"])], supported_languages=["es"]),
        nlp_engine=LightNlpEngine(),
        supported_languages=["es"],
        context_aware_enhancer=NoEnhancer(),
    )
    broken = Redactor(engine, redactor._policy, redactor._codes, Allowed.of(()))
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
