"""Write the files that ship: the int8 network, its tokenizer, and the manifest that binds them."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from transformers import BertModel

from models.encoder import LOWER_FILE, MAX_TOKENS, UPPER_FILE
from models.training.encoder_export import export_branch, export_float, quantise, split_layers

FILES = (
    LOWER_FILE,
    UPPER_FILE,
    "tokenizer.json",
    "modules.json",
    "config.json",
    "config_sentence_transformers.json",
)


def write_artifact(
    model: BertModel, tokenizer_json: str, directory: Path, *, figures: Mapping[str, object]
) -> None:
    """Export and quantise the network into ``directory`` with everything needed to load it."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        export_float(model, Path(folder) / "float.onnx")
        quantise(Path(folder) / "float.onnx", Path(folder) / "whole.onnx")
        split_layers(Path(folder) / "whole.onnx", lower=directory / LOWER_FILE, upper=directory / UPPER_FILE)
    (directory / "tokenizer.json").write_text(tokenizer_json, encoding="utf-8")
    _write_json(directory / "config.json", _config(model))
    _write_json(directory / "modules.json", _MODULES)
    _write_json(directory / "config_sentence_transformers.json", _PROMPTS)
    write_manifest(directory, dimensions=model.config.hidden_size, figures=figures)


def write_branch(model: BertModel, path: Path) -> None:
    """Export and quantise the upper layers of a tuned encoder."""
    with tempfile.TemporaryDirectory() as folder:
        export_branch(model, Path(folder) / "float.onnx")
        quantise(Path(folder) / "float.onnx", path)


def write_manifest(directory: Path, *, dimensions: int, figures: Mapping[str, object]) -> None:
    """Write ``manifest.json`` with the sha256 of every file and the figures measured."""
    files = {name: hashlib.sha256((directory / name).read_bytes()).hexdigest() for name in FILES}
    manifest = {"format": 1, "dimensions": dimensions, "files": files, "figures": dict(figures)}
    _write_json(directory / "manifest.json", manifest)


_MODULES = [{"idx": 0, "name": "0", "path": "", "type": "models.training.st_module.OnnxModule"}]

_PROMPTS = {
    "model_type": "SentenceTransformer",
    "prompts": {"query": "query: ", "passage": "passage: ", "document": "passage: "},
    "similarity_fn_name": "cosine",
}


def _config(model: BertModel) -> dict[str, object]:
    config = model.config
    return {
        "base": "intfloat/multilingual-e5-small",
        "architecture": "BERT, mean pooling, unit length",
        "hidden_size": config.hidden_size,
        "layers": config.num_hidden_layers,
        "heads": config.num_attention_heads,
        "vocabulary": config.vocab_size,
        "max_tokens": MAX_TOKENS,
        "prefixes": {"query": "query: ", "passage": "passage: "},
        "pad_token": "<pad>",
    }


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
