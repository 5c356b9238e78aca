"""The client against real HTTP, real records and a stand-in for the engines."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from borrador_client.client import Borrador, NotDoneInTimeError
from borrador_client.errors import (
    BadRequestError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RateLimitedError,
    UnauthorizedError,
    UnavailableError,
)
from borrador_client.models import Case, DecisionBody, Message, Turn, Verb, Work
from cases.identifiers import new_case_id
from cases.keys import Scope
from tests.api.http_service import CANARY, Served, changed, serve
from tests.borrador_client.serving import served_at

MESSAGE = Message(text=f"Hola, soy {CANARY}, mi pedido no llega.")
POLICY = changed(
    rates={"default": {"per_second": 1000, "burst": 10_000}},
    streams={"max_seconds": 2, "poll_seconds": 0.05},
)
Connect = Callable[..., Borrador]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = serve(tmp_path_factory.mktemp("client"), policy=POLICY)
    yield served
    served.service.close()


@pytest.fixture(scope="module")
def address(served: Served) -> Iterator[str]:
    with served_at(served.app) as address:
        yield address


@pytest.fixture
def connect(served: Served, address: str) -> Iterator[Connect]:
    opened: list[Borrador] = []

    def connected(scope: Scope = Scope.AGENT, account: str = "demo", secret: str | None = None) -> Borrador:
        opened.append(Borrador(address + "/", secret or served.secret(scope, account)))
        return opened[-1]

    yield connected
    for client in opened:
        client.close()


def made(client: Borrador, message: Message = MESSAGE, **options: str) -> Case:
    case = client.create_case(message, **options)  # type: ignore[arg-type]
    assert isinstance(case, Case)
    return case


def test_a_case_is_made_read_and_decided(connect: Connect):
    client = connect()
    case = made(client)
    assert CANARY not in case.model_dump_json()
    assert "[PERSONA_1]" in case.redacted_text
    decided = client.decide(case.id, DecisionBody(decision=Verb.ACCEPT, thread_version=1, draft=0))
    assert (decided.number, decided.decision, decided.sent_text) == (1, Verb.ACCEPT, case.drafts[0].text)
    on_record = client.get_case(case.id)
    assert on_record.id == case.id
    assert [one.decision for one in on_record.decisions] == [Verb.ACCEPT]
    assert on_record.tracking_code == case.tracking_code


def test_the_first_name_of_the_route_does_the_same(connect: Connect):
    case = connect().create_draft(MESSAGE)
    assert isinstance(case, Case)


def test_the_same_idempotency_key_gets_the_same_case(connect: Connect, served: Served):
    client, runs = connect(), served.stand_in.runs
    assert made(client, idempotency_key="una-vez") == made(client, idempotency_key="una-vez")
    assert served.stand_in.runs == runs + 1
    with pytest.raises(InvalidError) as refused:
        made(client, Message(text="Otro"), idempotency_key="una-vez")
    assert refused.value.code == "idempotency_key_reused"


def test_all_pages_are_walked_once_and_in_order(connect: Connect):
    client = connect(account="otra")
    ids = [made(client, Message(text=f"Pregunta {number}")).id for number in range(7)]
    assert [case.id for case in client.cases(page_size=3)] == ids[::-1]
    first = client.list_cases(limit=3)
    assert (len(first.data), first.has_more) == (3, True)
    assert list(client.cases(queue="no-such-queue")) == []


def test_a_cursor_of_another_list_is_a_typed_refusal(connect: Connect):
    client = connect(account="otra")
    for number in range(2):
        made(client, Message(text=f"Otra más {number}"))
    cursor = client.list_cases(limit=1).next_cursor
    assert cursor is not None
    with pytest.raises(BadRequestError) as refused:
        client.list_cases(limit=1, cursor=cursor, queue="care")
    assert refused.value.code == "cursor_invalid"


def test_a_batch_tells_of_each_message(connect: Connect):
    result = connect().create_cases([MESSAGE, Message(text="Otro", account="no-such-account")])
    assert (result.succeeded, result.failed) == (1, 1)
    good, bad = result.results
    assert good.case is not None
    assert bad.problem is not None
    assert (bad.status, bad.problem.code) == (422, "unknown_account")


def test_accepted_work_is_waited_for(connect: Connect, served: Served):
    client = connect()
    with served.working():
        work = client.accept_case(MESSAGE)
        assert isinstance(work, Work)
        case = client.wait_for(work, timeout_s=10, every_s=0.02)
    assert case.id == work.case_id
    told = [event for event in client.case_events(case.id, follow=False) if event.type != "case.progress"]
    assert told[-1].type == "draft.ready"
    assert told[-1].data["case_id"] == case.id
    assert list(client.case_events(case.id, follow=False, last_event_id=told[-1].id)) == []


def test_work_that_takes_longer_than_one_waits_is_told(tmp_path: Path):
    served = serve(tmp_path)
    slept: list[float] = []
    with served_at(served.app) as address, Borrador(address, served.secret()) as client:
        work = client.accept_case(MESSAGE)  # nobody works it
        with pytest.raises(NotDoneInTimeError):
            client.wait_for(work, timeout_s=1, every_s=0.5, sleep=slept.append)
    assert slept == [0.5, 0.5]
    served.service.close()


def test_a_stale_draft_is_a_typed_conflict(connect: Connect):
    client = connect()
    first = made(client, Message(text="Hola", id="hilo-1"))
    longer = Message(text="¿Y bien?", id="hilo-1", thread=[Turn(role="customer", text="Hola")])
    second = made(client, longer)
    assert client.get_case(first.id).superseded_by == second.id
    with pytest.raises(ConflictError) as refused:
        client.decide(first.id, DecisionBody(decision=Verb.ACCEPT, thread_version=1, draft=0))
    assert refused.value.code == "thread_version_stale"


def test_another_accounts_case_is_not_there(connect: Connect):
    case = made(connect())
    with pytest.raises(NotFoundError) as refused:
        connect(account="otra").get_case(case.id)
    assert refused.value.code == "case_not_found"
    with pytest.raises(NotFoundError):
        list(connect(account="otra").case_events(case.id))
    with pytest.raises(NotFoundError):
        connect().get_case(new_case_id())


def test_who_may_not_is_told_so(connect: Connect):
    with pytest.raises(UnauthorizedError) as unknown:
        connect(secret="bor_nothing").list_cases()
    assert unknown.value.code == "unauthorized"
    with pytest.raises(ForbiddenError) as forbidden:
        made(connect(Scope.AUDITOR))
    assert forbidden.value.code == "forbidden"


def test_a_wrong_field_is_named_and_no_error_quotes_the_customer(connect: Connect):
    client = connect()
    with pytest.raises(InvalidError) as refused:
        made(client, Message(text=CANARY, language="español"))
    errors = refused.value.problem.errors
    assert errors is not None
    assert [one.field for one in errors] == ["body.language"]
    assert CANARY not in str(refused.value) + repr(refused.value)


def test_what_is_too_much_says_when_to_come_again(tmp_path: Path):
    served = serve(tmp_path, policy=changed(rates={"default": {"per_second": 0.1, "burst": 100}}))
    with served_at(served.app) as address, Borrador(address, served.secret()) as client:
        for _ in range(100):
            client.list_cases(limit=1)
        with pytest.raises(RateLimitedError) as refused:
            client.list_cases(limit=1)
        assert refused.value.retry_after is not None
        assert refused.value.retry_after >= 1
    served.service.close()


def test_a_service_that_cannot_is_told_with_its_code(tmp_path: Path):
    served = serve(tmp_path, policy=changed(accepted_work={"max_waiting": 1}))
    with served_at(served.app) as address, Borrador(address, served.secret()) as client:
        client.accept_case(MESSAGE)
        with pytest.raises(UnavailableError) as refused:
            client.accept_case(MESSAGE)
        assert refused.value.code == "overloaded"
        assert refused.value.retry_after == 2
        health = client.readyz()
        assert (client.healthz().status, health.checks) == ("ok", {"store": "ok"})
        assert "borrador_" in client.metrics()
    served.service.close()
