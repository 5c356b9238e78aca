"""The encoder's network as it is exported: BERT, mean pooling and unit length in one graph."""

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor, nn
from transformers import BertModel

LOWER_LAYERS = 4
"""Layers that all tasks share. Fine-tuning leaves them, with the table of words, as they are."""


class ExportedEncoder(nn.Module):
    """BERT with query, key and value in one product and an int8 embedding table with one scale a row.

    Takes ``input_ids`` and ``attention_mask``, both (batch, tokens) int64. Returns ``embedding``,
    (batch, 384) unit vectors, ``token_embeddings``, (batch, tokens, 384): the last hidden state, and
    ``lower_layers``, of the same shape: the hidden state after the shared layers, where the branch of
    understanding sets in. The latter two are made on the way, so giving them out costs nothing.
    """

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        embeddings = model.embeddings
        table = embeddings.word_embeddings.weight.detach()
        scale = table.abs().amax(dim=1, keepdim=True).clamp_min(1e-8) / 127
        self.register_buffer("table", torch.round(table / scale).to(torch.int8))
        self.register_buffer("scale", scale)
        types = embeddings.token_type_embeddings.weight.detach()[0]
        self.register_buffer("positions", embeddings.position_embeddings.weight.detach() + types)
        self.norm = embeddings.LayerNorm
        self.layers = nn.ModuleList(
            _Layer(layer, heads=model.config.num_attention_heads) for layer in model.encoder.layer
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the pooled unit vectors, the last hidden state and that of the shared layers."""
        table, scale = cast(Tensor, self.table), cast(Tensor, self.scale)
        flat = input_ids.reshape(-1)
        words = table.index_select(0, flat).to(torch.float32) * scale.index_select(0, flat)
        words = words.reshape(*input_ids.shape, -1)
        positions = cast(Tensor, self.positions)[: input_ids.shape[1]]
        hidden = self.norm(words + positions)
        mask = attention_mask.to(torch.float32)
        lower = through(self.layers[:LOWER_LAYERS], hidden, mask)
        hidden = through(self.layers[LOWER_LAYERS:], lower, mask)
        return pooled(hidden, mask), hidden, lower


class ExportedBranch(nn.Module):
    """The upper layers of a tuned BERT, from the hidden state of the shared ones to unit vectors.

    Takes ``lower_layers``, (batch, tokens, 384), and ``attention_mask``. Returns ``embedding``, (batch, 384).
    """

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            _Layer(layer, heads=model.config.num_attention_heads)
            for layer in model.encoder.layer[LOWER_LAYERS:]
        )

    def forward(self, lower_layers: Tensor, attention_mask: Tensor) -> Tensor:
        """Return the pooled unit vectors."""
        mask = attention_mask.to(torch.float32)
        return pooled(through(self.layers, lower_layers, mask), mask)


def through(layers: Iterable[nn.Module], hidden: Tensor, mask: Tensor) -> Tensor:
    """Take a hidden state, (batch, tokens, width), through layers; ``mask`` is 1 at tokens, 0 at padding."""
    bias = (mask - 1.0)[:, None, None, :] * 10_000.0
    for layer in layers:
        hidden = layer(hidden, bias)
    return hidden


def pooled(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the tokens at unit length, (batch, width)."""
    weights = mask[:, :, None]
    mean = (hidden * weights).sum(dim=1) / weights.sum(dim=1)
    return mean / mean.norm(dim=1, keepdim=True)


class _Layer(nn.Module):
    def __init__(self, layer: nn.Module, *, heads: int) -> None:
        super().__init__()
        attention = cast(nn.Module, layer.attention)
        inner = cast(nn.Module, attention.self)
        parts = [cast(nn.Linear, getattr(inner, name)) for name in ("query", "key", "value")]
        width = parts[0].in_features
        self.heads = heads
        self.joint = nn.Linear(width, 3 * width)
        # The division by sqrt(head width) goes into the query weights: one product less in the graph.
        factor = (width // heads) ** -0.5
        with torch.no_grad():
            self.joint.weight.copy_(torch.cat([parts[0].weight * factor, parts[1].weight, parts[2].weight]))
            self.joint.bias.copy_(torch.cat([parts[0].bias * factor, parts[1].bias, parts[2].bias]))
        output = cast(nn.Module, attention.output)
        self.attention_out = cast(nn.Linear, output.dense)
        self.attention_norm = cast(nn.LayerNorm, output.LayerNorm)
        self.inner = cast(nn.Linear, cast(nn.Module, layer.intermediate).dense)
        self.outer = cast(nn.Linear, cast(nn.Module, layer.output).dense)
        self.outer_norm = cast(nn.LayerNorm, cast(nn.Module, layer.output).LayerNorm)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        batch, tokens, width = hidden.shape
        shape = (batch, tokens, self.heads, width // self.heads)
        query, key, value = (
            part.reshape(shape).transpose(1, 2) for part in self.joint(hidden).split(width, dim=2)
        )
        scores = torch.matmul(query, key.transpose(-1, -2)) + bias
        context = torch.matmul(torch.softmax(scores, dim=-1), value)
        context = context.transpose(1, 2).reshape(batch, tokens, width)
        hidden = self.attention_norm(self.attention_out(context) + hidden)
        inner = nn.functional.gelu(self.inner(hidden))
        return cast(Tensor, self.outer_norm(self.outer(inner) + hidden))
