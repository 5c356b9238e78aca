"""The console's languages: Spanish as it is written in the pages, and English by a table of what they say."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from starlette.requests import Request

LANGUAGE_COOKIE = "borrador_lang"
LANGUAGE_SECONDS = 365 * 24 * 3600


class Lang(StrEnum):
    """Languages that the console speaks."""

    ES = "es"
    EN = "en"


Say = Callable[[str], str]
_ENGLISH: dict[str, str] = {}


def add_english(entries: Mapping[str, str]) -> None:
    """Add what pages say, Spanish to English. A text that is there already keeps its translation."""
    for text, translation in entries.items():
        _ENGLISH.setdefault(text, translation)


def say(lang: Lang) -> Say:
    """What pages call ``_``: the text in a language; Spanish where nobody has translated it."""
    if lang is Lang.ES:
        return str
    return lambda text: _ENGLISH.get(text, text)


def known_english() -> frozenset[str]:
    """The Spanish texts that have a translation."""
    return frozenset(_ENGLISH)


def asked_for(request: Request) -> Lang | None:
    """The language that the address asks for (``?lang=``)."""
    wanted = request.query_params.get("lang")
    return Lang(wanted) if wanted in set(Lang) else None


def chosen(request: Request) -> Lang:
    """The language of a request: the address, then the choice made before, then the browser's own."""
    asked = asked_for(request)
    if asked is not None:
        return asked
    kept = request.cookies.get(LANGUAGE_COOKIE)
    if kept in set(Lang):
        return Lang(kept)
    return _preferred(request.headers.get("accept-language", ""))


def _preferred(header: str) -> Lang:
    """The first of ours by weight in an ``Accept-Language`` (RFC 9110, 12.5.4); Spanish when there is none."""
    weighted: list[tuple[float, int, Lang]] = []
    for position, item in enumerate(header[:500].split(",")):
        name, _, parameter = item.strip().partition(";")
        code = name.strip().lower().split("-")[0]
        weight = _weight(parameter)
        if code in set(Lang) and weight > 0:
            weighted.append((-weight, position, Lang(code)))
    return min(weighted)[2] if weighted else Lang.ES


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        number = float(value)
    except ValueError:
        return 0.0
    return number if 0 <= number <= 1 else 0.0
