"""Builds the language-model drafter that the settings name; none without an address."""

from pathlib import Path
from urllib.parse import urlsplit

from drafting.lexicon import Lexicon
from drafting.llm_client import ServerModel
from drafting.llm_drafter import LanguageModelDrafter
from drafting.llm_grounding import Grounding
from drafting.llm_model import LanguageModel
from drafting.llm_policy import FILE, LanguageModelPolicy, load_language_model_policy
from knowledge_base.evidence import Encoder
from policies.errors import PolicyError

IN_PROCESS = "transformers:"
API_KEY_VARIABLE = "BORRADOR_LLM_API_KEY"


def load_language_model(
    policies_dir: Path, encoder: Encoder, *, url: str | None, model: str | None, api_key: str | None
) -> LanguageModelDrafter | None:
    """Build the drafter.

    Args:
        url: base address of an OpenAI-compatible server (with its ``/v1``), or ``transformers:NAME``.
        model: what the server calls its model.
        api_key: sent to that server alone.

    Raises:
        PolicyError: the address is unusable, the model is not named, or policies/language_model.yaml is broken.
        ArtifactError: the model named after ``transformers:`` cannot be loaded.
    """
    if url is None:
        return None
    policy = load_language_model_policy(policies_dir / FILE)
    words = Lexicon.load(policies_dir / "verification.yaml").language_words
    grounding = Grounding.of(policy.grounding, encoder, words)
    return LanguageModelDrafter.of(_model(url, model, api_key, policy), policy, grounding)


def _model(url: str, model: str | None, api_key: str | None, policy: LanguageModelPolicy) -> LanguageModel:
    if url.startswith(IN_PROCESS):
        from drafting.llm_transformers import TransformersModel  # torch loads only where it is asked for

        return TransformersModel.load(url.removeprefix(IN_PROCESS), policy.limits)
    check_url(url)
    if not model:
        raise PolicyError("BORRADOR_LLM_MODEL: name the model that the server at BORRADOR_LLM_URL serves")
    return ServerModel(url, model, policy, api_key)


def check_url(url: str) -> None:
    """Refuse an address that is none of a server; a PolicyError that does not repeat it: it may hold a secret."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise PolicyError("BORRADOR_LLM_URL: http://…/v1, https://…/v1 or transformers:NAME is expected")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise PolicyError(
            "BORRADOR_LLM_URL: no user, password, query or fragment; a key is BORRADOR_LLM_API_KEY"
        )
