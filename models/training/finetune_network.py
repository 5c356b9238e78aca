"""The trunk with its heads while training, and the losses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from models.training.finetune_data import EMOTIONS, HANDLINGS, INTENTS, SIGNALS, LabelledText

TEMPERATURE = 0.03
"""E5 was trained at 0.01; softer here, since many answers of one company are nearly right."""
ABSTAIN_MARGIN = 0.1
"""By how much cosine the best answer to an unanswerable question is to stay under the batch's right ones."""

_QUERY = "query: "
_PASSAGE = "passage: "
_PAD = 1


@dataclass(frozen=True, slots=True)
class Losses:
    """Weights of the losses, set once on the development split."""

    intent: float = 1.0
    handling: float = 1.0
    emotion: float = 0.7
    signals: float = 3.0
    retrieval: float = 1.0
    abstain: float = 2.0
    kept: float = 3.0


class MultiTaskNetwork(nn.Module):
    """BERT trunk, mean pooling, unit length; linear heads on what sets the unit vector apart.

    ``centre`` is the mean vector of messages, (384,): E5's vectors share most of their length with it, and heads
    that had to see past it would learn slowly.
    """

    def __init__(self, trunk: BertModel, tokenizer: Tokenizer, centre: Tensor) -> None:
        super().__init__()
        self.trunk = trunk
        self.tokenizer = tokenizer
        width = trunk.config.hidden_size
        self.heads = nn.ModuleDict(
            {
                "intent": nn.Linear(width, len(INTENTS)),
                "handling": nn.Linear(width, len(HANDLINGS)),
                "emotion": nn.Linear(width, len(EMOTIONS)),
                "signals": nn.Linear(width, len(SIGNALS)),
            }
        )
        self.register_buffer("centre", centre)
        self.scale = width**0.5

    def embed_queries(self, texts: Sequence[str], *, limit: int) -> Tensor:
        """Return unit vectors of questions or messages, keeping the end of those over ``limit`` tokens."""
        return self._embed(texts, _QUERY, limit=limit, keep_end=True)

    def embed_passages(self, texts: Sequence[str], *, limit: int) -> Tensor:
        """Return unit vectors of answers, keeping the beginning of those over ``limit`` tokens."""
        return self._embed(texts, _PASSAGE, limit=limit, keep_end=False)

    def predict(self, vectors: Tensor) -> dict[str, Tensor]:
        """Return the logits of every head."""
        apart = (vectors - cast(Tensor, self.centre)) * self.scale
        return {name: head(apart) for name, head in self.heads.items()}

    def _embed(self, texts: Sequence[str], prefix: str, *, limit: int, keep_end: bool) -> Tensor:
        ids = [self._ids(text, prefix, limit=limit, keep_end=keep_end) for text in texts]
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        parts = [self._pool([ids[row] for row in rows]) for rows in _halves(order, ids)]
        places = torch.tensor(order).argsort()
        return torch.cat(parts)[places]

    def _ids(self, text: str, prefix: str, *, limit: int, keep_end: bool) -> list[int]:
        ids = self.tokenizer.encode(prefix + text).ids
        if len(ids) <= limit:
            return ids
        if not keep_end:
            return [*ids[: limit - 1], ids[-1]]
        head = self.tokenizer.encode(prefix.rstrip()).ids[:-1]
        return [*head, *ids[len(ids) - (limit - len(head)) :]]

    def _pool(self, ids: Sequence[Sequence[int]]) -> Tensor:
        width = max(map(len, ids))
        input_ids = torch.tensor([[*row, *[_PAD] * (width - len(row))] for row in ids])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids])
        hidden = self.trunk(input_ids=input_ids, attention_mask=mask).last_hidden_state.float()
        weights = mask[:, :, None].float()
        return nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=1)


def _halves(order: Sequence[int], ids: Sequence[Sequence[int]]) -> Iterator[Sequence[int]]:
    """Cut the rows, shortest first, where it saves most padding; not at all when it saves little."""
    lengths = [len(ids[row]) for row in order]
    whole = len(order) * lengths[-1]
    costs = [at * lengths[at - 1] + (len(order) - at) * lengths[-1] for at in range(1, len(order))]
    if costs and min(costs) < 0.85 * whole:
        cut = costs.index(min(costs)) + 1
        yield from (order[:cut], order[cut:])
    else:
        yield order


def message_loss(
    logits: dict[str, Tensor], messages: Sequence[LabelledText], weights: Losses
) -> tuple[Tensor, dict[str, float]]:
    """Return the weighted loss of all heads; a second intent gets a share of the first one's target."""
    intents = torch.zeros(len(messages), len(INTENTS))
    signals = torch.zeros(len(messages), len(SIGNALS))
    for row, message in enumerate(messages):
        for rank, code in enumerate(message.intents):
            intents[row, code] = 1.0 if rank == 0 else 0.25
        signals[row, list(message.signals)] = 1.0
    intents /= intents.sum(1, keepdim=True)
    smooth: dict[str, Any] = {"label_smoothing": 0.05}
    handling = torch.tensor([message.handling for message in messages])
    emotion = torch.tensor([message.emotion for message in messages])
    parts = {
        "intent": nn.functional.cross_entropy(logits["intent"], intents, **smooth) * weights.intent,
        "handling": nn.functional.cross_entropy(logits["handling"], handling, **smooth) * weights.handling,
        "emotion": nn.functional.cross_entropy(logits["emotion"], emotion, **smooth) * weights.emotion,
        "signals": nn.functional.binary_cross_entropy_with_logits(logits["signals"], signals)
        * weights.signals,
    }
    return torch.stack(list(parts.values())).sum(), {
        name: float(part.detach()) for name, part in parts.items()
    }


def retrieval_loss(queries: Tensor, passages: Tensor, right: Tensor, own: Tensor) -> Tensor:
    """Contrast each query's own passage with the others.

    Args:
        queries: (n, d) unit vectors.
        passages: (m, d) unit vectors.
        right: (n, m) true where the passage answers the query; such a passage is never a negative.
        own: (n,) the passage that counts as the positive.
    """
    scores = queries @ passages.T / TEMPERATURE
    rows = torch.arange(len(own))
    mask = right.clone()
    mask[rows, own] = False
    return nn.functional.cross_entropy(scores.masked_fill(mask, float("-inf")), own)


def kept_loss(vectors: Tensor, target: Tensor) -> Tensor:
    """Keep which general sentences lie near which, leaving free how wide the space is spread.

    Args:
        vectors: (n, d) unit vectors as they are now.
        target: (n, d) unit vectors of the base encoder.
    """
    now, then = (nn.functional.normalize(both - both.mean(0), dim=1) for both in (vectors, target))
    return (now @ now.T - then @ then.T).square().mean()


def abstain_loss(queries: Tensor, passages: Tensor, right_scores: Tensor) -> Tensor:
    """Push the best passage of an unanswerable query under the right scores of the answerable ones."""
    best = (queries @ passages.T).amax(dim=1)
    return torch.relu(best[:, None] - right_scores.detach()[None, :] + ABSTAIN_MARGIN).mean()
