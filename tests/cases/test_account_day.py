"""Days are the account's own: what is in force on them does not hang on where the server stands."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.console.desk_view import why
from api.settings import Settings
from cases.message import Message
from cases.pipeline import Pipeline
from cases.reply_check import ReplyCheck
from cases.stored import StoredCase
from knowledge_base.config import RetrievalConfig
from knowledge_base.loader import KnowledgeBase
from knowledge_base.retriever import Retriever
from models.encoder import load_encoder
from policies.policy import Policy
from tests.knowledge_base.fakes import ROLES, answer

EVENING = datetime(2026, 6, 30, 20, tzinfo=UTC)
QUESTION = "¿A qué hora abrís en verano?"
PLACES = [("Pacific/Kiritimati", date(2026, 7, 1)), ("Europe/Madrid", date(2026, 6, 30))]


def on_the_clock_of(pipeline: Pipeline, zone: str, settings: Settings, **engines: Any) -> Pipeline:
    """The pipeline in the evening of the last of June (UTC), with an answer that is in force from July on."""
    summer = answer("horario", "Horario de verano", questions=(QUESTION,), valid_from=date(2026, 7, 1))
    base = KnowledgeBase.of([summer])
    config = RetrievalConfig.load(settings.policies_dir / "retrieval.yaml")
    encoder = load_encoder(settings.encoder, threads=1)
    retriever = Retriever.build(base, encoder, config, required_roles=ROLES)
    account = pipeline.account(None)
    account = account.model_copy(
        update={"hours": account.hours.model_copy(update={"timezone": zone, "subdivision": None})}
    )
    changed = replace(pipeline.engines, accounts={account.id: account}, retriever=retriever, **engines)
    return Pipeline(changed, now=lambda: EVENING)


@pytest.mark.parametrize(("zone", "today"), PLACES)
def test_answers_are_in_force_by_the_accounts_day(
    pipeline: Pipeline, settings: Settings, zone: str, today: date
) -> None:
    there = on_the_clock_of(pipeline, zone, settings)
    expected = ["horario"] if today >= date(2026, 7, 1) else []
    account = there.account(None)
    assert there.today(account) == today
    found, _ = there.search(QUESTION, account=account)
    assert [one.answer.id for one in found.evidence] == expected
    # Of a message from long ago too: what is quoted is sent today.
    case = there.run(Message(text=QUESTION), received_at=datetime(2026, 3, 1, tzinfo=UTC)).case
    assert [one.answer_id for one in case.evidence] == expected


class DaysAsked:
    """A policy that notes for which days it was asked."""

    def __init__(self, policy: Policy) -> None:
        self.model = policy.model
        self.days: list[date] = []
        self._policy = policy

    def in_force(self, day: date) -> Policy:
        self.days.append(day)
        return self._policy.in_force(day)


@pytest.mark.parametrize(("zone", "day"), PLACES)
def test_a_reply_is_checked_by_the_rules_that_the_case_was_decided_by(
    pipeline: Pipeline, settings: Settings, zone: str, day: date
) -> None:
    policy = DaysAsked(pipeline.engines.policies[pipeline.engines.default_account])
    there = on_the_clock_of(pipeline, zone, settings, policies={pipeline.engines.default_account: policy})
    outcome = there.run(Message(text=QUESTION), received_at=EVENING)
    stored = SimpleNamespace(  # as the store gives it: with the instant in UTC
        case=outcome.case, facts=outcome.facts, account=outcome.origin.account, received_at=EVENING
    )
    check = ReplyCheck(there, settings.policies_dir / "person_replies.yaml")
    check.of_case("Abrimos a las nueve.", cast(StoredCase, stored))
    why(cast(StoredCase, stored), cast(Policy, policy), day)
    assert policy.days == [day] * 3
