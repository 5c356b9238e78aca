"""Folding of single words: lower case, no accents; the key of every lexicon look-up."""

import unicodedata
from functools import lru_cache

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'"})


@lru_cache(maxsize=4096)
def fold_word(word: str) -> str:
    """Return the word in lower case without diacritics (``ñ`` becomes ``n``, ``l·l`` keeps its dot)."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFD", word.lower().translate(_APOSTROPHES))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
