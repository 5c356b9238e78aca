"""One training run of the encoder: its steps, losses, checkpoints and reports."""

import json
import logging
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.encoder import Vectors
from models.training.encoder_network import LOWER_LAYERS
from models.training.encoder_report import heads_report, retrieval_report
from models.training.finetune_corpus import Corpus, company_batch, disturb
from models.training.finetune_network import (
    Losses,
    MultiTaskNetwork,
    abstain_loss,
    kept_loss,
    message_loss,
    retrieval_loss,
)
from models.training.finetune_plan import Rounds, Step, Task

log = logging.getLogger("finetune")

MESSAGE_TOKENS = 192
QUERY_TOKENS = 96
PASSAGE_TOKENS = 112
WARM_UP = 0.06
LAYER_DECAY = 0.9
"""Each layer learns at 0.9 of the rate of the one above it: the lower ones hold the languages."""
SAVE_EVERY = 50
REPORT_EVERY = 150


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run can be told."""

    seed: int
    rate: float
    head_rate: float
    rounds: Rounds
    bfloat16: bool
    losses: Losses


class Run:
    """One training run in a folder, which can be stopped and gone on with at any time."""

    def __init__(
        self, folder: Path, network: MultiTaskNetwork, corpus: Corpus, plan: list[Step], settings: Settings
    ) -> None:
        self.folder = folder
        self.network = network
        self.corpus = corpus
        self.plan = plan
        self.settings = settings
        self.optimiser = torch.optim.AdamW(_groups(network, settings), weight_decay=0.01)
        self.at = 0

    def resume(self) -> None:
        """Go on from the last checkpoint, when there is one."""
        path = self.folder / "checkpoint.pt"
        if path.exists():
            saved = torch.load(path, weights_only=True)
            self.network.load_state_dict(saved["network"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.at = int(saved["at"])
            log.info("resumed at step %d", self.at)

    def train(self) -> None:
        """Take the steps that are left."""
        started, first = time.monotonic(), self.at
        seen: dict[str, list[float]] = {}
        while self.at < len(self.plan):
            for name, value in self._step(self.plan[self.at]).items():
                seen.setdefault(name, []).append(value)
            self.at += 1
            if self.at % 25 == 0:
                pace = (time.monotonic() - started) / (self.at - first)
                means = {name: round(float(np.mean(values)), 3) for name, values in sorted(seen.items())}
                log.info("step %d of %d, %.2f s a step, %s", self.at, len(self.plan), pace, means)
                seen = {}
            if self.at % SAVE_EVERY == 0 or self.at == len(self.plan):
                self._save()
            if self.at % REPORT_EVERY == 0 or self.at == len(self.plan):
                log.info("development: %s", json.dumps(self.report()))

    def _step(self, step: Step) -> dict[str, float]:
        # Seeds hang on the place of the step, so that a resumed run draws the same.
        torch.manual_seed(self.settings.seed * 100_003 + self.at)
        chance = random.Random(self.settings.seed * 100_003 + self.at)
        self.network.train()
        self._set_rates()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.settings.bfloat16):
            loss, parts = self._loss(step, chance)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"loss of step {self.at} is not finite")
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        return parts

    def _loss(self, step: Step, chance: random.Random) -> tuple[Tensor, dict[str, float]]:
        if step.task is Task.MESSAGES:
            messages = [self.corpus.messages[place] for place in step.indices]
            texts = [disturb(message.text, chance) for message in messages]
            vectors = self.network.embed_queries(texts, limit=MESSAGE_TOKENS)
            with torch.autocast("cpu", enabled=False):
                return message_loss(self.network.predict(vectors), messages, self.settings.losses)
        if step.task is Task.COMPANY:
            return self._company_loss(step, chance)
        if step.task is Task.PAIRS:
            pairs = [self.corpus.pairs[place] for place in step.indices]
            queries = self.network.embed_queries([question for question, _ in pairs], limit=QUERY_TOKENS)
            passages = self.network.embed_passages([answer for _, answer in pairs], limit=PASSAGE_TOKENS)
            same = torch.tensor([[a == b for b, _ in pairs] for a, _ in pairs])
            loss = retrieval_loss(queries, passages, same, torch.arange(len(pairs)))
            return loss * self.settings.losses.retrieval, {"pairs": float(loss.detach())}
        texts = [self.corpus.sentences[place] for place in step.indices]
        vectors = self.network.embed_queries(texts, limit=QUERY_TOKENS)
        target = torch.from_numpy(self.corpus.sentence_vectors[list(step.indices)])
        loss = kept_loss(vectors, target)
        return loss * self.settings.losses.kept, {"kept": float(loss.detach())}

    def _company_loss(self, step: Step, chance: random.Random) -> tuple[Tensor, dict[str, float]]:
        batch = company_batch(self.corpus, step, chance)
        count = len(batch.questions)
        queries = self.network.embed_queries((*batch.questions, *batch.unanswerable), limit=QUERY_TOKENS)
        passages = self.network.embed_passages(batch.passages, limit=PASSAGE_TOKENS)
        own, right = torch.tensor(batch.own), torch.tensor(batch.right)
        loss = retrieval_loss(queries[:count], passages, right, own)
        parts = {"company": float(loss.detach())}
        loss = loss * self.settings.losses.retrieval
        if batch.unanswerable:
            scores = (queries[:count] * passages[own]).sum(1)
            abstain = abstain_loss(queries[count:], passages, scores)
            parts["abstain"] = float(abstain.detach())
            loss = loss + abstain * self.settings.losses.abstain
        return loss, parts

    def _set_rates(self) -> None:
        warm = max(1, round(WARM_UP * len(self.plan)))
        factor = min((self.at + 1) / warm, (len(self.plan) - self.at) / max(1, len(self.plan) - warm))
        for group in self.optimiser.param_groups:
            group["lr"] = group["top"] * factor

    def _save(self) -> None:
        path = self.folder / "checkpoint.pt"
        state = {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "at": self.at,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def report(self) -> dict[str, float]:
        """Measure the network as it stands on the development split."""
        self.network.eval()
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.settings.bfloat16):
            logits = self.network.predict(
                torch.cat(
                    [
                        self.network.embed_queries([message.text], limit=MESSAGE_TOKENS)
                        for message in self.corpus.dev_messages
                    ]
                )
            )
            scores = {name: values.float().numpy() for name, values in logits.items()}
            found = heads_report(scores, self.corpus.dev_messages)
            for company in self.corpus.dev_companies:
                found |= retrieval_report(company, self._encode)
        return {name: round(value, 3) for name, value in found.items()}

    def _encode(self, texts: list[str], kind: str) -> Vectors:
        embed = self.network.embed_queries if kind == "query" else self.network.embed_passages
        parts = [embed(texts[at : at + 16], limit=256) for at in range(0, len(texts), 16)]
        return torch.cat(parts).float().numpy()


def _groups(network: MultiTaskNetwork, settings: Settings) -> list[dict[str, object]]:
    """Group the parameters by their rate. The shared layers stay as they are, with the table of words: it saves a
    quarter of the time, what they know (spelling, forms) has nothing to gain from a few thousand sentences, and
    all tasks can set in above them."""
    network.trunk.embeddings.requires_grad_(False)
    for layer in network.trunk.encoder.layer[:LOWER_LAYERS]:
        layer.requires_grad_(False)
    layers = network.trunk.config.num_hidden_layers
    rates: dict[float, list[torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("heads."):
            rate = settings.head_rate
        elif ".layer." in name:
            rate = settings.rate * LAYER_DECAY ** (layers - 1 - int(name.split(".layer.")[1].split(".")[0]))
        else:
            raise ValueError(f"no rate for {name}")
        rates.setdefault(rate, []).append(parameter)
    return [{"params": found, "lr": rate, "top": rate} for rate, found in rates.items()]
