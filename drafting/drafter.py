"""The drafter: the first candidate that the verifier passes, else the fixed safe reply. Never raises."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from drafting.channels import Channels
from drafting.composer import DRAFTER, CandidateDrafts, Composer
from drafting.context import Context, FindPersonalData
from drafting.draft import Draft, Sentence, Violation
from drafting.holding import DRAFTER as HOLDING
from drafting.holding import Holding
from drafting.llm_drafter import LanguageModelDrafter
from drafting.report_questions import Missing
from drafting.request import ComposeRequest
from drafting.vector_file import FingerprintedEncoder
from drafting.verifier import Verifier
from policies.vocabulary import Disposition, Visibility


@dataclass(frozen=True, slots=True)
class DraftingResult:
    """Drafts for the decision's audiences, and why better candidates were turned down."""

    drafts: tuple[Draft, ...]
    drafter: str
    """``composer``, ``holding``, ``llm:<model>`` or ``none``."""
    violations_by_rejected_candidate: Mapping[int, tuple[Violation, ...]] = field(default_factory=dict)
    """Number of the candidate (0 is the best) to what it broke."""
    failure: str | None = None
    """Name of the error that stopped composing, if one did; never its text. The case names it in its provenance."""
    language_model: str | None = None
    """Why a language model's rewording was not used, where one is set: a code of ``llm_errors.Refusal``."""
    questions: Mapping[Missing, Sentence] = field(default_factory=dict)
    """What a suspected adverse event's report lacks, with the approved question for it, to be asked in private."""


@dataclass(frozen=True, slots=True)
class Drafter:
    """Composer, verifier and holding replies together."""

    composer: Composer
    verifier: Verifier
    holding: Holding
    language_model: LanguageModelDrafter | None = None

    @classmethod
    def load(
        cls,
        policies_dir: Path,
        *,
        encoder: FingerprintedEncoder | None = None,
        find_personal_data: FindPersonalData | None = None,
        language_model: LanguageModelDrafter | None = None,
    ) -> "Drafter":
        """Load everything from the policies folder; a PolicyError names file and line."""
        channels = Channels.load(policies_dir / "channels.yaml")
        composer = Composer.load(policies_dir / "phrases", channels, encoder)
        holding = Holding.load(policies_dir / "phrases" / "holding.yaml", channels)
        verifier = Verifier.load(
            policies_dir / "verification.yaml",
            bank=composer.bank,
            fixed=holding.fixed,
            channels=channels,
            topics=composer.topics,
            departments=composer.departments,
            edges=composer.edges,
            find_personal_data=find_personal_data,
        )
        return cls(composer, verifier, holding, language_model)

    def draft(self, request: ComposeRequest) -> DraftingResult:
        """Drafts for every audience of the decision; none for ``no_reply``."""
        result = self._drafts(request)
        try:
            return replace(result, questions=self.composer.report_questions(request))
        except Exception as error:  # a case without questions is better than none
            return replace(result, failure=result.failure or type(error).__name__)

    def _drafts(self, request: ComposeRequest) -> DraftingResult:
        if request.decision.disposition == Disposition.NO_REPLY or not request.audiences():
            return DraftingResult((), "none")
        rejected: dict[int, tuple[Violation, ...]] = {}
        failure = None
        try:
            labels = self.composer.labels(request)
            contexts = {
                audience: self.verifier.context(request, audience, labels[audience]) for audience in labels
            }
            for number, candidate in enumerate(self.composer.candidates(request, labels)):
                violations = tuple(
                    broken
                    for draft in candidate
                    for broken in self.verifier.verify(draft, contexts[draft.audience])
                )
                if not violations:
                    return self._reworded(request, candidate, contexts, rejected)
                rejected[number] = violations
        except Exception as error:  # fail closed: whatever went wrong, the customer gets the safe reply
            failure = type(error).__name__
        drafts = tuple(self.holding.draft(request, audience) for audience in request.audiences())
        return DraftingResult(drafts, HOLDING, rejected, failure)

    def _reworded(
        self,
        request: ComposeRequest,
        candidate: CandidateDrafts,
        contexts: Mapping[Visibility, Context],
        rejected: Mapping[int, tuple[Violation, ...]],
    ) -> DraftingResult:
        """The verified candidate, in the language model's words where one is set and all of it holds."""
        if self.language_model is None:
            return DraftingResult(candidate, DRAFTER, rejected)
        rewording = self.language_model.reword(request, candidate, contexts, self.verifier)
        if rewording.drafts:
            return DraftingResult(rewording.drafts, rewording.drafter, rejected)
        return DraftingResult(candidate, DRAFTER, rejected, language_model=rewording.reason)
