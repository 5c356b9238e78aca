"""What a pack tells of one case: the redacted case, why, from what, who decided what, and what they changed."""

import difflib
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import Action
from cases.case import Case, CaseEvidence
from cases.evidence.texts import AnswerText, PolicyText, Texts
from cases.reading import decisions_of
from cases.stored import case_of
from cases.tables import ApiKeyRow, AuditRow, CaseRow, DecisionRow
from knowledge_base.answer import ApprovedAnswer

_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case's file for the pack, and the texts that it refers to."""

    content: dict[str, Any]
    policy: PolicyText
    answers: tuple[AnswerText, ...]


def policy_folder(version: str) -> str:
    """Folder of a policy's version in a pack."""
    return "policies/" + re.sub(r"[^\w@.-]", "_", version)


def answer_path(answer: ApprovedAnswer) -> str:
    """File of an approved answer in a pack; one version may have had other approvals in another base."""
    digest = hashlib.sha256(answer.model_dump_json().encode()).hexdigest()[:8]
    return f"answers/{answer.id}@{answer.version}-{digest}.json"


def case_file(session: Session, row: CaseRow, texts: Texts) -> CaseFile:
    """Build the file of a case, from what is on record and nothing else.

    Raises:
        PolicyError, KnowledgeBaseError: a file on disk that had to be looked at is broken.
    """
    case = case_of(row)
    told = _audit_rows(session, row.id)
    recorded = next(r for r in told if r.seq == row.audit_seq)
    policy = texts.policy(session, row, case)
    answers = tuple(texts.answer(session, case, found) for found in case.evidence)
    erased = next((r for r in told if r.action == Action.CASE_ERASED), None)
    decisions = [_decision(session, case, decision) for decision in decisions_of(session, [row.id])]
    content = {
        "case": case.model_dump(mode="json"),
        "account": row.account,
        "channel": row.channel,
        "status": row.status,
        "received_at": row.received_at.isoformat(),
        "recorded_at": row.recorded_at.isoformat(),
        "superseded_by": row.superseded_by,
        "audit_seq": row.audit_seq,
        "seal": str(json.loads(recorded.payload)["seal"]),
        "erased": None if erased is None else {"audit_seq": erased.seq, "at": erased.at},
        "rules": _rules(case, policy),
        "sources": [_source(found, text) for found, text in zip(case.evidence, answers, strict=True)],
        "decisions": decisions,
        "history": [
            {"seq": r.seq, "at": r.at, "actor": _who(session, r.actor), "action": r.action} for r in told
        ],
    }
    return CaseFile(content, policy, answers)


def _audit_rows(session: Session, case_id: str) -> Sequence[AuditRow]:
    return session.scalars(select(AuditRow).where(AuditRow.case_id == case_id).order_by(AuditRow.seq)).all()


def _rules(case: Case, policy: PolicyText) -> list[dict[str, Any]]:
    """Every rule that fired, with its text; None where the text of that day is not to be had."""
    fired = dict.fromkeys((*(flag.rule for flag in case.flags), *case.rules))
    return [
        {"id": rule, "policy": policy_folder(policy.version) + "/policy.json", "text": policy.rules.get(rule)}
        for rule in fired
    ]


def _source(found: CaseEvidence, text: AnswerText) -> dict[str, Any]:
    answer = text.answer
    told: dict[str, Any] = {
        "answer_id": found.answer_id,
        "version": found.version,
        "title": found.title,
        "quote": found.quote,
        "text": text.source,
        "file": None,
        "approvals": None,
        "quote_found": None,
    }
    if answer is not None:
        told["file"] = answer_path(answer)
        told["approvals"] = [approval.model_dump(mode="json") for approval in answer.approvals]
        told["quote_found"] = _quotes(answer, found.quote)
    return told


def _quotes(answer: ApprovedAnswer, quote: str) -> bool:
    """Whether the quote stands in one of the answer's texts, line breaks aside."""
    wanted = " ".join(quote.split())
    texts = (
        text for words in answer.texts.values() for text in (words.full, words.short, words.private or "")
    )
    return any(wanted in " ".join(text.split()) for text in texts)


def _decision(session: Session, case: Case, row: DecisionRow) -> dict[str, Any]:
    body = json.loads(row.body)
    number = body["draft"]
    draft = case.drafts[number].text if number is not None and number < len(case.drafts) else None
    return {
        "number": row.number,
        "decision": row.decision,
        "outcome": row.outcome,
        "decided_by": _who(session, row.decided_by),
        "decided_at": row.decided_at.isoformat(),
        "thread_version": body["thread_version"],
        "draft": number,
        "draft_text": draft,
        "sent_text": body["sent_text"],
        "edit_distance": row.edit_distance,
        "changes": changes(draft, body["sent_text"]),
        "note": body["note"],
        "audit_seq": row.audit_seq,
    }


def changes(draft: str | None, sent: str | None) -> list[dict[str, str]]:
    """What a person changed in a draft, word by word: ``{"op": same|removed|added, "text"}`` in order."""
    if draft is None or sent is None or draft == sent:
        return []
    before, after = _WORDS.findall(draft), _WORDS.findall(sent)
    found: list[dict[str, str]] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for op, start, end, start_after, end_after in matcher.get_opcodes():
        removed, added = "".join(before[start:end]), "".join(after[start_after:end_after])
        if op == "equal":
            found.append({"op": "same", "text": removed})
            continue
        found += [{"op": "removed", "text": removed}] if removed else []
        found += [{"op": "added", "text": added}] if added else []
    return found


def _who(session: Session, actor: str) -> dict[str, Any]:
    """Id of the key, with its name and scopes where it is one of ours."""
    key = session.get(ApiKeyRow, actor)
    return {"id": actor, "name": key.name if key else None, "scopes": key.scopes.split(",") if key else []}
