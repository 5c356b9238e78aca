"""Trains what tells orders to the software: orders put into messages of the training split, and those messages alone.

Run ``python -m models.training.orders`` whenever the encoder changed; about five minutes on two cores. Writes
``models/artifacts/heads/orders.npz``.
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
from models.training.order_context import fit, rows_of
from models.understanding.lexicon import Lexicon
from models.understanding.order_context import OrderContext, States
from models.understanding.order_edges import Stretch
from models.understanding.order_judge import OrderJudge
from models.understanding.order_tagger import BITS, OrderTagger, features, tokens_of
from models.understanding.reader import PlainReader
from models.vocabulary import Handling, SignalCode

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "eval" / "data" / "messages"
ORDERS = ROOT / "eval" / "data" / "injection"
ORDER_FILES = ("orders_train.yaml", "orders_train_later.yaml")
LOOKALIKES = "lookalikes_train.yaml"
"""What customers say to people that sounds like an order to software, and is none."""
LEXICONS = ROOT / "policies" / "lexicons"
HEADS = ROOT / "models" / "artifacts" / "heads"

SEED = 7
CARRIERS = 6
"""Messages that each order is put into, and each sentence that only sounds like one."""
LONGEST = 600
"""Characters of a message that is trained on."""
STRENGTH = 0.3
"""Inverse of the regularisation (C); by hand on dev."""
PLAIN = 7000
"""Texts without an order that the network of words in context is fitted to."""
JOINTS = (" ", " ", "\n", ". ", ", ", "\n\n")
"""What stands between an order and the message around it."""

BEGINS = "‖"
"""In a text of a list: the order begins here, and what stands before it is a customer's own words."""

Example = tuple[str, tuple[Stretch, ...]]
"""A text, and where orders stand in it."""


def texts_of(file: Path) -> list[str]:
    """All texts of a list by kind. Raises OSError, YAMLError."""
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [str(text) for texts in found.values() for text in texts]


def parted(text: str) -> tuple[str, str]:
    """A text of a list as a customer's own words, mostly none, and the order that goes on from them."""
    own, _, order = text.rpartition(BEGINS)
    return own.rstrip(), order.lstrip()


def examples(
    messages: Sequence[LabelledMessage], orders: Sequence[str], lookalikes: Sequence[str], seed: int = SEED
) -> Iterator[Example]:
    """The messages without orders, then every order within some of them, then messages that are one.

    What only sounds like an order is put into messages as orders are, so that no joint gives an order away.
    """
    draw = random.Random(seed)
    plain = [row.text for row in messages if SignalCode.PROMPT_INJECTION not in row.flags]
    yield from ((text, ()) for text in plain if len(text) <= LONGEST)
    short = [text for text in plain if 15 <= len(text) <= LONGEST]
    pure = [row.text for row in messages if _only_an_order(row)]
    for written in (*orders, *pure):
        own, order = parted(written)
        yield _after(own, order)
        for _ in range(CARRIERS):
            varied = _varied(order, draw)
            yield _after(own, varied) if own else put(varied, draw.choice(short), draw)
    for text in lookalikes:
        yield text, ()
        for _ in range(CARRIERS):
            yield put(_varied(text, draw), draw.choice(short), draw)[0], ()


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


def _after(own: str, order: str) -> Example:
    start = len(own) + 1 if own else 0
    return f"{own} {order}" if own else order, ((start, start + len(order)),)


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


def train_context(given: Sequence[Example], lexicon: Lexicon, states: States) -> OrderContext | None:
    """Fit the network of words in context; None where the encoder tells no hidden states."""
    cues = (SignalCode.PROMPT_INJECTION,)
    rows = rows_of(
        ((text, tokens_of(text, lexicon.places(text, cues)).places, spans) for text, spans in given), states
    )
    return None if rows is None else fit(rows)


def fewer_plain(given: Sequence[Example], count: int, seed: int = SEED) -> list[Example]:
    """The examples with an order, and at most so many of the others, drawn at random."""
    plain = [one for one in given if not one[1]]
    random.Random(seed).shuffle(plain)
    return [*plain[:count], *(one for one in given if one[1])]


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HEADS)
    out: Path = parser.parse_args().out
    messages = read_messages(MESSAGES, "train")
    orders = [text for name in ORDER_FILES for text in texts_of(ORDERS / name)]
    lookalikes = texts_of(ORDERS / LOOKALIKES)
    given = list(examples(messages, orders, lookalikes))
    lexicon = Lexicon.load(LEXICONS, "signals_injection")
    tagger = train_words(given, lexicon)
    encoder = OnnxEncoder.load(DEFAULT_DIRECTORY, threads=2)
    context = train_context(fewer_plain(given, PLAIN), lexicon, PlainReader(encoder).states)
    OrderJudge(tagger, context, encoder.fingerprint).save(out)


if __name__ == "__main__":
    main()
