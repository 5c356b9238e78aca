"""Changes answers in their directory: file, history and ledger together, one writer at a time."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from knowledge_base import lifecycle
from knowledge_base.answer import ApprovedAnswer, Role, Withdrawal
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.format import parse_answer, render_answer
from knowledge_base.governance import Governance
from knowledge_base.history import Event, Step, appended, read_history
from knowledge_base.loader import scan_directory
from knowledge_base.withdrawals import Ledger


class AnswerNotFoundError(KnowledgeBaseError):
    """No answer of this id."""

    code = "answer_not_found"


class ContentChangedError(KnowledgeBaseError):
    """The answer says something else than what was read before this step."""

    code = "content_changed"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A directory of answers under governance."""

    directory: Path
    governance: Governance

    def answer(self, answer_id: str) -> ApprovedAnswer:
        """The answer as its file says.

        Raises:
            AnswerNotFoundError: none has this id.
            KnowledgeBaseError: its file breaks the format.
        """
        return self._find(answer_id)[0]

    def submit(self, answer_id: str, *, name: str, at: datetime) -> ApprovedAnswer:
        """Hand a draft in for review; raises ``LifecycleError`` where that is not allowed."""
        with locked(self.directory):
            old, file = self._find(answer_id)
            new = lifecycle.submit(old, name=name, on=_day(at), governance=self.governance)
            return self._write(old, new, file, Step.SUBMITTED, name, at)

    def approve(
        self,
        answer_id: str,
        *,
        role: Role,
        name: str,
        at: datetime,
        review_by: date | None = None,
        seal: str | None = None,
    ) -> ApprovedAnswer:
        """Approve for a role; raises ``LifecycleError`` where that is not allowed.

        Args:
            review_by: day of the next review; none: the period of the policy counts anew.
            seal: of the content that was read; none: whatever the file says.

        Raises:
            ContentChangedError: the file says something else than what was read.
        """
        with locked(self.directory):
            old, file = self._find(answer_id)
            if seal is not None and old.seal != seal:
                raise ContentChangedError(f"{answer_id}: has changed since it was read")
            new = lifecycle.approve(old, role=role, name=name, on=_day(at), governance=self.governance)
            new = new.model_copy(update={"review_by": review_by})
            return self._write(old, new, file, Step.APPROVED, name, at, role.value)

    def withdraw(self, answer_id: str, withdrawal: Withdrawal, at: datetime) -> ApprovedAnswer:
        """Withdraw for good; searches of every process on this directory stop finding it at once."""
        with locked(self.directory):
            # The ledger comes first: whatever happens to the file, the answer is out.
            if answer_id not in self._known_ids():
                raise AnswerNotFoundError(f"{answer_id}: no such answer")
            Ledger(self.directory).add(answer_id, withdrawal)
            old, file = self._find(answer_id)
            new = lifecycle.withdraw(old, withdrawal)
            if new == old:
                return old
            return self._write(old, new, file, Step.WITHDRAWN, withdrawal.name, at, withdrawal.reason.value)

    def history(self, answer_id: str) -> tuple[Event, ...]:
        """What is recorded of an answer, oldest first."""
        return read_history(self.directory, answer_id)

    def _known_ids(self) -> set[str]:
        """Ids of readable files, and the names of files that cannot be read: those may be withdrawn too."""
        scan = scan_directory(self.directory)
        broken = {Path(str(problem).split(":", 1)[0]).stem for problem in scan.problems}
        return {answer.id for answer in scan.base.answers} | broken

    def _find(self, answer_id: str) -> tuple[ApprovedAnswer, Path]:
        scan = scan_directory(self.directory)
        for answer in scan.base.answers:
            if answer.id == answer_id:
                return answer, self.directory / scan.base.files[answer_id]
        for problem in scan.problems:
            if Path(str(problem).split(":", 1)[0]).stem == answer_id:
                raise problem
        raise AnswerNotFoundError(f"{answer_id}: no such answer")

    def _write(
        self,
        old: ApprovedAnswer,
        new: ApprovedAnswer,
        file: Path,
        step: Step,
        actor: str,
        at: datetime,
        detail: str = "",
    ) -> ApprovedAnswer:
        data = render_answer(new, suffix=file.suffix).encode()
        if parse_answer(data, file.name) != new:
            raise KnowledgeBaseError.at(file.name, "cannot be written back as it was read")
        events = [Event(at, step, actor, new, detail)]
        recorded = read_history(self.directory, new.id)
        if not recorded or recorded[-1].answer.seal != old.seal:
            events.insert(0, Event(at, Step.RECORDED, actor, old))
        write_files({**appended(self.directory, events), file: data})
        return new


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Let one process at a time change a directory.

    Raises:
        KnowledgeBaseError: the directory is missing or cannot be read.
    """
    if not directory.is_dir():
        raise KnowledgeBaseError.at(str(directory), "not a directory")
    try:
        handle = os.open(directory, os.O_RDONLY)  # the lock is the directory's own: it leaves no file behind
    except OSError as error:
        raise KnowledgeBaseError.at(str(directory), error.strerror or "cannot be read") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then move all in: a full disk leaves nothing changed.

    Raises:
        KnowledgeBaseError: a file cannot be written.
    """
    staged: list[tuple[str, Path]] = []
    try:
        for target, data in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".import-", dir=target.parent)
            staged.append((temporary, target))
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(temporary, 0o644)
        for temporary, target in staged:
            os.replace(temporary, target)
    except OSError as error:
        _discard([temporary for temporary, _ in staged])
        problem = error.strerror or "cannot be written"
        raise KnowledgeBaseError.at(str(error.filename or "import"), problem) from None


def _discard(files: Sequence[str]) -> None:
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(file)


def _day(at: datetime) -> date:
    return at.date()
