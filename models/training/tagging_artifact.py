"""Write the token model's artifact: int8 ONNX, tokenizer, manifest with hashes and labels."""

import hashlib
import json
import logging
import shutil
import warnings
from pathlib import Path

import torch

from models.artifact import FORMAT, MANIFEST_FILE
from models.redaction.span_scheme import SCHEME
from models.redaction.token_model import MODEL_FILE, TOKENIZER_FILE
from models.training.encoder_export import OPSET, quantise
from models.training.tagging_network import ExportedTagger, TaggingNetwork


def write_token_model(network: TaggingNetwork, tokenizer: Path, folder: Path) -> None:
    """Export a trained network. Two runs over the same weights give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = folder.parent / "model.float.onnx"
    _export(network, plain)
    quantise(plain, folder / MODEL_FILE)
    shutil.copyfile(tokenizer, folder / TOKENIZER_FILE)
    files = {name: _sha256(folder / name) for name in (MODEL_FILE, TOKENIZER_FILE)}
    manifest = {"format": FORMAT, "labels": list(SCHEME.types), "files": files}
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _export(network: TaggingNetwork, path: Path) -> None:
    example = (torch.tensor([[0, 5, 6, 2], [0, 5, 2, 1]]), torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]))
    batch, tokens = torch.export.Dim("batch", min=1, max=512), torch.export.Dim("tokens", min=2, max=512)
    shape = {0: batch, 1: tokens}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            ExportedTagger(network).eval(),
            example,
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes=(shape, shape),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
