"""An e-mail as it came (RFC 5322, MIME), read as a message: what is new in it, whose it is, what hangs on it.

Attachments are named and never opened. Nothing in a mail stops the reading of the next one: charsets that do not
exist, parts that do not close and dates of the year 10000 are common in the wild.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.header import decode_header
from email.message import Message as MimeMessage
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime

from pydantic import ValidationError

from cases.errors import CaseError
from cases.message import MAX_TEXT, YEARS, Author, Message
from cases.sources.html_text import html_text
from cases.sources.quoted_history import new_text
from cases.sources.subject import with_subject
from policies.vocabulary import Channel, Visibility

MAX_BYTES = 30 * 1024 * 1024
"""A mail beyond this is refused by mail servers as well (25 MB and its encoding)."""
LONGEST_TEXT = 40 * MAX_TEXT
"""With the quoted history: months of to and fro, and no more than is read in a moment."""
MAX_PARTS = 200
MAX_NAME = 200
_FALLBACKS = ("utf-8", "cp1252")
"""For a charset that does not exist or does not fit; cp1252 is what mislabelled Latin-1 mostly is."""


class EmailError(CaseError):
    """A mail that holds no message to answer; says why, and quotes nothing."""

    code = "email_unreadable"


@dataclass(frozen=True, slots=True)
class Email:
    """A mail, read."""

    message: Message = field(repr=False)
    attachments: tuple[str, ...] = field(repr=False)
    """Names as the sender gave them; a name can be personal, so it is not logged either."""
    automatic: bool
    """A machine wrote it (RFC 3834): a bounce, an out-of-office note. To answer one may start a loop."""


def read_email(raw: bytes, *, account: str | None = None) -> Email:
    """Read a mail.

    Raises:
        EmailError: too large, without any text, or with more text than a message may have.
    """
    if len(raw) > MAX_BYTES:
        raise EmailError(f"mail of {len(raw)} bytes; at most {MAX_BYTES}")
    # compat32: the newer policies raise on headers and charsets that are only wrong.
    try:
        mail = BytesParser(policy=policy.compat32).parsebytes(raw)
    except ValueError:
        # The library decodes a boundary in the charset that it names, and not every codec takes that.
        raise EmailError("mail whose parts cannot be told apart") from None
    parts = list(_parts(mail))
    text = _text(parts)
    if len(text) > LONGEST_TEXT:
        raise EmailError(f"mail with more than {LONGEST_TEXT} characters, its history included")
    subject = _header(mail, "Subject")
    whole = with_subject(subject, new_text(text)).replace("\x00", "").strip()
    if not whole:
        raise EmailError("mail without text")
    if len(whole) > MAX_TEXT:
        raise EmailError(f"mail with more than {MAX_TEXT} characters of text")
    name = parseaddr(_header(mail, "From"))[0].strip()
    try:
        message = Message(
            text=whole,
            id=_header(mail, "Message-ID").strip()[:MAX_NAME] or None,
            channel=Channel.EMAIL,
            visibility=Visibility.PRIVATE,
            account=account,
            author=Author(name=name[:MAX_NAME]) if name else None,
            received_at=_date(mail),
        )
    except ValidationError:
        raise EmailError("mail with text that is no Unicode") from None
    attachments = tuple(found for part in parts if (found := _attachment(part)) is not None)
    return Email(message, attachments, _is_automatic(mail))


def _parts(mail: MimeMessage) -> Iterator[MimeMessage]:
    """The leaves, in order; mails inside the mail are attachments."""
    open_parts: list[object] = [mail]
    seen = 0
    while open_parts and seen < MAX_PARTS:
        part = open_parts.pop(0)
        if not isinstance(part, MimeMessage):
            continue
        seen += 1
        # Of a part alone it would be decoded, in whatever charset it names.
        payload = part.get_payload() if part.is_multipart() else None
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            open_parts[:0] = payload
        else:
            yield part


def _text(parts: list[MimeMessage]) -> str:
    """The plain text; where there is none, or an empty one, that of the HTML."""
    plain = [_decoded(part) for part in parts if _is_body(part, "text/plain")]
    if any(text.strip() for text in plain):
        return "\n\n".join(text for text in plain if text.strip())
    html = [_decoded(part) for part in parts if _is_body(part, "text/html")]
    without = "\n\n".join(html_text(text) for text in html).strip()
    # All of it marked as quotation: it was forwarded for us to read.
    return without or "\n\n".join(html_text(text, without_quotes=False) for text in html).strip()


def _is_body(part: MimeMessage, kind: str) -> bool:
    return part.get_content_type() == kind and _attachment(part) is None


def _attachment(part: MimeMessage) -> str | None:
    """The name of an attachment; None for what is part of the text."""
    name = " ".join(_file_name(part).split())[:MAX_NAME]
    disposition = (part.get_content_disposition() or "") if part["Content-Disposition"] is not None else ""
    is_text = part.get_content_type() in ("text/plain", "text/html")
    if disposition != "attachment" and not name and is_text:
        return None
    if part.get_content_maintype() == "multipart":
        return None
    return name or part.get_content_type()[:MAX_NAME]


def _file_name(part: MimeMessage) -> str:
    """The name of a part's file in readable words: an encoded or broken name hides a person from redaction."""
    readable = MimeMessage()
    for key, value in part.raw_items():
        if key.lower() in ("content-disposition", "content-type"):
            readable[key] = _octets_read(value)
    try:
        return _words(_plain(readable.get_filename()))
    except ValueError:
        return ""  # RFC 2231 in a charset that is none for text


