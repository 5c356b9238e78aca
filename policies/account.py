"""The account: a company's facts, numbers, hours and declared settings, as data under policies/accounts/."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class OpeningHours(BaseModel):
    """Opening hours of the expert team; acknowledgement does not wait for them (X2)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: str = "Europe/Madrid"
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Monday is 0."""
    opens: str = "09:00"
    closes: str = "18:00"
    country: str = "ES"
    subdivision: str | None = None


class ConflictSettings(BaseModel):
    """The declared answers to the conflicts X1 to X6 of the practices."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x1_priority: Literal["influence_blind", "contract_tier"] = "influence_blind"
    x2_hours: Literal["acknowledge_always", "acknowledge_in_hours"] = "acknowledge_always"
    x3_personal_data: Literal["secure_channel_only", "private_dm"] = "secure_channel_only"
    x4_pace: Literal["acknowledge_then_mature", "answer_at_once"] = "acknowledge_then_mature"
    x5_clocks: Literal["three_clocks", "single_clock"] = "three_clocks"
    x6_x_limit: Literal[280, 140] = 280


class Account(BaseModel):
    """One company as the service knows it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    handles: tuple[str, ...] = ()
    """The company's own handles: not personal data."""
    brands: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    """Product names, spelled as the company writes them: not personal data; fill the slot ``producto``."""
    public_contacts: tuple[str, ...] = ()
    """The company's own phones, e-mails and addresses: not personal data."""
    country: str = "ES"
    languages: tuple[str, ...] = ("es",)
    """Languages the account answers in (M66)."""
    treatment: Literal["tu", "usted"] = "tu"
    policy: str = "health"
    """Name of the rules file under policies/rules/."""
    hours: OpeningHours = OpeningHours()
    settings: ConflictSettings = ConflictSettings()
    slots: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)
    """Slot name (``plazo_respuesta``) to language code to value. A sentence whose slot has no value is ruled out."""
    signature: str | None = None
