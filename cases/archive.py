"""The archive: the texts of policies and approved answers as they were when cases were made with them."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from cases.audit import utc_now
from cases.canonical import Json, canonical_json
from cases.database import Database
from cases.tables import ArchiveRow
from knowledge_base.answer import ApprovedAnswer
from knowledge_base.loader import KnowledgeBase
from policies.errors import PolicyError
from policies.files import read_bytes
from policies.policy import Policy

POLICY, BASE, ANSWER = "policy", "knowledge_base", "answer"
FINGERPRINT = 12
"""Hex digits of a knowledge base's fingerprint in a case's provenance."""


def policy_body(policy: Policy, rules_file: Path, numbers_file: Path) -> dict[str, Json]:
    """All that a policy's version is a hash of, as text.

    Raises:
        PolicyError: a file is not (any more) the one that the policy was loaded from.
    """
    return {
        "policy": policy.model.policy,
        "version": policy.model.version,
        "file": _text(rules_file, policy.file_hash),
        "safety_numbers": _text(numbers_file, policy.numbers.content_hash),
        "settings": dict(policy.settings),
        "out_of_force": [rule.id for rule in policy.every if not rule.in_force(policy.day)],
    }


def version_of(body: Mapping[str, Any]) -> str:
    """The version that the texts of a body make: the same sum as ``Policy.version``, so that a third party can do it.

    Tests hold the two alike.
    """
    parts = [
        hashlib.sha256(str(body["file"]).encode()).hexdigest(),
        hashlib.sha256(str(body["safety_numbers"]).encode()).hexdigest(),
        json.dumps(dict(body["settings"]), sort_keys=True),
        *body["out_of_force"],
    ]
    content = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:FINGERPRINT]
    return f"{body['policy']}@{body['version']}-{content}"


class Archive:
    """Keeps texts by the version that cases name, and gives back only what still makes that version."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def keep(
        self,
        policies: Iterable[tuple[Policy, Path]],
        *,
        numbers_file: Path,
        fingerprint: str,
        load_base: Callable[[], KnowledgeBase],
    ) -> int:
        """Keep what is in force and not kept yet; give the number of new entries.

        Args:
            policies: with their files; also their later days, on which dated rules come or go, are kept.
            fingerprint: of the knowledge base in use, as cases name it.
            load_base: called only when that base is not kept yet.

        Raises:
            PolicyError: a file changed since the policy was loaded.
        """
        entries: dict[tuple[str, str], str] = {}
        for policy, file in policies:
            for day in {policy.day, *(day for day in policy.days_of_change() if day > policy.day)}:
                body = policy_body(policy.in_force(day), file, numbers_file)
                entries[POLICY, version_of(body)] = canonical_json(body)
        with self._database.read() as session:
            known = session.get(ArchiveRow, (BASE, fingerprint)) is not None
        if not known:
            entries |= _base_entries(load_base())
        return self._add(entries)

    def _add(self, entries: Mapping[tuple[str, str], str]) -> int:
        with self._database.read() as session:
            new = {key: body for key, body in entries.items() if session.get(ArchiveRow, key) is None}
        if not new:
            return 0
        added = 0
        with self._database.write() as session:
            for (kind, key), body in new.items():
                if session.get(ArchiveRow, (kind, key)) is None:
                    session.add(ArchiveRow(kind=kind, key=key, body=body, first_seen_at=self._now()))
                    added += 1
        return added


def archived_policy(session: Session, version: str) -> dict[str, Any] | None:
    """The texts of a policy's version; None when none are kept, or they no longer make that version."""
    row = session.get(ArchiveRow, (POLICY, version))
    body: dict[str, Any] | None = None if row is None else json.loads(row.body)
    return body if body is not None and version_of(body) == version else None


def archived_answer(
    session: Session, fingerprint: str, answer_id: str, version: int
) -> ApprovedAnswer | None:
    """An approved answer of a knowledge base; None when it is not kept or was changed in the archive."""
    base = session.get(ArchiveRow, (BASE, fingerprint))
    digest = None if base is None else json.loads(base.body).get(f"{answer_id}@{version}")
    row = None if digest is None else session.get(ArchiveRow, (ANSWER, digest))
    if row is None or hashlib.sha256(row.body.encode()).hexdigest() != digest:
        return None
    return ApprovedAnswer.model_validate(json.loads(row.body))


def _base_entries(base: KnowledgeBase) -> dict[tuple[str, str], str]:
    entries: dict[tuple[str, str], str] = {}
    contents: dict[str, Json] = {}
    for answer in base.answers:
        body = canonical_json(answer.model_dump(mode="json"))
        digest = hashlib.sha256(body.encode()).hexdigest()
        entries[ANSWER, digest] = body
        contents[f"{answer.id}@{answer.version}"] = digest
    entries[BASE, base.fingerprint[:FINGERPRINT]] = canonical_json(contents)
    return entries


def _text(file: Path, expected: str) -> str:
    content = read_bytes(file)
    if hashlib.sha256(content).hexdigest() != expected:
        raise PolicyError(f"{file}: changed since it was loaded: restart")
    return content.decode("utf-8")
