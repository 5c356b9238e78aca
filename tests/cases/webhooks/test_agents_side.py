"""What agents do in Zammad, Intercom and Zendesk, as their events tell it: replies, closings, and what is neither."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.webhooks.endpoints import Kind
from cases.webhooks.inbound import Ignored, NotJsonError, PayloadError, Reason
from cases.webhooks.outcomes import Closing, Reply, Told
from cases.webhooks.readers import read_payload
from tests.cases.webhooks.senders import endpoint, payload

HEADERS = {"x-zammad-delivery": "d-1"}
STAFF = {"id": "84", "is_staff": True}
ZAMMAD_TEXT = "Hola, Socorro:\n\nEl jarabe es para mayores de 6 años."
PARTS = "data__item__conversation_parts__conversation_parts"


def read(kind: Kind, name: str, changes: dict[str, Any], **settings: Any) -> Told:
    return read_payload(endpoint(kind, **settings), HEADERS, payload(name, **changes))


def part(**changes: Any) -> dict[str, Any]:
    (recorded,) = json.loads(payload("intercom_admin_replied"))["data"]["item"]["conversation_parts"][
        "conversation_parts"
    ]
    return {PARTS: [{**recorded, **changes}]}


def test_zammads_reply_is_what_the_agent_wrote_this_time():
    found = read(Kind.ZAMMAD, "zammad_agent_reply", {})
    assert found == Reply(ZAMMAD_TEXT, "81", "106", "d-1", "5")
    assert "Socorro" not in repr(found)


def test_intercoms_reply_is_the_part_that_the_event_is_about():
    found = read(Kind.INTERCOM, "intercom_admin_replied", {})
    notification = "notif_0b7fd6a2-7f1e-4c0e-9a35-1f6f6d2f7c10"
    text = "Hola, Leocadia.\n\nSale hoy mismo: te llega el jueves."
    assert found == Reply(text, "1295", "4420", notification, "25")


@pytest.mark.parametrize(
    ("kind", "name", "changes", "conversation", "agent"),
    [
        (Kind.ZAMMAD, "zammad_closed", {}, "81", "5"),
        (Kind.ZAMMAD, "zammad_closed", {"article": None}, "81", "5"),
        (Kind.ZAMMAD, "zammad_closed", {"ticket__state": "Closed "}, "81", "5"),
        (Kind.ZAMMAD, "zammad_closed", {"ticket__updated_by_id": None}, "81", None),
        (Kind.INTERCOM, "intercom_admin_closed", {}, "1295", "25"),
        (Kind.INTERCOM, "intercom_admin_closed", {PARTS: []}, "1295", None),
        (Kind.INTERCOM, "intercom_admin_closed", {"data__item__conversation_parts": None}, "1295", None),
    ],
)
def test_a_closing_without_a_word(
    kind: Kind, name: str, changes: dict[str, Any], conversation: str, agent: str | None
):
    found = read(kind, name, changes)
    assert isinstance(found, Closing)
    assert (found.conversation, found.agent) == (conversation, agent)


@pytest.mark.parametrize(
    ("kind", "name", "changes"),
    [
        (Kind.ZAMMAD, "zammad_agent_reply", {"ticket__state": "closed"}),
        (
            Kind.INTERCOM,
            "intercom_admin_replied",
            {"topic": "conversation.admin.closed", **part(part_type="close")},
        ),
    ],
)
def test_a_reply_that_closes_tells_of_both(kind: Kind, name: str, changes: dict[str, Any]):
    found = read(kind, name, changes)
    assert isinstance(found, Reply)
    assert found.closing is not None
    assert (found.closing.conversation, found.closing.agent) == (found.conversation, found.agent)


@pytest.mark.parametrize("changes", [{"article__internal": True}, {"article__sender": "System"}])
def test_a_note_or_a_machine_in_a_closed_ticket_is_no_reply_but_a_closing(changes: dict[str, Any]):
    found = read(Kind.ZAMMAD, "zammad_agent_reply", {"ticket__state": "closed", **changes})
    assert isinstance(found, Closing)


def test_a_customer_who_writes_in_a_closed_ticket_is_heard():
    found = read(Kind.ZAMMAD, "zammad_article", {"ticket__state": "closed"})
    assert not isinstance(found, Closing | Reply | Ignored)


def test_the_administrators_own_names_of_the_closed_states():
    changes = {"ticket__state": "Cerrado"}
    assert read(Kind.ZAMMAD, "zammad_closed", changes) == Ignored(Reason.UNKNOWN_EVENT)
    own = read(Kind.ZAMMAD, "zammad_closed", changes, closed_states=frozenset({"cerrado"}))
    assert isinstance(own, Closing)


def test_an_old_closing_under_a_new_delivery_number_is_the_old_one():
    body = payload("zammad_closed")
    first = read_payload(endpoint(Kind.ZAMMAD), {"x-zammad-delivery": "d-1"}, body)
    assert read_payload(endpoint(Kind.ZAMMAD), {"x-zammad-delivery": "d-2"}, body) == first


@pytest.mark.parametrize(
    ("kind", "name", "changes", "reason"),
    [
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__internal": True}, Reason.PRIVATE),
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__internal": None}, Reason.PRIVATE),
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__type": "phone"}, Reason.OUTGOING),
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__sender": "System"}, Reason.BOT),
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__sender": None}, Reason.OUTGOING),
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__created_by_id": 1}, Reason.BOT),
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__created_by_id": 99}, Reason.BOT),
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__body": "<img src='x'>"}, Reason.NO_TEXT),
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__body": "a" * 20_001}, Reason.TOO_LONG),
        (
            Kind.ZAMMAD,
            "zammad_agent_reply",
            {"article__body": "a" * 20_001, "ticket__state": "closed"},
            Reason.TOO_LONG,
        ),
        (Kind.INTERCOM, "intercom_admin_replied", part(part_type="note"), Reason.PRIVATE),
        (Kind.INTERCOM, "intercom_admin_replied", part(part_type="note_and_reopen"), Reason.PRIVATE),
        (Kind.INTERCOM, "intercom_admin_replied", part(author={"type": "bot", "id": "9"}), Reason.BOT),
        (Kind.INTERCOM, "intercom_admin_replied", part(author={"type": "user", "id": "5"}), Reason.BOT),
        (
            Kind.INTERCOM,
            "intercom_admin_replied",
            part(author={"type": "admin", "id": "25", "from_ai_agent": True}),
            Reason.BOT,
        ),
        (Kind.INTERCOM, "intercom_admin_replied", part(author={"type": "admin", "id": "99"}), Reason.BOT),
        (Kind.INTERCOM, "intercom_admin_replied", part(author=None), Reason.OUTGOING),
        (Kind.INTERCOM, "intercom_admin_replied", part(body=None), Reason.NO_TEXT),
        (Kind.INTERCOM, "intercom_admin_replied", {PARTS: []}, Reason.NO_TEXT),
        (Kind.INTERCOM, "intercom_admin_replied", {"app_id": "otra"}, Reason.OTHER_ACCOUNT),
        (Kind.INTERCOM, "intercom_admin_closed", {"app_id": "otra"}, Reason.OTHER_ACCOUNT),
        (
            Kind.ZENDESK,
            "zendesk_comment_added",
            {"event__comment__author": {**STAFF, "id": "-1"}},
            Reason.BOT,
        ),
        (Kind.ZENDESK, "zendesk_comment_added", {"event__comment__author": {**STAFF, "id": 99}}, Reason.BOT),
        (Kind.CHATWOOT, "chatwoot_agent_reply", {"sender__id": 99}, Reason.BOT),
    ],
)
def test_what_is_no_reply_of_an_agent(kind: Kind, name: str, changes: dict[str, Any], reason: Reason):
    own = {Kind.INTERCOM: "a86dr8yl", Kind.CHATWOOT: "3"}.get(kind)
    assert read(kind, name, changes, bots=frozenset({"99"}), remote_account=own) == Ignored(reason)


@pytest.mark.parametrize(
    ("kind", "name", "changes"),
    [
        (Kind.ZAMMAD, "zammad_agent_reply", {"article__id": None}),
        (Kind.ZAMMAD, "zammad_closed", {"ticket__id": "81/../82"}),
        (Kind.INTERCOM, "intercom_admin_replied", part(id=None)),
        (Kind.INTERCOM, "intercom_admin_closed", {"data__item__id": "1295/parts"}),
        (Kind.INTERCOM, "intercom_admin_closed", {"data__item": None}),
    ],
)
def test_a_payload_that_breaks_its_contract_is_refused(kind: Kind, name: str, changes: dict[str, Any]):
    with pytest.raises(PayloadError):
        read(kind, name, changes)


VALUES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.lists(st.integers(), max_size=2)
)
EVENTS = [
    (Kind.ZAMMAD, "zammad_agent_reply"),
    (Kind.ZAMMAD, "zammad_closed"),
    (Kind.INTERCOM, "intercom_admin_replied"),
    (Kind.INTERCOM, "intercom_admin_closed"),
]


@pytest.mark.parametrize(("kind", "name"), EVENTS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_anything_in_any_place_is_read_or_refused(kind: Kind, name: str, data: st.DataObject):
    found = json.loads(payload(name))
    place: Any = found
    while isinstance(place, dict | list) and place:
        keys: list[Any] = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(VALUES)
            break
        place = place[key]
    try:
        told = read_payload(endpoint(kind), HEADERS, json.dumps(found).encode())
    except (PayloadError, NotJsonError):
        return
    if isinstance(told, Reply):
        assert told.text.strip()
