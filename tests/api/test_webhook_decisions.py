"""What an agent sent from the helpdesk is on record even where it would have been refused, and an alarm is counted."""

from pathlib import Path
from typing import cast

import pytest

from api.webhook_decisions import SENT_WITHDRAWN, HelpdeskRecorder
from cases.case import CaseDraft, CaseSentence
from cases.citations import AnswerWithdrawnError
from cases.decisions import CaseStatus, Verb
from cases.timekeeping.keeper import Keeper
from cases.timekeeping.policy import Clock
from cases.webhooks.aftermath import HelpdeskDecision
from cases.webhooks.endpoints import Kind
from policies.vocabulary import Visibility
from tests.api.http_service import CANARY, Served, serve
from tests.cases.samples import case, record
from tests.cases.webhooks.senders import endpoint

SAID = "Renuévalo cada dos horas."
CITED = CaseDraft(
    audience=Visibility.PRIVATE,
    text=SAID,
    length=len(SAID),
    limit=500,
    sentences=(CaseSentence(text=SAID, source="answer:solar@1#1"),),
)
ACTOR = "webhook:chatwoot:7"


class Keeping:
    """Notes which clocks were to be stopped."""

    def __init__(self) -> None:
        self.stopped: list[tuple[str, Clock, str, str]] = []

    def stop_clock(self, case_id: str, clock: Clock, *, account: str, actor: str) -> bool:
        self.stopped.append((case_id, clock, account, actor))
        return True


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return serve(tmp_path)


@pytest.mark.parametrize("gone", [False, True])
def test_what_was_sent_is_recorded_and_a_withdrawn_answer_counted(served: Served, gone: bool) -> None:
    withdrawn = frozenset({"solar"}) if gone else frozenset()
    served.stand_in.engines.retriever.withdrawn_ids = lambda: withdrawn
    stored = record(served.service.records, case(drafts=(CITED,))).stored
    counted: list[tuple[str, str, str | None]] = []
    recorder = HelpdeskRecorder(served.service, cast(Keeper, Keeping()), lambda *told: counted.append(told))
    sent = f"{SAID} Un saludo, {CANARY}."
    recorder.decide(stored, HelpdeskDecision(Verb.EDIT, ACTOR, 0, sent), endpoint(Kind.CHATWOOT))
    after = served.service.records.store.get(stored.case.id, account="demo")
    (made,) = after.decisions
    assert (after.status, made.decision, made.decided_by) == (CaseStatus.SENT, Verb.EDIT, ACTOR)
    assert made.sent_text == f"{SAID} Un saludo, [PERSONA_1]."
    assert counted == ([("chatwoot", SENT_WITHDRAWN, AnswerWithdrawnError.code)] if gone else [])


def test_a_closing_stops_the_last_clock_in_the_agents_name(served: Served) -> None:
    keeping = Keeping()
    recorder = HelpdeskRecorder(served.service, cast(Keeper, keeping), lambda *_: None)
    recorder.resolve("cas_1", ACTOR, endpoint(Kind.CHATWOOT))
    assert keeping.stopped == [("cas_1", Clock.RESOLVE, "demo", ACTOR)]