def _decoded(part: MimeMessage) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    declared = _plain(part.get_content_charset()) or "utf-8"
    return _first_fit(payload, (declared, *_FALLBACKS))


def _first_fit(octets: bytes, charsets: tuple[str, ...]) -> str:
    """The text in the first charset that exists and fits; Latin-1 fits everything."""
    for charset in charsets:
        text = _try(octets, charset)
        if text is not None:
            return text
    return octets.decode("latin-1")


def _try(payload: bytes, charset: str) -> str | None:
    try:
        if not codecs.lookup(charset)._is_text_encoding:
            return None  # "charset=zip" would decompress
        return payload.decode(charset)
    except (LookupError, ValueError):
        return None


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _header(mail: MimeMessage, name: str) -> str:
    """A header with its encoded words decoded; broken ones as they are."""
    values = (value for key, value in mail.raw_items() if key.lower() == name.lower())
    return _words(_octets_read(next(values, "")))


def _octets_read(value: object) -> str:
    """A header's value: bytes above ASCII that were sent without any encoding arrive as surrogates."""
    return _first_fit(str(value).encode("utf-8", "surrogateescape"), _FALLBACKS)


def _words(raw: str) -> str:
    """A value with its encoded words (RFC 2047) decoded; broken ones as they are."""
    try:
        found = decode_header(raw)
    except ValueError:
        return raw
    words = []
    for word, charset in found:
        if isinstance(word, str):
            words.append(word)
            continue
        words.append(_first_fit(word, (charset or "ascii", *_FALLBACKS)))
    return "".join(words).encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _date(mail: MimeMessage) -> datetime | None:
    """When it was sent, as the sender says; None where that cannot be."""
    try:
        sent = parsedate_to_datetime(_plain(mail["Date"]))
        sent = sent if sent.tzinfo is not None else sent.replace(tzinfo=UTC)
        sent = sent.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return sent if sent.year in YEARS else None


def _is_automatic(mail: MimeMessage) -> bool:
    """RFC 3834 (Auto-Submitted), delivery reports, and the marks that older programs use."""
    submitted = _header(mail, "Auto-Submitted").strip().lower()
    if submitted and not submitted.startswith("no"):
        return True
    if mail.get_content_type() == "multipart/report":
        return True
    if _header(mail, "Precedence").strip().lower() in ("bulk", "junk", "auto_reply"):
        return True
    return _header(mail, "Return-Path").strip() == "<>"
