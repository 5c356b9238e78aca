"""Numbers written so as not to be read: found, with offsets that are right in the original, whatever the trick."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.redaction.disguises import read_disguised
from models.redaction.normaliser import View, fold
from models.text import RawText

PHONE, DNI, EMAIL = "634817529", "47315286P", "ana.lopez@correo.example"
WORDS = "cero uno dos tres cuatro cinco seis siete ocho nueve".split()  # noqa: SIM905
LOOKS = {"0": "O", "1": "l", "5": "S", "8": "B", "4": "A"}


def between(mark):
    return lambda value: mark.join(value)


TRICKS = {
    "zero width": between("\u200b"),
    "soft hyphen": between("\u00ad"),
    "word joiner": between("\u2060"),
    "blank": between(" "),
    "dots": between("."),
    "stars": between("*"),
    "bars": between("|"),
    "wide dashes": between(" – "),
    "lines": between("\n"),
    "dots of three": between("…"),
    "emoji between": between("🔥"),
    "brackets": lambda value: "".join(f"({char})" for char in value),
    "keycaps": lambda value: "".join(f"{char}\ufe0f\u20e3" if char.isdigit() else char for char in value),
    "full width": lambda value: "".join(chr(ord(char) + 0xFEE0) for char in value),
    "mathematical": lambda value: "".join(chr(0x1D7CE + int(c)) if c.isdigit() else c for c in value),
    "arabic digits": lambda value: "".join(chr(0x660 + int(c)) if c.isdigit() else c for c in value),
    "words": lambda value: " ".join(WORDS[int(c)] if c.isdigit() else c for c in value),
    "words glued": lambda value: "".join(WORDS[int(c)] if c.isdigit() else f" {c}" for c in value),
    "words and digits": lambda value: " ".join(
        WORDS[int(c)] if c.isdigit() and place % 2 else c for place, c in enumerate(value)
    ),
    "letters for digits": lambda value: (
        value[0] + "".join(LOOKS.get(c, c) if c in "15" else c for c in value[1:])
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize(("before", "value"), [("mi teléfono es ", PHONE), ("mi dni: ", DNI)])
@pytest.mark.parametrize(("ahead", "after"), [("", ""), ("👩🏽‍⚕️ e\u0301 ", ", gracias 👍🏽")])
def test_tricks_are_seen_through(redactor, trick, before, value, ahead, after):
    written = TRICKS[trick](value)
    text = f"{ahead}{before}{written}{after}"
    covered = {place for span in redactor.find(text) for place in range(span.start, span.end)}
    start = len(ahead) + len(before)
    hidden = {place for place in range(start, start + len(written)) if text[place].isalnum()}
    assert hidden <= covered, "".join(text[place] for place in sorted(hidden - covered))
    assert not covered & set(range(start - 4)), "what stands before is no part of it"


ENCODINGS = {
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 for addresses": lambda value: base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
    "base64 twice": lambda value: base64.b64encode(base64.b64encode(value.encode())).decode(),
    "hexadecimal": lambda value: value.encode().hex(),
    "hexadecimal with 0x": lambda value: "0x" + value.encode().hex().upper(),
    "hexadecimal in pairs": lambda value: value.encode().hex(" "),
    "hexadecimal escapes": lambda value: "".join(f"\\x{byte:02x}" for byte in value.encode()),
    "per cent escapes": lambda value: "".join(f"%{byte:02X}" for byte in value.encode()),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("value", [PHONE, DNI, EMAIL, "mi dni es 47315286P ok?"])
def test_encoded_identifiers_are_masked_whole(redactor, encoding, value):
    written = ENCODINGS[encoding](value)
    redacted = redactor.redact(RawText(f"te lo paso así: {written} , vale")).text.value
    assert redacted == "te lo paso así: [CLAVE_1] , vale"


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode("hola, ¿qué tal estáis?".encode()).decode(),
        "hola, qué tal estáis".encode().hex(),
        "deadbeefcafe", "facade decade", "#A1B2C3", "Internationalization", "%20%20 de descuento",
    ],
)  # fmt: skip
def test_what_hides_nothing_stays(redactor, text):
    assert redactor.find(text) == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("4*7*3*1*5*2*8*6", "47315286"),
        ("a 6 1 2 3 4 9 7 8 9 y", "a 612349789 y"),
        ("P A E 4 4 1 7 7 3", "PAE441773"),
        ("6l2 34S 678", "612 345 678"),
        ("6O7 OO4 193 o no", "607 004 193 o no"),
        ("4731S286P", "47315286P"),
        ("47315286S", "47315286S"),
        ("ISO 13485", "ISO 13485"),
        ("1 2 3 4 5 6 7", "1 2 3 4 5 6 7"),
        ("5 4 3 2 1 0", "5 4 3 2 1 0"),
        ("a b c d e f 1", "a b c d e f 1"),
        ("1 2 4", "1 2 4"),
        ("S O S B I E N", "S O S B I E N"),
        ("6 1 2 ¤ 3 4 9 7", "6 1 2 ¤ 3 4 9 7"),
    ],
)
def test_what_a_disguise_reads_as(text, read):
    assert read_disguised(fold(text)).text == read


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="0123456789OlSBZ ab.*-(¤é\n", max_size=60))
def test_every_reading_maps_back_in_order(text):
    view = read_disguised(fold(text))
    assert isinstance(view, View)
    assert len(view.text) == len(view.starts) == len(view.ends)
    assert all(start < end <= len(text) for start, end in zip(view.starts, view.ends, strict=True))
    assert list(view.starts) == sorted(view.starts)
    assert [char for char in text if char == "¤"] == [char for char in view.text if char == "¤"]
