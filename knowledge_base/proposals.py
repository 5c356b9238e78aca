"""An expert's answer put forward as an approved answer: a draft file, which nothing retrieves before its approvals."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from knowledge_base.answer import MAX_SHORT, AnswerText, ApprovedAnswer, LanguageCode
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import parse_answer, problem_of, render_answer
from knowledge_base.history import Event, Step, appended
from knowledge_base.loader import scan_directory
from knowledge_base.quote import leading_sentences
from knowledge_base.shelf import locked, write_files
from knowledge_base.withdrawals import Ledger

_LONGEST_ID = 60
"""Of the letters made of the title; a number may follow."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an expert proposes to say."""

    title: str
    question: str
    """As customers ask it, redacted; empty: none."""
    answer: str
    language: LanguageCode
    account: str
    """The account it is for; no other gets it before somebody says so."""
    proposed_by: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """The directory of answers, as a place for drafts."""

    directory: Path

    def add(self, proposal: Proposal, *, at: datetime) -> ApprovedAnswer:
        """Write a draft answer and its history; no approval comes with it.

        Raises:
            KnowledgeBaseError: the title or the answer breaks the format, or the folder cannot be written.
        """
        with locked(self.directory):
            scan = scan_directory(self.directory)
            taken = {answer.id for answer in scan.base.answers} | Ledger(self.directory).ids()
            taken |= {Path(str(problem).split(":", 1)[0]).stem for problem in scan.problems}
            answer = _draft(proposal, _free_id(proposal.title, taken, self.directory))
            data = render_answer(answer).encode()
            file = self.directory / f"{answer.id}.md"
            if parse_answer(data, file.name) != answer:
                raise KnowledgeBaseError.at(file.name, "cannot be written back as it was read")
            event = Event(at, Step.RECORDED, proposal.proposed_by, answer, "expert")
            write_files({**appended(self.directory, [event]), file: data})
            return answer


def _draft(proposal: Proposal, answer_id: str) -> ApprovedAnswer:
    try:
        full = AnswerText(title=proposal.title, full=proposal.answer, short=proposal.title[:MAX_SHORT]).full
        text = AnswerText(
            title=proposal.title,
            questions=(proposal.question,) if proposal.question.strip() else (),
            full=full,
            short=leading_sentences(full, MAX_SHORT) or full[: MAX_SHORT - 1] + "…",
        )
        return ApprovedAnswer(
            id=answer_id,
            version=1,
            texts={proposal.language: text},
            accounts=(proposal.account,),
            owner=proposal.proposed_by,
        )
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise KnowledgeBaseError.at("proposal", problem_of(first), field=field) from None


def _free_id(title: str, taken: set[str], directory: Path) -> str:
    """An id made of the title that no answer, no withdrawn one and no file has."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_LONGEST_ID].strip("-") or "respuesta"
    number, name = 1, stem
    while name in taken or any(
        (directory / f"{name}{suffix}").exists() for suffix in (".md", ".yaml", ".yml")
    ):
        number += 1
        name = f"{stem}-{number}"
    return name
