"""Fine-tune the encoder on retrieval and on the labelled messages at once, from data to artifact."""

import argparse
import json
import logging
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from models.encoder import OnnxEncoder
from models.training.encoder_artifact import write_artifact
from models.training.finetune_corpus import Sources, read_corpus
from models.training.finetune_network import Losses, MultiTaskNetwork
from models.training.finetune_plan import Rounds, make_plan
from models.training.finetune_run import Run, Settings

log = logging.getLogger("finetune")


def main() -> None:
    """Train, export and measure."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(arguments.seed)
    sources = Sources(
        arguments.messages,
        arguments.retrieval,
        arguments.medication,
        arguments.topics,
        tuple(arguments.general),
    )
    corpus = read_corpus(sources, OnnxEncoder.load(arguments.base_artifact, threads=arguments.threads))
    settings = Settings(
        seed=arguments.seed,
        rate=arguments.rate,
        head_rate=arguments.head_rate,
        rounds=Rounds(*arguments.rounds),
        bfloat16=arguments.bfloat16,
        losses=Losses(),
    )
    plan = make_plan(
        corpus.messages,
        corpus.companies,
        len(corpus.pairs),
        len(corpus.sentences),
        rounds=settings.rounds,
        seed=settings.seed,
    )
    log.info("%d steps, %d messages, %d pairs", len(plan), len(corpus.messages), len(corpus.pairs))
    trunk = BertModel.from_pretrained(arguments.base, add_pooling_layer=False, attn_implementation="sdpa")
    network = MultiTaskNetwork(
        trunk, Tokenizer.from_file(str(arguments.base / "tokenizer.json")), torch.from_numpy(corpus.centre)
    )
    run = Run(arguments.out, network, corpus, plan, settings)
    run.resume()
    if run.at == 0:
        log.info("before: %s", json.dumps(run.report()))
    run.train()
    _finish(arguments.out, run, arguments.base / "tokenizer.json")


def _finish(folder: Path, run: Run, tokenizer: Path) -> None:
    run.network.eval()
    run.network.trunk.save_pretrained(folder / "float")
    (folder / "float" / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    heads = {name: tensor.numpy() for name, tensor in run.network.heads.state_dict().items()}
    heads["centre"] = run.corpus.centre
    np.savez(folder / "heads.npz", **heads)
    figures = {"settings": asdict(run.settings), "development": run.report()}
    write_artifact(run.network.trunk, tokenizer.read_text("utf-8"), folder / "artifact", figures=figures)
    log.info("done: %s", json.dumps(figures["development"]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of the pruned float model")
    parser.add_argument(
        "--base-artifact", type=Path, required=True, help="its ONNX artifact: teacher, neighbours"
    )
    parser.add_argument("--messages", type=Path, required=True)
    parser.add_argument("--retrieval", type=Path, required=True)
    parser.add_argument("--medication", type=Path, help="MedicationQA.xlsx of XLingHealth")
    parser.add_argument("--topics", type=Path, help="topics.jsonl of MedlinePlus in Spanish")
    parser.add_argument("--general", type=Path, nargs="*", default=[], help="texts whose geometry is kept")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, nargs=4, default=(6, 2, 1, 1), metavar="N")
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bfloat16", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
