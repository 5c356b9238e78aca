"""The whole way of one message: redact, understand, retrieve, decide, compose and verify, assemble the case."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from cases.assembly import Results, Versions, assemble
from cases.case import Case
from cases.errors import UnknownAccountError
from cases.facts import UNKNOWN, build_facts, entity_types
from cases.identifiers import new_case_id, new_tracking_code
from cases.message import Message
from cases.redacted import RedactedMessage, redact_message, withheld
from cases.stored import Origin
from cases.working_time import working_time
from drafting.drafter import Drafter, DraftingResult
from drafting.request import ComposeRequest
from knowledge_base.evidence import Query, Retrieval
from knowledge_base.retriever import Retriever
from models.redaction.redactor import Redactor
from models.spans import Redaction
from models.text import RawText
from models.understanding.understander import Understander, Understood
from policies.account import Account
from policies.decision import Decision
from policies.engine import evaluate
from policies.policy import Policy
from policies.vocabulary import Channel, Visibility

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

EVIDENCE_KEPT = 5
"""Approved answers shown with a case: what a person can look over."""
NOTHING_FOUND = Retrieval((), abstained=True)


class LanguageIdentifier(Protocol):
    """Tells the language of a text."""

    def identify(self, text: str) -> tuple[str, float]:
        """ISO 639-1 code, or ``und``, and a score from 0 to 1."""
        ...


@dataclass(frozen=True, slots=True)
class Engines:
    """The parts that do the steps, loaded once by ``api.wiring``."""

    redactor: Redactor
    languages: LanguageIdentifier
    understander: Understander
    retriever: Retriever
    accounts: Mapping[str, Account]
    policies: Mapping[str, Policy]
    """By account id: an account's settings and country are part of its policy."""
    safety_slots: Mapping[str, Mapping[str, str]]
    """Emergency numbers and helplines to fill slots with, by account id."""
    drafter: Drafter
    versions: Versions
    default_account: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The case, and the originals that belong into the vault and nowhere else."""

    case: Case
    origin: Origin
    originals: Mapping[str, RawText] = field(repr=False)


@dataclass(slots=True)
class Attempts:
    """Runs steps; one that errs is named and its safe stand-in used, so that a person gets the case."""

    failed: list[str] = field(default_factory=list)

    def run(self, step: str, work: Callable[[], Result], stand_in: Result) -> Result:
        """Do a step, or note that it failed. Its text may quote the customer: only its type is logged."""
        try:
            return work()
        except Exception as error:
            log.error("step.failed", step=step, error_type=type(error).__name__)
            self.failed.append(step)
            return stand_in


class Pipeline:
    """Turns a message into a case. Holds no state between messages; safe to use from several threads."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines

    def run(self, message: Message, *, received_at: datetime) -> Outcome:
        """Take one message the whole way.

        Args:
            message: the message, with its thread.
            received_at: when it came; taken on the account's clock if it has no offset.

        Raises:
            UnknownAccountError: the message names an account that is not configured.
        """
        account = self.account(message.account)
        received_at = working_time(account.hours).local(received_at)
        attempts = Attempts()
        language = attempts.run("identify_language", lambda: self._language(message, account), ("und", 0.0))
        redacted = attempts.run(
            "redact", lambda: self._redact(message, account, language[0]), withheld(message)
        )
        understood = attempts.run(
            "understand",
            lambda: self._understand(message, account, redacted, language),
            Understood(UNKNOWN, None),
        )
        retrieval = attempts.run(
            "retrieve", lambda: self._retrieve(message, account, redacted, understood), NOTHING_FOUND
        )
        decision = self._decide(message, account, redacted, understood, retrieval, attempts.failed)
        results = Results(
            case_id=new_case_id(),
            tracking_code=new_tracking_code(),
            message=message,
            account=account,
            redacted=redacted,
            understanding=understood.understanding,
            retrieval=retrieval,
            decision=decision,
            received_at=received_at,
        )
        drafting = self._draft(results, understood)
        case = assemble(results, drafting, self.engines.versions)
        return Outcome(case, Origin(account.id, message.channel, received_at), redacted.originals())

    def redact_text(
        self, text: str, *, account: Account, language: str | None = None, known_text: str = ""
    ) -> Redaction:
        """Redact one text, as the first step does.

        Args:
            known_text: what it was written from (an approved draft): terms found there are left as they are.
        """
        code = language or self.engines.languages.identify(text)[0]
        allowed = allowed_terms(account)
        if known_text:
            known = self.engines.redactor.redact(RawText(known_text), language=code, allowed=allowed)
            allowed = (*allowed, *(known_text[span.start : span.end] for span in known.spans))
        return self.engines.redactor.redact(RawText(text), language=code, allowed=allowed)

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
        query = Query(text=question, language=code, channel=channel, account=account.id, audience=audience)
        return self.engines.retriever.search(query, k), code

    def account(self, name: str | None) -> Account:
        """The account of a message.

        Raises:
            UnknownAccountError: it is not configured.
        """
        account = self.engines.accounts.get(name or self.engines.default_account)
        if account is None:
            raise UnknownAccountError("the message names an account that is not configured")
        return account

    def _language(self, message: Message, account: Account) -> tuple[str, float]:
        if message.language:
            return message.language, 1.0
        code, score = self.engines.languages.identify(message.text)
        said = " ".join(turn.text for turn in message.thread if turn.role == "customer")
        if code == "und" and said:
            code, score = self.engines.languages.identify(said)
        if code == "und" and not any(map(str.isalpha, message.text)):
            # "??" or "👍" is in no language: it is answered in the account's own.
            return account.languages[0], 0.0
        return code, score

    def _redact(self, message: Message, account: Account, language: str) -> RedactedMessage:
        return redact_message(
            self.engines.redactor, message, language=language, allowed=allowed_terms(account)
        )

    def _understand(
        self, message: Message, account: Account, redacted: RedactedMessage, language: tuple[str, float]
    ) -> Understood:
        return self.engines.understander.understand(
            redacted.raw,
            language=language,
            channel=message.channel,
            visibility=message.effective_visibility,
            thread=[(turn.role, RawText(turn.text)) for turn in message.thread],
            personal_entities=entity_types(redacted.redaction, health=False),
            health_entities=entity_types(redacted.redaction, health=True),
            product_names=(*account.products, *account.brands),
        )

    def _retrieve(
        self, message: Message, account: Account, redacted: RedactedMessage, understood: Understood
    ) -> Retrieval:
        query = Query(
            text=redacted.search_text(),
            language=understood.understanding.language_code,
            channel=message.channel,
            account=account.id,
            product=message.product,
            vector=understood.vector,
        )
        return self.engines.retriever.search(query, k=EVIDENCE_KEPT)

    def _decide(
        self,
        message: Message,
        account: Account,
        redacted: RedactedMessage,
        understood: Understood,
        retrieval: Retrieval,
        failed_steps: Sequence[str],
    ) -> Decision:
        facts = build_facts(
            message,
            account=account,
            redaction=redacted.redaction,
            understanding=understood.understanding,
            retrieval=retrieval,
            failed_steps=failed_steps,
        )
        return evaluate(facts, self.engines.policies[account.id])

    def _draft(self, results: Results, understood: Understood) -> DraftingResult:
        message, account, redacted = results.message, results.account, results.redacted
        request = ComposeRequest(
            text=redacted.redaction.text,
            understanding=understood.understanding,
            decision=results.decision,
            retrieval=results.retrieval,
            account=account,
            channel=message.channel,
            seed=message.id or results.case_id,
            safety_numbers=self.engines.safety_slots[account.id],
            tracking_code=results.tracking_code,
            agent_texts=tuple(turn.redaction.text.value for turn in redacted.said_by("agent")),
            product=message.product,
            vector=understood.vector,
            customer_turns=len(redacted.said_by("customer")) + 1,
        )
        return self.engines.drafter.draft(request)


def allowed_terms(account: Account) -> tuple[str, ...]:
    """The company's own names, handles and contacts: never masked."""
    return (account.name, *account.handles, *account.brands, *account.products, *account.public_contacts)
