"""Proposed phrases in a file, until a person approves or rejects each; approval alone writes into the phrase bank."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cases.learning.judged import LearningError
from cases.learning.phrases import SuggestedPhrase
from drafting.bank import PhraseGroup, condition_of, phrase_hash
from drafting.files import load_yaml, validated
from policies.errors import PolicyError

BANK_FILE = "learned.yaml"
"""Of each language's folder of phrases: what was learned, and nothing else."""
MAX_REASON = 500
_HEADER = "# Phrases that people added to drafts, each approved by a person. Written by `learn approve`.\n"


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhraseProposal(_Strict):
    """A sentence put forward, and what a person decided on it."""

    id: str = Field(pattern=r"^phr_[0-9a-f]{16}$")
    account: str
    language: str
    text: str
    cases: int
    people: int
    proposed_at: AwareDatetime
    state: ProposalState = ProposalState.PROPOSED
    settled_by: str | None = None
    settled_at: AwareDatetime | None = None
    reason: str | None = None
    phrase: str | None = None
    """Group of the phrase bank that it became."""


class _Book(_Strict):
    version: Literal[1] = 1
    proposals: tuple[PhraseProposal, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where an approved phrase goes: what it is for, and when it may be said."""

    purpose: str
    treatment: Literal["tu", "usted", "any"]
    when: Mapping[str, Sequence[str]]
    """Conditions as in the phrase bank; at least one: a learned phrase is said where it was learned."""


class PhraseBook:
    """The file of proposals of an installation. Nothing that drafts reads it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def all(self) -> tuple[PhraseProposal, ...]:
        """Every proposal, oldest first.

        Raises:
            PolicyError: the file breaks its schema.
        """
        if not self._file.is_file():
            return ()
        return validated(_Book, load_yaml(self._file), self._file).proposals

    def propose(self, phrases: Iterable[SuggestedPhrase], *, at: datetime) -> tuple[PhraseProposal, ...]:
        """Add the phrases that are not there yet; gives those added. Settled ones stay as they were settled."""
        with self._locked():
            book = self.all()
            known = {one.id for one in book}
            new = tuple(_proposal(one, at) for one in phrases if one.id not in known)
            if new:
                self._write((*book, *new))
            return new

    def reject(self, proposal: str, *, by: str, reason: str, at: datetime) -> PhraseProposal:
        """Note that a person does not want a phrase; it is not suggested again.

        Raises:
            LearningError: unknown, or settled already.
        """
        with self._locked():
            found = self._open(proposal)
            changes = {"state": ProposalState.REJECTED, "settled_by": by, "settled_at": at, "reason": reason}
            return self._settle(found, changes)

    def approve(
        self, proposal: str, *, by: str, place: Place, bank: Path, purposes: Iterable[str], at: datetime
    ) -> PhraseProposal:
        """Write a phrase into the bank in the name of a person.

        Args:
            bank: folder of the phrases, with one folder a language.
            purposes: those that the bank knows.

        Raises:
            LearningError: unknown, settled already, or a place that the bank does not have.
        """
        with self._locked():
            found = self._open(proposal)
            group = _group(found, place, frozenset(purposes))
            _add_group(bank / found.language / BANK_FILE, group)
            changes = {
                "state": ProposalState.APPROVED,
                "settled_by": by,
                "settled_at": at,
                "phrase": group["id"],
            }
            return self._settle(found, changes)

    def _open(self, proposal: str) -> PhraseProposal:
        found = next((one for one in self.all() if one.id == proposal), None)
        if found is None:
            raise LearningError("no such proposal: `borrador learn proposals` shows them")
        if found.state is not ProposalState.PROPOSED:
            raise LearningError(f"the proposal was {found.state.value} already")
        return found

    def _settle(self, found: PhraseProposal, changes: Mapping[str, Any]) -> PhraseProposal:
        settled = found.model_copy(update=dict(changes))
        self._write([settled if one.id == found.id else one for one in self.all()])
        return settled

    def _write(self, proposals: Sequence[PhraseProposal]) -> None:
        book = _Book(proposals=tuple(proposals)).model_dump(mode="json", exclude_none=True)
        _write_whole(self._file, yaml.safe_dump(book, allow_unicode=True, sort_keys=False, width=110))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, of every process on this machine."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._file.with_name(f".{self._file.name}.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


def _proposal(one: SuggestedPhrase, at: datetime) -> PhraseProposal:
    return PhraseProposal(
        id=one.id, account=one.account, language=one.language, text=one.text, cases=one.cases, people=one.people,
        proposed_at=at,
    )  # fmt: skip


def _group(found: PhraseProposal, place: Place, purposes: frozenset[str]) -> dict[str, Any]:
    """The phrase as the bank's files hold it."""
    if place.purpose not in purposes:
        raise LearningError(f"unknown purpose; known: {', '.join(sorted(purposes))}")
    if not place.when:
        raise LearningError("say when the phrase may be said, such as --when intent:complaint")
    if "{" in found.text or "}" in found.text:
        raise LearningError("the phrase holds a brace, which the bank takes for a slot")
    when = {kind: list(codes) for kind, codes in place.when.items()}
    try:
        condition_of(when, {}, "when", frozenset())
    except PolicyError as error:
        raise LearningError(str(error)) from None
    return {
        "id": f"{found.language}.learned.{phrase_hash(found.text)}",
        "purpose": place.purpose,
        "when": when,
        place.treatment: [{"text": found.text, "origin": f"learned:{found.id}"}],
    }


def _add_group(file: Path, group: dict[str, Any]) -> None:
    """Add a group to a file of the bank; one that is there already, from an approval cut short, is left as it is."""
    if not file.parent.is_dir():
        raise LearningError("the phrase bank has no folder for this language")
    there = load_yaml(file) if file.is_file() else []
    if not isinstance(there, list):
        raise PolicyError(f"{file.name}: a list of groups was expected")
    for known in there:
        validated(PhraseGroup, known, file)
    same = next((known for known in there if known["id"] == group["id"]), None)
    if same is not None:
        if {**same, **group} != same:
            raise LearningError("the bank has this phrase already, in another place")
        return
    validated(PhraseGroup, group, file)
    text = _HEADER + yaml.safe_dump([*there, group], allow_unicode=True, sort_keys=False, width=110)
    _write_whole(file, text, mode=0o644)


def _write_whole(file: Path, text: str, *, mode: int = 0o600) -> None:
    """Put a file in the place of another at once: a reader sees the one or the other."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
