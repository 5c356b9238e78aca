"""Hears a message: tells its language, redacts it and understands it, with and without orders to the software."""

import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from cases import progress
from cases.attempts import Attempts
from cases.engines import Engines, allowed_terms
from cases.facts import UNKNOWN, entity_types
from cases.hearing import Heard, left_out, lost_dangers, noticed, unsteered, with_attack
from cases.message import Message
from cases.redacted import RedactedMessage, in_turns, redact_message, withheld, without_turns
from models.text import RawText
from models.understanding.adverse_events import Known
from models.understanding.order_edges import Stretch
from models.understanding.understander import Read, Understood
from models.vocabulary import SignalCode
from policies.account import Account

NOT_UNDERSTOOD = Understood(UNKNOWN, None)
MOST_BESIDE = 64
"""Threads that redact beside the reading: one for each message in work (at most the 64 that a setting allows), so
that none waits for another's. They start when first needed."""


SURE = 0.85
"""Score of a language under which the customer's earlier turns are asked: three words of thanks tell little."""


class Listener:
    """Does the steps that read the customer's own words. Safe to use from several threads."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._hands = ThreadPoolExecutor(MOST_BESIDE, thread_name_prefix="redact")

    def hear(self, message: Message, account: Account, attempts: Attempts) -> Heard:
        """Identify the language, redact and understand: redaction beside the reading, each on a core of its own."""
        redacting = self._beside(lambda: self._redact(message, account))
        read = attempts.run("understand", lambda: self._read(message), None)
        language = attempts.run("identify_language", lambda: self._language(message, account), ("und", 0.0))
        redacted = attempts.run("redact", redacting.result, withheld(message))
        redacted = attempts.run(
            "name_customer", lambda: self._nameless(message, redacted), without_turns(redacted)
        )
        attempts.done(progress.Step.REDACTED, lambda: progress.redacted(redacted.redaction))
        understood = NOT_UNDERSTOOD
        if read is not None:
            understood = attempts.run(
                "understand",
                lambda: self._understand(message, account, read, redacted, language),
                NOT_UNDERSTOOD,
            )
        attempts.done(progress.Step.UNDERSTOOD, lambda: progress.understood(understood.understanding))
        return Heard(message, redacted, understood)

    def without_orders(self, whole: Heard, account: Account, attempts: Attempts) -> Heard:
        """What was heard, without the orders to the software in it: they change their own flag only."""
        understanding, message = whole.understood.understanding, whole.message
        none: tuple[Stretch, ...] = ()
        orders = attempts.run(
            "understand",
            lambda: self._engines.understander.orders(
                whole.redacted.raw,
                signalled=understanding.has(SignalCode.PROMPT_INJECTION),
                cued=whole.understood.cued,
            ),
            none,
        )
        whole = noticed(whole, orders)
        plain = unsteered(message, orders)
        if plain is None:
            return whole
        rest = self.hear(plain, account, attempts)
        lost = lost_dangers(whole, rest)
        if lost:
            # A danger that what was left out tells by itself is the customer's, whatever orders stand around it.
            apart = self.hear(left_out(message, orders), account, attempts).understood.understanding
            if any(apart.has(code) for code in lost):
                return whole
        return with_attack(replace(rest, cut=orders), whole.understood.understanding)

    def _language(self, message: Message, account: Account) -> tuple[str, float]:
        if message.language:
            return message.language, 1.0
        code, score = self._engines.languages.identify(message.text)
        said = " ".join(turn.text for turn in message.thread if turn.role == "customer")
        if said and score < SURE:
            before, sure = self._engines.languages.identify(said)
            if code == "und" or sure >= SURE:
                code, score = before, sure
        if code == "und" and not any(map(str.isalpha, message.text)):
            # "??" or "👍" is in no language: it is answered in the account's own.
            return account.languages[0], 0.0
        return code, score

    def _redact(self, message: Message, account: Account) -> RedactedMessage:
        return redact_message(self._engines.redactor, message, allowed=allowed_terms(account))

    def _nameless(self, message: Message, redacted: RedactedMessage) -> RedactedMessage:
        """Without the customer's name in the earlier turns: an agent may have said one that is also a word."""
        if not redacted.turns:
            return redacted
        names = self._engines.customer_names.called(redacted, message.author.name if message.author else None)
        mask = self._engines.name_masks.of_names(names)
        return in_turns(redacted, mask.mask)

    def _read(self, message: Message) -> Read:
        return self._engines.understander.read(
            RawText(message.text),
            channel=message.channel,
            visibility=message.effective_visibility,
            thread=[(turn.role, RawText(turn.text)) for turn in message.thread],
        )

    def _understand(
        self,
        message: Message,
        account: Account,
        read: Read,
        redacted: RedactedMessage,
        language: tuple[str, float],
    ) -> Understood:
        return self._engines.understander.understand(
            read,
            language=language,
            personal_entities=entity_types(redacted.redaction, health=False),
            health_entities=entity_types(redacted.redaction, health=True),
            known=Known(
                spans=redacted.redaction.spans,
                turn_spans=[turn.redaction.spans for turn in redacted.turns],
                product_names=account.products,
                brands=account.brands,
                company=(account.name, *account.handles),
                product_given=bool(message.product and message.product.strip()),
            ),
        )

    def _beside(self, work: Callable[[], RedactedMessage]) -> Future[RedactedMessage]:
        """Do work on another thread, with the request's own context for its log lines."""
        return self._hands.submit(contextvars.copy_context().run, work)
