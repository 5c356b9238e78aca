"""A transformers model by setting: a tiny one made here, with random weights."""

import warnings
from pathlib import Path

import pytest

from models.errors import ArtifactError
from models.redaction.hub_token_model import HubTokenModel


class Pipeline:
    """Answers as transformers' aggregated pipeline does."""

    def __call__(self, text: str) -> list[dict[str, object]]:
        start = text.index("Ana")
        return [
            {"entity_group": "PER", "start": start - 1, "end": start + 3, "score": 0.9},
            {"entity_group": "LOC", "start": 0, "end": 2, "score": 0.8},
        ]


def test_labels_become_entities_and_kept_ones_are_left_out() -> None:
    model = HubTokenModel(Pipeline(), {"PER": "PERSON", "LOC": "keep"}, fingerprint="x")
    found, nothing = model.read(["En Lugo, Ana", "  "])
    assert [(span.entity, span.start, span.end) for span in found.spans] == [("PERSON", 9, 12)]
    assert found.supported(0, 2, 0.9) == (0, 2)
    assert nothing.spans == ()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own imports
        transformers = pytest.importorskip("transformers")
        pytest.importorskip("torch")
        from tokenizers import Tokenizer
        from tokenizers.models import WordLevel
        from tokenizers.pre_tokenizers import Whitespace

        words = Tokenizer(WordLevel({"[UNK]": 0, "[PAD]": 1, "Ana": 2}, unk_token="[UNK]"))
        words.pre_tokenizer = Whitespace()
        tokenizer = transformers.PreTrainedTokenizerFast(
            tokenizer_object=words, unk_token="[UNK]", pad_token="[PAD]", model_max_length=128
        )
        config = transformers.BertConfig(
            vocab_size=3, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
        )
        config.id2label, config.label2id = {0: "O", 1: "B-PER"}, {"O": 0, "B-PER": 1}
        transformers.BertForTokenClassification(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


def test_a_model_in_a_folder_is_read(tiny: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = HubTokenModel.load(str(tiny), {"PER": "PERSON"})
        (reading,) = model.read(["Ana y Ana"])
    assert len(model.fingerprint) == 12
    assert all(span.entity == "PERSON" and 0 <= span.start < span.end <= 9 for span in reading.spans)


def test_a_label_that_the_policy_does_not_name_stops_the_start(tiny: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ArtifactError, match="lacks PER"):
            HubTokenModel.load(str(tiny), {"LOC": "keep"})


def test_no_such_model_is_an_artifact_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ArtifactError, match="no-such-model"):
            HubTokenModel.load(str(tmp_path / "no-such-model"), {})
