"""Facts as JSON and back: what is stored with a case, and what a file of facts holds."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from pydantic import Field, ValidationError

from policies.decision import Facts
from policies.errors import PolicyError
from policies.schema import Score, Strict
from policies.vocabulary import Channel, Visibility


class StoredFacts(Strict):
    """Facts as stored. Fields that came later have an ordinary value, so that old records can be read.

    A shape of its own beside ``Facts``: what comes from a file or an old record is checked, field by field, and may
    lack what came later; what the pipeline makes for each message is neither checked again nor may lack anything.
    A field that only ``Facts`` has is refused by ``facts_of`` as unknown: it cannot get lost on the way.
    """

    channel: Channel
    visibility: Visibility
    language: str | None
    intents: tuple[str, ...]
    emotion: str
    relevance: str
    signals: dict[str, Score]
    handling: dict[str, Score]
    understanding_abstained: bool
    evidence_abstained: bool
    personal_entities: frozenset[str]
    health_entities: frozenset[str]
    customer_turns: int = Field(ge=0)
    agent_turns: int = Field(ge=0)
    country: str = "ES"
    referral_topic: str | None = None
    tags: frozenset[str] = frozenset()
    tier: str | None = None
    serious_hint: bool = False
    top_answer_tags: frozenset[str] = frozenset()
    failed_steps: tuple[str, ...] = ()

    def facts(self) -> Facts:
        """The facts."""
        return Facts(**{name: getattr(self, name) for name in type(self).model_fields})


def facts_json(facts: Facts) -> dict[str, Any]:
    """Facts as plain JSON values; sets are sorted, so that equal facts are written alike."""
    return {item.name: _plain(getattr(facts, item.name)) for item in fields(facts)}


def facts_of(written: object) -> Facts:
    """The facts of JSON values.

    Raises:
        PolicyError: a field is missing, unknown or wrong; says which, without its value.
    """
    try:
        return StoredFacts.model_validate(written).facts()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        unknown = first["type"] == "extra_forbidden"
        where = "" if unknown or not first["loc"] else f"{first['loc'][0]}: "
        raise PolicyError(f"facts: {where}{'unknown field' if unknown else first['msg']}") from None


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return {str(key): float(number) for key, number in value.items()}
    return value
