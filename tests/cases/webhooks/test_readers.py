"""Payloads as the vendors send them: what becomes a message, and what is left and why."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.message import MAX_TEXT, Turn
from cases.webhooks.endpoints import Kind
from cases.webhooks.inbound import Ignored, Inbound, NotJsonError, PayloadError, Reason
from cases.webhooks.readers import read_payload
from policies.vocabulary import Channel, Visibility
from tests.cases.webhooks.senders import RECORDED, endpoint, payload, recorded

HEADERS = {"webhook-id": "d-1", "x-chatwoot-delivery": "d-1", "x-zammad-delivery": "d-1"}


def read(kind: Kind, body: bytes, **changes: Any) -> Inbound | Ignored:
    return read_payload(endpoint(kind, **changes), HEADERS, body)


def message(kind: Kind, body: bytes) -> Inbound:
    found = read(kind, body)
    assert isinstance(found, Inbound)
    return found


def test_chatwoot():
    found = message(Kind.CHATWOOT, payload("chatwoot_message_created"))
    assert found.message.text.startswith("Hola, soy Remedios")
    assert (found.conversation, found.message_id, found.delivery_id) == ("10", "118", "d-1")
    assert (found.message.channel, found.message.visibility) == (Channel.WEB, Visibility.PRIVATE)
    # The private note and the message itself are no turns.
    assert found.message.thread == (Turn(role="agent", text="Buenos días, ¿en qué podemos ayudarte?"),)
    assert found.message.account == "demo"
    assert found.message.id == "chatwoot:10:118"


def test_zendesk_created_and_commented():
    created = message(Kind.ZENDESK, payload("zendesk_ticket_created"))
    assert created.message.text.startswith("Producto abierto\n\nBuenos días")
    assert (created.conversation, created.message_id) == ("35436", "description")
    assert created.delivery_id == "2b24ef10-19d1-4cb8-8a5e-6a1d8d9c5f11"
    assert created.message.channel is Channel.EMAIL
    commented = message(Kind.ZENDESK, payload("zendesk_comment_added"))
    assert commented.message.text == "¿Y no me podéis decir si me lo cambiáis?"
    assert commented.message_id == "8447388090495"


def test_a_tickets_creation_and_its_first_comment_are_one_message():
    first = json.loads(payload("zendesk_ticket_created"))["detail"]["description"]
    again = message(Kind.ZENDESK, payload("zendesk_comment_added", event__comment__body=first))
    created = message(Kind.ZENDESK, payload("zendesk_ticket_created"))
    assert (again.conversation, again.message_id) == (created.conversation, created.message_id)
    assert again.message.text == created.message.text


def test_zammad():
    found = message(Kind.ZAMMAD, payload("zammad_article"))
    text = found.message.text
    assert (
        text
        == "Duda con Tosalia Jarabe\n\nHola:\n\n¿Puede tomar el jarabe mi hija de 4 años?\n\nGracias & saludos"
    )
    assert (found.conversation, found.message_id, found.delivery_id) == ("81", "104", "d-1")
    assert found.message.channel is Channel.EMAIL
    assert found.message.author is not None
    assert found.message.author.name == "Socorro Palomeque"


def test_intercom():
    found = message(Kind.INTERCOM, payload("intercom_user_replied"))
    assert found.message.text == "¿Se sabe algo ya?\nLlevo una semana esperando."
    assert [turn.role for turn in found.message.thread] == ["customer", "agent"]
    assert found.message.thread[0].text == "Hola, no me llega el pedido"
    assert (found.conversation, found.message_id) == ("1295", "4412")
    assert found.delivery_id == "notif_ccd8a4d0-f965-11e3-a367-c779cae3e1b3"


def test_standard():
    found = message(Kind.STANDARD, payload("standard_message_received"))
    assert found.message.channel is Channel.WHATSAPP
    assert (found.conversation, found.message_id, found.delivery_id) == ("wa-34612345879", "wa-7781", "d-1")
    assert found.message.account == "demo"


@pytest.mark.parametrize(
    ("kind", "name", "changes", "reason"),
    [
        (Kind.CHATWOOT, "chatwoot_message_created", {"message_type": "outgoing"}, Reason.OUTGOING),
        (Kind.CHATWOOT, "chatwoot_message_created", {"message_type": 1}, Reason.OUTGOING),
        (Kind.CHATWOOT, "chatwoot_message_created", {"message_type": "template"}, Reason.OUTGOING),
        (Kind.CHATWOOT, "chatwoot_message_created", {"private": True}, Reason.PRIVATE),
        (Kind.CHATWOOT, "chatwoot_message_created", {"sender__type": "agent_bot"}, Reason.BOT),
        (Kind.CHATWOOT, "chatwoot_message_created", {"sender__type": "user"}, Reason.BOT),
        (Kind.CHATWOOT, "chatwoot_message_created", {"event": "message_updated"}, Reason.UNKNOWN_EVENT),
        (Kind.CHATWOOT, "chatwoot_message_created", {"event": "conversation_resolved"}, Reason.UNKNOWN_EVENT),
        (Kind.CHATWOOT, "chatwoot_message_created", {"event": "webwidget_triggered"}, Reason.UNKNOWN_EVENT),
        (Kind.CHATWOOT, "chatwoot_message_created", {"account__id": 4}, Reason.OTHER_ACCOUNT),
        (Kind.CHATWOOT, "chatwoot_message_created", {"content": None}, Reason.NO_TEXT),
        (Kind.CHATWOOT, "chatwoot_message_created", {"content": " \n"}, Reason.NO_TEXT),
        (Kind.CHATWOOT, "chatwoot_message_created", {"content": "a" * (MAX_TEXT + 1)}, Reason.TOO_LONG),
        (Kind.ZENDESK, "zendesk_comment_added", {"event__comment__is_public": False}, Reason.PRIVATE),
        (Kind.ZENDESK, "zendesk_comment_added", {"event__comment__is_public": None}, Reason.PRIVATE),
        (Kind.ZENDESK, "zendesk_comment_added", {"event__comment__author__is_staff": None}, Reason.OUTGOING),
        (Kind.ZENDESK, "zendesk_comment_added", {"event__comment__author": None}, Reason.OUTGOING),
        (
            Kind.ZENDESK,
            "zendesk_comment_added",
            {"type": "zen:event-type:ticket.deleted"},
            Reason.UNKNOWN_EVENT,
        ),
        (Kind.ZENDESK, "zendesk_ticket_created", {"detail__submitter_id": "25"}, Reason.OUTGOING),
        (Kind.ZENDESK, "zendesk_ticket_created", {"detail__is_public": False}, Reason.PRIVATE),
        (Kind.ZAMMAD, "zammad_article", {"article__internal": True}, Reason.PRIVATE),
        (Kind.ZAMMAD, "zammad_article", {"article__internal": None}, Reason.PRIVATE),
        (
            Kind.ZAMMAD,
            "zammad_article",
            {"article__sender": "Agent", "article__type": "phone"},
            Reason.OUTGOING,
        ),
        (Kind.ZAMMAD, "zammad_article", {"article__sender": "System"}, Reason.BOT),
        (Kind.ZAMMAD, "zammad_article", {"article": None}, Reason.UNKNOWN_EVENT),
        (Kind.ZAMMAD, "zammad_article", {"article": {}}, Reason.UNKNOWN_EVENT),
        (Kind.ZAMMAD, "zammad_article", {"ticket": None}, Reason.UNKNOWN_EVENT),
        (
            Kind.ZENDESK,
            "zendesk_comment_added",
            {"event__comment__author": {"id": "-1", "is_staff": False}},
            Reason.BOT,
        ),
        (
            Kind.INTERCOM,
            "intercom_user_replied",
            {"topic": "conversation.admin.snoozed"},
            Reason.UNKNOWN_EVENT,
        ),
        (Kind.INTERCOM, "intercom_user_replied", {"topic": "conversation.admin.noted"}, Reason.PRIVATE),
        (Kind.INTERCOM, "intercom_user_replied", {"topic": "conversation.operator.replied"}, Reason.BOT),
        (Kind.INTERCOM, "intercom_user_replied", {"topic": "ping"}, Reason.TEST),
        (Kind.STANDARD, "standard_message_received", {"type": "message.sent"}, Reason.UNKNOWN_EVENT),
        (Kind.STANDARD, "standard_message_received", {"data__account": "otra"}, Reason.OTHER_ACCOUNT),
    ],
)
def test_what_is_left_and_why(kind: Kind, name: str, changes: dict[str, Any], reason: Reason):
    assert read(kind, payload(name, **changes)) == Ignored(reason)


@pytest.mark.parametrize(
    ("author", "reason"), [("admin", Reason.OUTGOING), ("bot", Reason.BOT), ("team", Reason.OUTGOING)]
)
def test_intercom_answers_of_others_are_left(author: str, reason: Reason):
    data = json.loads(payload("intercom_user_replied"))
    data["data"]["item"]["conversation_parts"]["conversation_parts"][-1]["author"]["type"] = author
    assert read(Kind.INTERCOM, json.dumps(data).encode()) == Ignored(reason)


def test_events_of_another_helpdesk_account_are_left():
    body = payload("zendesk_comment_added")
    assert read(Kind.ZENDESK, body, remote_account="99") == Ignored(Reason.OTHER_ACCOUNT)
    assert isinstance(read(Kind.ZENDESK, body, remote_account="22129848"), Inbound)
    intercom = payload("intercom_user_replied")
    assert read(Kind.INTERCOM, intercom, remote_account="otra") == Ignored(Reason.OTHER_ACCOUNT)


def test_an_empty_zendesk_body_is_acknowledged():
    assert read(Kind.ZENDESK, b"") == Ignored(Reason.UNKNOWN_EVENT)


@pytest.mark.parametrize(
    ("kind", "name", "changes"),
    [
        (Kind.CHATWOOT, "chatwoot_message_created", {"id": None}),
        (Kind.CHATWOOT, "chatwoot_message_created", {"conversation": None}),
        (Kind.CHATWOOT, "chatwoot_message_created", {"conversation__id": "10/../../11"}),
        (Kind.CHATWOOT, "chatwoot_message_created", {"content": ["Zacarías"]}),
        (Kind.ZENDESK, "zendesk_comment_added", {"detail__id": "35436/../1"}),
        (Kind.ZENDESK, "zendesk_comment_added", {"detail__id": "٣٥"}),
        (Kind.ZENDESK, "zendesk_comment_added", {"detail": None}),
        (Kind.ZENDESK, "zendesk_comment_added", {"event__comment": None}),
        (Kind.ZAMMAD, "zammad_article", {"ticket__id": -1}),
        (Kind.ZAMMAD, "zammad_article", {"article__id": None}),
        (Kind.INTERCOM, "intercom_user_replied", {"data__item__id": "1295?x=1"}),
        (Kind.INTERCOM, "intercom_user_replied", {"data": None}),
        (Kind.STANDARD, "standard_message_received", {"data__text": ""}),
        (Kind.STANDARD, "standard_message_received", {"data__Zacarías": "x"}),
        (Kind.STANDARD, "standard_message_received", {"data__conversation": {"a": 1}}),
    ],
)
def test_a_payload_that_breaks_its_contract_is_refused_without_a_quotation(
    kind: Kind, name: str, changes: dict[str, Any]
):
    with pytest.raises(PayloadError) as error:
        read(kind, payload(name, **changes))
    assert "Zacarías" not in str(error.value)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"nada", b"[" * 5000])
def test_what_is_no_json_is_told(kind: Kind, body: bytes):
    with pytest.raises(NotJsonError):
        read(kind, body)


def test_a_lone_surrogate_is_refused():
    body = payload("chatwoot_message_created").replace(b"Hola", b"\\ud800Hola", 1)
    with pytest.raises((PayloadError, NotJsonError)):
        read(Kind.CHATWOOT, body)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("kind", Kind)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_payload_with_anything_in_any_place_is_read_or_refused(kind: Kind, data: st.DataObject):
    found = json.loads(payload(RECORDED[kind]))
    place: Any = found
    while isinstance(place, dict) and place:
        name = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[name], dict) or data.draw(st.booleans()):
            place[name] = data.draw(VALUES)
            break
        place = place[name]
    try:
        result = read(kind, json.dumps(found).encode())
    except (PayloadError, NotJsonError):
        return
    assert isinstance(result, Inbound | Ignored)


@pytest.mark.parametrize("kind", Kind)
def test_nothing_of_the_customer_shows_in_repr(kind: Kind):
    found = read(kind, recorded(kind).body)
    for canary in ("Remedios", "Baldomero", "Socorro", "Leocadia", "Higinio", "34612345879"):
        assert canary not in repr(found)
