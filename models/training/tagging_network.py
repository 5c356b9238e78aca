"""The token model's network: the encoder's trunk and one linear layer a piece; and its loss."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from transformers import BertModel

from models.redaction.span_scheme import SCHEME
from models.training.encoder_network import ExportedEncoder
from models.training.tagging_windows import Window

_PAD = 1


class TaggingNetwork(nn.Module):
    """BERT trunk, dropout, and the labels of each piece."""

    def __init__(self, trunk: BertModel, *, dropout: float = 0.1) -> None:
        super().__init__()
        self.trunk = trunk
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(trunk.config.hidden_size, SCHEME.size)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return logits, (batch, pieces, labels)."""
        hidden = self.trunk(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return cast(Tensor, self.head(self.dropout(hidden.float())))


class ExportedTagger(nn.Module):
    """The network as it is exported; takes ids and mask, both (batch, pieces), returns ``logits``."""

    def __init__(self, network: TaggingNetwork) -> None:
        super().__init__()
        self.trunk = ExportedEncoder(network.trunk)
        self.head = network.head

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return logits, (batch, pieces, labels)."""
        _, hidden, _ = self.trunk(input_ids, attention_mask)
        return cast(Tensor, self.head(hidden))


def padded(rows: Sequence[Window]) -> tuple[Tensor, Tensor]:
    """Return ids and mask of a batch, both (rows, longest)."""
    width = max(len(row.ids) for row in rows)
    ids = torch.tensor([[*row.ids, *[_PAD] * (width - len(row.ids))] for row in rows])
    mask = torch.tensor([[1] * len(row.ids) + [0] * (width - len(row.ids)) for row in rows])
    return ids, mask


def part_logits(logits: Tensor, rows: Sequence[Window]) -> Tensor:
    """Return the logits at the first piece of every part of a batch, (parts, labels)."""
    lines = torch.tensor([line for line, row in enumerate(rows) for _ in row.firsts])
    places = torch.tensor([place for row in rows for place in row.firsts])
    return logits[lines, places]


def marginal_loss(logits: Tensor, allowed: Tensor) -> Tensor:
    """Minus the log of the probability that the allowed labels have together, a part each, averaged.

    Greenberg, Bansal, Verga, McCallum: Marginal Likelihood Training of BiLSTM-CRF for Biomedical NER from
    Disjoint Label Sets (EMNLP 2018), here without transitions.
    """
    total = torch.logsumexp(logits, dim=1)
    right = torch.logsumexp(logits.masked_fill(~allowed, float("-inf")), dim=1)
    return (total - right).mean()
