"""What is sent to a model: the fixed rules, and the case as data. Redacted text and approved texts only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from drafting.context import Context
from drafting.llm_material import Material
from drafting.llm_policy import LanguageModelPolicy
from drafting.request import ComposeRequest
from models.text import RedactedText


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the conversation with the model. Hides its text: it holds the customer's redacted words."""

    role: Literal["system", "user"]
    content: str

    def __repr__(self) -> str:
        return f"Turn({self.role!r}, <{len(self.content)} characters hidden>)"


def prompt(
    request: ComposeRequest, material: Material, context: Context, policy: LanguageModelPolicy
) -> tuple[Turn, ...]:
    """The turns for one audience's draft."""
    case = {
        "idioma": context.language,
        "trato": request.account.treatment,
        "canal": str(context.channel),
        "audiencia": str(context.audience),
        "limite_caracteres": context.limit,
        "max_frases": context.max_sentences,
        "intencion": [str(intent) for intent, _score in request.understanding.intents[:2]],
        "emocion": str(request.understanding.emotion),
        "mensaje_cliente": _message(request.text, policy.limits.message_characters),
        "fuentes": [
            {"id": source.id, "papel": source.role, "texto": source.text} for source in material.sources
        ],
        "borrador": [
            {"text": sentence.text, "source": material.id_of(sentence)}
            for sentence in material.composed.sentences
        ],
    }
    return (
        Turn("system", policy.prompt.system.strip()),
        Turn("user", json.dumps(case, ensure_ascii=False)),
    )


def _message(text: RedactedText, longest: int) -> str:
    """The customer's message. By its type it can only be a redacted one."""
    return text.value if len(text.value) <= longest else text.value[: longest - 1] + "…"


def reply_schema(material: Material, policy: LanguageModelPolicy) -> Mapping[str, Any]:
    """JSON Schema of the reply that is asked for: sentences that name one of the sources."""
    sentence = {
        "type": "object",
        "additionalProperties": False,
        "required": ["text", "source"],
        "properties": {
            "text": {"type": "string", "maxLength": policy.limits.sentence_characters},
            "source": {"type": "string", "enum": [source.id for source in material.sources]},
        },
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["sentences"],
        "properties": {
            "sentences": {
                "type": "array",
                "minItems": 1,
                "maxItems": policy.limits.sentences,
                "items": sentence,
            }
        },
    }
