"""Calls an OpenAI-compatible server: streamed, bounded in time and size, with no redirect and no proxy."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from drafting.llm_errors import LanguageModelError, Refusal
from drafting.llm_model import Schema
from drafting.llm_policy import LanguageModelPolicy
from drafting.llm_prompt import Turn

_RETRY_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_PATH = "/chat/completions"


@dataclass(frozen=True, slots=True)
class ServerModel:
    """A model behind ``<base>/chat/completions``."""

    url: str
    """Base address, with the ``/v1``."""
    model: str
    policy: LanguageModelPolicy
    api_key: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The model's name at the server."""
        return self.model

    def call(self, turns: Sequence[Turn], schema: Schema, seconds: float) -> "ServerCall":
        """Prepare a call."""
        limits, asked = self.policy.limits, self.policy.request
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": turn.role, "content": turn.content} for turn in turns],
            "temperature": asked.temperature,
            "max_tokens": limits.output_tokens,
            "stream": True,
        }
        if asked.response_format == "json_schema":
            named = {"name": "draft", "strict": True, "schema": schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif asked.response_format == "json_object":
            body["response_format"] = {"type": "json_object"}
        headers = {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        idle = min(seconds, limits.idle_seconds)
        # trust_env: no proxy from the environment sees the message. A redirect would be another server.
        client = httpx.Client(
            timeout=httpx.Timeout(idle), headers=headers, trust_env=False, follow_redirects=False
        )
        return ServerCall(client, self.url.rstrip("/") + _PATH, body, self.policy, time.monotonic() + seconds)


@dataclass(frozen=True, slots=True)
class ServerCall:
    """One request and its streamed answer."""

    client: httpx.Client = field(repr=False)
    url: str
    body: dict[str, Any] = field(repr=False)
    policy: LanguageModelPolicy
    over_at: float
    """On the monotonic clock."""

    def abort(self) -> None:
        """Close the connection; what is being read ends in an error."""
        self.client.close()

    def text(self) -> str:
        """Send the request and gather what is written.

        Raises:
            LanguageModelError: unreachable, refused, too slow, too much, or not the protocol.
        """
        try:
            with self.client, self.client.stream("POST", self.url, json=self.body) as response:
                return self._written(response)
        except httpx.TimeoutException:
            raise LanguageModelError(Refusal.TIMEOUT) from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError, RuntimeError):
            # RuntimeError: the client was closed by abort().
            raise LanguageModelError(Refusal.UNREACHABLE, retry=True) from None

    def _written(self, response: httpx.Response) -> str:
        if response.status_code != httpx.codes.OK:
            retry = response.status_code in _RETRY_STATUS
            raise LanguageModelError(Refusal.HTTP_ERROR, str(response.status_code), retry=retry)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise LanguageModelError(Refusal.OUTPUT_INVALID)  # it was told not to compress
        if response.headers.get("content-type", "").startswith("text/event-stream"):
            return self._streamed(response)
        whole = b"".join(self._chunks(response))
        return self._bounded(_part(whole, "message"))

    def _streamed(self, response: httpx.Response) -> str:
        written = ""
        for data in _events(self._chunks(response)):
            if data == b"[DONE]":
                return written
            written = self._bounded(written + _part(data, "delta"))
        return written  # closed without [DONE]: whether it is whole, the JSON tells

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        taken = 0
        for chunk in response.iter_raw():
            taken += len(chunk)
            if taken > self.policy.limits.stream_bytes:
                raise LanguageModelError(Refusal.OUTPUT_TOO_LONG)
            if time.monotonic() > self.over_at:
                raise LanguageModelError(Refusal.TIMEOUT)
            yield chunk

    def _bounded(self, text: str) -> str:
        if len(text) > self.policy.limits.output_characters:
            raise LanguageModelError(Refusal.OUTPUT_TOO_LONG)
        return text


def _events(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The data of server-sent events, one JSON a line as these servers write them."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from _data(lines)
    yield from _data([rest])


def _data(lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        if line.startswith(b"data:"):
            yield line.removeprefix(b"data:").strip()


def _part(data: bytes, name: str) -> str:
    """The text in one object of the protocol; empty where it carries none (a role, usage)."""
    try:
        found = json.loads(data)
        choices = found["choices"]
        if not choices:
            return ""
        if choices[0].get("finish_reason") == "length":
            raise LanguageModelError(Refusal.OUTPUT_TOO_LONG)
        text = choices[0][name].get("content")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise LanguageModelError(Refusal.OUTPUT_INVALID, retry=True) from None
    if text is not None and not isinstance(text, str):
        raise LanguageModelError(Refusal.OUTPUT_INVALID, retry=True)
    return text or ""
