"""The ways by which planted values reach the service over HTTP: every field, every kind of error, every header."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from cases.message import MAX_TEXT
from tests.acceptance.canary_values import Canary

EVIDENT = frozenset(
    {"person", "email", "phone", "dni", "nie", "iban", "card", "curp", "rut", "address", "handle"}
)
"""Kinds that show what they are without a sentence around them."""
Planted = Sequence[Canary]
Send = Callable[[httpx.Client, Planted], list[httpx.Response]]


def said(canaries: Planted, joined: str = " ") -> str:
    """All sentences as one text."""
    return joined.join(canary.sentence for canary in canaries)


def _draft(client: httpx.Client, **message: Any) -> httpx.Response:
    return client.post("/v1/drafts", json=message)


def as_text(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In a long text like an e-mail; the case is read again and listed."""
    mail = f"De: {canaries[1].value}\nAsunto: mi caso\n\n{said(canaries, chr(10))}\n\nGracias de antemano."
    made = _draft(client, text=mail, channel="email")
    read = client.get(f"/v1/cases/{made.json()['id']}")
    return [made, read, client.get("/v1/cases", params={"limit": 1})]


def as_thread(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In the turns of customer and agent, and in a public text; the same message comes twice, then longer."""
    third = len(canaries) // 3
    turns = [
        {"role": "customer", "text": said(canaries[:third])},
        {"role": "agent", "text": said(canaries[third : 2 * third])},
    ]
    name = next(canary.value for canary in canaries if canary.kind in EVIDENT)
    message = {"text": said(canaries[2 * third :]), "channel": "x", "thread": turns, "id": name}
    longer = [*turns, {"role": "customer", "text": said(canaries[:3])}]
    return [
        _draft(client, **message),
        _draft(client, **message),
        _draft(client, **{**message, "thread": longer}),
    ]


def as_fields(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In the fields beside the text."""
    answers = []
    for canary in canaries:
        author = {"handle": canary.value, "name": canary.sentence, "tier": canary.value[:50]}
        beside = {"author": author, "product": canary.value, "channel": "instagram"}
        # A bare number or word is what a sender's id is; what cannot be anything but personal is masked.
        name = canary.value if canary.kind in EVIDENT else f"msg-{len(answers)}"
        answers.append(_draft(client, text="¿Lleva perfume la Hidra Crema?", id=name, **beside))
    return answers


def as_redaction(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In a text to redact, with its id."""
    return [
        client.post(
            "/v1/redactions",
            json={
                "text": said(canaries),
                "id": next(canary.value for canary in canaries if canary.kind in EVIDENT),
            },
        )
    ]


def as_decision(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In what a person sends and notes."""
    half = len(canaries) // 2
    case = _draft(client, text="¿Hacéis envíos a Canarias?", channel="web").json()
    body = {"decision": "respond", "thread_version": case["thread_version"]}
    path = f"/v1/cases/{case['id']}/decision"
    wrong = client.post(path, json={**body, "decision": said(canaries), "note": [said(canaries)]})
    sent = client.post(path, json={**body, "text": said(canaries[:half]), "note": said(canaries[half:])})
    again = client.post(path, json={**body, "text": said(canaries)})
    assert (wrong.status_code, sent.status_code, again.status_code) == (422, 200, 409)
    return [wrong, sent, again, client.get(f"/v1/cases/{case['id']}")]


def as_search(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In a question to the approved answers."""
    question = said(canaries)[:2000]
    return [
        client.post("/v1/answers:search", json={"q": question}),
        client.get("/v1/answers:search", params={"q": question}),
        client.get("/v1/answers:search/", params={"q": question}),
    ]


def as_broken_body(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In bodies that are no JSON, no UTF-8, too large, or of another kind."""
    text = said(canaries)
    bodies = [
        text.encode(),
        f'{{"text": "{text}"'.encode(),
        f'{{"text": "{text} \\ud800"}}'.encode(),
        f'{{"text": "{text}'.encode() + b' \xff"}',
        json.dumps({"text": text, "blob": "x" * 300_000}).encode(),
        json.dumps({"text": text + "x" * MAX_TEXT}).encode(),
    ]
    kinds = ("application/json", "text/plain", "application/x-www-form-urlencoded", text[:60].encode())
    answers = [client.post("/v1/drafts", content=body, headers={"Content-Type": kinds[0]}) for body in bodies]
    answers += [
        client.post("/v1/drafts", content=bodies[1], headers={"Content-Type": kind}) for kind in kinds[1:]
    ]
    return refused(answers)


def as_wrong_types(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """As values of the wrong type in every field, and as fields that the contract does not have."""
    text, values = said(canaries), [canary.value for canary in canaries]
    fields = (
        "channel",
        "visibility",
        "language",
        "thread",
        "account",
        "author",
        "received_at",
        "product",
        "id",
    )
    wrong: list[dict[str, Any]] = [{"text": values}, {"text": {text: text}}]
    wrong += [{"text": text, field: {value: text}} for field, value in zip(fields, values, strict=False)]
    wrong += [{"text": "hola", field: text} for field in ("channel", "visibility", "language", "received_at")]
    wrong += [{"text": "hola", "account": values[0]}]
    wrong += [{"text": "hola", "thread": [{"role": values[0], "text": text}]}]
    wrong += [{"text": "hola", "attachments": [{"name": f"{value}.pdf"} for value in values]}]
    wrong += [{"text": "hola", **dict.fromkeys(values, text)}]
    wrong += [{"text": "hola", "".join(filter(str.isalnum, value)): 1} for value in values]
    wrong += [{"text": "hola", "author": dict.fromkeys(values, 1)}]
    return refused([_draft(client, **body) for body in wrong])


def as_address(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In paths and parameters."""
    answers = []
    for canary in canaries:
        quoted = {"x": canary.value, canary.value: "1", "limit": canary.value, "cursor": canary.value[:40]}
        answers += [
            client.get(f"/v1/{canary.value}"),
            client.get(f"/v1/cases/{canary.value}"),
            client.get(f"/v1/cases/{canary.value}/"),
            client.post(
                f"/v1/cases/{canary.value}/decision", json={"decision": "ignore", "thread_version": 1}
            ),
            client.get("/v1/cases", params=quoted),
            client.get("/v1/cases", params={"cursor": canary.value[:40]}),
            client.request("PURGE", f"/v1/cases/{canary.value}"),
            client.get(f"/console/static/{canary.value}"),
        ]
    listed = client.get("/v1/cases", params={"queue": canaries[0].value})
    assert listed.json()["data"] == []
    return [*refused(answers), listed, client.get(f"/console/cases/{canaries[0].value}")]


def as_headers(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In headers of requests that are answered and of those that are refused."""
    answers = []
    for canary in canaries:
        value = canary.value.encode()
        plain = "".join(filter(str.isalnum, canary.value)).encode("ascii", "ignore")
        headers = {
            "X-Request-ID": plain,
            "User-Agent": value,
            "Referer": value,
            "Cookie": b"borrador_session=" + plain,
        }
        headers |= {"X-Forwarded-For": value, "Idempotency-Key": value, "traceparent": plain, "Origin": plain}
        answers.append(client.get("/v1/cases/cas_x", headers=headers))
        answers.append(client.get("/v1/cases", headers={"Authorization": b"Bearer " + value}))
        answers.append(client.get("/console", headers=headers))
    return answers


def as_form(client: httpx.Client, canaries: Planted) -> list[httpx.Response]:
    """In the console's forms: signing in, a pasted message, its case, and what is refused."""
    secret = client.headers["Authorization"].removeprefix("Bearer ")
    text = said(canaries)
    wrong_key = client.post("/console/sign-in", data={"key": text[:200]})
    assert client.post("/console/sign-in", data={"key": secret}).status_code == 303
    shown = client.post("/console/try", data={"text": text, "channel": "web"})
    too_long = client.post("/console/try", data={"text": text + "x" * MAX_TEXT, "channel": "web"})
    wrong = client.post("/console/try", data={"text": text, "channel": text, "visibility": text})
    assert (shown.status_code, too_long.status_code, wrong.status_code) == (303, 422, 422)
    case = client.get(shown.headers["location"])
    answers = [wrong_key, shown, too_long, wrong, case, client.get("/console", params={"cursor": text[:200]})]
    answers.append(
        client.post(f"{shown.headers['location']}/decision", data={"decision": text, "thread_version": text})
    )
    client.cookies.clear()
    return answers


def refused(answers: list[httpx.Response]) -> list[httpx.Response]:
    """The answers, every one of them a problem of the caller's with a stable code."""
    for answer in answers:
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["code"]
    return answers


CARRIERS: tuple[Send, ...] = (
    as_text,
    as_thread,
    as_redaction,
    as_decision,
    as_form,
    as_search,
    as_broken_body,
    as_wrong_types,
)
"""Those that take as many values as a text holds."""
FEW: tuple[Send, ...] = (as_fields, as_address, as_headers)
"""Those that take a request or more for each value."""
