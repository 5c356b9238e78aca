"""Who is told of which events: read from a YAML file that names secrets by environment variable and holds none."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cases.errors import CaseError
from cases.events.addresses import Network
from cases.outbox import EventType
from cases.webhooks.endpoints import Secret, standard_key
from policies.files import read_bytes, validated, yaml_of

RETRY_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Waits after the first attempt, the second, and so on (Standard Webhooks 1.0.0); after the last, a dead letter."""
EVERYTHING: Literal["*"] = "*"
_NAME = r"^[a-z][a-z0-9_-]{0,39}$"
_VARIABLE = r"^[A-Z][A-Z0-9_]{0,99}$"
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")


class SubscriptionError(CaseError):
    """The file of subscriptions, or a variable that it names, cannot be used; the message says which."""

    code = "subscriptions_invalid"


class _Subscription(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str = Field(min_length=1, max_length=100)
    url: str = Field(max_length=1000)
    events: tuple[EventType | Literal["*"], ...] = Field(min_length=1)
    secrets_env: tuple[str, ...] = Field(min_length=1, max_length=2)
    """Two during a rotation: every request is signed with both."""

    @field_validator("url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            fits = parts.scheme in ("https", "http") and _HOST.fullmatch(parts.hostname or "") is not None
            fits = fits and parts.port != 0 and not (parts.username or parts.password or parts.fragment)
        except ValueError:
            fits = False
        if not fits or not value.isascii() or not value.isprintable() or " " in value:
            raise ValueError("must be https://host/path in ASCII (punycode), without user or fragment")
        return value

    @field_validator("secrets_env")
    @classmethod
    def _variables(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not re.match(_VARIABLE, name) for name in value):
            raise ValueError("names of environment variables, in capitals; never a secret itself")
        return value


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    allow_networks: tuple[str, ...] = Field(default=(), max_length=50)
    retry_seconds: tuple[int, ...] = Field(default=RETRY_SECONDS, max_length=20)
    subscriptions: dict[str, _Subscription] = Field(max_length=100)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if any(not re.match(_NAME, name) for name in self.subscriptions):
            raise ValueError("subscriptions: names of small letters, digits, _ and -")
        if any(not 1 <= wait <= 7 * 86_400 for wait in self.retry_seconds):
            raise ValueError("retry_seconds: each from one second to a week")
        for name, given in self.subscriptions.items():
            if given.url.startswith("http://") and not self.allow_networks:
                raise ValueError(f"subscriptions: {name}: http:// is for hosts in allow_networks alone")
        return self


@dataclass(frozen=True, slots=True)
class Subscription:
    """One receiver of an account's events."""

    name: str
    account: str
    url: str = field(repr=False)
    """A path may hold a token: it is never shown."""
    events: frozenset[EventType]
    secrets: tuple[Secret, ...] = field(repr=False)

    def wants(self, event: EventType, account: str) -> bool:
        """Tell whether an event is for it."""
        return account == self.account and event in self.events


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """All of them, by name, and how they are served."""

    by_name: Mapping[str, Subscription]
    allow_networks: tuple[Network, ...] = ()
    retry_seconds: tuple[int, ...] = RETRY_SECONDS

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self.by_name.values())


def load_subscriptions(file: Path, environment: Mapping[str, str]) -> Subscriptions:
    """Read the file and the secrets that it names.

    Raises:
        PolicyError: the file is missing or breaks its schema.
        SubscriptionError: a variable is missing, its secret is none of Standard Webhooks', or a network is none.
    """
    read = validated(_File, yaml_of(file, read_bytes(file)), file)
    made = {name: _subscription(name, given, environment) for name, given in read.subscriptions.items()}
    return Subscriptions(made, tuple(_network(text) for text in read.allow_networks), read.retry_seconds)


def _subscription(name: str, given: _Subscription, environment: Mapping[str, str]) -> Subscription:
    events = {EventType(event) for event in given.events if event != EVERYTHING}
    return Subscription(
        name=name,
        account=given.account,
        url=given.url,
        events=frozenset(EventType) if EVERYTHING in given.events else frozenset(events),
        secrets=tuple(_secret(name, variable, environment) for variable in given.secrets_env),
    )


def _network(text: str) -> Network:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise SubscriptionError(f"allow_networks: {text!r} is no network such as 10.20.0.0/16") from None
    if network.prefixlen == 0:
        raise SubscriptionError(f"allow_networks: {text!r} would allow everything")
    return network


def _secret(name: str, variable: str, environment: Mapping[str, str]) -> Secret:
    value = environment.get(variable, "").strip()
    if not value:
        raise SubscriptionError(f"subscription {name}: the environment variable {variable} is not set")
    if not value.startswith("whsec_"):
        raise SubscriptionError(f"subscription {name}: {variable}: must start with whsec_")
    try:
        standard_key(value)
    except ValueError as error:
        raise SubscriptionError(f"subscription {name}: {variable}: {error}") from None
    return Secret(value)
