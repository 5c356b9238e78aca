"""Export the encoder to ONNX and quantise its matrix products to int8, row by row."""

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.utils import extract_model
from torch import Tensor, nn
from transformers import BertModel

from models.training.encoder_network import ExportedBranch, ExportedEncoder

OPSET = 18
_WEIGHT_LIMIT = 63
"""Seven bits: on x86 without VNNI the int8 product of two neighbours adds up in 16 saturating bits, and with
eight-bit weights it overflows (onnxruntime, "Quantize ONNX models", reduce_range). Costs 0.0002 in cosine."""


def export_float(model: BertModel, path: Path) -> None:
    """Write the encoder as ONNX, its embedding table already in int8."""
    export_network(ExportedEncoder(model), path, outputs=("embedding", "token_embeddings", "lower_layers"))


def export_branch(model: BertModel, path: Path) -> None:
    """Write the upper layers of a tuned encoder as ONNX."""
    first = torch.zeros(2, 4, model.config.hidden_size)
    export_network(ExportedBranch(model), path, outputs=("embedding",), first=("lower_layers", first))


def export_network(
    network: nn.Module,
    path: Path,
    *,
    outputs: Sequence[str],
    first: tuple[str, Tensor] = ("input_ids", torch.tensor([[0, 5, 6, 2], [0, 5, 2, 1]])),
) -> None:
    """Write a network as ONNX, products in float32: of ids (or another first input) and mask, (batch, tokens, …)."""
    name, value = first
    example = (value, torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]))
    batch, tokens = torch.export.Dim("batch", min=1, max=512), torch.export.Dim("tokens", min=2, max=512)
    shape = {0: batch, 1: tokens}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(),
            example,
            str(path),
            input_names=[name, "attention_mask"],
            output_names=list(outputs),
            dynamic_shapes=(shape, shape),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def quantise(source: Path, target: Path) -> None:
    """Turn every product with constant weights into an int8 product.

    Weights get one scale a column. Activations get one scale a row (a token), taken as they come: the usual
    dynamic quantisation takes one scale for the whole batch, so that a vector would change with its company
    (cosine 0.993 to 0.997 between batch and single) and the cosine to float would be 0.996, not 0.999.
    """
    model = onnx.load(str(source))
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.array(1 / 127, dtype=np.float32), "unit"),
            numpy_helper.from_array(np.array(128, dtype=np.uint8), "zero"),
            numpy_helper.from_array(np.array([-1], dtype=np.int64), "last_axis"),
        ]
    )
    nodes: list[onnx.NodeProto] = []
    rows: set[str] = set()
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in weights:
            nodes.append(node)
            continue
        if node.input[0] not in rows:
            rows.add(node.input[0])
            nodes.extend(_quantised_rows(node.input[0]))
        packed, scale = _quantised_columns(numpy_helper.to_array(weights[node.input[1]]))
        graph.initializer.append(numpy_helper.from_array(packed, f"{node.input[1]}_int8"))
        graph.initializer.append(numpy_helper.from_array(scale, f"{node.input[1]}_scale"))
        nodes.extend(_product(node))
    _replace_nodes(graph, nodes)
    _strip(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def split_layers(whole: Path, *, lower: Path, upper: Path) -> None:
    """Cut the encoder's graph in two behind its shared layers, each with the weights it needs."""
    extract_model(str(whole), str(lower), ["input_ids", "attention_mask"], ["lower_layers"])
    extract_model(
        str(whole), str(upper), ["lower_layers", "attention_mask"], ["embedding", "token_embeddings"]
    )


def _quantised_rows(name: str) -> list[onnx.NodeProto]:
    """Bring every row to [-1, 1] and to uint8 around 128."""
    return [
        helper.make_node("Abs", [name], [f"{name}_abs"]),
        helper.make_node("ReduceMax", [f"{name}_abs", "last_axis"], [f"{name}_max"], keepdims=1),
        helper.make_node("Div", [name, f"{name}_max"], [f"{name}_unit"]),
        helper.make_node("QuantizeLinear", [f"{name}_unit", "unit", "zero"], [f"{name}_uint8"]),
    ]


def _quantised_columns(
    weight: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Return the int8 weights and the factor of each column that undoes both quantisations."""
    scale = np.abs(weight).max(axis=0) / _WEIGHT_LIMIT
    packed = np.clip(np.round(weight / scale), -_WEIGHT_LIMIT, _WEIGHT_LIMIT).astype(np.int8)
    return packed, (scale / 127).astype(np.float32)


def _product(node: onnx.NodeProto) -> list[onnx.NodeProto]:
    rows, weight, out = node.input[0], node.input[1], node.output[0]
    return [
        helper.make_node("MatMulInteger", [f"{rows}_uint8", f"{weight}_int8", "zero"], [f"{out}_int32"]),
        helper.make_node("Cast", [f"{out}_int32"], [f"{out}_float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{out}_float", f"{weight}_scale"], [f"{out}_columns"]),
        helper.make_node("Mul", [f"{out}_columns", f"{rows}_max"], [out]),
    ]


def _replace_nodes(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    """Put the new nodes in place and drop what no node reads any more: the float weights."""
    del graph.node[:]
    graph.node.extend(nodes)
    read = {name for node in nodes for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in read]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    del graph.value_info[:]


def _strip(model: onnx.ModelProto) -> None:
    """Drop what the exporter notes about its own run (stack traces, folders): same weights, same bytes."""
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        value.doc_string = ""
        del value.metadata_props[:]
