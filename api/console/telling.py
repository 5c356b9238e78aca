"""What every template may call to tell codes, people and instants in words."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast
from zoneinfo import ZoneInfo

from fastapi import Request

from api.console.languages import Lang
from api.console.naming import action_name, cue_name, in_words, language_name
from api.service import Service


def tools(request: Request, lang: Lang) -> Mapping[str, Callable[..., Any]]:
    """The functions by the names that templates call them."""
    return {
        "in_words": in_words,
        "cue_name": cue_name,
        "language_name": partial(language_name, lang=lang),
        "action_name": partial(action_name, lang=lang),
        "who": _Who(request),
        "local": partial(_local, request),
    }


class _Who:
    """The name of who did something; keys are read once a page, and only by a page that names somebody."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._names: Mapping[str, str] | None = None

    def __call__(self, actor: str) -> str:
        """The name of a key, also of a revoked one; what is no key's id is its own name."""
        if not actor.startswith("key_"):
            return actor
        if self._names is None:
            self._names = {key.id: key.name for key in _service(self._request).keys.list()}
        return self._names.get(actor, actor)


def _local(request: Request, instant: datetime, account: str) -> str:
    """An instant on the clock of an account, as the deadlines of its cases are told; in UTC for one not configured."""
    accounts = _service(request).pipeline.engines.accounts
    if account not in accounts:
        return f"{instant.astimezone(UTC):%d/%m/%Y %H:%M} UTC"
    return f"{instant.astimezone(ZoneInfo(accounts[account].hours.timezone)):%d/%m/%Y %H:%M}"


def _service(request: Request) -> Service:
    return cast(Service, request.app.state.service)
