"""Registers: how people really type. Every change is made inside one piece, so span edges stay right."""

from collections.abc import Callable
from random import Random

from models.redaction.folding import fold_word
from models.training.redaction_grammar import read_yaml

Pieces = list[tuple[str, str]]
Noise = Callable[[Random, str, str, str], str]
"""From chance, text, entity type (empty outside spans) and language to the text as typed."""

WORDED = frozenset({
    "", "PERSON", "POSTAL_ADDRESS", "HEALTH_CONDITION", "SYMPTOM", "MEDICATION", "TREATMENT", "AGE_OVER_89",
})  # fmt: skip
"""Entity types of words, which are mistyped as prose is; codes are not."""
HEALTH = frozenset({"HEALTH_CONDITION", "SYMPTOM", "MEDICATION", "TREATMENT"})
_CASELESS = frozenset({"CREDENTIAL", "URL", "CRYPTO"})
NUMBERED = frozenset({
    "ES_NIF", "ES_NIE", "ES_CIF", "PHONE_NUMBER", "NATIONAL_ID", "SOCIAL_SECURITY_NUMBER", "CREDIT_CARD",
    "IBAN_CODE", "BANK_ACCOUNT", "PASSPORT", "HEALTH_CARD", "MEDICAL_RECORD", "LICENSE_PLATE",
})  # fmt: skip
_NEIGHBOURS = dict(zip("qwertyuiopasdfghjklñzxcvbnm", "wqwryuiopoosdfghjkllxzxcvbn", strict=True))
_LOOKALIKES = str.maketrans("aeopcxyABEHKMOPCTX", "аеорсхуАВЕНКМОРСТХ")
_LEET = str.maketrans("aeio", "4310")
_ZERO_WIDTH = ("\u200b", "\u200c", "\u200d", "\u2060", "\u00ad")
_FULL_WIDTH = {ord(char): ord(char) + 0xFEE0 for char in "0123456789"}


def lower(rng: Random, text: str, entity: str, language: str) -> str:
    """Write everything small; passwords and links keep their case."""
    return text if entity in _CASELESS else text.lower()


def capitals(rng: Random, text: str, entity: str, language: str) -> str:
    """Shout."""
    return text if entity in _CASELESS else text.upper()


def bare(rng: Random, text: str, entity: str, language: str) -> str:
    """Drop the accents; the ñ stays in half of the texts (by the chance of the piece)."""
    if text.isascii():
        return text
    keep = "ñÑ" if rng.random() < 0.7 else ""
    folded = (char if char in keep or not char.isalpha() else _case(fold_word(char), char) for char in text)
    return "".join(folded)


def _case(folded: str, char: str) -> str:
    return folded.upper() if char.isupper() else folded


