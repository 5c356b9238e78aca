"""Sentences that people add to drafts again and again: suggested as phrases, never put into use here."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.decisions import Verb
from cases.learning.judged import Span
from cases.learning.policy import PhrasePolicy
from cases.learning.wordings import Cluster, Known, Wording, gather, names_a_fact, names_a_person, wording
from cases.stored import ERASED_DIGEST
from cases.tables import CaseRow, DecisionRow
from drafting.joining import normal, split
from drafting.request import LANGUAGES

_CHUNK = 500
_OTHERS = 5
"""Other wordings that are shown."""
_CASES = 20
"""Cases that are named."""


class LeftOut(StrEnum):
    """Why a sentence that somebody added is not looked at."""

    PERSON = "names_a_person"
    FACT = "names_a_fact"
    LENGTH = "too_short_or_long"
    KNOWN = "said_already"
    RULE = "breaks_a_rule"


Forbids = Callable[[str, str], bool]
"""Whether a text, in a language, says what no draft may say in any situation."""


def nothing_forbidden(_text: str, _language: str) -> bool:
    """Forbid nothing: for looking at sentences without the verifier's lists."""
    return False


@dataclass(frozen=True, slots=True)
class Approved:
    """What is approved already, and what no draft may say."""

    texts: Collection[tuple[str, str]] = ()
    """Language and sentence of phrases, approved answers and settled proposals."""
    forbids: Forbids = nothing_forbidden


