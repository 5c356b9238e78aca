"""Read the labelled messages and the question-answer pairs that the encoder is fine-tuned on."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.training.encoder_corpora import is_held_out, texts_of
from models.training.messages import read_messages
from models.understanding.encoding import in_context
from models.vocabulary import Emotion, Handling, Intent, SignalCode

INTENTS = tuple(Intent)
HANDLINGS = tuple(Handling)
EMOTIONS = tuple(Emotion)
SIGNALS = tuple(SignalCode)


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A message with its last turns before it, and its labels as places in the closed sets."""

    id: str
    text: str
    intents: tuple[int, ...]
    handling: int
    emotion: int
    signals: frozenset[int]


@dataclass(frozen=True, slots=True)
class Question:
    """A customer's question and the answers that fit it: none means that no answer is right."""

    text: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Company:
    """One company's approved answers, each in several views, and the questions put to it."""

    name: str
    split: str
    answers: dict[str, tuple[str, ...]]
    questions: tuple[Question, ...]


def read_labelled(folder: Path, split: str) -> list[LabelledText]:
    """Read the labelled messages of one split, each in its thread as the heads will see it."""
    return [
        LabelledText(
            id=row.id,
            text=in_context(row.text, [turn.text for turn in row.thread]),
            intents=tuple(INTENTS.index(code) for code in row.intents),
            handling=HANDLINGS.index(row.disposition),
            emotion=EMOTIONS.index(row.emotion),
            signals=frozenset(SIGNALS.index(code) for code in row.flags),
        )
        for row in read_messages(folder, split)
    ]


def read_companies(folder: Path) -> list[Company]:
    """Read every ``kb_*`` folder of answers and questions, with the split of each company."""
    splits: dict[str, str] = json.loads((folder / "splits.json").read_text(encoding="utf-8"))
    return [
        Company(
            name=path.name,
            split=splits[path.name],
            answers={row["id"]: _views(row) for row in _rows(path / "answers.jsonl")},
            questions=tuple(
                Question(row["text"], frozenset(row["relevant"])) for row in _rows(path / "queries.jsonl")
            ),
        )
        for path in sorted(folder.glob("kb_*"))
    ]


def _views(answer: dict[str, Any]) -> tuple[str, ...]:
    """The ways in which an answer may be indexed: in full, short, by its questions, each question alone."""
    title, questions = answer["title"], answer["questions"]
    return (
        f"{title}. {answer['answer']}",
        f"{title}. {answer['short']}",
        f"{title}. {' '.join(questions)}",
        *questions,
    )


def read_medication_pairs(file: Path) -> list[tuple[str, str]]:
    """Read the Spanish question-answer pairs marked as right in MedicationQA of XLingHealth."""
    import openpyxl

    rows = openpyxl.load_workbook(file, read_only=True).worksheets[0].iter_rows(values_only=True)
    header = [str(cell) for cell in next(rows)]
    label, question, answer = (header.index(name) for name in ("label", "question_Spanish", "answer_Spanish"))
    return [(str(row[question]), str(row[answer])) for row in rows if str(row[label]) == "1"]


_HEADING = re.compile(r"(?m)^#+ *(¿[^\n]+\?) *$\n(.*?)(?=^#|\Z)", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def read_topic_pairs(file: Path) -> list[tuple[str, str]]:
    """Read pairs of a question heading and the section below it from MedlinePlus topics."""
    pairs = []
    for row in _rows(file):
        for question, section in _HEADING.findall(row["markdown"]):
            body = " ".join(_LINK.sub(r"\1", section).split())
            if len(body) > 60:
                pairs.append((question, body))
    return pairs


def read_sentences(paths: Sequence[Path]) -> list[str]:
    """Read general sentences of 5 to 40 words, for keeping the base encoder's sense of language."""
    found = {text for path in paths for text in texts_of(path) if 5 <= len(text.split()) <= 40}
    return sorted(text for text in found if not is_held_out(text))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
