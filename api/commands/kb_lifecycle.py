"""``borrador kb submit | approve | withdraw | history | diff | due | uses``: the life of an approved answer."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands.kb_record import on_record
from api.commands.options import KnowledgeBaseDir, load_settings
from api.failures import UsageError
from api.record_keeping import open_records
from api.settings import Settings
from cases.audit import Action
from cases.citations import Citation, uses
from cases.withdrawn_answers import WithdrawnAnswers
from knowledge_base.answer import Approval, Role, Withdrawal, WithdrawalReason
from knowledge_base.governance import Governance
from knowledge_base.history import difference, version_of
from knowledge_base.lifecycle import Due, DueKind, due, missing_roles, state_of
from knowledge_base.loader import load_directory
from knowledge_base.shelf import Shelf

AnswerId = Annotated[str, typer.Argument(help="Id of the answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines instead of text.")]
By = Annotated[str, typer.Option("--by", help="Who does this.")]

_DUE_WORDS = {
    DueKind.REVIEW: "toca revisarla: confírmela (kb approve) o cámbiela",
    DueKind.EXPIRES: "caduca: alargue valid_until y pida otra vez la aprobación, o deje que caduque",
    DueKind.WAITS: "espera aprobación de",
}
_SHOWN = 50
"""Citations printed for a person; `--json` gives all."""


def parse_approval(value: str, on: date, *, option: str = "--approved-by") -> Approval:
    """Read ``ROLE:NAME``.

    Raises:
        UsageError: the role is none of the known ones, or the name is missing.
    """
    role, _, name = value.partition(":")
    roles = [known.value for known in Role]
    if role.strip() not in roles or not name.strip() or len(name.strip()) > 120 or not name.isprintable():
        raise UsageError(f"{option} takes ROLE:NAME, with a role of {', '.join(roles)}")
    return Approval(role=Role(role.strip()), name=name.strip(), date=on)


def submit(answer_id: AnswerId, by: By, knowledge_base: KnowledgeBaseDir = None) -> None:
    """Hand a draft in for review."""
    settings = load_settings(knowledge_base=knowledge_base)
    shelf, name = _shelf(settings), _name(by)
    with on_record(settings, knowledge_base, Action.ANSWER_SUBMITTED, shelf.answer(answer_id), name):
        answer = shelf.submit(answer_id, name=name, at=_now())
    missing = shelf.governance.required_roles.of(answer)
    needed = ", ".join(role.value for role in missing) or "any role"
    typer.echo(f"{answer_id}@{answer.version} in review; needs the approval of: {needed}")


def approve(
    answer_id: AnswerId,
    as_: Annotated[str, typer.Option("--as", help="ROLE:NAME: who approves, and for which department.")],
    review_by: Annotated[
        str | None, typer.Option("--review-by", help="Day of the next review, YYYY-MM-DD.")
    ] = None,
    knowledge_base: KnowledgeBaseDir = None,
) -> None:
    """Approve the content as it is now; of an answer in force, confirm it after a review."""
    at = _now()
    given = parse_approval(as_, at.date(), option="--as")
    day = None if review_by is None else _date(review_by, "--review-by")
    settings = load_settings(knowledge_base=knowledge_base)
    shelf = _shelf(settings)
    role = given.role.value
    with on_record(
        settings, knowledge_base, Action.ANSWER_APPROVED, shelf.answer(answer_id), given.name, role
    ):
        answer = shelf.approve(answer_id, role=given.role, name=given.name, at=at, review_by=day)
    required = shelf.governance.required_roles
    missing = ", ".join(role.value for role in missing_roles(answer, at.date(), required))
    state = state_of(answer, at.date(), required).value
    typer.echo(f"{answer_id}@{answer.version} {state}" + (f"; still needs: {missing}" if missing else ""))


def withdraw(
    answer_id: AnswerId,
    by: By,
    reason: Annotated[WithdrawalReason, typer.Option(help="Why.")] = WithdrawalReason.OTHER,
    knowledge_base: KnowledgeBaseDir = None,
) -> None:
    """Take an answer out at once and for good, in the running service too."""
    settings = load_settings(knowledge_base=knowledge_base)
    at = _now()
    withdrawal = Withdrawal(name=_name(by), date=at.date(), reason=reason)
    answer = _shelf(settings).withdraw(answer_id, withdrawal, at)
    typer.echo(f"{answer_id}@{answer.version} withdrawn: nothing quotes it from now on")
    if knowledge_base is not None:
        return  # a folder apart from the service's: its ids may mean other answers there
    records = open_records(settings)
    WithdrawnAnswers(records.database, records.audit).record(
        answer_id, version=answer.version, reason=reason.value, actor="cli"
    )
    with records.database.read() as session:
        waiting = {
            one.case_id for one in uses(session, answer_id) if one.status.value in ("open", "escalated")
        }
    if waiting:
        typer.echo(
            f"{len(waiting)} open cases quote it; their drafts can no longer be sent (kb uses {answer_id})"
        )


def history(answer_id: AnswerId, knowledge_base: KnowledgeBaseDir = None, as_json: AsJson = False) -> None:
    """Tell what happened to an answer, oldest first."""
    shelf = _shelf(load_settings(knowledge_base=knowledge_base))
    answer, today = shelf.answer(answer_id), _now().date()
    events = shelf.history(answer_id)
    for event in events:
        if as_json:
            typer.echo(event.line(), nl=False)
            continue
        what = f"{event.step.value} {event.detail}".strip()
        typer.echo(f"{event.at:%Y-%m-%d %H:%M}  v{event.answer.version}  {what}  {event.actor}".rstrip())
    if as_json:
        return
    state = state_of(answer, today, shelf.governance.required_roles).value
    typer.echo(f"now: v{answer.version} {state}" + ("" if events else " (nothing recorded yet)"))
    if events and events[-1].answer.seal != answer.seal:
        typer.echo("the file was changed by hand since the last step: kb diff shows how")


def diff(
    answer_id: AnswerId,
    from_: Annotated[
        int | None, typer.Option("--from", min=1, help="Version; the one before the current if absent.")
    ] = None,
    to: Annotated[
        int | None, typer.Option("--to", min=1, help="Version; the file as it is if absent.")
    ] = None,
    knowledge_base: KnowledgeBaseDir = None,
) -> None:
    """Show what changed from one version to another, sentence by sentence; exit code 1 when something did."""
    shelf = _shelf(load_settings(knowledge_base=knowledge_base))
    current, events = shelf.answer(answer_id), shelf.history(answer_id)
    known = sorted({event.answer.version for event in events})
    new = current if to is None else version_of(events, to)
    # The file against the record of its own version tells of changes by hand.
    if from_ is not None:
        before = from_
    else:
        recorded = version_of(events, current.version)
        changed = to is None and recorded is not None and recorded.seal != current.seal
        target = to or current.version
        before = target if changed else max((number for number in known if number < target), default=target)
    old = version_of(events, before)
    if old is None or new is None:
        missing = before if old is None else to
        raise UsageError(
            f"{answer_id}: version {missing} is not recorded; known: {', '.join(map(str, known)) or 'none'}"
        )
    lines = difference(old, new)
    for line in lines:
        typer.echo(line)
    if lines:
        raise typer.Exit(1)


def remind(
    within: Annotated[str, typer.Option(help="How far ahead to look: days as 30d, or weeks as 6w.")] = "30d",
    knowledge_base: KnowledgeBaseDir = None,
    as_json: AsJson = False,
) -> None:
    """Remind of answers to review, that expire, or that wait for an approval; late ones first."""
    settings = load_settings(knowledge_base=knowledge_base)
    days = _days(within)
    governance = Governance.load(settings.policies_dir / "knowledge_base.yaml")
    base, today = load_directory(settings.knowledge_base_dir), _now().date()
    found = [
        item
        for answer in base.answers
        for item in due(answer, on=today, within_days=days, governance=governance)
    ]
    for item in sorted(found, key=lambda item: (item.day, item.answer_id, item.kind)):
        file = base.files.get(item.answer_id, "")
        typer.echo(
            json.dumps(_due_json(item, file), ensure_ascii=False) if as_json else _due_line(item, file, today)
        )
    if not as_json:
        typer.echo(f"{len(found)} reminders within {days} days")


def show_uses(
    answer_id: AnswerId,
    account: Annotated[str, typer.Option(help="One account's cases; * for all.")] = "*",
    as_json: AsJson = False,
) -> None:
    """Tell which stored drafts quote an answer, in which version, and what became of them."""
    records = open_records(load_settings())
    counts: dict[int, list[int]] = {}
    lines: list[str] = []
    with records.database.read() as session:
        for one in uses(session, answer_id, account=account):
            total = counts.setdefault(one.version, [0, 0])
            total[0] += 1
            total[1] += one.sent
            if as_json:
                typer.echo(json.dumps(_citation_json(one), ensure_ascii=False))
            else:
                sent = "sent" if one.sent else "not sent"
                lines = [*lines[1 - _SHOWN :], f"{one.recorded_at:%Y-%m-%d}  v{one.version}  {one.case_id}  "
                         f"{one.account}  {one.audience}  {one.status.value}  {sent}"]  # fmt: skip
    if as_json:
        return
    for line in lines:
        typer.echo(line)
    for version, (drafts, sent_count) in sorted(counts.items()):
        typer.echo(f"{answer_id}@{version}: {drafts} drafts, {sent_count} sent")
    if not counts:
        typer.echo(f"{answer_id}: no stored draft quotes it")


def _shelf(settings: Settings) -> Shelf:
    governance = Governance.load(settings.policies_dir / "knowledge_base.yaml")
    return Shelf(Path(settings.knowledge_base_dir), governance)


def _due_line(item: Due, file: str, today: date) -> str:
    late = " (con retraso)" if item.day < today and item.kind is not DueKind.WAITS else ""
    roles = ", ".join(role.value for role in item.roles)
    what = f"{_DUE_WORDS[item.kind]} {roles or 'cualquier departamento'}" if item.kind is DueKind.WAITS else (
        _DUE_WORDS[item.kind] + (f" [{roles}]" if roles else "")
    )  # fmt: skip
    return (
        f"{item.day.isoformat()}{late}  {file or item.answer_id}  {what}  · {item.owner or 'sin responsable'}"
    )


def _due_json(item: Due, file: str) -> dict[str, Any]:
    return {
        "answer_id": item.answer_id,
        "file": file,
        "kind": item.kind.value,
        "day": item.day.isoformat(),
        "owner": item.owner,
        "roles": [role.value for role in item.roles],
    }


def _citation_json(one: Citation) -> dict[str, Any]:
    return {
        "case_id": one.case_id,
        "account": one.account,
        "version": one.version,
        "audience": one.audience,
        "status": one.status.value,
        "sent": one.sent,
        "recorded_at": one.recorded_at.isoformat(),
    }


def _days(value: str) -> int:
    match = re.fullmatch(r"(\d{1,4})([dw]?)", value.strip().lower())
    if match is None:
        raise UsageError("--within takes days or weeks, such as 30d or 6w")
    return int(match[1]) * (7 if match[2] == "w" else 1)


def _date(value: str, option: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise UsageError(f"{option} takes a day as YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"{option} takes a day as YYYY-MM-DD") from None


def _name(value: str) -> str:
    name = " ".join(value.split())
    if not name or len(name) > 120 or not name.isprintable():
        raise UsageError("--by takes a name of 1 to 120 printable characters")
    return name


def _now() -> datetime:
    return datetime.now(UTC).astimezone()
