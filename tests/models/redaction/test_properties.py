"""What holds of every redaction, whatever the text: spans, text outside them, idempotence, numbering, the way back."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import TextError
from models.redaction.normaliser import fold, plain
from models.redaction.numbering import Numbering
from models.spans import Redaction
from models.text import RawText
from tests.models.redaction.originals import restore

VALUES = (
    "Lucía Ferrer", "612 34 56 78", "+34 677.918.243", "12345678Z", "X1234567L", "ana.ruiz@correo.es",
    "ES9121000418450200051332", "4539 1488 0343 6467", "C/ Mayor 3, 2º B, 28013 Madrid", "FV-2291834",
    "@marimar_87", "dermatitis atópica", "omeprazol", "me duele la cabeza", "28/12345678/40", "12.345.678-5",
)  # fmt: skip
CUES = (
    "soy ",
    "mi móvil es ",
    "mi DNI es ",
    "escribidme a ",
    "vivo en ",
    "pedido ",
    "tengo ",
    "tomo ",
    "",
    "",
)
BETWEEN = (
    " ", ", ", ". ", "\n", " 👩🏽\u200d⚕️ ", " 👨\u200d👩\u200d👧\u200d👦", " 🇪🇸🇫🇷 ", "👍🏿", " ☎️ ", "1️⃣ ",
    "\u200b", "\u200d", "\u00ad",
    "\u200f ",
    "\u202e", "\u2066", " e\u0301 ", "n\u0303", "\u0301", " ¤ ", " [PERSONA_1] ", "[", "] ", "\t", "\u00a0", "\u3000",
    " مرحبا ", "你好，", " Привет ", "\x00", "\x1b[0m ", "\r\n", " hola ", " y ", " de la ",
)  # fmt: skip


def full_width(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def interleaved(text: str) -> str:
    return "\u200b".join(text)


DISGUISES = (
    str,
    str,
    str.upper,
    str.lower,
    full_width,
    interleaved,
    lambda text: unicodedata.normalize("NFD", text),
)

DISGUISED = st.builds(
    lambda cue, value, disguise: cue + disguise(value),
    st.sampled_from(CUES), st.sampled_from(VALUES), st.sampled_from(DISGUISES),
)  # fmt: skip
ANYTHING = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=30)
TEXTS = st.lists(DISGUISED | st.sampled_from(BETWEEN) | ANYTHING, max_size=10).map("".join)
PLAIN_TEXTS = st.lists(st.sampled_from(VALUES), min_size=1, max_size=6).map(
    lambda values: ". ".join(f"Lo mío es {value}" for value in values)
)
few = settings(deadline=None, max_examples=120)


@few
@given(TEXTS)
def test_spans_are_in_order_apart_and_inside(redactor, text):
    position = 0
    for span in redactor.redact(RawText(text)).spans:
        assert position <= span.start < span.end <= len(text)
        assert 0 < span.score <= 1
        position = span.end


@few
@given(TEXTS)
def test_text_outside_spans_is_never_changed(redactor, text):
    assert put_together(text, redactor.redact(RawText(text))) == redactor.redact(RawText(text)).text.value


@few
@given(TEXTS)
def test_redacting_twice_changes_nothing(redactor, text):
    once = redactor.redact(RawText(text)).text.value
    assert redactor.redact(RawText(once)).text.value == once


@few
@given(TEXTS)
def test_originals_are_what_stood_there(redactor, text):
    redaction = redactor.redact(RawText(text))
    for span in redaction.spans:
        assert span.placeholder in redaction.originals
        same = key(redaction.originals[span.placeholder].reveal()), key(text[span.start : span.end])
        assert same[0] == same[1] or same[0].split()[0] in same[1] or same[1].split()[0] in same[0]


@few
@given(TEXTS)
def test_the_original_comes_back(redactor, text):
    redaction = redactor.redact(RawText(text))
    values: dict[str, set[str]] = {}
    for span in redaction.spans:
        values.setdefault(span.placeholder, set()).add(text[span.start : span.end])
    if all(len(written) == 1 for written in values.values()):
        assert restore(redaction.text.value, redaction.originals).reveal() == text


@few
@given(st.lists(st.sampled_from(VALUES[:7]), min_size=1, max_size=5), st.sampled_from(BETWEEN))
def test_no_value_survives_at_another_place(redactor, values, between):
    """A value found once is masked wherever it stands again."""
    text = between.join(f" mi dato es {value} {between} " for value in [*values, *values])
    redaction = redactor.redact(RawText(text))
    left = key(redaction.text.value)
    for span in redaction.spans:
        value = key(text[span.start : span.end])
        if len(value) >= 6:
            assert value not in left


@few
@given(st.lists(PLAIN_TEXTS, min_size=2, max_size=4))
def test_numbers_stay_the_same_through_a_thread(redactor, turns):
    numbering = Numbering()
    numbers: dict[tuple[str, str], str] = {}
    for turn in [*turns, *turns]:
        redaction = redactor.redact(RawText(turn), numbering=numbering)
        for span in redaction.spans:
            value = (span.entity_type, key(turn[span.start : span.end]))
            assert numbers.setdefault(value, span.placeholder) == span.placeholder
    assert len(set(numbers.values())) <= len(numbers)


BEFORE = {
    "family joined by ZWJ": "👨\u200d👩\u200d👧\u200d👦 ",
    "skin tone": "👍🏿👩🏽\u200d⚕️ ",
    "flags": "🇪🇸🇫🇷🏴󠁧󠁢󠁥󠁮󠁧󠁿 ",
    "keycap": "1️⃣ ",
    "beyond the first plane": "𝕳𝖔𝖑𝖆 𐍈 ",
    "decomposed accents": "a\u0301\u0328n\u0303 ",
    "many marks on one letter": "e" + "\u0301" * 40 + " ",
    "right-to-left mark": "\u200f\u202e\u2067 ",
    "Arabic": "مرحبا ",
    "full width": "Ｈｏｌａ　",
    "zero widths": "\u200b\u200c\u200d\ufeff ",
    "soft hyphens": "ho\u00adla ",
    "line separators": "hola\u2028\u2029\r\n",
    "controls": "\x00\x07\x1b ",
}
AS_WRITTEN = (
    "12345678Z",
    full_width("12345678Z"),
    interleaved("12345678Z"),
    "𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝐙",
    "lucia@correo.es",
    "Luci\u0301a Ferrer",
)


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE.keys())
@pytest.mark.parametrize("written", AS_WRITTEN)
def test_offsets_are_right_in_the_original(redactor, before, written):
    text = f"{before}me llamo {written}, gracias 👍🏿"
    spans = redactor.redact(RawText(text)).spans
    assert written in [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize("lone", ["\ud800", "\ude00\ud83d"], ids=["one", "a pair turned round"])
@pytest.mark.parametrize("text", ["{}", "soy Lucía Ferrer {}", "{} 612 345 678"])
def test_lone_surrogates_are_refused_whole(redactor, lone, text):
    with pytest.raises(TextError) as caught:
        redactor.redact(RawText(text.format(lone)))
    assert "Luc" not in str(caught.value)


def put_together(text: str, redaction: Redaction) -> str:
    """The text with its placeholders in place of its spans."""
    parts, position = [], 0
    for span in redaction.spans:
        parts += [text[position : span.start], span.placeholder]
        position = span.end
    return "".join([*parts, text[position:]])


def key(text: str) -> str:
    """A value as two writings of it are the same: folded, letters and digits only where it has digits."""
    folded = plain(fold(text).text)
    if any(char.isdigit() for char in folded) and "@" not in folded:
        return "".join(filter(str.isalnum, folded))
    return " ".join(folded.split()) or folded
