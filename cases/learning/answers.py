"""What people reply to questions that no approved answer answers, sentence by sentence as they agree on it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.decisions import Verb
from cases.learning.judged import Span
from cases.learning.phrases import Approved
from cases.learning.policy import AnswerPolicy, LearningPolicy, NeverFrom
from cases.learning.wordings import Known, Wording, gather, names_a_person, wording
from cases.tables import CaseRow, DecisionRow
from cases.unanswered import Unanswered, Wanted, unanswered
from drafting.joining import split
from drafting.request import LANGUAGES
from knowledge_base.evidence import Encoder
from knowledge_base.gaps import closeness_of, cluster
from knowledge_base.governance import GapLimits

MOST_QUESTIONS = 2000
MAX_ANSWER = 2000
"""Characters: about the longest approved answer."""
_TITLE = 120
_QUESTION = 300
_CASES = 20
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class SuggestedAnswer:
    """An answer to write, in the words that people agree on; redacted, and naming nobody."""

    account: str
    language: str
    question: str
    """The most typical one."""
    text: str
    questions: int
    replies: int
    """Replies that share at least one of its sentences."""
    people: int
    nearest: str | None
    """The approved answer that came closest most often."""
    case_ids: tuple[str, ...]

    @property
    def title(self) -> str:
        """The question as a title, cut at a word."""
        line = " ".join(self.question.split())
        return line if len(line) <= _TITLE else line[: _TITLE - 1].rsplit(" ", 1)[0] + "…"


@dataclass(frozen=True, slots=True)
class _Reply:
    case_id: str
    person: str
    position: int


@dataclass(frozen=True, slots=True)
class _Sent:
    """A reply as it was sent, redacted, and the sentences of the drafts that it was made from."""

    person: str
    text: str
    drafted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions of one company and language, and how they are found to be one."""

    encoder: Encoder
    references: Sequence[str]
    """Example questions of the knowledge base."""
    limits: GapLimits


def open_questions(session: Session, span: Span, limits: GapLimits) -> list[Unanswered]:
    """The questions of a span that no approved answer answered, oldest first; the newest so many are looked at."""
    wanted = Wanted(
        dispositions=limits.dispositions,
        intents=limits.intents,
        edit_distance=limits.edit_distance,
        account=span.account,
        since=None if span.first is None else datetime.combine(span.first, time(), UTC),
        most=MOST_QUESTIONS,
    )
    found = unanswered(session, wanted)
    kept = [one for one in found if span.last is None or one.recorded_at.date() <= span.last]
    return sorted(kept, key=lambda one: one.case_id)


