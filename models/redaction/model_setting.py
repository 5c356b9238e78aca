"""Load the redaction model that a setting names (``BORRADOR_REDACTION_MODEL``)."""

from collections.abc import Callable
from pathlib import Path

from models.artifact import MANIFEST_FILE
from models.redaction.hub_token_model import HubTokenModel
from models.redaction.message_model import MessageModel, SpanModel
from models.redaction.policy import TokenModelRules
from models.redaction.token_model import TokenModel

LoadSpanModel = Callable[[TokenModelRules], SpanModel]
PATTERNS_ALONE = "patterns"
"""Setting for no model at all: faster, and blind to what has no pattern."""


def span_model_loader(spec: str, *, threads: int = 2) -> LoadSpanModel | None:
    """Return what loads the model of a setting: a folder of ours, a transformers model, or None for patterns.

    The loader raises ArtifactError when what is named cannot be loaded.
    """
    if spec == PATTERNS_ALONE:
        return None
    folder = Path(spec)

    def load(rules: TokenModelRules) -> SpanModel:
        if (folder / MANIFEST_FILE).is_file():
            return MessageModel(TokenModel.load(folder, threads=threads), outside_bias=rules.outside_bias)
        return HubTokenModel.load(spec, rules.labels)

    return load
