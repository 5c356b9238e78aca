"""Let sentence-transformers run the ONNX artifact: the class that its ``modules.json`` names."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers.base.modules import InputModule
from torch import Tensor

from models.encoder import MAX_TOKENS, OnnxEncoder


class OnnxModule(InputModule):
    """Wraps ``OnnxEncoder``; sentence-transformers adds the prompts, batches and similarities.

    Load with ``SentenceTransformer(folder, trust_remote_code=True)``: the flag is asked for because the
    class is not one of the library's own. For inference only: there is nothing here to train.
    """

    def __init__(self, encoder: OnnxEncoder, source: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.encoder = encoder
        self.source = source
        self.max_seq_length = MAX_TOKENS

    @classmethod
    def load(cls, model_name_or_path: str, *_options: Any, **_named: Any) -> "OnnxModule":  # noqa: ANN401 - the library's signature
        """Load the artifact of a local folder."""
        folder = Path(model_name_or_path)
        return cls(OnnxEncoder.load(folder), folder)

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, **_options: object
    ) -> dict[str, Tensor]:
        """Turn texts, each after its prompt, into padded ids and their mask."""
        ids, mask = self.encoder.tokenise([(prompt or "") + text for text in inputs])
        return {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}

    def forward(self, features: dict[str, Any], **_options: object) -> dict[str, Any]:
        """Add the pooled unit vectors and the last hidden state."""
        ids, mask = (np.asarray(features[name].cpu()) for name in ("input_ids", "attention_mask"))
        pooled, tokens = self.encoder.forward(ids, mask)
        features["sentence_embedding"] = torch.from_numpy(pooled)
        features["token_embeddings"] = torch.from_numpy(tokens)
        return features

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return self.encoder.dimensions

    def save(self, output_path: str, *_options: object, **_named: object) -> None:
        """Copy the artifact, file by file as its manifest names them."""
        names = json.loads((self.source / "manifest.json").read_text("utf-8"))["files"]
        for name in (*names, "manifest.json"):
            (Path(output_path) / name).write_bytes((self.source / name).read_bytes())
