"""Fix beforehand, from one seed, what every training step sees: a run can stop anywhere and go on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.training.finetune_data import Company, LabelledText, Question

MESSAGES_A_STEP = 24
QUESTIONS_A_STEP = 20
UNANSWERABLE_A_STEP = 5
PASSAGES_A_STEP = 26
PAIRS_A_STEP = 20
SENTENCES_A_STEP = 32


class Task(StrEnum):
    """What a step trains."""

    MESSAGES = "messages"
    COMPANY = "company"
    PAIRS = "pairs"
    SENTENCES = "sentences"


@dataclass(frozen=True, slots=True)
class Step:
    """A task and the places of its examples: in the messages, pairs, sentences, or in one company."""

    task: Task
    indices: tuple[int, ...]
    company: int = 0
    others: tuple[int, ...] = ()
    """Company steps: questions without an answer."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """How many times each kind of example is seen."""

    messages: int
    companies: int
    pairs: int
    sentences: int


def make_plan(
    messages: Sequence[LabelledText],
    companies: Sequence[Company],
    pairs: int,
    sentences: int,
    *,
    rounds: Rounds,
    seed: int,
) -> list[Step]:
    """Return all steps, shuffled evenly over the run."""
    chance = random.Random(seed)
    steps: list[Step] = []
    for _ in range(rounds.messages):
        steps += _chunks(Task.MESSAGES, range(len(messages)), MESSAGES_A_STEP, chance)
    for _ in range(rounds.companies):
        for place, company in enumerate(companies):
            steps += _company_steps(place, company.questions, chance)
    for _ in range(rounds.pairs):
        steps += _chunks(Task.PAIRS, range(pairs), PAIRS_A_STEP, chance)
    for _ in range(rounds.sentences):
        steps += _chunks(Task.SENTENCES, range(sentences), SENTENCES_A_STEP, chance)
    chance.shuffle(steps)
    return steps


def _chunks(task: Task, places: Sequence[int], size: int, chance: random.Random) -> list[Step]:
    order = list(places)
    chance.shuffle(order)
    return [Step(task, tuple(order[at : at + size])) for at in range(0, len(order) - size // 2, size)]


def _company_steps(company: int, questions: Sequence[Question], chance: random.Random) -> list[Step]:
    answerable = [place for place, question in enumerate(questions) if question.relevant]
    others = [place for place, question in enumerate(questions) if not question.relevant]
    chance.shuffle(others)
    steps = _chunks(Task.COMPANY, answerable, QUESTIONS_A_STEP, chance)
    return [
        Step(
            Task.COMPANY,
            step.indices,
            company,
            tuple(others[at * UNANSWERABLE_A_STEP : (at + 1) * UNANSWERABLE_A_STEP]),
        )
        for at, step in enumerate(steps)
    ]
