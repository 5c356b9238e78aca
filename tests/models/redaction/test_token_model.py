"""Windows, batches and readings of the token model, with a network that is a rule."""

import numpy as np
import pytest
from tokenizers import Tokenizer

from models.encoder import DEFAULT_DIRECTORY as ENCODER
from models.redaction.labels import LabelScheme, Reading
from models.redaction.pieces import PieceCutter
from models.redaction.token_model import OVERLAP, WINDOW, Ids, TokenModel

SCHEME = LabelScheme(("PATIENT_NAME", "AGE"))
TOKENIZER = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))
NAME = TOKENIZER.encode("Ana", add_special_tokens=False).ids[0]
READING = Reading(SCHEME, {"PERSON": ("PATIENT_NAME",)})


class Names:
    """A network that finds the word "Ana", and counts what it is given."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, ids: Ids, mask: Ids) -> np.ndarray:
        self.shapes.append(ids.shape)
        logits = np.zeros((*ids.shape, SCHEME.size), dtype=np.float32)
        logits[..., 0] = np.where(ids == NAME, -9.0, 9.0)
        logits[..., SCHEME.begin("PATIENT_NAME")] = np.where(ids == NAME, 9.0, -9.0)
        assert ((mask == 0) == (ids == TOKENIZER.token_to_id("<pad>"))).all()
        return logits


@pytest.fixture
def network() -> Names:
    return Names()


@pytest.fixture
def model(network: Names) -> TokenModel:
    return TokenModel(network, PieceCutter(TOKENIZER), SCHEME, fingerprint="rule")


def test_spans_have_the_texts_offsets(model: TokenModel) -> None:
    texts = ["soy Ana", "", "Ana y Ana", "nadie aquí"]
    found = model.find(texts, READING)
    assert [[(span.entity, span.start, span.end) for span in spans] for spans in found] == [
        [("PERSON", 4, 7)],
        [],
        [("PERSON", 0, 3), ("PERSON", 6, 9)],
        [],
    ]


def test_a_long_text_is_read_whole_in_windows_that_overlap(model: TokenModel, network: Names) -> None:
    text = "gracias Ana " * 900
    (spans,) = model.find([text], READING)
    assert [span.start for span in spans] == [12 * place + 8 for place in range(900)]
    assert all(width <= WINDOW + 2 for _, width in network.shapes)
    assert sum(rows for rows, _ in network.shapes) >= 1800 // (WINDOW - OVERLAP)


def test_a_batch_gives_what_single_texts_give(model: TokenModel) -> None:
    texts = ["hola " * size + "Ana" for size in (0, 300, 5, 40, 1, 700)]
    assert model.find(texts, READING) == [model.find([text], READING)[0] for text in texts]


def test_a_part_of_many_pieces_does_not_break_a_window(model: TokenModel) -> None:
    text = "𠜎" * 3000 + " Ana"
    (spans,) = model.find([text], READING)
    assert [text[span.start : span.end] for span in spans] == ["Ana"]
