"""Packs of invented cases with the shipped policy and an approved answer, and ways to change a pack."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from cases.archive import Archive
from cases.case import Case, CaseEvidence, Provenance
from cases.evidence.pack import Exporter
from cases.evidence.signing import Signer
from cases.evidence.texts import Texts
from cases.records import Records
from knowledge_base.answer import ApprovedAnswer
from knowledge_base.loader import KnowledgeBase
from policies.loader import load_policy
from policies.policy import Policy
from policies.safety_numbers import SafetyNumbers
from policies.vocabulary import Flag
from tests.cases.samples import RECEIVED, case, flag

ROOT = Path(__file__).resolve().parents[3]
POLICIES = ROOT / "policies"
QUOTE = "Aplica la crema dos veces al día."


def answer(**changes: object) -> ApprovedAnswer:
    fields = {
        "id": "uso-crema",
        "version": 3,
        "texts": {"es": {"title": "Uso", "full": f"{QUOTE} No la pongas en los ojos.", "short": QUOTE}},
        "approvals": [{"role": "medical", "name": "Inés Montalbán Rey", "date": "2026-02-13"}],
    }
    return ApprovedAnswer.model_validate({**fields, **changes})


BASE = KnowledgeBase.of([answer()])


def policy(folder: Path = POLICIES) -> Policy:
    numbers = SafetyNumbers.load(folder / "safety_numbers.yaml")
    return load_policy(folder / "rules" / "health.yaml", safety_numbers=numbers, on=RECEIVED.date())


def keep(records: Records, folder: Path = POLICIES) -> int:
    """Put policy and answers into the archive, as a starting service does."""
    return Archive(records.database, records.now).keep(
        [(policy(folder), folder / "rules" / "health.yaml")],
        numbers_file=folder / "safety_numbers.yaml",
        fingerprint=BASE.fingerprint[:12],
        load_base=lambda: BASE,
    )


def policed_case(version: str | None = None, **changes: object) -> Case:
    """A case decided by the shipped policy, with one source."""
    loaded = policy()
    fields: dict[str, object] = {
        "flags": (flag(Flag.HEALTH_DATA).model_copy(update={"rule": loaded.flag_rules[0].id}),),
        "rules": (loaded.disposition_rules[0].id,),
        "evidence": (CaseEvidence(answer_id="uso-crema", version=3, score=0.8, title="Uso", quote=QUOTE),),
        "provenance": Provenance(
            service="0.1.0",
            policy=version or loaded.version,
            knowledge_base=BASE.fingerprint[:12],
            models={"encoder": "def"},
            drafter="composer",
        ),
    }
    return case(**{**fields, **changes})


def exporter(
    records: Records, folder: Path, policies: Path = POLICIES, answers: Path | None = None
) -> Exporter:
    signer = Signer.load(folder, {})
    answers = answers or folder / "answers"
    answers.mkdir(exist_ok=True)
    return Exporter(records, signer, Texts(policies, answers), service_version="0.1.0", now=records.now)


def contents(pack: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(pack) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(pack: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(pack, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return pack


def edited(files: Mapping[str, bytes], name: str, change: Callable[[dict], None]) -> dict[str, bytes]:
    """The files with one JSON file changed."""
    value = json.loads(files[name])
    change(value)
    return {**files, name: json.dumps(value).encode()}


def verdict(script: Path, pack: Path, *options: str) -> tuple[int, str]:
    """Run the pack's own verifier as a third party does: alone, isolated from installed packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, pack, *options], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    return done.returncode, done.stdout