def suggested_answers(
    session: Session,
    asked: Sequence[Unanswered],
    how: Questions,
    policy: LearningPolicy,
    approved: Approved | None = None,
) -> tuple[SuggestedAnswer, ...]:
    """Find what several people replied to one question; the most asked first. Stores nothing."""
    approved = approved or Approved()
    accounts = _accounts(session, [one.case_id for one in asked], policy.phrases.never_from)
    sent = _sent(session, list(accounts))
    groups: dict[tuple[str, str], list[Unanswered]] = {}
    for one in asked:
        if one.case_id in accounts and one.language in LANGUAGES:
            groups.setdefault((accounts[one.case_id], one.language), []).append(one)
    opposites = policy.phrases.opposites
    known = Known(wording(text, language, opposites) for language, text in approved.texts)
    found: list[SuggestedAnswer] = []
    for (account, _), questions in sorted(groups.items()):
        texts, languages = [one.text for one in questions], [one.language for one in questions]
        closeness = closeness_of(texts, languages, how.encoder, how.references)
        for gap in cluster(closeness, how.limits.closeness):
            members = [questions[number] for number in gap.members]
            said = _said(members, sent, policy)
            answer = _answer(account, members, said, policy, approved, known)
            if answer is not None:
                found.append(answer)
    return tuple(sorted(found, key=lambda one: (-one.questions, one.account, one.text)))


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A sentence that enough replies share."""

    lead: Wording
    place: float
    """Where it stands in the replies, on average."""
    cases: frozenset[str]
    people: frozenset[str]


def _answer(
    account: str,
    members: Sequence[Unanswered],
    said: Sequence[tuple[Wording, _Reply]],
    policy: LearningPolicy,
    approved: Approved,
    known: Known,
) -> SuggestedAnswer | None:
    """The answer to one group of questions; None where replies do not agree, or only on what is approved already."""
    question = next((one.text for one in members if _may_show(one.text)), None)
    agreed = [
        one
        for one in _agreed(said, policy.answers)
        if not known.has(one.lead, policy.phrases.known)
        and not approved.forbids(one.lead.text, one.lead.language)
    ]
    text = " ".join(one.lead.text for one in agreed)
    if question is None or not text or len(text) > MAX_ANSWER:
        return None
    nearest = Counter(one.nearest for one in members if one.nearest)
    cases = frozenset[str]().union(*(one.cases for one in agreed))
    return SuggestedAnswer(
        account=account,
        language=members[0].language,
        question=question,
        text=text,
        questions=len(members),
        replies=len(cases),
        people=len(frozenset[str]().union(*(one.people for one in agreed))),
        nearest=nearest.most_common(1)[0][0] if nearest else None,
        case_ids=tuple(sorted(cases, reverse=True)[:_CASES]),
    )


def _agreed(said: Sequence[tuple[Wording, _Reply]], limits: AnswerPolicy) -> list[_Agreed]:
    """The sentences that enough replies by enough people share, in the order of the replies."""
    found = [
        _Agreed(
            group.lead,
            sum(reply.position for _, reply in group.members) / len(group.members),
            frozenset(reply.case_id for _, reply in group.members),
            frozenset(reply.person for _, reply in group.members),
        )
        for group in gather(said, limits.closeness)
    ]
    enough = [
        one
        for one in found
        if len(one.cases) >= limits.least_replies and len(one.people) >= limits.least_people
    ]
    return sorted(enough, key=lambda one: (one.place, one.lead.text))


def _may_show(question: str) -> bool:
    return not names_a_person(question) and 3 <= len(question.strip()) <= _QUESTION


def _said(
    members: Sequence[Unanswered], sent: Mapping[str, Sequence[_Sent]], policy: LearningPolicy
) -> list[tuple[Wording, _Reply]]:
    """What people wrote to one question, by sentence, where it names nobody: with who wrote it and where it stood."""
    said: list[tuple[Wording, _Reply]] = []
    for one in members:
        for reply in sent.get(one.case_id, ()):
            had = Known(wording(part, one.language, policy.phrases.opposites) for part in reply.drafted)
            for position, part in enumerate(split(reply.text)):
                made = wording(part, one.language, policy.phrases.opposites)
                short = len(part.split()) < policy.phrases.least_words
                if not (short or names_a_person(part) or had.has(made, policy.phrases.known)):
                    said.append((made, _Reply(one.case_id, reply.person, position)))
    return said


def _accounts(session: Session, case_ids: Sequence[str], never: NeverFrom) -> dict[str, str]:
    """The company of each case that may be learned from."""
    flags = {flag.value for flag in never.flags}
    dispositions = {disposition.value for disposition in never.dispositions}
    found: dict[str, str] = {}
    for first in range(0, len(case_ids), _CHUNK):
        some = case_ids[first : first + _CHUNK]
        columns = (CaseRow.id, CaseRow.account, CaseRow.flags, CaseRow.disposition)
        for row in session.execute(select(*columns).where(CaseRow.id.in_(some))):
            if row.disposition not in dispositions and flags.isdisjoint(row.flags.split()):
                found[row.id] = row.account
    return found


def _sent(session: Session, case_ids: Sequence[str]) -> dict[str, list[_Sent]]:
    """What people sent, by case."""
    found: dict[str, list[_Sent]] = {}
    verbs = (Verb.EDIT.value, Verb.RESPOND.value)
    for first in range(0, len(case_ids), _CHUNK):
        some = case_ids[first : first + _CHUNK]
        query = (
            select(DecisionRow.case_id, DecisionRow.decided_by, DecisionRow.body, CaseRow.body)
            .join(CaseRow, CaseRow.id == DecisionRow.case_id)
            .where(DecisionRow.case_id.in_(some), DecisionRow.decision.in_(verbs))
        )
        for case_id, person, decided, body in session.execute(
            query.order_by(DecisionRow.case_id, DecisionRow.number)
        ):
            text = json.loads(decided)["sent_text"]
            if text:
                found.setdefault(case_id, []).append(_Sent(person, text, _drafted(json.loads(body))))
    return found


def _drafted(body: Mapping[str, Any]) -> tuple[str, ...]:
    """The sentences of a case's drafts: the machine's words, which are no agreement of people."""
    texts = (sentence["text"] for draft in body["drafts"] for sentence in draft["sentences"])
    return tuple(dict.fromkeys(part for text in texts for part in (text, *split(text))))
