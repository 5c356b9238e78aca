"""The token model: personal and health spans of texts of any length, on ONNX, without torch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from models.artifact import fingerprint_of, length_buckets, open_session, read_manifest, verified
from models.errors import ArtifactError
from models.redaction.edges import text_spans
from models.redaction.labels import LabelScheme, Reading, Scores
from models.redaction.pieces import Part, PieceCutter, parts_of
from models.redaction.token_span import TokenSpan

Ids = npt.NDArray[np.int64]
Forward = Callable[[Ids, Ids], Scores]
"""Takes ids and mask, (batch, pieces) each; returns logits, (batch, pieces, labels)."""

DEFAULT_DIRECTORY = Path(__file__).parent.parent / "artifacts" / "token_model"
WINDOW = 254
"""Pieces of one pass, begin and end left out."""
OVERLAP = 64
"""Pieces that two windows share; each part is read in the window where it has more text around it."""
MODEL_FILE = "model.int8.onnx"
TOKENIZER_FILE = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class _Window:
    text: int
    first: int
    """Part that the window starts with."""
    ids: list[int]
    places: list[int]
    """Where each of its parts starts among the ids."""


class TokenModel:
    """A token classifier over parts of texts. Safe to share between threads."""

    def __init__(
        self, forward: Forward, cutter: PieceCutter, scheme: LabelScheme, *, fingerprint: str
    ) -> None:
        self._forward = forward
        self._cutter = cutter
        self.scheme = scheme
        self.fingerprint = fingerprint
        """Twelve hex digits that change with weights, tokenizer and labels."""

    @classmethod
    def load(cls, directory: Path = DEFAULT_DIRECTORY, *, threads: int = 2) -> "TokenModel":
        """Load the files that ``manifest.json`` names, after checking their sha256.

        Raises:
            ArtifactError: a file is missing, damaged, or of a format that this version does not read.
        """
        manifest = read_manifest(directory, needs=("labels",))
        if not isinstance(manifest["labels"], list) or not all(
            isinstance(kind, str) for kind in manifest["labels"]
        ):
            raise ArtifactError(f"{directory}: 'labels' is not a list of types")
        model = verified(directory, MODEL_FILE, manifest)
        tokenizer = Tokenizer.from_str(verified(directory, TOKENIZER_FILE, manifest).decode("utf-8"))
        session = open_session(model, threads)

        def forward(ids: Ids, mask: Ids) -> Scores:
            return np.asarray(session.run(["logits"], {"input_ids": ids, "attention_mask": mask})[0])

        scheme = LabelScheme(tuple(manifest["labels"]))
        fingerprint = fingerprint_of(manifest, (MODEL_FILE, TOKENIZER_FILE))
        return cls(forward, PieceCutter(tokenizer), scheme, fingerprint=fingerprint)

    def logits(self, texts: Sequence[str]) -> list[tuple[list[Part], Scores]]:
        """Return the parts of each text with their logits, (parts, labels), batched by length."""
        parts = [parts_of(text) for text in texts]
        windows = [
            window
            for row, text in enumerate(texts)
            for window in self._windows(row, self._cutter.ids(text, parts[row]))
        ]
        found = [np.zeros((len(row), self.scheme.size), dtype=np.float32) for row in parts]
        room = [np.full(len(row), -1, dtype=np.int64) for row in parts]
        for bucket in length_buckets([len(window.ids) for window in windows]):
            rows = [windows[place] for place in bucket]
            for window, scores in zip(rows, self._run(rows), strict=True):
                _keep_better(window, scores[window.places], found[window.text], room[window.text])
        return list(zip(parts, found, strict=True))

    def find(
        self, texts: Sequence[str], reading: Reading, *, outside_bias: float = 0.0
    ) -> list[list[TokenSpan]]:
        """Return the spans of each text as ``reading`` counts them, in order and apart."""
        return [
            text_spans(text, parts, reading.decode(reading.probabilities(logits), outside_bias=outside_bias))
            for text, (parts, logits) in zip(texts, self.logits(texts), strict=True)
        ]

    def _run(self, rows: Sequence[_Window]) -> Scores:
        width = max(len(row.ids) for row in rows)
        ids = np.full((len(rows), width), self._cutter.pad, dtype=np.int64)
        mask = np.zeros((len(rows), width), dtype=np.int64)
        for line, row in enumerate(rows):
            ids[line, : len(row.ids)] = row.ids
            mask[line, : len(row.ids)] = 1
        return self._forward(ids, mask)

    def _windows(self, text: int, pieces: Sequence[tuple[int, ...]]) -> Iterator[_Window]:
        start = 0
        while start < len(pieces):
            ids, places, end = [self._cutter.begin], [], start
            while end < len(pieces) and (end == start or len(ids) - 1 + len(pieces[end]) <= WINDOW):
                places.append(len(ids))
                ids.extend(pieces[end][:WINDOW])
                end += 1
            yield _Window(text, start, [*ids, self._cutter.end], places)
            if end == len(pieces):
                return
            back = 0
            following = end
            while following > start + 1 and back + len(pieces[following - 1]) <= OVERLAP:
                following -= 1
                back += len(pieces[following])
            start = following


def _keep_better(window: _Window, scores: Scores, found: Scores, room: Ids) -> None:
    """Take the scores of the parts that have more pieces around them here than where they were read before."""
    places = np.asarray(window.places)
    here = np.minimum(places, len(window.ids) - places)
    span = slice(window.first, window.first + len(places))
    better = here > room[span]
    found[span][better] = scores[better]
    room[span][better] = here[better]
