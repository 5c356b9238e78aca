"""Names run together in hashtags: "#FelicidadesYayaRemedios", "#BertaCodinachs"."""

import re

from models.redaction.folding import fold_word
from models.redaction.gazetteer import Gazetteer
from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult

_HASHTAG = re.compile(r"#([^\W_][\w]{2,80})")
_PART = re.compile(r"[A-ZÁÉÍÓÚÑÀÈÒÇ][a-záéíóúñüàèòçï]+|[A-ZÁÉÍÓÚÑ]+(?![a-z])|[a-záéíóúñü]+|\d+")


class HashtagRecognizer(Recognizer):
    """Splits hashtags at their capitals and looks for a given name, with the surname after it."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._names = gazetteer
        super().__init__("HashtagRecognizer", ["PERSON"])

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return names inside hashtags."""
        found = []
        for hashtag in _HASHTAG.finditer(text):
            parts = list(_PART.finditer(hashtag[1]))
            for index, part in enumerate(parts):
                key = fold_word(part.group())
                if key not in self._names.given or len(key) < 3 or key in self._names.places:
                    continue
                after = fold_word(parts[index + 1].group()) if index + 1 < len(parts) else ""
                surname = after in self._names.surnames or (
                    len(after) > 3 and after not in self._names.common and after.isalpha()
                )
                if key in self._names.ambiguous and not surname and (index != len(parts) - 1 or index == 0):
                    continue
                end = parts[index + 1].end() if surname else part.end()
                offset = hashtag.start(1)
                found.append(self.hit("PERSON", offset + part.start(), offset + end, 0.55, "hashtag"))
                break
        return found
