"""The private note: what it says, and what each helpdesk's API receives, over real HTTP."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from cases.case import CaseEvidence
from cases.webhooks.endpoints import Kind, NoteAccess, Secret
from cases.webhooks.note_sender import HttpNoteSender, NoteError
from cases.webhooks.notes import note_request, note_text, note_wanted
from policies.vocabulary import Disposition, Flag, Visibility
from tests.cases.samples import case, draft, flag
from tests.cases.webhooks.helpdesk import Helpdesk, helpdesk
from tests.cases.webhooks.senders import endpoint

TOKEN = "ficha-de-pruebas-123456"


@pytest.fixture
def desk() -> Iterator[Helpdesk]:
    with helpdesk() as running:
        yield running


@pytest.fixture
def sender() -> Iterator[HttpNoteSender]:
    made = HttpNoteSender(connect_seconds=1, answer_seconds=0.3)
    yield made
    made.close()


def request_to(desk: Helpdesk, kind: Kind, conversation: str = "10", text: str = "Nota") -> Any:
    access = NoteAccess(desk.base, "agente@alborea.example", Secret(TOKEN))
    return note_request(endpoint(kind, notes=access), access, conversation, text)


def test_the_note_tells_what_an_agent_needs():
    made = case(
        flags=(flag(Flag.ADVERSE_EVENT), flag(Flag.HEALTH_DATA)),
        drafts=(draft("Lo sentimos mucho.", Visibility.PUBLIC), draft("Te escribimos por privado.")),
        evidence=(CaseEvidence(answer_id="a-1", version=2, score=0.9, title="Sol", quote="…"),),
    )
    text = note_text(made, outdated=False)
    assert text.startswith("Borrador de respuesta (nota interna")
    for part in (
        "posible reacción adversa",
        "Para responder en público",
        "Lo sentimos mucho.",
        "Para responder en privado",
        "bank:ack-0001",
        made.tracking_code,
        "cola care",
    ):
        assert part in text
    assert "AVISO" not in text
    assert "AVISO: el cliente ha escrito después" in note_text(made, outdated=True)


def test_every_flag_and_disposition_has_words():
    for code in Flag:
        assert "Avisos: " in note_text(case(flags=(flag(code),)), outdated=False)
    for disposition in Disposition:
        assert "prioridad" in note_text(case(disposition=disposition), outdated=False)


def test_spam_gets_no_note_but_a_flag_does():
    assert not note_wanted(case(disposition=Disposition.NO_REPLY, drafts=(), flags=()))
    assert note_wanted(case(disposition=Disposition.NO_REPLY, drafts=(), flags=(flag(Flag.CRISIS_RISK),)))


def test_chatwoot_receives_a_private_note(desk: Helpdesk, sender: HttpNoteSender):
    sender.send(request_to(desk, Kind.CHATWOOT))
    (posted,) = desk.posted
    assert (posted.method, posted.path) == ("POST", "/api/v1/accounts/3/conversations/10/messages")
    assert posted.headers["api_access_token"] == TOKEN
    assert posted.json == {
        "content": "Nota",
        "message_type": "outgoing",
        "private": True,
        "content_type": "text",
    }


def test_zendesk_receives_an_internal_comment(desk: Helpdesk, sender: HttpNoteSender):
    sender.send(request_to(desk, Kind.ZENDESK))
    (posted,) = desk.posted
    assert (posted.method, posted.path) == ("PUT", "/api/v2/tickets/10.json")
    user = b64encode(f"agente@alborea.example/token:{TOKEN}".encode()).decode()
    assert posted.headers["authorization"] == f"Basic {user}"
    assert posted.json == {"ticket": {"comment": {"body": "Nota", "public": False}}}


def test_zammad_receives_an_internal_article(desk: Helpdesk, sender: HttpNoteSender):
    sender.send(request_to(desk, Kind.ZAMMAD))
    (posted,) = desk.posted
    assert (posted.method, posted.path) == ("POST", "/api/v1/ticket_articles")
    assert posted.headers["authorization"] == f"Token token={TOKEN}"
    assert posted.json["internal"] is True
    assert (posted.json["ticket_id"], posted.json["type"]) == (10, "note")


def test_intercom_receives_a_note_of_an_admin(desk: Helpdesk, sender: HttpNoteSender):
    sender.send(request_to(desk, Kind.INTERCOM, "1295"))
    (posted,) = desk.posted
    assert (posted.method, posted.path) == ("POST", "/conversations/1295/reply")
    assert posted.headers["authorization"] == f"Bearer {TOKEN}"
    assert (posted.json["message_type"], posted.json["type"]) == ("note", "admin")


def test_intercom_takes_a_note_for_html_and_loses_no_sign_of_it(desk: Helpdesk, sender: HttpNoteSender):
    sender.send(request_to(desk, Kind.INTERCOM, "1295", 'Borrador\nde <b>\n\nDosis: < 5 & "no más"'))
    (posted,) = desk.posted
    body = '<p>Borrador<br>de &lt;b&gt;</p><p>Dosis: &lt; 5 &amp; "no más"</p>'
    assert posted.json["body"] == body


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.STANDARD])
@pytest.mark.parametrize("conversation", ["", "10/../11", "10?x", "1 0", "ñ", "a" * 65])
def test_no_conversation_id_reaches_another_address(desk: Helpdesk, kind: Kind, conversation: str):
    with pytest.raises(ValueError, match="address"):
        request_to(desk, kind, conversation)


@pytest.mark.parametrize(
    ("status", "passes"),
    [
        (500, True),
        (503, True),
        (429, True),
        (409, True),
        (400, False),
        (401, False),
        (404, False),
        (422, False),
    ],
)
def test_a_refusal_tells_whether_to_try_again(
    desk: Helpdesk, sender: HttpNoteSender, status: int, passes: bool
):
    desk.answers = [status]
    with pytest.raises(NoteError, match=str(status)) as error:
        sender.send(request_to(desk, Kind.CHATWOOT))
    assert error.value.passes is passes
    assert TOKEN not in str(error.value)


def test_a_redirect_is_not_followed(desk: Helpdesk, sender: HttpNoteSender):
    """The token must not travel to another address."""
    desk.answers, desk.location = [307], f"{desk.base}/otra"
    with pytest.raises(NoteError, match="307"):
        sender.send(request_to(desk, Kind.CHATWOOT))
    assert len(desk.posted) == 1


def test_a_helpdesk_that_hangs_is_left_in_time(desk: Helpdesk, sender: HttpNoteSender):
    desk.hangs.clear()
    with pytest.raises(NoteError, match="ReadTimeout") as error:
        sender.send(request_to(desk, Kind.CHATWOOT))
    assert error.value.passes
    assert error.value.__cause__ is None


def test_a_helpdesk_that_is_not_there(sender: HttpNoteSender):
    with helpdesk() as gone:
        request = request_to(gone, Kind.CHATWOOT)
    with pytest.raises(NoteError, match="ConnectError") as error:
        sender.send(request)
    assert error.value.passes
    assert TOKEN not in repr(request)
