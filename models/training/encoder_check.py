"""Compare the artifact with the unpruned float network on sentences that chose nothing."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import py3langid
import torch
from tokenizers import Tokenizer

from models.encoder import MAX_TOKENS, OnnxEncoder
from models.training.encoder_weights import Base
from models.vocabulary import Language

SENTENCES = {
    Language.ES: 200,
    Language.CA: 160,
    Language.GL: 160,
    Language.EU: 160,
    Language.PT: 160,
    Language.EN: 160,
}
_BATCH = 16

Vectors = npt.NDArray[np.float32]


def pick_sentences(sources: Sequence[Sequence[str]]) -> dict[Language, list[str]]:
    """Draw held-out sentences of each language, from every source in turn, by the hash of their text.

    A sentence counts for a language when the identifier, free to name any language, says so.
    """
    pools = {language: [_of_language(source, language) for source in sources] for language in SENTENCES}
    return {language: _in_turn(pools[language], count) for language, count in SENTENCES.items()}


def _of_language(texts: Sequence[str], language: Language) -> list[str]:
    fitting = {text for text in texts if 5 <= len(text.split()) <= 60}
    named = [text for text in fitting if py3langid.classify(text)[0] == language.value]
    return sorted(named, key=lambda text: hashlib.sha256(text.encode()).hexdigest())


def _in_turn(pools: Sequence[Sequence[str]], count: int) -> list[str]:
    """Take one sentence of each pool after the other, the first pools (the own messages) up to their end."""
    taken: dict[str, None] = {}
    for rank in range(max(map(len, pools), default=0)):
        for pool in pools:
            if rank < len(pool) and len(taken) < count:
                taken[pool[rank]] = None
    return list(taken)


def cosines(base: Base, encoder: OnnxEncoder, texts: Sequence[str]) -> Vectors:
    """Return the cosine between float network and artifact for each text, as a query."""
    reference = np.zeros((len(texts), encoder.dimensions), dtype=np.float32)
    for rows, vectors in _float_vectors(base, [f"query: {text}" for text in texts]):
        reference[rows] = vectors
    return np.asarray((encoder.encode(list(texts), kind="query") * reference).sum(axis=1), dtype=np.float32)


def _float_vectors(base: Base, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
    tokenizer = Tokenizer.from_str(base.tokenizer_json)
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    ids = [tokenizer.encode(text).ids for text in texts]
    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    for at in range(0, len(order), _BATCH):
        rows = order[at : at + _BATCH]
        width = len(ids[rows[-1]])
        padded = torch.tensor([ids[row] + [1] * (width - len(ids[row])) for row in rows])
        mask = torch.tensor([[1] * len(ids[row]) + [0] * (width - len(ids[row])) for row in rows])
        with torch.no_grad():
            hidden = base.model(input_ids=padded, attention_mask=mask).last_hidden_state
        weights = mask[:, :, None].float()
        pooled = (hidden * weights).sum(1) / weights.sum(1)
        yield rows, torch.nn.functional.normalize(pooled, dim=1).numpy()


def fidelity(base: Base, encoder: OnnxEncoder, held: Mapping[Language, Sequence[str]]) -> dict[str, object]:
    """Return count, mean, fifth percentile and minimum of the cosine, over all and by language."""
    found = {language: cosines(base, encoder, texts) for language, texts in held.items() if texts}
    report: dict[str, object] = {"all": _summary(np.concatenate(list(found.values())))}
    return report | {language.value: _summary(values) for language, values in found.items()}


def _summary(values: Vectors) -> dict[str, float]:
    return {
        "sentences": len(values),
        "mean": round(float(values.mean()), 4),
        "p5": round(float(np.percentile(values, 5)), 4),
        "min": round(float(values.min()), 4),
    }
