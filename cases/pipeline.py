"""The whole way of one message: redact, understand, retrieve, decide, compose and verify, assemble the case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from cases import progress
from cases.assembly import Results, Versions, assemble
from cases.attempts import Attempts
from cases.audit import utc_now
from cases.case import Case, CaseDraft
from cases.complaints import NOTHING_READ
from cases.composing import complaint_text, compose_request
from cases.engines import Engines, allowed_terms
from cases.errors import UnknownAccountError
from cases.facts import build_facts
from cases.hearing import Heard
from cases.identifiers import new_case_id, new_tracking_code
from cases.listening import Listener
from cases.message import Message
from cases.progress import Tell, silent
from cases.redacted import redact_id
from cases.stored import Origin
from cases.vault import NAME
from cases.working_time import working_time
from drafting.drafter import DraftingResult
from knowledge_base.asks import search_each
from knowledge_base.evidence import Query, Retrieval
from models.spans import Redaction
from models.text import RawText
from policies.account import Account
from policies.decision import Decision, Facts
from policies.engine import evaluate, evaluate_in_doubt
from policies.policy import Policy
from policies.relevance import NOT_WEIGHED, Weighed
from policies.vocabulary import Channel, Visibility

EVIDENCE_KEPT = 5
"""Approved answers shown with a case: what a person can look over."""
NOTHING_FOUND = Retrieval((), abstained=True)
Named = tuple[RawText | None, tuple[RawText, ...] | None]
NOT_KNOWN: Named = (None, None)
MOST_TRIES = 3
"""How often a message is drafted with approved answers while these are withdrawn or changed under its draft; after that
it is drafted without them, as when nothing is found."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The case, and the originals that belong into the vault and nowhere else."""

    case: Case
    origin: Origin
    originals: Mapping[str, RawText] = field(repr=False)
    facts: Facts
    """What policy decided on: codes and scores, no text."""
    names: tuple[RawText, ...] | None = field(default=(), repr=False)
    """What the customer is called, to be kept out of what people write; None where that could not be found out."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A message on its way, however often it is drafted."""

    message: Message = field(repr=False)
    account: Account
    received_at: datetime
    """On the account's clock."""
    case_id: str
    tell: Tell


