"""Content words of a sentence, for not saying the same thing twice in one draft."""

import re

from drafting.topics import fold

_WORD = re.compile(r"[a-z]{4,}")
_COMMON = frozenset(
    {
        "para", "como", "pero", "cuando", "donde", "nuestro", "nuestra", "este", "esta", "esto", "esos",
        "porque", "hasta", "desde", "sobre", "tiene", "tienes", "puede", "puedes", "hace", "todo",
        "toda", "with", "your", "from", "that", "this", "have", "will", "pelo", "pela", "nosso", "nossa",
        "noso", "nosa", "nostre", "nostra", "gure", "zure", "aqui", "solo", "mismo", "contigo", "usted",
    }
)  # fmt: skip


def content_words(text: str) -> frozenset[str]:
    """Stems (five letters) of the words that carry meaning."""
    return frozenset(word[:5] for word in _WORD.findall(fold(text)) if word not in _COMMON)
