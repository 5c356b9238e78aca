"""Finds addresses that cannot work and dates that are over; asks the network only where it is told to."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from datetime import date
from urllib.parse import urlsplit

from knowledge_base.answer import AnswerText, ApprovedAnswer
from knowledge_base.check_data import Links
from knowledge_base.findings import Finding, Severity

Ask = Callable[[str], str | None]
"""What is wrong with an address that was asked for, or None; brought by the caller."""

_ADDRESS = re.compile(r"\b(?:https?|ftp):/*[^\s<>«»\"]+|\bwww\.[^\s<>«»\"]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}'”’…"
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)
_NUMERIC = r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"


def check_links(answer: ApprovedAnswer, rules: Links, on: date, ask: Ask | None = None) -> Iterator[Finding]:
    """Addresses that are malformed, refused or dead, and terms that ended before a day."""
    for language, text in answer.by_language().items():
        said = _said(text)
        for address in dict.fromkeys(addresses(said)):
            problem = wrong_address(address, rules)
            if problem:
                message = f"Dirección que no sirve ({language}): {address}: {problem}."
                yield Finding(Severity.WARNING, "link_broken", (answer.id,), message)
            elif ask is not None and (answered := ask(address)):
                message = f"Dirección que no responde ({language}): {address}: {answered}."
                yield Finding(Severity.WARNING, "link_dead", (answer.id,), message)
        for words, day in ends(said, language, rules):
            if day < on:
                message = f"Plazo que ya pasó ({language}): «{words}»."
                yield Finding(Severity.WARNING, "past_date", (answer.id,), message)


def addresses(text: str) -> Iterator[str]:
    """The addresses in a text, without the sentence's own marks after them."""
    for match in _ADDRESS.finditer(text):
        found = match.group().rstrip(_TRAILING)
        if found.count("(") > found.count(")") and text[match.start() + len(found) :].startswith(")"):
            found += ")"
        yield found


def wrong_address(address: str, rules: Links) -> str | None:
    """What is wrong with an address by its form alone, in Spanish; None when nothing is."""
    try:
        parts = urlsplit(address if "://" in address or ":" in address[:6] else f"https://{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "está mal escrita"
    del port
    if parts.scheme not in ("http", "https"):
        return "no es una página web"
    if parts.username or parts.password:
        return "lleva usuario o contraseña"
    if host in rules.refused or any(host.endswith(f".{one}") for one in rules.refused):
        return "no lleva a un sitio propio"
    if _is_number(host):
        return "es un número y no un nombre"
    if not _HOST.fullmatch(host.encode("idna").decode() if _encodable(host) else ""):
        return "el nombre del sitio no existe así"
    return "no es segura (http)" if parts.scheme == "http" else None


def ends(text: str, language: str, rules: Links) -> Iterator[tuple[str, date]]:
    """The words of each term that a text gives with its year, and its last day."""
    words = rules.until.get(language)  # type: ignore[call-overload]
    if not words:
        return
    months = "|".join(sorted(rules.months, key=len, reverse=True))
    spelled = rf"(\d{{1,2}}) (?:de |d')?({months}) (?:de |del )?(\d{{4}})|({months}) (\d{{1,2}}),? (\d{{4}})"
    pattern = re.compile(rf"\b(?:{'|'.join(words)})\s+(?:{_NUMERIC}|{spelled})", re.IGNORECASE)
    for match in pattern.finditer(text):
        day = _day(match, rules)
        if day is not None:
            yield match.group(), day


def _day(match: re.Match[str], rules: Links) -> date | None:
    numeric, spelled, english = match.group(1, 2, 3), match.group(4, 5, 6), match.group(7, 8, 9)
    try:
        if numeric[0]:
            return date(int(numeric[2]), int(numeric[1]), int(numeric[0]))
        if spelled[0]:
            return date(int(spelled[2]), rules.months[spelled[1].lower()], int(spelled[0]))
        return date(int(english[2]), rules.months[english[0].lower()], int(english[1]))
    except (ValueError, KeyError):
        return None


def _encodable(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _said(text: AnswerText) -> str:
    return "\n".join((text.title, text.short, text.full, text.private or ""))
