"""Turns HTML and Markdown into the plain text of answers: they go to networks and e-mail as they stand."""

import re
from html import unescape
from html.parser import HTMLParser


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _names(
    "address article aside blockquote dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header "
    "main nav ol p pre section table tbody td tfoot th thead tr ul"
)
_SILENT = _names("script style template noscript iframe object svg head title button select")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_TYPOGRAPHIC = re.compile("[\u00ad\u200b\u2060\ufeff]")
_BLANKS = re.compile(r"[^\S\n]+")
_ADDRESS = re.compile(r"https?://|mailto:|tel:", re.IGNORECASE)

# Markdown, line by line and then inside a line.
# Each is written so that a text of nothing but openings takes linear time: what is opened holds no further opening, or
# is bounded.
_FENCE = re.compile(r"^[ \t]*(?:```|~~~).*$", re.MULTILINE)
_RULE = re.compile(r"^\s{0,3}(?:[-*_][ \t]*){3,}$", re.MULTILINE)
_HEADING = re.compile(r"^\s{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_UNDERLINE = re.compile(r"^(?=.*\S)(.+)\n[=-]{2,}[ \t]*$", re.MULTILINE)
_QUOTE = re.compile(r"^\s{0,3}>[ \t]?", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*[*+-][ \t]+", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*(\d{1,2})[.)][ \t]+", re.MULTILINE)
_TABLE_LINE = re.compile(r"^[ \t]*+\|?(?:[ \t]*+:?-{2,}:?[ \t]*+\|)+[ \t]*+:?-*:?[ \t]*+$\n?", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(\s{0,3}<?((?:[^()\s>]|\([^()\s]*\))*)>?[^()\n]*\)")
_BARE = re.compile(r"<((?:https?://|mailto:)[^>\s]+)>")
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)(.{1,400}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])")
_CODE = re.compile(r"`([^`\n]+)`")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])")
_ASIDE = 0xE000
_PRIVATE_USE = re.compile("[\ue000-\ue0ff]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def html_to_text(html: str) -> str:
    """Paragraphs and list items of HTML, one a line; links keep their address. Images and scripts go."""
    parser = _Reader()
    parser.feed(html)
    parser.close()
    return tidy("".join(parser.parts))


def markdown_to_text(text: str) -> str:
    """Markdown without its marks; links keep their address. HTML inside counts as HTML."""
    text = _PRIVATE_USE.sub("", _without_comments(text.replace("\r\n", "\n")))
    # A sign after a backslash is no mark: it steps aside until the marks are gone.
    text = _ESCAPED.sub(lambda sign: chr(_ASIDE + ord(sign[1])), text)
    text = _FENCE.sub("", text)
    text = _UNDERLINE.sub(r"\1", text)
    text = _RULE.sub("", text)
    text = _TABLE_LINE.sub("", text)
    text = _TABLE_ROW.sub(lambda row: "- " + ", ".join(cell.strip() for cell in row[1].split("|")), text)
    text = _HEADING.sub(lambda found: f"\n{_sentence(found[1])}\n", text)
    text = _QUOTE.sub("", text)
    text = _ITEM.sub("- ", text)
    text = _NUMBERED.sub(r"\1. ", text)
    text = _IMAGE.sub("", text)
    text = _LINK.sub(lambda found: _linked(found[1], found[2]), text)
    text = _BARE.sub(r"\1", text)
    for _ in range(3):  # bold inside italics inside a list
        text = _STRONG.sub(r"\2", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _CODE.sub(r"\1", text)
    if _TAG.search(text):
        text = _TAG.sub("", re.sub(r"<br\s*/?>", "\n", text, flags=re.IGNORECASE))
    return tidy(unescape(_PRIVATE_USE.sub(lambda sign: chr(ord(sign[0]) - _ASIDE), text)))


def _without_comments(text: str) -> str:
    """The text without HTML comments; one that is never closed is no comment."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + len("<!--"))) >= 0:
        kept.append(text[at:start])
        at = end + len("-->")
    return "".join([*kept, text[at:]])


def tidy(text: str) -> str:
    """Single blanks, no invisible typography, at most one empty line, items on lines of their own."""
    text = _TYPOGRAPHIC.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [_BLANKS.sub(" ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _linked(text: str, address: str) -> str:
    """The words of a link with its address after it, where the words do not say it already."""
    plain = re.sub(r"^(?:mailto:|tel:)", "", address, flags=re.IGNORECASE)
    if not _ADDRESS.match(address) or plain in text or text.strip() in plain:
        return plain if text.strip() and text.strip() in plain and _ADDRESS.match(address) else text
    return f"{text} ({plain})"


def _sentence(heading: str) -> str:
    """A heading as a sentence of its own: it is quoted among sentences."""
    heading = heading.strip()
    return heading if not heading or heading[-1] in ".:!?…" else heading + ":"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._link: tuple[str, int] | None = None
        self._heading: int | None = None
        self._numbers: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append(f"\n{self._item()} ")
        elif tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self.parts))
        elif tag in _BLOCKS:
            self._block(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "a" and self._link is not None:
            (address, start), self._link = self._link, None
            self.parts[start:] = [_linked("".join(self.parts[start:]), address)]
        elif tag in _HEADINGS and self._heading is not None:
            self.parts[self._heading :] = [_sentence("".join(self.parts[self._heading :])), "\n\n"]
            self._heading = None
        elif tag in ("ol", "ul"):
            self._numbers = self._numbers[:-1]
            self.parts.append("\n\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag in _BLOCKS:
            self.parts.append("\n" if tag == "tr" else "\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _block(self, tag: str) -> None:
        if tag in ("ol", "ul"):
            self._numbers.append(0 if tag == "ol" else None)
        if tag in ("td", "th"):
            return
        self.parts.append("\n" if tag == "tr" else "\n\n")
        if tag in _HEADINGS:
            self._heading = len(self.parts)

    def _item(self) -> str:
        if not self._numbers or self._numbers[-1] is None:
            return "-"
        self._numbers[-1] += 1
        return f"{self._numbers[-1]}."
