"""Train the token model, from corpora to artifact.

    python -m models.training.train_tagger --base PRUNED --meddocan DIR --socialdisner DIR --out DIR

``PRUNED`` is the encoder's float network with the pruned vocabulary (see ``build_encoder``). The run can be
stopped and started again: it goes on from its last checkpoint.
"""

import argparse
import logging
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertModel

from models.redaction.pieces import PieceCutter
from models.redaction.token_model import TokenModel
from models.training.redaction_templates import generate
from models.training.tagging_artifact import write_token_model
from models.training.tagging_augment import rewritten
from models.training.tagging_corpora import from_generated, read_messages, read_sides, read_spans
from models.training.tagging_data import TaggedText
from models.training.tagging_network import TaggingNetwork
from models.training.tagging_report import report
from models.training.tagging_run import Run, Settings

DATA = Path(__file__).parent.parent.parent / "eval" / "data"
TWEETS_AN_EPOCH = 0.5
"""Share of the tweets that an epoch reads: they are many, and of one type."""
TWEETS_MEASURED = 400


@dataclass(frozen=True, slots=True)
class Corpora:
    """All texts, by what they are for."""

    meddocan: list[TaggedText]
    tweets: list[TaggedText]
    messages: list[TaggedText]
    meddocan_dev: list[TaggedText]
    tweets_dev: list[TaggedText]
    messages_dev: list[TaggedText]

    @classmethod
    def read(cls, meddocan: Path, socialdisner: Path) -> "Corpora":
        """Read train and development sides."""
        return cls(
            list(read_spans(meddocan / "train.jsonl", "meddocan")),
            list(read_spans(socialdisner / "train.jsonl", "socialdisner")),
            _messages("train"),
            list(read_spans(meddocan / "dev.jsonl", "meddocan")),
            list(read_spans(socialdisner / "dev.jsonl", "socialdisner"))[:TWEETS_MEASURED],
            _messages("dev"),
        )

    def draw(self, generated: int, seed: int, chance: random.Random) -> list[TaggedText]:
        """Return the texts of one epoch: each message as it is and rewritten, and newly generated ones."""
        texts = list(self.meddocan)
        texts += chance.sample(self.tweets, int(TWEETS_AN_EPOCH * len(self.tweets)))
        texts += self.messages
        texts += [rewritten(text, chance) for text in self.messages]
        texts += [from_generated(text) for text in generate(generated, seed)]
        return texts


def _messages(side: str) -> list[TaggedText]:
    texts: list[TaggedText] = []
    for folder in ("messages", "redaction"):
        files = sorted((DATA / folder).glob(f"{folder}_*.jsonl"))
        sides = read_sides(DATA / folder / "splits.json")
        texts += read_messages(files, sides, side)
    return texts


def main() -> None:
    """Train, export and measure."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    corpora = Corpora.read(arguments.meddocan, arguments.socialdisner)
    trunk = BertModel.from_pretrained(arguments.base, add_pooling_layer=False, attn_implementation="sdpa")
    cutter = PieceCutter(Tokenizer.from_file(str(arguments.base / "tokenizer.json")))
    settings = Settings(
        arguments.seed,
        arguments.rate,
        arguments.head_rate,
        arguments.steps,
        arguments.tokens,
        arguments.window,
    )
    run = Run(arguments.out, TaggingNetwork(trunk), cutter, settings)
    run.resume()

    def measure(model: TokenModel) -> dict[str, dict[str, float]]:
        return report(model, corpora.meddocan_dev, corpora.tweets_dev, corpora.messages_dev)

    run.train(
        lambda epoch, chance: corpora.draw(arguments.generated, arguments.seed * 7_919 + epoch, chance),
        measure,
    )
    write_token_model(run.average, arguments.base / "tokenizer.json", arguments.out / "artifact")
    logging.info("int8 artifact: %s", measure(TokenModel.load(arguments.out / "artifact")))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", type=Path, required=True, help="folder of the pruned float encoder")
    parser.add_argument("--meddocan", type=Path, required=True, help="folder with train.jsonl and dev.jsonl")
    parser.add_argument(
        "--socialdisner", type=Path, required=True, help="folder with train.jsonl and dev.jsonl"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--steps", type=int, default=1800)
    parser.add_argument("--tokens", type=int, default=3072, help="padded pieces a step")
    parser.add_argument("--window", type=int, default=192, help="pieces of a training window")
    parser.add_argument("--generated", type=int, default=4000, help="generated texts an epoch")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
