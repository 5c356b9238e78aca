"""Identifiers hidden in base64 or hexadecimal: the token is masked when what it decodes to holds one."""

import base64
import binascii
import re

from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult

_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{12,400}={0,2}(?![\w+/=])")
_HEX = re.compile(
    r"(?<![^\W_])(?:0x)?(?:[0-9A-Fa-f]{2}){7,200}(?![^\W_])"
    r"|(?<![^\W_])(?:0x)?[2-7][0-9A-Fa-f](?:[ :,-]{1,2}(?:0x)?[2-7][0-9A-Fa-f]){6,200}(?![^\W_])"
    r"|(?:(?:%|\\x)[0-9A-Fa-f]{2}){7,200}"
)
_NOT_HEX = re.compile(r"0x|\\x|[^0-9A-Fa-f]")
_SECRET = re.compile(r"(?:\d[ .-]?){6}|[\w.+-]+@[\w-]+\.\w|[A-Z]{0,3}\d{5}")
MAX_LAYERS = 3
"""Base64 of base64 of an identifier is one too."""


class EncodedRecognizer(Recognizer):
    """Finds base64 (also the one for addresses) and hexadecimal of an identifier."""

    def __init__(self) -> None:
        super().__init__("EncodedRecognizer", ["CREDENTIAL"])

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return tokens whose decoded form holds an identifier."""
        found = [
            self.hit("CREDENTIAL", *match.span(), 0.85, "base64")
            for match in _BASE64.finditer(text)
            if _hides(_from_base64(match.group()))
        ]
        found += [
            self.hit("CREDENTIAL", *match.span(), 0.9, "hexadecimal")
            for match in _HEX.finditer(text)
            if _hides(_from_hex(match.group()))
        ]
        return found


def _hides(decoded: str) -> bool:
    """Whether a decoded token holds an identifier, itself or under further layers."""
    for _ in range(MAX_LAYERS):
        if _SECRET.search(decoded):
            return True
        decoded = _from_base64(decoded) or _from_hex(decoded)
    return False


def _from_base64(token: str) -> str:
    padded = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _printable(base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _from_hex(token: str) -> str:
    digits = _NOT_HEX.sub("", token)
    return _printable(bytes.fromhex(digits)) if len(digits) % 2 == 0 else ""


def _printable(data: bytes) -> str:
    """Return the decoded text when it is printable, else nothing."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""