class Pipeline:
    """Turns a message into a case. Holds no state between messages; safe to use from several threads."""

    def __init__(self, engines: Engines, now: Callable[[], datetime] = utc_now) -> None:
        self.engines = engines
        self._now = now
        self._listener = Listener(engines)

    def run(
        self, message: Message, *, received_at: datetime, case_id: str | None = None, tell: Tell = silent
    ) -> Outcome:
        """Take one message the whole way.

        Args:
            message: the message, with its thread.
            received_at: when it came; taken on the account's clock if it has no offset.
            case_id: the one promised for its case; else a new one.
            tell: hears of each step when it is done.

        Raises:
            UnknownAccountError: the message names an account that is not configured.
        """
        account = self.account(message.account)
        received_at = working_time(account.hours).local(received_at)
        task = _Task(message, account, received_at, case_id or new_case_id(), tell)
        for tries in range(MOST_TRIES + 1):
            outcome = self._once(task, quoting=tries < MOST_TRIES)
            if outcome is not None:
                return outcome
        raise AssertionError("a draft that quotes nothing always holds")

    def _once(self, task: _Task, *, quoting: bool) -> Outcome | None:
        """The whole way once; None when an answer that it quotes was withdrawn or changed meanwhile.

        Args:
            quoting: whether approved answers are looked for.
        """
        message, account, received_at = task.message, task.account, task.received_at
        attempts = Attempts(tell=task.tell)
        message_id = attempts.run("redact", lambda: self.redact_id(message.id, account=account), None)
        whole = self._listener.hear(message, account, attempts)
        # What decides, finds and drafts reads the message without any orders to the software in it.
        heard = self._listener.without_orders(whole, account, attempts)
        retrieval = NOTHING_FOUND
        if quoting:
            retrieval = attempts.run("retrieve", lambda: self._retrieve(account, heard), NOTHING_FOUND)
        attempts.done(progress.Step.RETRIEVED, lambda: progress.retrieved(retrieval))
        complaint = attempts.run(
            "understand",
            lambda: self.engines.complaints.read(complaint_text(heard, whole, received_at.date())),
            NOTHING_READ,
        )
        facts = self._facts(account, heard, retrieval, complaint.tags, attempts.failed)
        policy = self.engines.policies[account.id].in_force(received_at.date())
        facts, decision, weighed = self._decide(facts, policy, attempts)
        attempts.done(progress.Step.DECIDED, lambda: progress.decided(decision))
        results = Results(
            case_id=task.case_id,
            tracking_code=new_tracking_code(),
            message=message,
            account=account,
            redacted=whole.redacted,
            understanding=heard.understood.understanding,
            retrieval=retrieval,
            decision=decision,
            received_at=received_at,
            message_id=message_id,
            adverse_events=self.engines.adverse_events,
            weighed=weighed,
            complaint=complaint.complaint,
            cut=heard.cut,
        )
        drafting = self._draft(results, heard)
        if drafting.failure is not None:
            attempts.erred("draft", drafting.failure)
        # Where nobody can tell whether it holds, it does not.
        if retrieval.evidence and not attempts.run(
            "retrieve", lambda: self.engines.retriever.holds(retrieval), False
        ):
            return None
        attempts.done(progress.Step.DRAFTED, lambda: progress.drafted(drafting))
        case = assemble(results, drafting, self._versions(retrieval))
        origin = Origin(account.id, message.channel, received_at, message.id)
        name, names = attempts.run("name_customer", lambda: self._name(whole), NOT_KNOWN)
        originals = {**whole.redacted.originals(), **({NAME: name} if name else {})}
        return Outcome(case, origin, originals, facts, names)

    def _decide(self, facts: Facts, policy: Policy, attempts: Attempts) -> tuple[Facts, Decision, Weighed]:
        """What policy says; where it cannot be asked, or what it says not be weighed, a person's to look at."""

        def decided() -> Decision:
            return evaluate(facts, policy)

        decision = attempts.run("decide", decided, None)
        if decision is not None:
            made = decision
            weighed = attempts.run("weigh", lambda: self.engines.relevance.weigh(facts, made), None)
            if weighed is not None:
                return facts, decision, weighed
        facts = replace(facts, failed_steps=tuple(attempts.failed))
        return facts, evaluate_in_doubt(facts, policy), NOT_WEIGHED

    def redact_id(self, name: str | None, *, account: Account) -> str | None:
        """The sender's id of a message as it may be stored and shown: what is personal in it masked."""
        if name is None:
            return None
        return redact_id(self.engines.redactor, name, allowed=allowed_terms(account))

    def redact_text(self, text: str, *, account: Account, draft: CaseDraft | None = None) -> Redaction:
        """Redact one text, as the first step does.

        Args:
            draft: what it was written from: its sentences are left as they are, and so are terms found in it.
        """
        redactor, allowed = self.engines.redactor, allowed_terms(account)
        if draft is None:
            return redactor.redact(RawText(text), allowed=allowed)
        known = redactor.redact(RawText(draft.text), allowed=allowed)
        terms = (draft.text[span.start : span.end] for span in known.spans)
        sentences = [sentence.text for sentence in draft.sentences]
        return redactor.redact(RawText(text), allowed=(*allowed, *terms), approved=sentences)

    def search(
        self,
        question: str,
        *,
        account: Account,
        language: str | None = None,
        channel: Channel | None = None,
        audience: Visibility | None = None,
        k: int = 10,
    ) -> tuple[Retrieval, str]:
        """Search the approved answers, and say in which language the question was taken."""
        code = language or self.engines.languages.identify(question)[0]
        query = Query(
            text=question,
            language=code,
            channel=channel,
            account=account.id,
            audience=audience,
            on=self.today(account),
        )
        return self.engines.retriever.search(query, k), code

    def today(self, account: Account) -> date:
        """The day it is where the account is: an answer is in force by the company's calendar, not the server's."""
        return working_time(account.hours).day(self._now())

    def account(self, name: str | None) -> Account:
        """The account of a message.

        Raises:
            UnknownAccountError: it is not configured.
        """
        account = self.engines.accounts.get(name or self.engines.default_account)
        if account is None:
            raise UnknownAccountError("the message names an account that is not configured")
        return account

    def _name(self, whole: Heard) -> Named:
        """The customer's first name, for the vault alone: no draft is written with it; and all that they are called."""
        author, names = whole.message.author, self.engines.customer_names
        sender = author.name if author else None
        return names.find(whole.redacted, sender), names.called(whole.redacted, sender)

    def _versions(self, retrieval: Retrieval) -> Versions:
        """The versions of a case: the knowledge base that was searched, which may have changed since the start."""
        if not retrieval.fingerprint:
            return self.engines.versions
        return replace(self.engines.versions, knowledge_base=retrieval.fingerprint[:12])

    def _retrieve(self, account: Account, heard: Heard) -> Retrieval:
        query = Query(
            text=heard.redacted.search_text(),
            language=heard.understood.understanding.language_code,
            channel=heard.message.channel,
            account=account.id,
            product=heard.message.product,
            # Not the day it came: what is quoted must be in force when it is sent.
            on=self.today(account),
            vector=heard.understood.vector,
        )
        asks = self.engines.asks
        questions = asks.of(heard.redacted.question_text(), query.language)
        return search_each(self.engines.retriever, query, questions, asks.least_score, EVIDENCE_KEPT)

    def _facts(
        self,
        account: Account,
        heard: Heard,
        retrieval: Retrieval,
        said: frozenset[str],
        failed_steps: Sequence[str],
    ) -> Facts:
        return build_facts(
            heard.message,
            account=account,
            redaction=heard.redacted.redaction,
            understanding=heard.understood.understanding,
            retrieval=retrieval,
            failed_steps=failed_steps,
            said=said,
            tiers=self.engines.policies[account.id].model.vocabulary.tiers,
        )

    def _draft(self, results: Results, heard: Heard) -> DraftingResult:
        numbers = self.engines.safety_slots[results.account.id]
        return self.engines.drafter.draft(compose_request(results, heard, numbers))
