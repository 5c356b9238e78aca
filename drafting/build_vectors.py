"""Build policies/phrases/vectors.npz, so that a start need not encode the bank: python -m drafting.build_vectors.

It holds the vectors of phrases (by their ids) and of the scenes' examples (``nearby/`` and a hash).
"""

import argparse
from pathlib import Path

from drafting.channels import Channels
from drafting.closeness import Closeness
from drafting.composer import Composer
from drafting.nearby import Scenes
from drafting.vector_file import write_vectors
from models.encoder import DEFAULT_DIRECTORY, OnnxEncoder


def main() -> None:
    """Encode the phrases whose wording may follow the message, and the examples of scenes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=Path, default=Path("policies"))
    parser.add_argument("--encoder", type=Path, default=DEFAULT_DIRECTORY)
    arguments = parser.parse_args()
    phrases = arguments.policies / "phrases"
    encoder = OnnxEncoder.load(arguments.encoder)
    bank = Composer.load(phrases, Channels.load(arguments.policies / "channels.yaml")).bank
    vectors = Closeness.load(bank, encoder, None).by_id()
    vectors |= Scenes.load(phrases / "nearby.yaml").encoded(encoder, {})
    write_vectors(phrases / "vectors.npz", vectors, encoder.fingerprint)


if __name__ == "__main__":
    main()
