"""Reads a company's answers and labelled questions, and measures every candidate once."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from py3langid import langid

from knowledge_base.answer import AnswerText, Approval, ApprovedAnswer, Role
from knowledge_base.config import RetrievalConfig
from knowledge_base.evidence import Encoder
from knowledge_base.features import Candidates, gather
from knowledge_base.governance import RequiredRoles
from knowledge_base.index import Index
from knowledge_base.loader import KnowledgeBase
from knowledge_base.vector_cache import VectorCache

LANGUAGES = ("es", "ca", "gl", "eu", "pt", "en")
ROLES = RequiredRoles(always=(Role.COMMUNICATIONS,))


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question; no relevant answer means that the base does not answer it."""

    id: str
    text: str
    relevant: frozenset[str]
    language: str


@dataclass(frozen=True, slots=True)
class Measured:
    """A question with its candidates; ``relevant`` marks those that answer it, (candidates,)."""

    question: Question
    candidates: Candidates
    relevant: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Company:
    """A company's base and its questions."""

    name: str
    base: KnowledgeBase
    questions: tuple[Question, ...]


def companies_in(data: Path) -> list[str]:
    """Names of the companies of a folder, in order."""
    return sorted(path.name for path in data.glob("kb_*") if (path / "answers.jsonl").is_file())


def load_company(folder: Path) -> Company:
    """Read ``answers.jsonl`` and ``queries.jsonl`` of a folder."""
    langid.set_languages(list(LANGUAGES))
    answers = [_answer(row) for row in _rows(folder / "answers.jsonl")]
    questions = tuple(
        Question(row["id"], row["text"], frozenset(row["relevant"]), _language(row["id"], row["text"]))
        for row in _rows(folder / "queries.jsonl")
    )
    return Company(folder.name, KnowledgeBase.of(answers), questions)


def measure(
    company: Company, encoder: Encoder, config: RetrievalConfig, cache: VectorCache
) -> list[Measured]:
    """Collect and measure the candidates of every question, with the code that serves."""
    index = Index.build(company.base, ROLES, config.lexical, cache)
    vectors = encoder.encode([question.text for question in company.questions], kind="query")
    everything = np.ones(len(index.answers), dtype=bool)
    measured = []
    for question, vector in zip(company.questions, vectors, strict=True):
        found = gather(index, question.text, question.language, vector, everything, config)
        relevant = np.array([index.answers[p].id in question.relevant for p in found.positions], dtype=bool)
        measured.append(Measured(question, found, relevant))
    return measured


def _rows(file: Path) -> list[dict[str, Any]]:
    return [cast(dict[str, Any], json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def _answer(row: dict[str, Any]) -> ApprovedAnswer:
    text = AnswerText(
        title=row["title"], questions=tuple(row["questions"]), full=row["answer"], short=row["short"]
    )
    approval = Approval(role=Role.COMMUNICATIONS, name="data set", date=date(2020, 1, 1))
    return ApprovedAnswer(
        id=row["id"], version=1, texts={"es": text}, tags=tuple(row["tags"]), approvals=(approval,)
    )


def _language(name: str, text: str) -> str:
    """The language in the id (``der-085-pt-ans``), or else the identified one."""
    parts = name.split("-")
    if len(parts) > 2 and parts[2] in LANGUAGES:
        return parts[2]
    return str(langid.classify(text)[0])


def concatenate(groups: Iterable[Sequence[Measured]]) -> list[Measured]:
    """All questions of several companies in one list."""
    return [item for group in groups for item in group]
