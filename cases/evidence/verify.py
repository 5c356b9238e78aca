"""Verify an evidence pack of Borrador: Python 3.8 or newer, standard library only, no network.

Usage: ``python3 verify.py [PACK.zip or FOLDER] [--key FINGERPRINT] [--noted-head HASH]``. Prints OK and ends with
0, or says what is broken and ends with 1. What it can and cannot prove is in README.txt.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cases.evidence.ed25519 import ed25519

if TYPE_CHECKING:  # names for annotations only: Python 3.8 has no dict[…]
    from collections.abc import Iterator

    Json = dict[str, Any]
    Rows = list[Json]
    Files = dict[str, bytes]

FORMAT = "borrador-evidence/1"
UNLISTED = {"manifest.json", "export.json"}
ROW = ("seq", "at", "actor", "action", "case_id", "payload")
GENESIS = "0" * 64
MAX_FILE = 2_000_000_000


class BrokenError(Exception):
    """Something in the pack is not as it was written."""


def need(holds: bool, problem: str) -> None:
    """Stop at the first thing that is wrong."""
    if not holds:
        raise BrokenError(problem)


def canonical(value: Any) -> str:  # noqa: ANN401
    """JSON as the service hashes it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def sha256(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


# Files


def read_pack(place: Path) -> Files:
    """Every file of a ZIP or a folder, by name."""
    if place.is_dir():
        inside = [file for file in place.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
        return {file.relative_to(place).as_posix(): file.read_bytes() for file in inside}
    with zipfile.ZipFile(place) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        need(len(names) == len(set(names)), "two files of one name in the ZIP")
        need(sum(entry.file_size for entry in entries) <= MAX_FILE, "the ZIP is far larger than a pack")
        return {entry.filename: archive.read(entry) for entry in entries}


def check_files(files: Files, manifest: Json) -> None:
    """Every file listed is there and unchanged, and no other one is."""
    listed = manifest["files"]
    for path in sorted(listed):
        need(path in files, f"{path}: is missing")
        content = files[path]
        need(sha256(content) == listed[path]["sha256"], f"{path}: was changed")
        need(len(content) == listed[path]["bytes"], f"{path}: has another length")
    more = sorted(set(files) - set(listed) - UNLISTED)
    need(not more, f"{', '.join(more)}: was added")


# The chain


def check_rows(rows: Rows, previous: str, first: int) -> str:
    """Follow rows one by one; those with contents are hashed again. Gives the last hash."""
    need(bool(rows), "chain: no rows")
    for expected, row in enumerate(rows, start=first):
        seq = row["seq"]
        need(seq == expected, f"chain: row {expected} is missing or moved (found {seq})")
        if "payload" in row:
            need(row["prev_hash"] == previous, f"chain: row {seq} does not follow row {seq - 1}")
            contents = canonical({name: row[name] for name in ROW})
            worked_out = sha256((previous + contents).encode())
            need(worked_out == row["hash"], f"chain: row {seq} was changed")
        previous = row["hash"]
    return previous


def check_chain(manifest: Json, rows: Rows) -> None:
    """The segment begins and ends where the manifest says, and is as long."""
    chain = manifest["chain"]
    need(len(rows) == chain["rows"], "chain: another number of rows than the manifest says")
    hidden = sum("payload" not in row for row in rows)
    need(hidden == chain["hash_only"], "chain: another number of rows with contents than the manifest says")
    need(chain["scope"] != "full" or hidden == 0, "chain: scope full, yet rows lack their contents")
    need(chain["first_seq"] > 1 or chain["previous_hash"] == GENESIS, "chain: the first row follows another")
    last = check_rows(rows, chain["previous_hash"], chain["first_seq"])
    head = chain["head"]
    need(rows[-1]["seq"] == head["seq"], "chain: the last row is not the head")
    need(last == head["hash"], "chain: the last row's hash is not the head's")


def check_export(export: Json, manifest: Json, digest: str) -> None:
    """The manifest is noted in the chain right after the segment, and that row is signed."""
    head, statement = manifest["chain"]["head"], export["statement"]
    last = check_rows(export["rows"], head["hash"], head["seq"] + 1)
    row = export["rows"][-1]
    need(row.get("action") == "evidence.exported", "export: the last row tells of no export")
    payload = json.loads(row["payload"])
    need(payload["manifest_sha256"] == digest, "manifest.json: was changed, or is another pack's")
    need(payload["signer"] == manifest["signer"]["fingerprint"], "export: another key signed")
    expected = {"format": FORMAT, "manifest_sha256": digest, "export_seq": row["seq"], "export_hash": last}
    need(statement == expected, "export: the signed statement is not about this pack")
    public = bytes.fromhex(manifest["signer"]["public_key"])
    need(sha256(public) == manifest["signer"]["fingerprint"], "signer: the fingerprint is not the key's")
    signature = base64.b64decode(export["signature"], validate=True)
    need(ed25519(public, canonical(statement).encode(), signature), "export: the signature is wrong")


# Cases


def check_case(path: str, files: Files, rows: dict[int, Json]) -> None:
    """The codes of a case and of its decisions are the ones in the chain, and its texts are enclosed."""
    told = json.loads(files[path])
    case = told["case"]
    need(path == f"cases/{case['id']}.json", f"{path}: tells of another case")
    payload = _payload(path, rows, told["audit_seq"], "case.recorded", case["id"])
    for name, value in _codes(told).items():
        need(payload[name] == value, f"{path}: {name} is not what the chain noted")
    need(payload["seal"] == told["seal"], f"{path}: seal is not what the chain noted")
    erased = told["erased"]
    if erased is not None:
        _payload(path, rows, erased["audit_seq"], "case.erased", case["id"])
    else:
        audiences = [draft["audience"] for draft in case["drafts"]]
        need(payload["drafts"] == audiences, f"{path}: drafts are not those the chain noted")
    _check_decisions(path, told, rows)
    _check_rules(path, told, files)
    _check_sources(path, told, files)


def _codes(told: Json) -> Json:
    case = told["case"]
    return {
        "account": told["account"],
        "disposition": case["disposition"],
        "priority": case["priority"],
        "queue": case["queue"],
        "flags": [flag["code"] for flag in case["flags"]],
        "rules": case["rules"],
        "answers": [f"{found['answer_id']}@{found['version']}" for found in case["evidence"]],
        "abstained": case["abstained"],
        "thread_version": case["thread_version"],
        "provenance": case["provenance"],
    }


def _payload(
    path: str,
    rows: dict[int, Json],
    seq: int,
    action: str,
    case_id: str,
) -> Json:
    row = rows.get(seq)
    if row is None or row["action"] != action or row["case_id"] != case_id:
        raise BrokenError(f"{path}: row {seq} of the chain does not tell of it ({action})")
    found: Json = json.loads(row["payload"])
    return found


def _check_decisions(path: str, told: Json, rows: dict[int, Json]) -> None:
    case_id = told["case"]["id"]
    noted = [r for r in rows.values() if r["case_id"] == case_id and r["action"] == "decision.recorded"]
    need(len(noted) == len(told["decisions"]), f"{path}: another number of decisions than the chain noted")
    for decision in told["decisions"]:
        seq = decision["audit_seq"]
        payload = _payload(path, rows, seq, "decision.recorded", case_id)
        where = f"{path}: decision {decision['number']}"
        for name in ("number", "decision", "outcome", "edit_distance"):
            need(payload[name] == decision[name], f"{where}: {name} is not what the chain noted")
        need(rows[seq]["actor"] == decision["decided_by"]["id"], f"{where}: somebody else decided")


def _check_rules(path: str, told: Json, files: Files) -> None:
    for rule in told["rules"]:
        folder = rule["policy"].rsplit("/", 1)[0]
        policy = json.loads(files[rule["policy"]])
        recorded = told["case"]["provenance"]["policy"]
        need(policy["recorded"] == recorded, f"{path}: rule {rule['id']}: from another policy")
        if policy["source"] == "unavailable":
            need(rule["text"] is None, f"{path}: rule {rule['id']}: text of a policy that is not enclosed")
            continue
        text, numbers = files[f"{folder}/policy.yaml"], files[f"{folder}/safety_numbers.yaml"]
        need(policy_version(policy, text, numbers) == recorded, f"{folder}: not the policy that decided")
        lines = text.decode().replace("\r\n", "\n")
        if rule["text"] is not None:
            need(rule["text"] in lines, f"{path}: rule {rule['id']}: text is not the policy's")


def policy_version(policy: Json, text: bytes, numbers: bytes) -> str:
    """The version that a policy's texts make."""
    parts = [
        sha256(text),
        sha256(numbers),
        json.dumps(policy["settings"], sort_keys=True),
        *policy["out_of_force"],
    ]
    return f"{policy['policy']}@{policy['version']}-{sha256(chr(0).join(parts).encode())[:12]}"


def _check_sources(path: str, told: Json, files: Files) -> None:
    for source in told["sources"]:
        if source["file"] is None:
            continue
        answer = json.loads(files[source["file"]])
        where = f"{path}: source {source['answer_id']}"
        same = (answer["id"], answer["version"]) == (source["answer_id"], source["version"])
        need(same and answer["approvals"] == source["approvals"], f"{where}: is not the answer enclosed")


# All of it


def verify(place: Path, key: str | None, noted_head: str | None) -> Iterator[str]:
    """Check everything; gives lines for people. Raises BrokenError at the first thing that is wrong."""
    files = read_pack(place)
    need(set(files) >= UNLISTED, "manifest.json or export.json is missing")
    manifest, export = json.loads(files["manifest.json"]), json.loads(files["export.json"])
    need(manifest.get("format") == FORMAT, f"not a pack of format {FORMAT}")
    check_export(export, manifest, sha256(files["manifest.json"]))
    check_files(files, manifest)
    rows = [json.loads(line) for line in files["chain/rows.jsonl"].splitlines()]
    check_chain(manifest, rows)
    signer = manifest["signer"]["fingerprint"]
    need(key is None or key.lower() == signer, "signer: not the key that you expect")
    hashes = {row["hash"] for row in rows} | {manifest["chain"]["previous_hash"]}
    need(noted_head is None or noted_head in hashes, "chain: the head that you noted is not in this segment")
    shown = {row["seq"]: row for row in rows if "payload" in row}
    paths = sorted(path for path in files if path.startswith("cases/"))
    need(paths == [f"cases/{name}.json" for name in sorted(manifest["cases"])], "cases: others than listed")
    for path in paths:
        check_case(path, files, shown)
    hidden = len(rows) - len(shown)
    yield f"{len(files)} files, {len(paths)} cases, {len(shown)} rows worked out again, {hidden} known by hash only"
    missing = sum(
        json.loads(files[p])["source"] == "unavailable" for p in files if p.endswith("/policy.json")
    )
    if missing:
        yield f"note: {missing} policies whose text of that day is not kept; README.txt names them"
    yield f"signed by key {signer}" + ("" if key else " (not compared: give --key)")
    yield f"head: row {manifest['chain']['head']['seq']}, {manifest['chain']['head']['hash']}"


def main() -> int:
    """Run; give the exit code."""
    parser = argparse.ArgumentParser(description="Verify an evidence pack of Borrador.")
    parser.add_argument("pack", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--key", help="fingerprint of the public key, as the company published it")
    parser.add_argument("--noted-head", help="hash of a last row that you noted before")
    given = parser.parse_args()
    try:
        lines = list(verify(given.pack, given.key, given.noted_head))
    except BrokenError as problem:
        sys.stdout.write(f"BROKEN: {problem}\n")
        return 1
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        sys.stdout.write(f"BROKEN: the pack cannot be read ({type(error).__name__})\n")
        return 1
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        sys.stdout.write(f"BROKEN: the pack is not of the form it says ({type(error).__name__}: {error})\n")
        return 1
    sys.stdout.write("OK\n" + "".join(f"  {line}\n" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
