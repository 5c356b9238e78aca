"""What the counts keep of a case: codes, numbers and verbs, to count its day anew without reading the case."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.canonical import Json, canonical_json
from cases.decisions import CaseStatus, Outcome, Verb
from cases.learning.judged import Judged, Taken, judged_row, midnight, taken_by_case
from cases.satisfaction_tables import SatisfactionRow
from cases.stored import ERASED_DIGEST
from cases.tables import CaseRow

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class KeptCase:
    """A case as it counts. ``case`` is None where it counts no more among the drafts: erased, or replaced undecided."""

    case: Judged | None
    answered: bool
    score: int | None
    """The customer's grade, where something was sent."""


def counted_rows(session: Session, case_ids: Sequence[str]) -> Iterator[dict[str, object]]:
    """The rows to keep of cases, as they are now; none for a case that counts nowhere."""
    for start in range(0, len(case_ids), _CHUNK):
        some = case_ids[start : start + _CHUNK]
        chosen = (CaseRow.id.in_(some),)
        taken = taken_by_case(session, chosen)
        graded = select(SatisfactionRow.case_id, SatisfactionRow.score).where(
            SatisfactionRow.case_id.in_(some)
        )
        scores = {case_id: score for case_id, score in session.execute(graded)}  # noqa: C416 - rows have keys()
        for row in session.execute(_rows(chosen)):
            body = _body(row, tuple(taken.get(row.id, ())), scores.get(row.id))
            if body is not None:
                yield {
                    "case_id": row.id,
                    "account": row.account,
                    "day": row.received_at.date(),
                    "body": body,
                }


def kept_case(case_id: str, account: str, day: date, body: str) -> KeptCase:
    """Read a row back."""
    told = json.loads(body)
    if told["case"] is None:
        return KeptCase(None, told["answered"], told["score"])
    channel, language, disposition, intent, rules, drafted, taken = told["case"]
    case = Judged(
        case_id=case_id,
        account=account,
        channel=channel,
        language=language,
        disposition=disposition,
        intent=intent,
        received_at=midnight(day),
        rules=tuple(rules),
        drafted=drafted,
        taken=tuple(Taken(Verb(verb), Outcome(outcome), distance) for verb, outcome, distance in taken),
    )
    return KeptCase(case, told["answered"], told["score"])


def _rows(chosen: Sequence[Any]) -> Any:  # noqa: ANN401 - a query over columns
    return select(
        CaseRow.id, CaseRow.account, CaseRow.channel, CaseRow.language, CaseRow.disposition, CaseRow.received_at,
        CaseRow.superseded_by, CaseRow.body, CaseRow.content_digest, CaseRow.status,
    ).where(*chosen)  # fmt: skip


def _body(row: Any, taken: tuple[Taken, ...], score: int | None) -> str | None:  # noqa: ANN401 - a row of columns
    answered = row.status == CaseStatus.SENT
    counts = row.content_digest != ERASED_DIGEST and (taken or row.superseded_by is None)
    if not counts and not answered:
        return None
    case = judged_row(row, taken) if counts else None
    plain = None if case is None else _plain(case)
    return canonical_json({"case": plain, "answered": answered, "score": score if answered else None})


def _plain(case: Judged) -> list[Json]:
    return [
        case.channel,
        case.language,
        case.disposition,
        case.intent,
        list(case.rules),
        case.drafted,
        [[one.verb.value, one.outcome.value, one.edit_distance] for one in case.taken],
    ]
