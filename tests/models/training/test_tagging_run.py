"""Training the token model: the loss, a run that can be stopped, and the artifact it ends in."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tokenizers import Tokenizer  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

from models.encoder import DEFAULT_DIRECTORY as ENCODER  # noqa: E402
from models.redaction.pieces import PieceCutter  # noqa: E402
from models.redaction.span_scheme import MESSAGE_ENTITIES, SCHEME  # noqa: E402
from models.redaction.token_model import TokenModel  # noqa: E402
from models.training.tagging_artifact import write_token_model  # noqa: E402
from models.training.tagging_corpora import annotated_types  # noqa: E402
from models.training.tagging_data import TaggedSpan, TaggedText  # noqa: E402
from models.training.tagging_network import TaggingNetwork, marginal_loss  # noqa: E402
from models.training.tagging_report import message_scores, span_scores  # noqa: E402
from models.training.tagging_run import Run, Settings, torch_forward  # noqa: E402

TOKENIZER = ENCODER / "tokenizer.json"
TEXTS = [
    TaggedText(
        f"t-{n}",
        f"soy {name}, gracias",
        (TaggedSpan("messages:PERSON", 4, 4 + len(name)),),
        annotated_types("messages"),
    )
    for n, name in enumerate(("Ana", "Eva", "Luis", "Marta"))
]


def _network() -> TaggingNetwork:
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=42_000, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16
    )
    return TaggingNetwork(BertModel(config, add_pooling_layer=False), dropout=0.0)


def _run(folder: Path, steps: int) -> Run:
    settings = Settings(seed=1, rate=0.01, head_rate=0.05, steps=steps, tokens=256, window=64)
    return Run(folder, _network(), PieceCutter(Tokenizer.from_file(str(TOKENIZER))), settings)


def test_the_loss_counts_all_allowed_labels_together() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.2]]))
    both = marginal_loss(logits, torch.tensor([[True, True, False]]))
    assert float(both) == pytest.approx(-np.log(0.8), abs=1e-6)
    assert float(marginal_loss(logits, torch.tensor([[True, True, True]]))) == pytest.approx(0.0, abs=1e-6)


def test_a_run_learns_and_reports_after_every_epoch(tmp_path: Path) -> None:
    seen: list[str] = []

    def report(model: TokenModel) -> dict[str, dict[str, float]]:
        seen.append(model.fingerprint)
        return {}

    run = _run(tmp_path, 12)
    (parts, before), *_ = run.model().logits([TEXTS[0].text])
    run.train(lambda epoch, chance: TEXTS * 3, report)
    ((_, after),) = run.model().logits([TEXTS[0].text])
    name = next(place for place, part in enumerate(parts) if part.start == 4)
    persons = [SCHEME.begin(kind) for kind in MESSAGE_ENTITIES["PERSON"]]
    assert _share(after[name], persons) > _share(before[name], persons)
    assert len(seen) == run.epoch >= 1


def _share(logits: np.ndarray, labels: list[int]) -> float:
    chances = np.exp(logits - logits.max())
    return float(chances[labels].sum() / chances.sum())


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    first = _run(tmp_path, 2)
    first.train(lambda epoch, chance: TEXTS, lambda model: {})
    again = _run(tmp_path, 2)
    again.resume()
    assert (again.at, again.epoch) == (first.at, first.epoch)
    for left, right in zip(first.average.parameters(), again.average.parameters(), strict=True):
        assert torch.equal(left, right)


def test_the_artifact_answers_as_the_network(tmp_path: Path) -> None:
    network = _network().eval()
    write_token_model(network, TOKENIZER, tmp_path / "artifact")
    shipped = TokenModel.load(tmp_path / "artifact", threads=1)
    cutter = PieceCutter(Tokenizer.from_file(str(TOKENIZER)))
    trained = TokenModel(torch_forward(network), cutter, SCHEME, fingerprint="training")
    texts = [text.text for text in TEXTS]
    for (_, ours), (_, theirs) in zip(shipped.logits(texts), trained.logits(texts), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=0.15)
    assert len(shipped.fingerprint) == 12


def test_reports_count_by_hand() -> None:
    text = TEXTS[0]
    model = TokenModel(
        lambda ids, mask: np.zeros((*ids.shape, SCHEME.size), dtype=np.float32),
        PieceCutter(Tokenizer.from_file(str(TOKENIZER))),
        SCHEME,
        fingerprint="x",
    )
    nothing = [[] for _ in model.logits([text.text])]
    assert span_scores([text], nothing)["recall"] == 0.0
    scores = message_scores([text], nothing)
    assert scores == {"missed": 1.0, "health_found": 0.0, "masked": 0.0}
