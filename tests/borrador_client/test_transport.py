"""Answers that are none of the API's, ids that would lead elsewhere, and streams as they may come."""

import json

import httpx
import pytest

from borrador_client.client import Borrador
from borrador_client.errors import ClientError, ProblemError, UnexpectedAnswerError
from borrador_client.events import Event, events_of
from borrador_client.models import Channel, Message
from borrador_client.transport import segment

KEY = "bor_un-secreto"
PROBLEM = {"type": "urn:x", "title": "Teapot", "status": 418, "code": "teapot", "detail": "No coffee."}


def answering(response: httpx.Response, seen: list[httpx.Request] | None = None) -> Borrador:
    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return response

    return Borrador("http://127.0.0.1:1", KEY, http=httpx.Client(transport=httpx.MockTransport(answer)))


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(502, html="<h1>Bad gateway</h1>"),
        httpx.Response(200, json={"unknown": True}),
        httpx.Response(200, html="<h1>Welcome to the hotel</h1>"),
        httpx.Response(404, json={"detail": "Not Found"}),
        httpx.Response(404, content=b"{", headers={"content-type": "application/problem+json"}),
    ],
)
def test_what_is_not_of_the_api_is_told_apart(response: httpx.Response):
    with answering(response) as client, pytest.raises(UnexpectedAnswerError) as told:
        client.get_case("cas_1")
    assert told.value.status == response.status_code
    assert not isinstance(told.value, ProblemError)


def test_a_refusal_of_a_status_without_a_class_is_a_problem_all_the_same():
    response = httpx.Response(418, json=PROBLEM, headers={"content-type": "application/problem+json"})
    with answering(response) as client, pytest.raises(ProblemError) as told:
        client.get_case("cas_1")
    assert type(told.value) is ProblemError
    assert (told.value.code, told.value.retry_after) == ("teapot", None)


def test_a_stream_that_is_none_is_told_at_the_first_event():
    with answering(httpx.Response(200, json={})) as client, pytest.raises(UnexpectedAnswerError):
        next(client.account_events())


def test_a_service_that_does_not_know_how_to_answer_later_is_told():
    from tests.cases.samples import case

    response = httpx.Response(
        200, content=case().model_dump_json(), headers={"content-type": "application/json"}
    )
    with answering(response) as client, pytest.raises(ClientError, match="respond-async"):
        client.accept_case(Message(text="Hola"))


def test_only_what_was_set_is_sent_and_new_fields_of_answers_are_ignored():
    from tests.cases.samples import case

    seen: list[httpx.Request] = []
    body = {**json.loads(case().model_dump_json()), "a_field_to_come": 1}
    with answering(httpx.Response(200, json=body), seen) as client:
        client.create_case(Message(text="Hola", channel=Channel.EMAIL), idempotency_key="k")
    assert json.loads(seen[0].content) == {"text": "Hola", "channel": "email"}
    assert seen[0].headers["idempotency-key"] == "k"
    assert seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert "prefer" not in seen[0].headers


def test_secrets_and_words_stay_out_of_repr():
    assert KEY not in repr(answering(httpx.Response(200)))
    message = Message(text="Me llamo Zacarías", id="zacarias@example.org")
    assert repr(message) == str(message) == "Message(set: id, text)"


@pytest.mark.parametrize(
    ("value", "written"),
    [("cas_1", "cas_1"), ("../keys", "..%2Fkeys"), ("a?b#c", "a%3Fb%23c"), ("ñ", "%C3%B1"), (3, "3")],
)
def test_an_id_is_one_segment(value: str | int, written: str):
    assert segment(value) == written


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_an_id_that_would_lead_elsewhere_is_refused(value: str):
    with pytest.raises(ValueError, match="id"):
        segment(value)


@pytest.mark.parametrize(
    ("lines", "events"),
    [
        (
            ["id: evt_1", "event: draft.ready", 'data: {"a": 1}', ""],
            [Event("evt_1", "draft.ready", {"a": 1})],
        ),
        (["data:{}", ""], [Event("", "message", {})]),
        ([": keep alive", "", "retry: 2000", ""], []),
        (["event: draft.ready", "data: {}"], []),
        (["data: [", "data: 1]", ""], [Event("", "message", {"value": [1]})]),
        (
            ["id: 1", "event: a", "data: {}", "", "data: {}", ""],
            [Event("1", "a", {}), Event("1", "message", {})],
        ),
    ],
)
def test_streams_are_read_by_the_rules(lines: list[str], events: list[Event]):
    assert list(events_of(lines)) == events
