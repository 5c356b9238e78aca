"""What is new in an e-mail: the quoted history and the signature cut off, and never the customer's own words.

Where the marks are not clear the text stays whole: a signature too much does no harm, a lost sentence may.
"""

import re

_ATTRIBUTIONS = (
    r"El\s.{3,200}\bescribi[óo]\s*:",
    r"El\s.{3,200}\b(?:va|ha) (?:escriure|escrit|escrito)\s*:",
    r"Em\s.{3,200}\bescreveu\s*:",
    r"O\s.{3,200}\bescribiu\s*:",
    r"On\s.{3,200}\bwrote\s*:",
    r"Le\s.{3,200}\ba écrit\s*:",
    r".{3,200}\bidatzi zuen\s*:",
)
_ATTRIBUTION = re.compile(rf"^[ \t>]*(?:{'|'.join(_ATTRIBUTIONS)})[ \t]*$", re.MULTILINE | re.IGNORECASE)
"""One line that introduces a quotation: es, ca, pt, gl, en, fr, eu."""
_SENDER_OR_TIME = re.compile(r"@|\b\d{1,2}[:.h]\d{2}\b")
"""Mail programs name one or both; "El lunes mi médico escribió:" has neither, and is the customer's own."""
_WRAPPED = re.compile(
    r"^(?P<first>[ \t]*(?:El|Em|O|On|Le)\s[^\n]{3,150})\n(?P<second>[^\n]{0,150}"
    r"(?:escribi[óo]|escreveu|escribiu|wrote|escriure|a écrit)\s*:)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
"""The same line, wrapped in two by the mail program."""
_DIVIDER = re.compile(
    r"^[ \t]*-{2,}\s*(?:mensaje original|missatge original|mensagem original|mensaxe orixinal|original message|"
    r"jatorrizko mezua)\s*-{2,}[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_OUTLOOK = re.compile(
    r"^[ \t]*(?:_{10,}[ \t]*\n\s*)?\*?(?:De|From|Nork)\s*:\*?[^\n]+\n"
    r"(?:[ \t]*\*?(?:Enviado(?: el)?|Enviat|Enviada|Sent|Fecha|Data|Date|Bidalia)\s*:\*?[^\n]+\n)"
    r"(?:[ \t]*\*?(?:Para|Per a|To|CC|Cc|Nori)\s*:\*?[^\n]*\n)+",
    re.MULTILINE,
)
"""The header block that Outlook puts over what it quotes: sender, date and recipients, all three."""
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_SIGNATURE = re.compile(r"^--[ \t]?$", re.MULTILINE)
"""RFC 3676, 4.3: dash dash space; programs that strip trailing blanks leave two dashes."""
LONGEST_SIGNATURE = 12
"""Lines; what is longer after two dashes is text."""
_SENT_FROM = re.compile(
    r"^[ \t]*(?:enviado desde mi|enviat des del meu|enviado do meu|sent from my|nire .{1,30}etik bidalia|"
    r"obtener outlook para|get outlook for)\b[^\n]{0,80}$",
    re.MULTILINE | re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n{3,}")


def new_text(text: str) -> str:
    """What the customer wrote this time. Gives the whole text back where nothing else would remain."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    cut = _without_history(whole)
    cut = _SENT_FROM.sub("", _without_signature(cut))
    cut = _BLANK_LINES.sub("\n\n", cut).strip()
    # A message that is all quotation was forwarded for us to read.
    return cut if any(map(str.isalnum, cut)) else whole


def _without_history(text: str) -> str:
    for divider in (_DIVIDER, _OUTLOOK):
        found = divider.search(text)
        if found is not None:
            text = text[: found.start()]
    text = _WRAPPED.sub(lambda match: f"{match['first']} {match['second']}", text)
    found = next((line for line in _ATTRIBUTION.finditer(text) if _SENDER_OR_TIME.search(line.group())), None)
    if found is None:
        return _QUOTED_LINE.sub("", text)
    before, after = text[: found.start()], text[found.end() :]
    if _QUOTED_LINE.search(after):
        # Marked line by line: what is not marked is the customer's answer in between or below.
        return _QUOTED_LINE.sub("", before + after)
    # Without marks only an address makes sure that a mail program wrote the line, and only what stands over it
    # that what follows is not the message itself.
    told = any(map(str.isalnum, before)) and "@" in found.group()
    return _QUOTED_LINE.sub("", before if told or not after.strip() else text)


def _without_signature(text: str) -> str:
    found = list(_SIGNATURE.finditer(text))
    if not found:
        return text
    last = found[-1]
    after = text[last.end() :].strip()
    short = len(after.split("\n")) <= LONGEST_SIGNATURE
    return text[: last.start()] if short and "?" not in after else text