@dataclass(frozen=True, slots=True)
class SuggestedPhrase:
    """A sentence to decide on. Its text, from people's replies, is redacted and names nobody."""

    id: str
    account: str
    language: str
    text: str
    """As most people wrote it."""
    cases: int
    people: int
    others: tuple[str, ...]
    """Other wordings that count for it."""
    dispositions: Mapping[str, int]
    intents: Mapping[str, int]
    first: date
    last: date
    case_ids: tuple[str, ...]
    """The newest."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The phrases, those of most cases first, and what was not looked at."""

    phrases: tuple[SuggestedPhrase, ...]
    replies: int
    """Edited or self-written replies that were read."""
    sentences: int
    """Sentences that people added."""
    left_out: Mapping[LeftOut, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Said:
    """Who added a sentence, and where."""

    case_id: str
    person: str
    day: date
    disposition: str
    intent: str


@dataclass(frozen=True, slots=True)
class _Reply:
    account: str
    language: str
    said: _Said
    sent: str
    drafts: tuple[str, ...]


def suggested_phrases(
    session: Session,
    span: Span,
    policy: PhrasePolicy,
    approved: Approved | None = None,
    known: Known | None = None,
) -> Suggestions:
    """Find the sentences that several people added in several cases of one company.

    Only what was sent counts, redacted as it is stored. A sentence that names somebody, holds a number or an address,
    is said already or breaks a rule of the verifier is no phrase, however often it is added.

    Args:
        known: ``known_wordings`` of what is approved, where it is there already.
    """
    approved = approved or Approved()
    reader = _Reader(policy, approved.forbids, known_wordings(approved, policy) if known is None else known)
    added: dict[str, list[tuple[Wording, _Said]]] = {}
    left_out: Counter[LeftOut] = Counter()
    replies = sentences = 0
    for reply in _replies(session, span, policy):
        replies += 1
        for one in reader.added(reply):
            sentences += 1
            reason = reader.reason_against(one)
            if reason is not None:
                left_out[reason] += 1
            else:
                added.setdefault(reply.account, []).append((one, reply.said))
    found = [
        _suggestion(account, cluster)
        for account, said in added.items()
        for cluster in gather(said, policy.closeness)
        if _agreed(cluster, policy)
    ]
    found.sort(key=lambda one: (-one.cases, one.account, one.language, one.text))
    return Suggestions(tuple(found), replies, sentences, dict(left_out))


def known_wordings(approved: Approved, policy: PhrasePolicy) -> Known:
    """What is approved, as sentences are compared with it."""
    return Known(wording(text, language, policy.opposites) for language, text in approved.texts)


def phrase_id(account: str, language: str, text: str) -> str:
    """Name of a suggestion: the same as long as its company, language and wording are."""
    digest = hashlib.sha256("\0".join((account, language, normal(text))).encode()).hexdigest()
    return f"phr_{digest[:16]}"


def _replies(session: Session, span: Span, policy: PhrasePolicy) -> Iterator[_Reply]:
    verbs = (Verb.EDIT.value, Verb.RESPOND.value)
    query = (
        select(
            CaseRow.id, CaseRow.account, CaseRow.language, CaseRow.disposition, CaseRow.flags, CaseRow.body
        )
        .add_columns(DecisionRow.decided_by, DecisionRow.decided_at, DecisionRow.body.label("decided"))
        .join(DecisionRow, DecisionRow.case_id == CaseRow.id)
        .where(*span.conditions(), CaseRow.content_digest != ERASED_DIGEST, DecisionRow.decision.in_(verbs))
        .where(CaseRow.language.in_(LANGUAGES))
        .where(CaseRow.disposition.not_in([one.value for one in policy.never_from.dispositions]))
        .order_by(CaseRow.id, DecisionRow.number)
    )
    never = {flag.value for flag in policy.never_from.flags}
    for row in session.execute(query.execution_options(yield_per=_CHUNK)):
        if never.isdisjoint(row.flags.split()):
            reply = _reply(row)
            if reply is not None:
                yield reply


def _reply(row: Any) -> _Reply | None:  # noqa: ANN401 - a row of columns
    sent = json.loads(row.decided)["sent_text"]
    if not sent:
        return None
    body = json.loads(row.body)
    said = _Said(
        case_id=row.id,
        person=row.decided_by,
        day=row.decided_at.date(),
        disposition=row.disposition,
        intent=body["intents"][0]["code"] if body["intents"] else "",
    )
    drafts = tuple(sentence["text"] for draft in body["drafts"] for sentence in draft["sentences"])
    return _Reply(row.account, row.language, said, sent, drafts)


class _Reader:
    """Reads replies; a sentence that comes again, as most do, is looked at once."""

    def __init__(self, policy: PhrasePolicy, forbids: Forbids, known: Known) -> None:
        self._policy = policy
        self._forbids = forbids
        self._known = known
        self._wordings: dict[tuple[str, str], Wording] = {}
        self._reasons: dict[tuple[str, str], LeftOut | None] = {}

    def added(self, reply: _Reply) -> Iterator[Wording]:
        """The sentences of a reply that none of its drafts had, each once."""
        parts = dict.fromkeys(part for said in reply.drafts for part in (said, *split(said)))
        had = [self._wording(part, reply.language) for part in parts]
        for part in dict.fromkeys(split(reply.sent)):
            one = self._wording(part, reply.language)
            if part not in parts and not any(one.closeness(other) >= self._policy.known for other in had):
                yield one

    def reason_against(self, one: Wording) -> LeftOut | None:
        """Why a sentence is no phrase, if it is none."""
        key = (one.language, one.text)
        if key not in self._reasons:
            self._reasons[key] = self._reason(one)
        return self._reasons[key]

    def _reason(self, one: Wording) -> LeftOut | None:
        if names_a_person(one.text):
            return LeftOut.PERSON
        if names_a_fact(one.text):
            return LeftOut.FACT
        if len(one.text.split()) < self._policy.least_words or len(one.text) > self._policy.most_characters:
            return LeftOut.LENGTH
        if self._known.has(one, self._policy.known):
            return LeftOut.KNOWN
        return LeftOut.RULE if self._forbids(one.text, one.language) else None

    def _wording(self, text: str, language: str) -> Wording:
        key = (language, text)
        if key not in self._wordings:
            self._wordings[key] = wording(text, language, self._policy.opposites)
        return self._wordings[key]


def _agreed(cluster: Cluster[_Said], policy: PhrasePolicy) -> bool:
    said = [one for _, one in cluster.members]
    enough = len({one.case_id for one in said}) >= policy.least_cases
    return enough and len({one.person for one in said}) >= policy.least_people


def _suggestion(account: str, cluster: Cluster[_Said]) -> SuggestedPhrase:
    # One case counts once, whichever of its replies said it.
    cases = {one.case_id: one for _, one in cluster.members}
    texts = Counter(one.text for one, _ in cluster.members)
    lead = cluster.lead
    others = sorted((text for text in texts if text != lead.text), key=lambda text: (-texts[text], text))
    days = [one.day for _, one in cluster.members]
    return SuggestedPhrase(
        id=phrase_id(account, lead.language, lead.text),
        account=account,
        language=lead.language,
        text=lead.text,
        cases=len(cases),
        people=len({one.person for _, one in cluster.members}),
        others=tuple(others[:_OTHERS]),
        dispositions=_counted(one.disposition for one in cases.values()),
        intents=_counted(one.intent for one in cases.values() if one.intent),
        first=min(days),
        last=max(days),
        case_ids=tuple(sorted(cases, reverse=True)[:_CASES]),
    )


def _counted(codes: Iterable[str]) -> dict[str, int]:
    """How often each, the most frequent first."""
    return dict(sorted(Counter(codes).items(), key=lambda one: (-one[1], one[0])))
