"""The fixed safe replies: what is said when nothing better passes the verifier."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from drafting.channels import Channels
from drafting.draft import Draft, Sentence
from drafting.files import load_yaml, validated
from drafting.request import LANGUAGES, ComposeRequest
from drafting.slots import SAFETY_SLOTS, SLOT, fill
from policies.errors import PolicyError
from policies.vocabulary import Disposition, Flag, Visibility

DRAFTER = "holding"
UNKNOWN = "unknown"
KINDS = ("general", "health", "urgent", "urgent_without_number")
_PATH = "phrases/holding.yaml#"


class _HoldingFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    texts: dict[str, dict[str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Holding:
    """Fixed replies by ``policy:`` path: kind, language and treatment."""

    fixed: Mapping[str, str]
    channels: Channels

    @classmethod
    def load(cls, path: Path, channels: Channels) -> "Holding":
        """Load the replies; a PolicyError names the kind or language that is missing."""
        file = validated(_HoldingFile, load_yaml(path), path)
        fixed: dict[str, str] = {}
        for kind in KINDS:
            for language in (*LANGUAGES, UNKNOWN):
                texts = file.texts.get(kind, {}).get(language, {})
                for treatment in ("tu", "usted"):
                    text = texts.get(treatment) or texts.get("any")
                    if not text:
                        raise PolicyError(f"{path.name}: texts.{kind}.{language}: no text for '{treatment}'")
                    _check_slots(text, kind, f"{path.name}: texts.{kind}.{language}")
                    fixed[f"{_PATH}{kind}.{language}.{treatment}"] = text
        return cls(fixed, channels)

    def draft(self, request: ComposeRequest, audience: Visibility) -> Draft:
        """The fixed reply for a request and audience. Never fails."""
        kind = _kind(request)
        language = request.language or UNKNOWN
        if kind == "urgent" and not request.safety_numbers.get("numero_emergencias"):
            kind = "urgent_without_number"
        path = f"{_PATH}{kind}.{language}.{request.account.treatment}"
        text = fill(self.fixed[path], request.safety_numbers) or ""
        role = "safety" if kind.startswith("urgent") else "acknowledge"
        return Draft(
            audience=audience,
            text=text,
            length=self.channels.measure(text, request.channel),
            limit=self.channels.limit(request.channel, audience, request.account.settings),
            sentences=(Sentence(text, f"policy:{path}", role),),
            drafter=DRAFTER,
        )


def _kind(request: ComposeRequest) -> str:
    decision = request.decision
    if decision.disposition == Disposition.URGENT_REFERRAL:
        return "urgent"
    if decision.disposition == Disposition.REFER_IN_PERSON or decision.has(Flag.ADVERSE_EVENT):
        return "health"
    return "general"


def _check_slots(text: str, kind: str, place: str) -> None:
    slots = set(SLOT.findall(text))
    allowed = SAFETY_SLOTS if kind == "urgent" else frozenset[str]()
    if not slots <= allowed:
        raise PolicyError(f"{place}: a fixed reply takes no slot '{sorted(slots - allowed)[0]}'")
