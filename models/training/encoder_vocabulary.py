"""Choose the pieces of the vocabulary that Spanish and its neighbours need, and cut the rest away."""

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import BertModel

from models.training.encoder_weights import Base

_BATCH = 2_000
_KEPT_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
"""Scripts whose single characters stay: Greek for units and doses, Cyrillic for look-alikes of Latin letters."""


def count_pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """Count how often each piece is used by the texts, as written, in lower case and without accents."""
    counts: Counter[int] = Counter()
    iterator = iter(texts)
    while batch := list(islice(iterator, _BATCH)):
        forms = [form for text in batch for form in _forms(text)]
        for encoding in tokenizer.encode_batch_fast(forms, add_special_tokens=False):
            counts.update(encoding.ids)
    return counts


def _forms(text: str) -> Iterator[str]:
    yield text
    lower = text.lower()
    yield lower
    decomposed = unicodedata.normalize("NFD", lower)
    yield "".join(char for char in decomposed if not unicodedata.combining(char))


def always_kept(piece: str) -> bool:
    """Whether a piece stays whatever the corpora hold: symbols, emoji, digits, single letters of known scripts."""
    bare = piece.replace("▁", "")
    if not bare:
        return True
    if len(bare) == 1 and bare.isalpha():
        return unicodedata.name(bare, "").split(" ")[0] in _KEPT_SCRIPTS
    return not any(char.isalpha() for char in bare) and _western(bare)


def _western(bare: str) -> bool:
    """No digits of other scripts and no punctuation of East Asian or Indic writing."""
    for char in bare:
        category = unicodedata.category(char)
        if category == "Nd" and not char.isascii():
            return False
        if category in ("Mn", "Mc", "Po", "Lo") and not (ord(char) < 0x500 or 0x2000 <= ord(char) < 0x2100):
            return ord(char) in (0x20E3, 0xFE0F)  # key cap and emoji presentation
    return True


def choose_pieces(
    tokenizer: Tokenizer, required: Counter[int], corpora: Sequence[Counter[int]], *, size: int
) -> list[int]:
    """Return the ids to keep, in their old order.

    Special pieces and ``always_kept`` come first, then every Latin-script piece of ``required``, then the
    Latin-script pieces with the highest share in any one of ``corpora``, until ``size`` is reached. Ties go
    to the lower id, which is the more frequent piece: the base vocabulary is sorted by Unigram score.
    """
    vocabulary = tokenizer.get_vocab()
    latin = {index for piece, index in vocabulary.items() if _latin(piece)}
    kept = {0, 1, 2, 3, vocabulary["<mask>"]}
    kept |= {index for piece, index in vocabulary.items() if always_kept(piece)}
    kept |= latin & set(required)
    if len(kept) > size:
        raise ValueError(f"{len(kept)} pieces must be kept, more than the {size} asked for")
    share: Counter[int] = Counter()
    for counts in corpora:
        total = counts.total()
        for index in latin & set(counts):
            share[index] = max(share[index], round(1e12 * counts[index] / total))
    ranked = sorted(set(share) - kept, key=lambda index: (-share[index], index))
    return sorted(kept | set(ranked[: size - len(kept)]))


def _latin(piece: str) -> bool:
    return all(unicodedata.name(char, "").startswith("LATIN") for char in piece if char.isalpha())


def prune_tokenizer(tokenizer_json: str, kept: Sequence[int]) -> str:
    """Keep the given pieces with their Unigram scores, so that text they cover is cut as before."""
    description: dict[str, Any] = json.loads(tokenizer_json)
    vocabulary = description["model"]["vocab"]
    description["model"]["vocab"] = [vocabulary[index] for index in kept]
    places = {old: new for new, old in enumerate(kept)}
    for token in description["added_tokens"]:
        token["id"] = places[token["id"]]
    return json.dumps(description, ensure_ascii=False, separators=(",", ":"))


def prune_model(model: BertModel, kept: Sequence[int]) -> BertModel:
    """Return a copy of the network whose embedding table has the given rows only."""
    config = type(model.config).from_dict({**model.config.to_dict(), "vocab_size": len(kept)})
    pruned = BertModel(config, add_pooling_layer=False)
    state = dict(model.state_dict())
    name = "embeddings.word_embeddings.weight"
    state[name] = state[name][torch.tensor(list(kept))]
    pruned.load_state_dict(state)
    pruned.train(False)
    return pruned


def prune(base: Base, kept: Sequence[int]) -> Base:
    """Cut tokenizer and network down to the same pieces."""
    return Base(prune_model(base.model, kept), prune_tokenizer(base.tokenizer_json, kept), base.source)
