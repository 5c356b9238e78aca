"""The subject line of a message: part of what the customer says, unless it only repeats."""

import re

_REPLY = re.compile(r"^\s*(?:(?:re|rv|fwd?|fw|aw|tr|enc|res)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
"""What mail programs put before a subject, in the languages that we answer in and their neighbours."""


def with_subject(subject: str | None, text: str) -> str:
    """The text under its subject; the text alone where the subject is a reply's or stands in it already."""
    line = " ".join((subject or "").split())
    if not line or _REPLY.match(line) or line.casefold() in " ".join(text.split()).casefold():
        return text
    return f"{line}\n\n{text}" if text.strip() else line
