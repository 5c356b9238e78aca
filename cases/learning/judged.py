"""Stored cases as what people made of them: codes, numbers and who decided; no text is read into memory for long."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cases.decisions import Outcome, Verb
from cases.errors import CaseError
from cases.reading import ALL_ACCOUNTS
from cases.stored import ERASED_DIGEST
from cases.tables import CaseRow, DecisionRow

_CHUNK = 1000


class LearningError(CaseError):
    """Days that cannot be told of, or a proposal that cannot be settled as asked."""

    code = "learning_invalid"


@dataclass(frozen=True, slots=True)
class Span:
    """Cases of one account, or of all, received in some days (UTC); None: without that end."""

    account: str = ALL_ACCOUNTS
    first: date | None = None
    last: date | None = None
    """Included."""

    def __post_init__(self) -> None:
        """Refuse a last day before the first.

        Raises:
            LearningError
        """
        if self.first is not None and self.last is not None and self.last < self.first:
            raise LearningError("the last day is before the first")

    @property
    def stored_account(self) -> str:
        """The account as a database can be asked for it: PostgreSQL refuses a NUL, which no name has."""
        return self.account.replace("\0", "\N{REPLACEMENT CHARACTER}")

    def conditions(self) -> tuple[ColumnElement[bool], ...]:
        """The span as conditions on ``CaseRow``."""
        found: list[ColumnElement[bool]] = []
        if self.account != ALL_ACCOUNTS:
            found.append(CaseRow.account == self.stored_account)
        if self.first is not None:
            found.append(CaseRow.received_at >= midnight(self.first))
        if self.last is not None and self.last < date.max:
            found.append(CaseRow.received_at < midnight(self.last + timedelta(days=1)))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Taken:
    """One decision."""

    verb: Verb
    outcome: Outcome
    edit_distance: float | None


@dataclass(frozen=True, slots=True)
class Judged:
    """A case, what the rules made of it, and what people decided, oldest first; none where nobody has yet."""

    case_id: str
    account: str
    channel: str
    language: str
    disposition: str
    intent: str
    """The main one; empty: none was found."""
    received_at: datetime
    rules: tuple[str, ...]
    drafted: bool
    taken: tuple[Taken, ...]

    @property
    def week(self) -> str:
        """ISO week of arrival (UTC), such as ``2026-W47``."""
        return week_of(self.received_at.date())

    @property
    def final(self) -> Taken | None:
        """What settled the case; None where nobody decided, or who decided handed it on."""
        return next((one for one in reversed(self.taken) if one.outcome is not Outcome.UNDECIDED), None)


def week_of(day: date) -> str:
    """ISO week of a day, such as ``2026-W47``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def judged(session: Session, span: Span) -> Iterator[Judged]:
    """The cases of a span, oldest first.

    Left out: erased cases, of which nothing is known any more, and those that a longer thread replaced before anybody
    decided on them.
    """
    taken = taken_by_case(session, span.conditions())
    columns = (
        CaseRow.id, CaseRow.account, CaseRow.channel, CaseRow.language, CaseRow.disposition, CaseRow.received_at,
        CaseRow.superseded_by, CaseRow.body,
    )  # fmt: skip
    query = select(*columns).where(*span.conditions(), CaseRow.content_digest != ERASED_DIGEST)
    for row in session.execute(query.order_by(CaseRow.id).execution_options(yield_per=_CHUNK)):
        decisions = taken.get(row.id, ())
        if decisions or row.superseded_by is None:
            yield judged_row(row, tuple(decisions))


def taken_by_case(session: Session, chosen: Sequence[ColumnElement[bool]]) -> Mapping[str, list[Taken]]:
    """The decisions on the cases that conditions on ``CaseRow`` choose, oldest first."""
    query = (
        select(DecisionRow.case_id, DecisionRow.decision, DecisionRow.outcome, DecisionRow.edit_distance)
        .join(CaseRow, CaseRow.id == DecisionRow.case_id)
        .where(*chosen)
        .order_by(DecisionRow.case_id, DecisionRow.number)
    )
    found: dict[str, list[Taken]] = {}
    for case_id, verb, outcome, distance in session.execute(query):
        found.setdefault(case_id, []).append(Taken(Verb(verb), Outcome(outcome), distance))
    return found


def judged_row(row: Any, taken: tuple[Taken, ...]) -> Judged:  # noqa: ANN401 - a row of columns
    """A case of the columns that ``judged`` asks for."""
    body = json.loads(row.body)
    return Judged(
        case_id=row.id,
        account=row.account,
        channel=row.channel,
        language=row.language,
        disposition=row.disposition,
        intent=body["intents"][0]["code"] if body["intents"] else "",
        received_at=row.received_at,
        rules=tuple(body["rules"]),
        drafted=bool(body["drafts"]),
        taken=taken,
    )


def midnight(day: date) -> datetime:
    """The first instant of a day, in UTC."""
    return datetime.combine(day, time(), UTC)
