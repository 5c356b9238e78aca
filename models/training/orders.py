"""Trains what tells orders to the software: orders put into messages of the training split, and those messages alone.

Run ``python -m models.training.orders`` whenever the encoder or the heads' branch of it changed; about two minutes on
one core. Writes ``models/artifacts/heads/orders.npz``.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from models.encoder import DEFAULT_DIRECTORY, OnnxEncoder
from models.training.messages import LabelledMessage, read_messages
from models.understanding.encoding import MessageReader
from models.understanding.features import Floats
from models.understanding.heads import Heads
from models.understanding.lexicon import Lexicon
from models.understanding.order_edges import Stretch
from models.understanding.order_judge import OrderJudge, fingerprint
from models.understanding.order_tagger import BITS, OrderTagger, features, tokens_of
from models.understanding.orders import says_something, sentences
from models.understanding.reader import BRANCH_FILE, load_reader
from models.vocabulary import Handling, SignalCode

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "eval" / "data" / "messages"
ORDERS = ROOT / "eval" / "data" / "injection" / "orders_train.yaml"
LEXICONS = ROOT / "policies" / "lexicons"
HEADS = ROOT / "models" / "artifacts" / "heads"

SEED = 7
CARRIERS = 8
"""Messages that each order is put into."""
LONGEST = 600
"""Characters of a message that is trained on."""
STRENGTH = 0.3
"""Inverse of the regularisation (C); by hand on dev."""
VECTOR_STRENGTH = 10.0
"""The same for the weights of the vectors."""
PLAIN_PIECES = 8000
"""Sentences without an order that the weights of the vectors are fitted to, drawn at random."""
BATCH = 32
JOINTS = (" ", " ", "\n", ". ", ", ", "\n\n")
"""What stands between an order and the message around it."""

Example = tuple[str, tuple[Stretch, ...]]
"""A text, and where orders stand in it."""


def orders_of(file: Path) -> list[str]:
    """All orders of a list. Raises OSError, YAMLError."""
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [str(text) for texts in found.values() for text in texts]


def examples(
    messages: Sequence[LabelledMessage], orders: Sequence[str], seed: int = SEED
) -> Iterator[Example]:
    """The messages without orders, then every order within some of them, then messages that are one."""
    draw = random.Random(seed)
    plain = [row.text for row in messages if SignalCode.PROMPT_INJECTION not in row.flags]
    yield from ((text, ()) for text in plain if len(text) <= LONGEST)
    short = [text for text in plain if 15 <= len(text) <= LONGEST]
    pure = [row.text for row in messages if _only_an_order(row)]
    for order in (*orders, *pure):
        yield order, ((0, len(order)),)
        for _ in range(CARRIERS):
            yield put(_varied(order, draw), draw.choice(short), draw)


def put(order: str, text: str, draw: random.Random) -> Example:
    """An order before, after or within a message, between sentences or words."""
    place = draw.choice(("before", "after", "inside", "words"))
    joint = draw.choice(JOINTS)
    if place == "before":
        return f"{order}{joint}{text}", ((0, len(order)),)
    if place == "after":
        start = len(text) + len(joint)
        return f"{text}{joint}{order}", ((start, start + len(order)),)
    words = text.split(" ")
    ends = [at + 1 for at, word in enumerate(words[:-1]) if word and (place == "words" or word[-1] in ".!?")]
    at = draw.choice(ends) if ends else (len(words) + 1) // 2
    before, after = " ".join(words[:at]), " ".join(words[at:])
    return f"{before} {order} {after}", ((len(before) + 1, len(before) + 1 + len(order)),)


def _only_an_order(row: LabelledMessage) -> bool:
    return SignalCode.PROMPT_INJECTION in row.flags and row.disposition == Handling.NO_REPLY


def _varied(order: str, draw: random.Random) -> str:
    """An order as others would type it: without its stop, in lower case, without accents' help."""
    if draw.random() < 0.3:
        order = order.rstrip(".")
    return order.lower() if draw.random() < 0.2 else order


def train_words(given: Sequence[Example], lexicon: Lexicon) -> OrderTagger:
    """Fit the weights of the words to texts with their orders marked."""
    columns: list[npt.NDArray[np.int64]] = []
    labels: list[bool] = []
    for text, spans in given:
        tokens = tokens_of(text, lexicon.places(text, (SignalCode.PROMPT_INJECTION,)))
        columns += features(tokens)
        labels += [any(a <= start < b for a, b in spans) for start, _ in tokens.places]
    sizes = np.cumsum([0, *(len(part) for part in columns)])
    ones = np.ones(int(sizes[-1]), dtype=np.float32)
    table = sparse.csr_matrix((ones, np.concatenate(columns), sizes), shape=(len(columns), 1 << BITS))
    model = LogisticRegression(C=STRENGTH, max_iter=60, tol=1e-3).fit(table, np.array(labels))
    return OrderTagger(model.coef_[0].astype(np.float32), float(model.intercept_[0]))


def train_vectors(orders: Sequence[str], plain: Sequence[str], reader: MessageReader) -> tuple[Floats, float]:
    """Fit the weights of the vectors to orders and to sentences that are none."""
    table = encoded([*orders, *plain], reader)
    labels = np.arange(len(table)) < len(orders)
    model = LogisticRegression(C=VECTOR_STRENGTH, max_iter=600).fit(table, labels)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def encoded(texts: Sequence[str], reader: MessageReader) -> Floats:
    """Vectors for the heads, (texts, d): like lengths together, which is quicker."""
    found = np.zeros((len(texts), reader.dimensions), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for first in range(0, len(order), BATCH):
        rows = order[first : first + BATCH]
        found[rows] = reader.read([texts[row] for row in rows])[0]
    return found


def plain_pieces(messages: Sequence[LabelledMessage], count: int, seed: int = SEED) -> list[str]:
    """Sentences of messages without an order, drawn at random."""
    found = [
        row.text[start:end]
        for row in messages
        if SignalCode.PROMPT_INJECTION not in row.flags
        for start, end in sentences(row.text)
        if says_something(row.text[start:end])
    ]
    random.Random(seed).shuffle(found)
    return found[:count]


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HEADS)
    out: Path = parser.parse_args().out
    messages, orders = read_messages(MESSAGES, "train"), orders_of(ORDERS)
    tagger = train_words(list(examples(messages, orders)), Lexicon.load(LEXICONS, "signals_injection"))
    encoder = OnnxEncoder.load(DEFAULT_DIRECTORY, threads=1)
    heads = Heads.load(HEADS, encoder_fingerprint=encoder.fingerprint, dimensions=encoder.dimensions)
    reader = load_reader(
        encoder, HEADS / BRANCH_FILE if heads.branch else None, sha256=heads.branch, threads=1
    )
    whole = [row.text for row in messages if _only_an_order(row)]
    weights, bias = train_vectors([*orders, *whole], plain_pieces(messages, PLAIN_PIECES), reader)
    OrderJudge(tagger, weights, bias, fingerprint(encoder.fingerprint, heads.branch)).save(out)


if __name__ == "__main__":
    main()
