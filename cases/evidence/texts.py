"""The rules and approved answers of a case as they were in force: from the archive, else from disk if the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy.orm import Session

from cases.archive import FINGERPRINT, archived_answer, archived_policy, policy_body, version_of
from cases.case import Case, CaseEvidence
from cases.tables import CaseRow
from knowledge_base.answer import ApprovedAnswer
from knowledge_base.loader import KnowledgeBase, load_directory
from policies.account import Account
from policies.loader import load_account, load_policy
from policies.policy import Policy
from policies.safety_numbers import SafetyNumbers

_SECTIONS = ("flags", "dispositions", "modifiers")
_OUTCOMES = ("on_failure", "fallback")


@dataclass(frozen=True, slots=True)
class PolicyText:
    """A policy's texts, or the fact that they are not to be had."""

    version: str
    source: str
    """archive · disk · unavailable"""
    body: Mapping[str, Any] | None
    on_disk: str | None
    """Version of the policy on disk, where it was looked at."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """Rule id to its text in the file."""


@dataclass(frozen=True, slots=True)
class AnswerText:
    """An approved answer as it was, or why it cannot be shown."""

    source: str
    """archive: of the very knowledge base. disk: of the one on disk, whose fingerprint is the recorded one.
    disk_other_base: same id and version, but the base has changed since. unavailable."""
    answer: ApprovedAnswer | None


class Texts:
    """Looks texts up for an export; each file and version is read once."""

    def __init__(self, policies_dir: Path, knowledge_base_dir: Path) -> None:
        self._policies_dir = policies_dir
        self._knowledge_base_dir = knowledge_base_dir
        self._policies: dict[tuple[str, str, str], PolicyText] = {}
        self._accounts: dict[str, Account] | None = None
        self._loaded: dict[str, Policy] = {}
        self._base: KnowledgeBase | None = None

    def policy(self, session: Session, row: CaseRow, case: Case) -> PolicyText:
        """The policy that a case was decided by."""
        version = case.provenance.policy
        key = (version, row.account, row.received_at.date().isoformat())
        if key not in self._policies:
            self._policies[key] = self._policy(session, row, version)
        return self._policies[key]

    def _policy(self, session: Session, row: CaseRow, version: str) -> PolicyText:
        body: Mapping[str, Any] | None = archived_policy(session, version)
        if body is not None:
            return PolicyText(version, "archive", body, None, rule_texts(str(body["file"])))
        body = self._disk_body(row)
        on_disk = None if body is None else version_of(body)
        if body is None or on_disk != version:
            return PolicyText(version, "unavailable", None, on_disk)
        return PolicyText(version, "disk", body, on_disk, rule_texts(str(body["file"])))

    def _disk_body(self, row: CaseRow) -> Mapping[str, Any] | None:
        """The texts on disk as they would decide on the case's day; None for an account that is gone."""
        account = self.accounts().get(row.account)
        if account is None:
            return None
        numbers = self._policies_dir / "safety_numbers.yaml"
        file = self._policies_dir / "rules" / f"{account.policy}.yaml"
        if account.id not in self._loaded:
            self._loaded[account.id] = load_policy(
                file, safety_numbers=SafetyNumbers.load(numbers), settings=account.settings
            )
        day = row.received_at.astimezone(ZoneInfo(account.hours.timezone)).date()
        return policy_body(self._loaded[account.id].in_force(day), file, numbers)

    def accounts(self) -> dict[str, Account]:
        """The accounts on disk, by id."""
        if self._accounts is None:
            loaded = map(load_account, sorted((self._policies_dir / "accounts").glob("*.yaml")))
            self._accounts = {account.id: account for account in loaded}
        return self._accounts

    def answer(self, session: Session, case: Case, evidence: CaseEvidence) -> AnswerText:
        """The approved answer that a case quotes."""
        fingerprint = case.provenance.knowledge_base
        kept = archived_answer(session, fingerprint, evidence.answer_id, evidence.version)
        if kept is not None:
            return AnswerText("archive", kept)
        if self._base is None:
            self._base = load_directory(self._knowledge_base_dir)
        found = next((answer for answer in self._base.answers if answer.id == evidence.answer_id), None)
        if found is None or found.version != evidence.version:
            return AnswerText("unavailable", None)
        same = self._base.fingerprint[:FINGERPRINT] == fingerprint
        return AnswerText("disk" if same else "disk_other_base", found)


def rule_texts(file: str) -> dict[str, str]:
    """The text of each rule of a policy file, by id, exactly as it stands there."""
    document = yaml.compose(file, Loader=yaml.SafeLoader)
    if not isinstance(document, yaml.MappingNode):
        return {}
    sections = {key.value: value for key, value in document.value}
    found = [node for name in _SECTIONS for node in getattr(sections.get(name), "value", ())]
    found += [sections[name] for name in _OUTCOMES if name in sections]
    return {
        value.value: _trimmed(file[node.start_mark.index : node.end_mark.index])
        for node in found
        if isinstance(node, yaml.MappingNode)
        for key, value in node.value
        if key.value == "id"
    }


def _trimmed(text: str) -> str:
    """Without the blank lines and comments at the end: they belong to what follows."""
    lines = text.rstrip().splitlines()
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return "\n".join(lines).rstrip()
