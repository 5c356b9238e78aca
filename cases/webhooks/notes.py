"""The private note that brings a draft to the agent: what it says, and how each helpdesk takes it.

Every request here writes an internal note; there is none that writes to the customer.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from cases.case import Case, CaseDraft
from cases.flag_names import FLAG_NAMES
from cases.webhooks.endpoints import Endpoint, Kind, NoteAccess
from policies.vocabulary import Disposition, Flag, Visibility

INTERCOM_VERSION = "2.11"
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DISPOSITIONS: Mapping[Disposition, str] = {
    Disposition.DRAFT: "Respuesta propuesta",
    Disposition.ACKNOWLEDGE: "Acuse de recibo propuesto; lo resuelve una persona experta",
    Disposition.REFER_IN_PERSON: "Derivación presencial propuesta",
    Disposition.URGENT_REFERRAL: "URGENTE: derivación inmediata propuesta",
    Disposition.NO_REPLY: "No se propone respuesta",
}
_FLAGS: Mapping[Flag, str] = {
    **FLAG_NAMES,
    Flag.ADVERSE_EVENT: f"{FLAG_NAMES[Flag.ADVERSE_EVENT]}: avisar a farmacovigilancia",
}
_AUDIENCES: Mapping[Visibility, str] = {
    Visibility.PUBLIC: "Para responder en público",
    Visibility.PRIVATE: "Para responder en privado",
}


@dataclass(frozen=True, slots=True)
class NoteRequest:
    """An HTTP request that writes one private note. The token stays out of ``repr``."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    json: Mapping[str, object] = field(repr=False)


def note_wanted(case: Case) -> bool:
    """Whether an agent has something to read: a draft or a flag. Spam gets no note."""
    return bool(case.drafts or case.flags)


def note_text(case: Case, *, outdated: bool) -> str:
    """The note in Spanish: what to do, why, the drafts apart from all else, and where they come from.

    Args:
        outdated: the customer wrote again since; a newer draft follows.
    """
    lines = ["Borrador de respuesta (nota interna; lo revisa y lo envía una persona)"]
    if outdated:
        lines.append("AVISO: el cliente ha escrito después de este mensaje; espera al borrador siguiente.")
    lines.append(
        f"{_DISPOSITIONS[case.disposition]} · prioridad {case.priority.value.upper()} · cola {case.queue}"
    )
    if case.flags:
        lines.append("Avisos: " + "; ".join(dict.fromkeys(_FLAGS[flag.code] for flag in case.flags)))
    for draft in case.drafts:
        lines += [
            "",
            f"--- {_AUDIENCES[draft.audience]} ({draft.length}/{draft.limit}) ---",
            *([f"Asunto: {draft.subject.text}", ""] if draft.subject else []),
            draft.text,
            "---",
        ]
    sources = _sources(case.drafts)
    if sources:
        lines += ["", "Fuentes: " + ", ".join(sources)]
    lines.append(f"Caso {case.id} · código {case.tracking_code} · versión del hilo {case.thread_version}")
    return "\n".join(lines)


def _sources(drafts: tuple[CaseDraft, ...]) -> list[str]:
    return list(dict.fromkeys(sentence.source for draft in drafts for sentence in draft.sentences))


def note_request(endpoint: Endpoint, access: NoteAccess, conversation: str, text: str) -> NoteRequest:
    """The request that writes a note.

    Raises:
        ValueError: the conversation's id cannot stand in an address.
    """
    if not _SAFE_ID.fullmatch(conversation):
        raise ValueError("the conversation's id cannot stand in an address")
    return _REQUESTS[endpoint.kind](endpoint, access, conversation, text)


def _chatwoot(endpoint: Endpoint, access: NoteAccess, conversation: str, text: str) -> NoteRequest:
    account = quote(endpoint.remote_account or "", safe="")
    return NoteRequest(
        "POST",
        f"{access.base}/api/v1/accounts/{account}/conversations/{conversation}/messages",
        {"api_access_token": access.token.value()},
        {"content": text, "message_type": "outgoing", "private": True, "content_type": "text"},
    )


def _zendesk(endpoint: Endpoint, access: NoteAccess, conversation: str, text: str) -> NoteRequest:
    return NoteRequest(
        "PUT",
        f"{access.base}/api/v2/tickets/{conversation}.json",
        {"Authorization": _basic(f"{access.user}/token", access.token.value())},
        {"ticket": {"comment": {"body": text, "public": False}}},
    )


def _zammad(endpoint: Endpoint, access: NoteAccess, conversation: str, text: str) -> NoteRequest:
    return NoteRequest(
        "POST",
        f"{access.base}/api/v1/ticket_articles",
        {"Authorization": f"Token token={access.token.value()}"},
        {
            "ticket_id": int(conversation),
            "body": text,
            "content_type": "text/plain",
            "type": "note",
            "internal": True,
        },
    )


def _intercom(endpoint: Endpoint, access: NoteAccess, conversation: str, text: str) -> NoteRequest:
    return NoteRequest(
        "POST",
        f"{access.base}/conversations/{conversation}/reply",
        {"Authorization": f"Bearer {access.token.value()}", "Intercom-Version": INTERCOM_VERSION},
        {"message_type": "note", "type": "admin", "admin_id": access.user, "body": _html(text)},
    )


def _html(text: str) -> str:
    """Paragraphs and lines as HTML, which is what Intercom takes a note's body for: no sign of the text is lost."""
    paragraphs = (escape(part.strip("\n"), quote=False).replace("\n", "<br>") for part in text.split("\n\n"))
    return "".join(f"<p>{part}</p>" for part in paragraphs)


def _basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


_REQUESTS: Mapping[Kind, Callable[[Endpoint, NoteAccess, str, str], NoteRequest]] = {
    Kind.CHATWOOT: _chatwoot,
    Kind.ZENDESK: _zendesk,
    Kind.ZAMMAD: _zammad,
    Kind.INTERCOM: _intercom,
}
