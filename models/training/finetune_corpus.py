"""Everything a training step draws its examples from, and the hard negatives of each question."""

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.encoder import Encoder, Vectors
from models.training.finetune_data import (
    Company,
    LabelledText,
    read_companies,
    read_labelled,
    read_medication_pairs,
    read_sentences,
    read_topic_pairs,
)
from models.training.finetune_plan import PASSAGES_A_STEP, Step

NEIGHBOURS = 12
_VIEW_WEIGHTS = (0.45, 0.15, 0.2)
"""How often an answer is seen in full, short, and as title with questions; the rest is one question alone."""
_PLAIN_SHARE = 0.15
_TYPO_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the data lies."""

    messages: Path
    retrieval: Path
    medication: Path | None
    topics: Path | None
    general: tuple[Path, ...]
    general_limit: int = 1_600
    pairs_limit: int = 1_000


@dataclass(frozen=True, slots=True)
class CompanyBatch:
    """Questions of one company against some of its answers."""

    questions: tuple[str, ...]
    unanswerable: tuple[str, ...]
    passages: tuple[str, ...]
    right: tuple[tuple[bool, ...], ...]
    own: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Training and development data, with the base encoder's vectors of what it is to keep."""

    messages: tuple[LabelledText, ...]
    centre: Vectors
    dev_messages: tuple[LabelledText, ...]
    companies: tuple[Company, ...]
    dev_companies: tuple[Company, ...]
    neighbours: tuple[tuple[tuple[str, ...], ...], ...]
    pairs: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    sentence_vectors: Vectors


def read_corpus(sources: Sources, base: Encoder) -> Corpus:
    """Read all data. Of messages and companies, the test split is not read."""
    messages = tuple(read_labelled(sources.messages, "train"))
    companies = read_companies(sources.retrieval)
    train = tuple(company for company in companies if company.split == "train")
    pairs = read_medication_pairs(sources.medication) if sources.medication else []
    pairs += read_topic_pairs(sources.topics) if sources.topics else []
    random.Random(0).shuffle(pairs)
    sentences = _general(sources)
    return Corpus(
        messages=messages,
        centre=base.encode([message.text for message in messages], kind="query").mean(axis=0),
        dev_messages=tuple(read_labelled(sources.messages, "dev")),
        companies=train,
        dev_companies=tuple(company for company in companies if company.split == "dev"),
        neighbours=tuple(_neighbours(company, base) for company in train),
        pairs=tuple(pairs[: sources.pairs_limit]),
        sentences=tuple(sentences),
        sentence_vectors=base.encode(sentences, kind="query"),
    )


def _general(sources: Sources) -> list[str]:
    """Draw the same number of sentences from every source."""
    drawn: list[str] = []
    for path in sources.general:
        found = read_sentences([path])
        random.Random(0).shuffle(found)
        drawn += found[: sources.general_limit // len(sources.general)]
    return drawn


def _neighbours(company: Company, base: Encoder) -> tuple[tuple[str, ...], ...]:
    """Return, for each question, the wrong answers that the base encoder finds nearest."""
    names = list(company.answers)
    answers = base.encode([views[0] for views in company.answers.values()], kind="passage")
    questions = base.encode([question.text for question in company.questions], kind="query")
    order = np.argsort(-(questions @ answers.T), axis=1)
    return tuple(
        tuple([names[at] for at in row if names[at] not in question.relevant][:NEIGHBOURS])
        for question, row in zip(company.questions, order, strict=True)
    )


def company_batch(corpus: Corpus, step: Step, chance: random.Random) -> CompanyBatch:
    """Draw the answers for a step's questions: the right ones and near neighbours of all questions."""
    company = corpus.companies[step.company]
    questions = [company.questions[place] for place in step.indices]
    own = [chance.choice(sorted(question.relevant)) for question in questions]
    near = [
        name
        for place in (*step.indices, *step.others)
        for name in chance.sample(corpus.neighbours[step.company][place], 3)
    ]
    chance.shuffle(near)
    names = list(dict.fromkeys([*own, *near]))[: max(PASSAGES_A_STEP, len(set(own)))]
    return CompanyBatch(
        questions=tuple(disturb(question.text, chance) for question in questions),
        unanswerable=tuple(disturb(company.questions[place].text, chance) for place in step.others),
        passages=tuple(_view(company.answers[name], chance) for name in names),
        right=tuple(tuple(name in question.relevant for name in names) for question in questions),
        own=tuple(names.index(name) for name in own),
    )


def _view(views: Sequence[str], chance: random.Random) -> str:
    draw = chance.random()
    for place, weight in enumerate(_VIEW_WEIGHTS):
        if draw < weight:
            return views[place]
        draw -= weight
    return chance.choice(views[len(_VIEW_WEIGHTS) :])


def disturb(text: str, chance: random.Random) -> str:
    """Write some texts as people type: in lower case without accents, or with a slip of a finger."""
    if chance.random() < _PLAIN_SHARE:
        decomposed = unicodedata.normalize("NFD", text.lower())
        text = "".join(char for char in decomposed if char == "\u0303" or not unicodedata.combining(char))
        text = unicodedata.normalize("NFC", text)
    if chance.random() < _TYPO_SHARE and len(text) > 12:
        at = chance.randrange(1, len(text) - 2)
        swapped = text[at + 1] + text[at]
        text = (
            text[:at] + chance.choice((swapped, text[at + 1], text[at] * 2 + text[at + 1])) + text[at + 2 :]
        )
    return text
