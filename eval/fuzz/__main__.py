"""``python -m eval.fuzz``: odd requests, webhooks and mails; nothing may fail inside, and no planted text get out."""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from eval.fuzz import mails, schemas, webhooks
from eval.fuzz.canaries import SENTENCE, Findings, look_in_files
from eval.fuzz.installation import installation

SHOWN = 200
"""Findings of one kind that the report names; it counts them all."""


def main(arguments: list[str] | None = None) -> int:
    """Run, print the report, and give 1 where anything was found."""
    given = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="borrador-fuzz-", ignore_cleanup_errors=True) as fresh:
        report = run(given, Path(fresh))
    text = json.dumps(report, indent=1, ensure_ascii=False)
    if given.json is not None:
        given.json.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")
    return 0 if report["clean"] else 1


def run(given: argparse.Namespace, folder: Path) -> dict[str, object]:
    """Fuzz an installation in a folder; give the report."""
    findings, figures, took = Findings(), {}, {}
    with installation(folder, redaction=given.redaction) as fuzzed:
        started = time.monotonic()
        figures["webhooks"] = webhooks.run(fuzzed, given.webhooks, given.seed, findings)
        took["webhooks"] = _lap(started)
        started = time.monotonic()
        figures["mails"] = mails.run(fuzzed, given.emails, given.seed, folder / "mails", findings)
        took["mails"] = _lap(started)
        started = time.monotonic()
        if given.schemathesis:
            figures["schemathesis"] = schemas.run(fuzzed, given.schemathesis, given.seed, findings)
        took["schemathesis"] = _lap(started)
        verified = fuzzed.service.records.verify()
        if not verified.ok:
            findings.errors.append("the audit chain does not verify")
        fuzzed.service.records.database.forget_deleted()
    read = look_in_files([folder / "data", folder / "logs"], findings)
    return {
        "seed": given.seed,
        "redaction": given.redaction,
        "figures": figures,
        "seconds": took,
        "bytes_searched": read,
        "search_finds_a_canary": _control(folder),
        "clean": findings.clean,
        "server_errors": _counted(findings.errors),
        "canaries": _counted(findings.canaries),
        "nonconforming": _counted(findings.nonconforming),
    }


def _control(folder: Path) -> bool:
    """Whether the search finds what is in a file in the clear."""
    control = Findings()
    place = folder / "control"
    place.mkdir()
    (place / "planted").write_text(SENTENCE, encoding="utf-8")
    look_in_files([place], control)
    return len(control.canaries) == 4


def _counted(found: list[str]) -> dict[str, object]:
    return {"count": len(found), "first": dict(Counter(found).most_common(SHOWN))}


def _lap(started: float) -> float:
    return round(time.monotonic() - started, 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.fuzz", description=__doc__)
    parser.add_argument("--schemathesis", type=int, default=500, help="requests made from the API's document")
    parser.add_argument("--webhooks", type=int, default=100)
    parser.add_argument("--emails", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--redaction", default="patterns", help="'patterns', or a model as in the settings")
    parser.add_argument("--json", type=Path, help="also write the report here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
