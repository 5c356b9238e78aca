"""Steps of ``borrador kb`` on the audit log of the service that uses the folder."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from api.record_keeping import open_records
from api.settings import Settings
from cases.answer_record import AnswerRecord, Content
from cases.audit import Action
from knowledge_base.answer import ApprovedAnswer


def on_record(
    settings: Settings,
    knowledge_base: Path | None,
    action: Action,
    answer: ApprovedAnswer,
    by: str,
    role: str | None = None,
) -> AbstractContextManager[None]:
    """Put a step on the audit log together with what is done inside; of a folder apart from the service's, nothing."""
    if knowledge_base is not None:
        return nullcontext()
    records = open_records(settings)
    content = Content(answer.id, answer.version, answer.seal)
    return AnswerRecord(records.database, records.audit).taking(
        action, content, actor="cli", by=by, role=role
    )
