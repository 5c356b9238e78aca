"""Writes an evidence pack: a ZIP that a third party can verify with Python alone, without the service."""

import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.audit import GENESIS, HEAD, Action, utc_now
from cases.canonical import Json, canonical_json
from cases.errors import AuditError, EvidenceError
from cases.evidence.case_file import CaseFile, answer_path, case_file, policy_folder
from cases.evidence.readme import readme
from cases.evidence.selection import Chosen, Selection, choose, row_json
from cases.evidence.signing import Signer
from cases.evidence.texts import PolicyText, Texts
from cases.evidence.verifier import verifier_source
from cases.records import Records
from cases.tables import AuditHeadRow, AuditRow, CaseRow

FORMAT = "borrador-evidence/1"
_CHUNK = 1000
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest date that ZIP knows: a pack tells its time in the manifest, once."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What was exported."""

    file: Path
    cases: int
    rows: int
    manifest_sha256: str
    unavailable: tuple[str, ...]
    """Versions of policies whose text of that day is not to be had: the pack says so."""


@dataclass(slots=True)
class _Writer:
    """Adds files and remembers their hashes for the manifest."""

    archive: zipfile.ZipFile
    files: dict[str, dict[str, Json]] = field(default_factory=dict)

    def add(self, path: str, content: bytes) -> None:
        if path in self.files:
            return
        self.put(path, content)
        self.files[path] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}

    def put(self, path: str, content: bytes) -> None:
        self.archive.writestr(_entry(path), content)

    def lines(self, path: str, lines: Iterator[str]) -> None:
        """Add a file line by line: a chain may be longer than memory."""
        digest, size = hashlib.sha256(), 0
        with self.archive.open(_entry(path), "w", force_zip64=True) as stream:
            for line in lines:
                content = line.encode() + b"\n"
                digest.update(content)
                size += len(content)
                stream.write(content)
        self.files[path] = {"sha256": digest.hexdigest(), "bytes": size}


@dataclass(slots=True)
class _Segment:
    """What the rows written so far come to."""

    first: int | None = None
    previous_hash: str = GENESIS
    rows: int = 0
    hash_only: int = 0


