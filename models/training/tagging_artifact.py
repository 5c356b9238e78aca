"""Write the token model's artifact: int8 ONNX, tokenizer, manifest with hashes and labels."""

import hashlib
import json
import shutil
from pathlib import Path

from models.artifact import FORMAT, MANIFEST_FILE
from models.redaction.span_scheme import SCHEME
from models.redaction.token_model import MODEL_FILE, TOKENIZER_FILE
from models.training.encoder_export import export_network, quantise
from models.training.tagging_network import ExportedTagger, TaggingNetwork


def write_token_model(network: TaggingNetwork, tokenizer: Path, folder: Path) -> None:
    """Export a trained network. Two runs over the same weights give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = folder.parent / "model.float.onnx"
    export_network(ExportedTagger(network), plain, outputs=("logits",))
    quantise(plain, folder / MODEL_FILE)
    shutil.copyfile(tokenizer, folder / TOKENIZER_FILE)
    files = {name: _sha256(folder / name) for name in (MODEL_FILE, TOKENIZER_FILE)}
    manifest = {"format": FORMAT, "labels": list(SCHEME.types), "files": files}
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
