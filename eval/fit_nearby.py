"""Writes policies/phrases/background.npz: how messages in general vary (``drafting.nearby``).

Run ``python -m eval.fit_nearby``. Taken from 4,000 messages of the train split: their mean vector and the inverse
root of their covariance, 384 by 384 numbers, in which no message can be found again.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from eval.harness.datasets import DATA, Request
from eval.splits import Split
from knowledge_base.evidence import Vectors
from models.encoder import DEFAULT_DIRECTORY, OnnxEncoder
from models.understanding.encoding import encodable

FILE = DATA.parent.parent / "policies" / "phrases" / "background.npz"
MESSAGES = 4000
SHRINKAGE = 0.5
"""Towards equal variance in every direction: by hand on the development split, flat from 0.4 to 0.7."""


def spread_of(vectors: Vectors, shrinkage: float) -> Vectors:
    """The inverse root of the shrunken covariance of (texts, dimensions): (dimensions, dimensions)."""
    covariance = np.cov(vectors.T)
    equal = np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    values, directions = np.linalg.eigh((1 - shrinkage) * covariance + shrinkage * equal)
    spread: Vectors = (directions * values**-0.5 @ directions.T).astype(np.float32)
    return spread


def main(arguments: list[str] | None = None) -> int:
    """Encode the messages and write the file."""
    parser = argparse.ArgumentParser(prog="python -m eval.fit_nearby", description=__doc__)
    parser.add_argument("--to", type=Path, default=FILE)
    chosen = parser.parse_args(arguments)
    encoder = OnnxEncoder.load(DEFAULT_DIRECTORY)
    samples = Request(split=Split.TRAIN, limit=MESSAGES).samples()
    vectors = encoder.encode([encodable(sample.message.text) for sample in samples], kind="query")
    np.savez_compressed(
        chosen.to,
        mean=vectors.mean(0).astype(np.float32),
        spread=spread_of(vectors, SHRINKAGE).astype(np.float16),
        fingerprint=np.array(encoder.fingerprint),
    )
    sys.stdout.write(f"{chosen.to.name}: {len(vectors)} messages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
