"""Identifiers hidden in base64: the token is masked when what it decodes to holds digits or an address."""

import base64
import binascii
import re

from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult

_TOKEN = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{12,400}={0,2}(?![\w+/=])")
_SECRET = re.compile(r"(?:\d[ .-]?){6}|[\w.+-]+@[\w-]+\.\w|[A-Z]{0,3}\d{5}")


class EncodedRecognizer(Recognizer):
    """Finds base64 of an identifier."""

    def __init__(self) -> None:
        super().__init__("EncodedRecognizer", ["CREDENTIAL"])

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return tokens whose decoded form holds an identifier."""
        return [
            self.hit("CREDENTIAL", *match.span(), 0.85, "base64")
            for match in _TOKEN.finditer(text)
            if _SECRET.search(_decoded(match.group()))
        ]


def _decoded(token: str) -> str:
    """Return the decoded text when it is printable, else nothing."""
    padded = token.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
        text = data.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return text if text.isprintable() else ""
