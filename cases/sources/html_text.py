"""The text of an HTML message, as a person would read it; never raises on broken markup."""

import re
from collections import Counter
from html.parser import HTMLParser

_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})
_BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "div", "dl", "dt", "dd", "footer", "form", "h1", "h2", "h3", "h4",
        "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tr", "ul",
    }
)  # fmt: skip
_QUOTES = re.compile(r"gmail_quote|gmail_extra|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra")
"""Classes that mail programs give to the quoted history."""
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr"}
)
_SPACES = re.compile(r"[ \t\f\v\xa0]+")
_BLANK_LINES = re.compile(r"\n{3,}")


class _Reader(HTMLParser):
    def __init__(self, *, quotes: bool, signature: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._quotes = quotes
        self._signature = signature
        self._skipping: list[str] = []
        """Open elements from the one whose content is left out, that one first."""
        self._open: Counter[str] = Counter()
        """How often each is in ``_skipping``: looking there for each end would take too long."""
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping:
            if tag not in _VOID:
                self._skip(tag)
            return
        signature = self._signature and any(name == "data-signature" for name, _ in attrs)
        hidden = tag in _HIDDEN or signature or self._is_quote(tag, attrs)
        if hidden and tag not in _VOID:
            self._skip(tag)
        if tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._skipping and (tag == "br" or tag in _BLOCKS):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            # Whatever was left open inside is closed with it.
            while self._open[tag]:
                closed = self._skipping.pop()
                self._open[closed] -= 1
                if closed == tag:
                    break
            return
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.parts.append(data.replace("\r", " ").replace("\n", " "))

    def _skip(self, tag: str) -> None:
        self._skipping.append(tag)
        self._open[tag] += 1

    def _is_quote(self, tag: str, attrs: list[tuple[str, str | None]]) -> bool:
        if not self._quotes:
            return False
        given = dict(attrs)
        if tag == "blockquote":
            # A customer may use a plain one for emphasis; mail programs mark theirs.
            return given.get("type") == "cite" or bool(_QUOTES.search(given.get("class") or ""))
        return bool(_QUOTES.search(given.get("class") or "")) or given.get("id") == "appendonsend"


def html_text(html: str, *, without_quotes: bool = True, without_signature: bool = False) -> str:
    """The readable text of HTML.

    Args:
        without_quotes: leave out what mail programs mark as quoted history.
        without_signature: leave out what Zammad marks as the signature under an agent's mail. For agents' texts
            alone: a customer could hide words from us under the same mark.
    """
    # After the last ">" no tag ends: the parser would look for its end from each "<" again.
    head, end, rest = html.rpartition(">")
    reader = _Reader(quotes=without_quotes, signature=without_signature)
    try:
        reader.feed(head + end + rest.replace("<", "&lt;"))
        reader.close()
        parts = reader.parts
    except (AssertionError, ValueError):
        # The parser gives up on some malformed declarations: tags out, and what remains is read as it is.
        parts = [re.sub(r"<[^<>]*>", " ", html)]
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(parts).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
