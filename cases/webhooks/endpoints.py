"""Which helpdesks may call: read from a YAML file that names secrets by environment variable and holds none."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cases.errors import CaseError
from policies.files import read_bytes, validated, yaml_of
from policies.vocabulary import Channel

SHORTEST_SECRET = 16
"""Characters; a shorter one could be guessed."""
_STANDARD_BYTES = range(24, 65)
"""Length of a secret of Standard Webhooks 1.0.0."""
_ED25519_BYTES = 32
_NAME = r"^[a-z][a-z0-9_-]{0,39}$"
_NUMBER = r"[0-9]{1,20}"
CLOSED_STATES = ("closed",)
"""Zammad's own name of the state, from its seeds."""
_VARIABLE = r"^[A-Z][A-Z0-9_]{0,99}$"
_LOCAL = re.compile(r"^http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)")
_FRAME = r"^https://[A-Za-z0-9*.-]+(:\d+)?$|^http://(localhost|127\.0\.0\.1)(:\d+)?$"


class WebhookSettingsError(CaseError):
    """The file of webhooks, or a variable that it names, cannot be used; the message says which."""

    code = "webhook_settings_invalid"


class Kind(StrEnum):
    """Whose wire format it is."""

    CHATWOOT = "chatwoot"
    ZENDESK = "zendesk"
    ZAMMAD = "zammad"
    INTERCOM = "intercom"
    STANDARD = "standard"


class Secret:
    """A secret that hides itself in ``repr`` and formatting."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def value(self) -> str:
        """The secret itself, to sign or to send with."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(hidden)"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return repr(self)


