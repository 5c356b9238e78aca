"""Compliance in the console: the policy in force, its history with differences, and the coverage of practices."""

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.console.compliance_desk import Desk, Reader, show
from cases.archive import POLICY, archived_policy
from cases.reading import ALL_ACCOUNTS
from cases.tables import ArchiveRow
from policies.policy import Policy
from policies.wording import said

router = APIRouter(prefix="/console/compliance", include_in_schema=False)

COVERAGE_FILE = "COVERAGE.md"
STATUSES = ("done", "partly", "open")
_ROW = re.compile(r"^\| ([MX]\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
Version = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice of the customer-care guides, and how far something embodies it."""

    id: str
    short: str
    rules: tuple[str, ...]
    embodied: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as a person reads it."""

    id: str
    kind: str
    title: str
    when: str
    reason: str
    practices: tuple[str, ...]
    dates: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of a policy in the archive."""

    version: str
    first_seen_at: datetime
    intact: bool
    """Whether the texts kept still make that version."""


def coverage(file: Path) -> tuple[Practice, ...]:
    """The rows of the coverage table. Raises OSError."""
    return tuple(_practice(match) for match in _ROW.finditer(file.read_text(encoding="utf-8")))


def rule_lines(policy: Policy) -> tuple[RuleLine, ...]:
    """Every rule in the order in which they are tried, also those of other days."""
    lines = [
        _line(kind, rule.model, said(rule.condition), rule.in_force(policy.day))
        for kind, rules in (
            ("flag", policy.every.flags),
            ("disposition", policy.every.dispositions),
            ("modifier", policy.every.modifiers),
        )
        for rule in rules
    ]
    last = [_line("last", model, "", True) for model in (policy.on_failure, policy.fallback)]
    return (*lines, *last)


def history(session: Session, name: str) -> tuple[Kept, ...]:
    """The versions of a policy that are kept, the newest first."""
    query = select(ArchiveRow.key, ArchiveRow.first_seen_at).where(
        ArchiveRow.kind == POLICY, ArchiveRow.key.startswith(f"{name}@", autoescape=True)
    )
    rows = session.execute(query.order_by(ArchiveRow.first_seen_at.desc(), ArchiveRow.key)).all()
    return tuple(
        Kept(row.key, row.first_seen_at, archived_policy(session, row.key) is not None) for row in rows
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What changed between two archived versions, line by line, by part; parts that are alike are left out."""
    found = {}
    for part in ("file", "safety_numbers", "settings", "out_of_force"):
        one, other = _text(before[part]), _text(after[part])
        lines = difflib.unified_diff(one, other, n=2, lineterm="")
        changed = tuple(line for line in lines if not line.startswith(("---", "+++")))
        if changed:
            found[part] = changed
    return found


@router.get("/policy")
def policy_page(
    request: Request, key: Reader, desk: Desk, a: Version = "", b: Version = "", q: Version = ""
) -> HTMLResponse:
    """Show the rules in force and the versions before them; with two versions, what changed."""
    engines = desk.service.pipeline.engines
    name = engines.default_account if key.account == ALL_ACCOUNTS else key.account
    name = name if name in engines.policies else engines.default_account
    policy = engines.policies[name].in_force(desk.today(name))
    with desk.service.records.database.read() as session:
        kept = history(session, policy.model.policy)
        known = {one.version for one in kept}
        texts = [archived_policy(session, version) for version in (a, b) if version in known]
    before, after = texts if len(texts) == 2 else (None, None)
    changed = differences(before, after) if before is not None and after is not None else None
    lines = [
        line
        for line in rule_lines(policy)
        if q.casefold() in f"{line.id} {line.title} {line.when}".casefold()
    ]
    return show(
        request, "policy.html", key, tab="policy", policy=policy, lines=lines, history=kept,
        a=a, b=b, q=q, changed=changed, settings=policy.settings,
    )  # fmt: skip


@router.get("/practices")
def practices_page(request: Request, key: Reader, desk: Desk, status: Version = "") -> HTMLResponse:
    """Show which practices the rules and components embody, and which nothing does yet."""
    every = coverage(desk.settings.policies_dir / COVERAGE_FILE)
    counts = {name: sum(one.status == name for one in every) for name in STATUSES}
    kept = [one for one in every if status not in STATUSES or one.status == status]
    return show(
        request, "practices.html", key, tab="practices", practices=kept, counts=counts, wanted=status,
        total=len(every),
    )  # fmt: skip


def _practice(match: re.Match[str]) -> Practice:
    status, _, note = match[4].partition(":")
    return Practice(
        match[1],
        match[2],
        tuple(re.findall(r"`([^`]+)`", match[3])),
        match[3].replace("`", ""),
        status.strip().split()[0],
        note.strip(),
    )


def _line(kind: str, model: Any, when: str, in_force: bool) -> RuleLine:  # noqa: ANN401 - rule or outcome
    starts, ends = getattr(model, "valid_from", None), getattr(model, "valid_until", None)
    dates = " – ".join(str(day) if day else "…" for day in (starts, ends)) if starts or ends else ""
    return RuleLine(model.id, kind, model.title, when, model.reason or "", model.practices, dates, in_force)


def _text(part: object) -> list[str]:
    if isinstance(part, str):
        return part.splitlines()
    return json.dumps(part, ensure_ascii=False, indent=1, sort_keys=True).splitlines()