def typos(rng: Random, text: str, entity: str, language: str) -> str:
    """Swap, drop, double or miss keys in about one letter of forty."""
    if entity not in WORDED or len(text) < 4:
        return text
    chars = list(text)
    for _ in range(max(1, len(text) // 40) if rng.random() < min(1.0, len(text) / 40) else 0):
        at = rng.randrange(1, len(chars) - 1)
        if not (chars[at].isalpha() and chars[at - 1].isalpha()):
            continue
        kind = rng.randrange(4)
        if kind == 0:
            chars[at - 1], chars[at] = chars[at], chars[at - 1]
        elif kind == 1:
            chars[at] = ""
        elif kind == 2:
            chars[at] *= 2
        else:
            chars[at] = _NEIGHBOURS.get(chars[at], chars[at])
        chars = list("".join(chars))
        if len(chars) < 4:
            break
    return "".join(chars)


def sms(rng: Random, text: str, entity: str, language: str) -> str:
    """Shorten words as in chats."""
    if entity and entity not in HEALTH:
        return text
    short = read_yaml("sms.yaml").get(language, {})
    words = text.split(" ")
    return " ".join(short.get(word.lower(), word) if rng.random() < 0.8 else word for word in words)


def unpunctuated(rng: Random, text: str, entity: str, language: str) -> str:
    """Leave out commas, opening marks and full stops."""
    if entity:
        return text
    return "".join(char for char in text if char not in "¿¡,.;:!" or rng.random() < 0.12)


def stretched(rng: Random, text: str, entity: str, language: str) -> str:
    """Double letters at the end of a word: ``holaaaa``."""
    if entity or len(text) < 5:
        return text
    words = text.split(" ")
    at = rng.randrange(len(words))
    if words[at].isalpha() and words[at][-1] in "aeiouAEIOUs":
        words[at] += words[at][-1] * rng.randint(2, 5)
    return " ".join(words)


def emoji(rng: Random, text: str, entity: str, language: str) -> str:
    """Put emoji between words or at the end of a stretch of prose."""
    if entity or len(text) < 6 or rng.random() < 0.65:
        return text
    faces = str(read_yaml("sms.yaml")["emoji"]).split()
    words = text.split(" ")
    at = rng.randrange(1, len(words)) if len(words) > 2 else 0
    if at:
        words.insert(at, rng.choice(faces) * rng.choice((1, 1, 1, 2, 3)))
    return " ".join(words)


def lookalikes(rng: Random, text: str, entity: str, language: str) -> str:
    """Write with Cyrillic letters that look Latin, or with digits for letters, in spans of words."""
    if entity not in WORDED or not entity:
        return text
    table = _LOOKALIKES if rng.random() < 0.6 else _LEET
    return "".join(char.translate(table) if rng.random() < 0.6 else char for char in text)


def zero_width(rng: Random, text: str, entity: str, language: str) -> str:
    """Hide characters of no width inside spans."""
    if not entity:
        return text
    mark = rng.choice(_ZERO_WIDTH)
    return "".join(
        char + mark if rng.random() < 0.4 and at + 1 < len(text) else char for at, char in enumerate(text)
    )


def spaced(rng: Random, text: str, entity: str, language: str) -> str:
    """Write the characters of a number apart, or its digits in full width or as keycaps."""
    if entity not in NUMBERED or not any(char.isdigit() for char in text):
        return text
    kind = rng.randrange(4)
    if kind == 0:
        return text.translate(_FULL_WIDTH)
    if kind == 1:
        return "".join(char + "\ufe0f\u20e3" if char in "0123456789" else char for char in text)
    joint = rng.choice((" ", ".", "-", " - ", "_", "*"))
    return joint.join(char for char in text if char not in " .-/")


def glued(rng: Random, text: str, entity: str, language: str) -> str:
    """Lose the blank after a comma, double one, or turn blanks into no-break spaces."""
    if entity:
        return text.replace(" ", "\u00a0") if rng.random() < 0.3 else text
    kind = rng.randrange(3)
    if kind == 0:
        return text.replace(", ", ",").replace(". ", ".")
    return text.replace(" ", "  ", 2) if kind == 1 else text.replace(" ", "\u00a0")


def flattened(rng: Random, text: str, entity: str, language: str) -> str:
    """Lose the line breaks, as web forms do."""
    return text.replace("\n", " ")


def broken(rng: Random, text: str, entity: str, language: str) -> str:
    """Read UTF-8 as Latin-1, as old mail servers do, or lose the accented letters."""
    if text.isascii():
        return text
    if rng.random() < 0.5:
        return "".join(char if ord(char) > 255 else char.encode().decode("cp1252", "ignore") for char in text)
    return "".join("\ufffd" if "À" <= char <= "ÿ" else char for char in text)


NOISES: dict[str, Noise] = {
    noise.__name__: noise
    for noise in (
        lower, capitals, bare, typos, sms, unpunctuated, stretched, emoji, lookalikes, zero_width, spaced, glued,
        flattened, broken,
    )
}  # fmt: skip


def apply(rng: Random, pieces: Pieces, names: tuple[str, ...], language: str) -> Pieces:
    """Apply noises in order to every piece; a piece that a noise would empty or edge with blanks stays."""
    for name in names:
        noise = NOISES[name]
        pieces = [
            (_safe(noise(rng, text, entity, language), text, entity), entity) for text, entity in pieces
        ]
    return pieces


def _safe(changed: str, text: str, entity: str) -> str:
    if entity and (not changed or changed != changed.strip()):
        return text
    return changed