class _Endpoint(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    account: str = Field(min_length=1, max_length=100)
    """The account of ours that its messages belong to."""
    channel: Channel = Channel.WEB
    """Of messages whose channel the helpdesk does not tell."""
    secrets_env: tuple[str, ...] = Field(min_length=1, max_length=4)
    """Several during a rotation, or where account webhook and agent bot have one each."""
    remote_account: str | None = Field(default=None, max_length=100)
    """The helpdesk's own account id; events of another are ignored."""
    tolerance_seconds: int = Field(default=300, ge=30, le=3600)
    api_base: str | None = Field(default=None, max_length=500)
    token_env: str | None = Field(default=None, pattern=_VARIABLE)
    api_user: str | None = Field(default=None, max_length=200)
    """Zendesk: the agent's e-mail. Intercom: the id of the admin who writes the note."""
    bots: tuple[str, ...] = Field(default=(), max_length=100)
    """The helpdesk's numbers of users that are machines: what they send is no agent's reply."""
    closed_states: tuple[str, ...] = Field(default=CLOSED_STATES, min_length=1, max_length=20)
    """Zammad: names of the states in which a ticket is closed; an administrator may rename them."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if any(not re.match(_VARIABLE, name) for name in self.secrets_env):
            raise ValueError(
                "secrets_env: names of environment variables, in capitals; never a secret itself"
            )
        if any(not re.fullmatch(_NUMBER, bot) for bot in self.bots):
            raise ValueError("bots: the helpdesk's numbers of users, in quotes")
        if (self.api_base is None) != (self.token_env is None):
            raise ValueError("api_base and token_env: both, to write notes back, or neither")
        if self.api_base is None:
            return self
        if self.kind is Kind.STANDARD:
            raise ValueError("api_base: Standard Webhooks have no API to write a note through")
        if not self.api_base.startswith("https://") and not _LOCAL.match(self.api_base):
            raise ValueError("api_base: https://, or http:// of this machine")
        if re.search(r"[\s@?#]", self.api_base):
            raise ValueError("api_base: without user, query or fragment")
        if self.kind in (Kind.ZENDESK, Kind.INTERCOM) and not self.api_user:
            raise ValueError("api_user: needed to write notes (Zendesk: agent's e-mail; Intercom: admin id)")
        if self.kind is Kind.CHATWOOT and not self.remote_account:
            raise ValueError("remote_account: Chatwoot's account id, needed to write notes")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1]
    endpoints: dict[str, _Endpoint] = Field(max_length=100)
    frame_ancestors: tuple[str, ...] = ()
    """Origins of the helpdesks that may show the side panels in a frame."""

    @model_validator(mode="after")
    def _names(self) -> Self:
        if any(not re.match(_NAME, name) for name in self.endpoints):
            raise ValueError("endpoints: names of small letters, digits, _ and -")
        if any(not re.match(_FRAME, origin) for origin in self.frame_ancestors):
            raise ValueError("frame_ancestors: origins such as https://acme.zendesk.com")
        return self


@dataclass(frozen=True, slots=True)
class NoteAccess:
    """How to write a private note."""

    base: str
    user: str
    token: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One helpdesk that may call; ``name`` is the last part of its address."""

    name: str
    kind: Kind
    account: str
    channel: Channel
    remote_account: str | None
    tolerance_seconds: int
    secrets: tuple[Secret, ...] = field(repr=False)
    notes: NoteAccess | None
    bots: frozenset[str] = frozenset()
    closed_states: frozenset[str] = frozenset(CLOSED_STATES)
    """In small letters."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """All of them, by name."""

    by_name: Mapping[str, Endpoint]
    frame_ancestors: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self.by_name.values())


NONE = Endpoints({})


def load_endpoints(file: Path | None, environment: Mapping[str, str]) -> Endpoints:
    """Read the file and the secrets it names; no file: nobody may call.

    Raises:
        PolicyError: the file is missing or breaks its schema.
        WebhookSettingsError: a variable is missing, or its secret too weak; never quotes it.
    """
    if file is None:
        return NONE
    read = validated(_File, yaml_of(file, read_bytes(file)), file)
    made = {name: _endpoint(name, given, environment) for name, given in read.endpoints.items()}
    return Endpoints(made, read.frame_ancestors)


def _endpoint(name: str, given: _Endpoint, environment: Mapping[str, str]) -> Endpoint:
    secrets = tuple(_secret(name, given.kind, variable, environment) for variable in given.secrets_env)
    notes = None
    if given.api_base is not None and given.token_env is not None:
        token = Secret(_value(name, given.token_env, environment))
        notes = NoteAccess(given.api_base.rstrip("/"), given.api_user or "", token)
    return Endpoint(
        name=name,
        kind=given.kind,
        account=given.account,
        channel=given.channel,
        remote_account=given.remote_account,
        tolerance_seconds=given.tolerance_seconds,
        secrets=secrets,
        notes=notes,
        bots=frozenset(given.bots),
        closed_states=frozenset(state.strip().casefold() for state in given.closed_states),
    )


def _value(name: str, variable: str, environment: Mapping[str, str]) -> str:
    value = environment.get(variable, "").strip()
    if not value:
        raise WebhookSettingsError(f"webhook {name}: the environment variable {variable} is not set")
    if not value.isascii() or not value.isprintable():
        raise WebhookSettingsError(f"webhook {name}: {variable} holds characters that no secret has")
    return value


def _secret(name: str, kind: Kind, variable: str, environment: Mapping[str, str]) -> Secret:
    value = _value(name, variable, environment)
    if kind is Kind.STANDARD:
        try:
            standard_key(value)
        except ValueError as error:
            raise WebhookSettingsError(f"webhook {name}: {variable}: {error}") from None
    elif len(value) < SHORTEST_SECRET:
        raise WebhookSettingsError(f"webhook {name}: {variable} is shorter than {SHORTEST_SECRET} characters")
    return Secret(value)


def standard_key(value: str) -> bytes:
    """The key in a ``whsec_`` secret or a ``whpk_`` public key (Standard Webhooks 1.0.0).

    Raises:
        ValueError: another prefix, no base64, or a wrong length; the value is not quoted.
    """
    prefix, _, encoded = value.partition("_")
    if prefix not in ("whsec", "whpk"):
        raise ValueError("must start with whsec_ or whpk_")
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64 after its prefix") from None
    allowed = _STANDARD_BYTES if prefix == "whsec" else range(_ED25519_BYTES, _ED25519_BYTES + 1)
    if len(key) not in allowed:
        raise ValueError(f"{len(key)} bytes instead of {allowed[0]} to {allowed[-1]}")
    return key
