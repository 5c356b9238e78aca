"""One training run of the token model: epochs, averaged weights, checkpoints, reports."""

import copy
import json
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from models.redaction.labels import Scores
from models.redaction.pieces import PieceCutter
from models.redaction.span_scheme import SCHEME
from models.redaction.token_model import Forward, Ids, TokenModel
from models.training.tagging_data import TaggedText
from models.training.tagging_network import TaggingNetwork, marginal_loss, padded, part_logits
from models.training.tagging_windows import Window, batches, to_example, windows

log = logging.getLogger("tagging")

WARM_UP = 0.06
LAYER_DECAY = 0.95
AVERAGED = 0.99
"""Share of the old average that each step keeps: the shipped weights are the mean of about the last hundred."""
EMPTY_KEPT = 0.5
"""Share of the windows without any span that an epoch reads, of texts of several windows: clinical cases tell
at length of what nobody marks."""
Draw = Callable[[int, random.Random], Sequence[TaggedText]]
"""Gives the texts of an epoch by its number."""
Report = Callable[[TokenModel], dict[str, dict[str, float]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run can be told. ``steps`` is the length of the rate's descent to nothing."""

    seed: int
    rate: float
    head_rate: float
    steps: int
    tokens: int
    window: int


class Run:
    """A training run in a folder; it can be stopped and gone on with."""

    def __init__(
        self, folder: Path, network: TaggingNetwork, cutter: PieceCutter, settings: Settings
    ) -> None:
        self.folder = folder
        self.network = network
        self.average = copy.deepcopy(network).eval()
        self.cutter = cutter
        self.settings = settings
        self.at = 0
        self.epoch = 0
        self.optimiser = torch.optim.AdamW(_groups(network, settings), weight_decay=0.01)

    def resume(self) -> None:
        """Go on from the last checkpoint, when there is one."""
        path = self.folder / "checkpoint.pt"
        if path.exists():
            saved = torch.load(path, weights_only=True)
            self.network.load_state_dict(saved["network"])
            self.average.load_state_dict(saved["average"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.at, self.epoch = int(saved["at"]), int(saved["epoch"])
            log.info("resumed at step %d, epoch %d", self.at, self.epoch)

    def train(self, draw: Draw, report: Report) -> None:
        """Take epochs until the steps are spent; checkpoint and report after each."""
        while self.at < self.settings.steps:
            chance = random.Random(self.settings.seed * 1_009 + self.epoch)
            rows = self._rows(draw(self.epoch, chance), chance)
            self._take(batches(rows, tokens=self.settings.tokens, chance=chance))
            self.epoch += 1
            self._save()
            log.info("epoch %d, development: %s", self.epoch, json.dumps(report(self.model())))

    def model(self) -> TokenModel:
        """Return the averaged network as the model that the redactor uses."""
        return TokenModel(torch_forward(self.average), self.cutter, SCHEME, fingerprint="training")

    def _rows(self, texts: Sequence[TaggedText], chance: random.Random) -> list[Window]:
        rows: list[Window] = []
        for text in texts:
            example = to_example(text, self.cutter)
            found = windows(example, self.cutter, limit=self.settings.window, chance=chance)
            whole = len(found) == 1
            rows.extend(row for row in found if whole or not row.empty or chance.random() < EMPTY_KEPT)
        return rows

    def _take(self, plan: Sequence[Sequence[Window]]) -> None:
        started, losses = time.monotonic(), []
        for count, rows in enumerate(plan, start=1):
            if self.at >= self.settings.steps:
                return
            losses.append(self._step(rows))
            self.at += 1
            if self.at % 25 == 0:
                pace = (time.monotonic() - started) / count
                mean = float(np.mean(losses[-25:]))
                log.info(
                    "step %d of %d (epoch of %d), %.2f s a step, loss %.4f",
                    self.at,
                    self.settings.steps,
                    len(plan),
                    pace,
                    mean,
                )
            if self.at % 100 == 0:
                self._save()

    def _step(self, rows: Sequence[Window]) -> float:
        torch.manual_seed(self.settings.seed * 100_003 + self.at)
        self.network.train()
        for group in self.optimiser.param_groups:
            group["lr"] = group["full_rate"] * _share(self.at, self.settings.steps)
        ids, mask = padded(rows)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.network(ids, mask)
        allowed = torch.from_numpy(np.concatenate([row.allowed for row in rows]))
        loss = marginal_loss(part_logits(logits.float(), rows), allowed)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"loss of step {self.at} is not finite")
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self._follow()
        return float(loss.detach())

    def _follow(self) -> None:
        kept = min(AVERAGED, self.at / (self.at + 10))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.network.parameters(), strict=True):
                if now.requires_grad:
                    mean.lerp_(now, 1 - kept)

    def _save(self) -> None:
        path = self.folder / "checkpoint.pt"
        saved = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "at": self.at,
            "epoch": self.epoch,
        }
        torch.save(saved, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)


def torch_forward(network: TaggingNetwork) -> Forward:
    """Return the network as a function on arrays, in bfloat16 on the processor."""

    def forward(ids: Ids, mask: Ids) -> Scores:
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            logits: Tensor = network(torch.from_numpy(ids), torch.from_numpy(mask))
        return np.asarray(logits.float().numpy(), dtype=np.float32)

    return forward


def _share(at: int, steps: int) -> float:
    warm = WARM_UP * steps
    return (at + 1) / warm if at < warm else max(0.02, (steps - at) / (steps - warm))


def _groups(network: TaggingNetwork, settings: Settings) -> list[dict[str, object]]:
    """Give each layer its rate: the lower, the slower; the table of words stays as it is."""
    network.trunk.embeddings.word_embeddings.weight.requires_grad_(False)
    layers = list(network.trunk.encoder.layer)
    groups: list[dict[str, object]] = [
        {"params": list(network.head.parameters()), "full_rate": settings.head_rate},
        {
            "params": [p for p in network.trunk.embeddings.parameters() if p.requires_grad],
            "full_rate": settings.rate * LAYER_DECAY ** len(layers),
        },
    ]
    for depth, layer in enumerate(reversed(layers)):
        groups.append({"params": list(layer.parameters()), "full_rate": settings.rate * LAYER_DECAY**depth})
    return groups
