"""Build policies/phrases/vectors.npz, so that a start need not encode the bank: python -m drafting.build_vectors."""

import argparse
from pathlib import Path

from drafting.channels import Channels
from drafting.closeness import Closeness
from drafting.composer import Composer
from models.encoder import DEFAULT_DIRECTORY, OnnxEncoder


def main() -> None:
    """Encode the phrases whose wording may follow the message."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=Path, default=Path("policies"))
    parser.add_argument("--encoder", type=Path, default=DEFAULT_DIRECTORY)
    arguments = parser.parse_args()
    phrases = arguments.policies / "phrases"
    encoder = OnnxEncoder.load(arguments.encoder)
    bank = Composer.load(phrases, Channels.load(arguments.policies / "channels.yaml")).bank
    Closeness.load(bank, encoder, None).save(phrases / "vectors.npz", encoder.fingerprint)


if __name__ == "__main__":
    main()
