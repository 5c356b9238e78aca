"""Lets a language model say a composed draft anew; unless all of it holds, the composed draft stands."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from drafting.context import Context
from drafting.draft import Draft
from drafting.llm_breaker import Breaker
from drafting.llm_checking import checked_draft
from drafting.llm_errors import SERVER_FAULTS, LanguageModelError, Refusal
from drafting.llm_grounding import Grounding
from drafting.llm_material import Material, material_of
from drafting.llm_model import Clock, LanguageModel
from drafting.llm_policy import LanguageModelPolicy
from drafting.llm_prompt import prompt, reply_schema
from drafting.llm_reply import WrittenSentence, read_reply
from drafting.llm_waiting import text_within
from drafting.request import ComposeRequest
from drafting.verifier import Verifier
from policies.vocabulary import Visibility

PREFIX = "llm:"


@dataclass(frozen=True, slots=True)
class Rewording:
    """What came of asking the model."""

    drafts: tuple[Draft, ...]
    """One for each audience; none when the composed ones stand."""
    drafter: str
    """``llm:<model>``."""
    reason: str | None = None
    """Why the composed drafts stand: a code of ``Refusal``, with the check that failed after a colon."""


@dataclass(frozen=True, slots=True)
class LanguageModelDrafter:
    """A model with everything that holds it. Thread-safe."""

    model: LanguageModel
    policy: LanguageModelPolicy
    grounding: Grounding
    breaker: Breaker
    slots: threading.Semaphore
    now: Clock = field(default=time.monotonic)

    @classmethod
    def of(
        cls, model: LanguageModel, policy: LanguageModelPolicy, grounding: Grounding
    ) -> "LanguageModelDrafter":
        """Put a model behind a breaker and a bound on calls at once."""
        slots = threading.Semaphore(policy.limits.concurrent)
        return cls(model, policy, grounding, Breaker(policy.breaker), slots)

    @property
    def drafter(self) -> str:
        """How its drafts are signed."""
        return PREFIX + self.model.name

    def reword(
        self,
        request: ComposeRequest,
        composed: Sequence[Draft],
        contexts: Mapping[Visibility, Context],
        verifier: Verifier,
    ) -> Rewording:
        """The drafts anew, or why not. Never raises."""
        try:
            return Rewording(self._reworded(request, composed, contexts, verifier), self.drafter)
        except LanguageModelError as error:
            return Rewording((), self.drafter, error.reason)
        except Exception:  # fail closed: the composed draft stands; the error's text may quote a draft
            return Rewording((), self.drafter, Refusal.INTERNAL_ERROR.value)

    def _reworded(
        self,
        request: ComposeRequest,
        composed: Sequence[Draft],
        contexts: Mapping[Visibility, Context],
        verifier: Verifier,
    ) -> tuple[Draft, ...]:
        self._refuse_unfit(request)
        over_at = self.now() + self.policy.limits.seconds
        drafts = []
        for draft in composed:
            material = material_of(request, draft, self.policy.limits)
            context = contexts[draft.audience]
            written = self._written(request, material, context, over_at)
            drafts.append(self._checked(written, material, context, verifier))
        return tuple(drafts)

    def _refuse_unfit(self, request: ComposeRequest) -> None:
        use, decision = self.policy.use, request.decision
        flagged = any(decision.has(flag) for flag in use.not_with_flags)
        if flagged or decision.disposition not in use.dispositions or request.language not in use.languages:
            raise LanguageModelError(Refusal.NOT_FOR_THIS_CASE)

    def _written(
        self, request: ComposeRequest, material: Material, context: Context, over_at: float
    ) -> tuple[WrittenSentence, ...]:
        """Ask, and once more where the server failed and time is left."""
        turns, schema = prompt(request, material, context, self.policy), reply_schema(material, self.policy)
        for attempts_left in reversed(range(self.policy.limits.attempts)):
            if not self.breaker.allows():
                raise LanguageModelError(Refusal.CIRCUIT_OPEN)
            try:
                left = over_at - self.now()
                text = text_within(left, self.model.call(turns, schema, left), self.slots)
                written = read_reply(text, self.policy.limits)
            except LanguageModelError as error:
                if error.refusal in SERVER_FAULTS:
                    self.breaker.failed()
                if not error.retry or not attempts_left or over_at <= self.now():
                    raise
            else:
                self.breaker.succeeded()
                return written
        raise LanguageModelError(Refusal.INTERNAL_ERROR)

    def _checked(
        self, written: Sequence[WrittenSentence], material: Material, context: Context, verifier: Verifier
    ) -> Draft:
        """The draft, grounded sentence by sentence and passed by the verifier."""
        draft, reworded = checked_draft(
            written,
            material,
            context,
            self.grounding,
            verifier.channels,
            self.policy.use.keep_roles,
            self.drafter,
        )
        violations = verifier.verify(draft, replace(context, reworded=reworded))
        if violations:
            raise LanguageModelError(Refusal.VERIFICATION_FAILED, violations[0].rule)
        return draft