class Exporter:
    """Exports evidence of one installation; each export is itself on the audit log."""

    def __init__(
        self,
        records: Records,
        signer: Signer,
        texts: Texts,
        *,
        service_version: str,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._records = records
        self._signer = signer
        self._texts = texts
        self._service_version = service_version
        self._now = now

    def export(self, selection: Selection, file: Path, *, actor: str) -> Pack:
        """Write a pack. The file appears whole or not at all, readable by its owner only.

        Raises:
            AuditError: the record does not verify: nothing is exported as if it did.
            CaseNotFoundError, EvidenceError: there is nothing to export, or the file exists already.
        """
        if file.exists():
            raise EvidenceError(f"{file}: exists already: evidence is not overwritten")
        report = self._records.verify()
        if not report.ok:
            raise AuditError("the record does not verify, so it is no evidence: run `borrador audit verify`")
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        try:
            with (
                os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream,
                zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
            ):
                pack = self._write(_Writer(archive), selection, file, actor)
            os.rename(draft, file)
        finally:
            draft.unlink(missing_ok=True)
        return pack

    def _write(self, writer: _Writer, selection: Selection, file: Path, actor: str) -> Pack:
        with self._records.database.read() as session:
            chosen = choose(session, selection)
            segment = _Segment()
            writer.lines("chain/rows.jsonl", _rows(session, chosen, segment))
            head = session.get_one(AuditHeadRow, HEAD)
            unavailable = self._cases(writer, session, chosen)
            chain = {
                "scope": "full" if selection.full_chain else "minimal",
                "first_seq": segment.first,
                "previous_hash": segment.previous_hash,
                "rows": segment.rows,
                "hash_only": segment.hash_only,
                "head": {"seq": head.seq, "hash": head.hash, "seal": head.seal},
            }
        writer.add("README.txt", readme(self._signer.fingerprint, unavailable).encode())
        writer.add("verify.py", verifier_source().encode())
        manifest = self._manifest(selection, chosen, chain, writer.files)
        content = (json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        digest = hashlib.sha256(content).hexdigest()
        writer.put("manifest.json", content)
        export = self._bind(selection, len(chosen.case_ids), digest, head.seq, actor)
        writer.put("export.json", (json.dumps(export, indent=1, sort_keys=True) + "\n").encode())
        return Pack(file, len(chosen.case_ids), segment.rows, digest, unavailable)

    def _cases(self, writer: _Writer, session: Session, chosen: Chosen) -> tuple[str, ...]:
        """Write the cases with the texts they refer to; give the policies whose text is not to be had."""
        unavailable: set[str] = set()
        for case_id in sorted(chosen.case_ids):
            row = session.get_one(CaseRow, case_id)
            made = case_file(session, row, self._texts)
            _write_case(writer, case_id, made)
            if made.policy.body is None:
                unavailable.add(made.policy.version)
            session.expunge(row)
        return tuple(sorted(unavailable))

    def _manifest(
        self, selection: Selection, chosen: Chosen, chain: Mapping[str, Any], files: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "created_at": self._now().isoformat(timespec="seconds"),
            "service_version": self._service_version,
            "selection": selection.described(),
            "cases": sorted(chosen.case_ids),
            "chain": chain,
            "files": files,
            "signer": {
                "algorithm": "Ed25519",
                "public_key": self._signer.public.hex(),
                "fingerprint": self._signer.fingerprint,
            },
        }

    def _bind(
        self, selection: Selection, cases: int, digest: str, head_seq: int, actor: str
    ) -> dict[str, Any]:
        """Put the manifest's hash on the audit log, and sign the row that tells of it."""
        payload: dict[str, Json] = {
            "manifest_sha256": digest,
            "selection": selection.described(),
            "cases": cases,
            "signer": self._signer.fingerprint,
        }
        with self._records.database.write() as session:
            seq = self._records.audit.append(
                session, Action.EVIDENCE_EXPORTED, actor=actor, payload=payload, case_id=selection.case_id
            )
            session.flush()
            rows = session.scalars(select(AuditRow).where(AuditRow.seq > head_seq).order_by(AuditRow.seq))
            told = [row_json(row) if row.seq == seq else _stub(row) for row in rows]
        statement: dict[str, Json] = {
            "format": FORMAT,
            "manifest_sha256": digest,
            "export_seq": seq,
            "export_hash": told[-1]["hash"],
        }
        return {
            "rows": told,
            "statement": statement,
            "signature": self._signer.sign(canonical_json(statement).encode()),
        }


def _rows(session: Session, chosen: Chosen, segment: _Segment) -> Iterator[str]:
    """The rows from the first that concerns the selection up to the head; of others only the hash."""
    query = select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=_CHUNK)
    for row in session.scalars(query):
        shown = chosen.shows(row)
        if segment.first is None and not shown:
            continue
        if segment.first is None:
            segment.first, segment.previous_hash = row.seq, row.prev_hash
        shown = shown or chosen.everything
        segment.rows += 1
        segment.hash_only += not shown
        yield canonical_json(row_json(row) if shown else _stub(row))


def _stub(row: AuditRow) -> Mapping[str, Json]:
    """A row of another case: its place in the chain, and nothing of its contents."""
    return {"seq": row.seq, "hash": row.hash}


def _write_case(writer: _Writer, case_id: str, made: CaseFile) -> None:
    writer.add(f"cases/{case_id}.json", _json(made.content))
    _write_policy(writer, made.policy)
    for text in made.answers:
        if text.answer is not None:
            writer.add(answer_path(text.answer), _json(text.answer.model_dump(mode="json")))


def _write_policy(writer: _Writer, policy: PolicyText) -> None:
    folder = policy_folder(policy.version)
    told: dict[str, Any] = {"recorded": policy.version, "source": policy.source, "on_disk": policy.on_disk}
    if policy.body is not None:
        told |= {name: policy.body[name] for name in ("policy", "version", "settings", "out_of_force")}
        writer.add(f"{folder}/policy.yaml", str(policy.body["file"]).encode())
        writer.add(f"{folder}/safety_numbers.yaml", str(policy.body["safety_numbers"]).encode())
    writer.add(f"{folder}/policy.json", _json(told))


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
