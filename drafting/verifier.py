"""The verifier: a linter of drafts with named rules. A draft that breaks one is never shown as ready."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from drafting import checks_content, checks_form, subjects
from drafting.bank import Bank
from drafting.channels import Channels
from drafting.context import Context, FindPersonalData
from drafting.draft import Draft, Violation
from drafting.edges import Edges
from drafting.lexicon import Lexicon
from drafting.request import ComposeRequest
from drafting.situation import Labels, labels_of
from drafting.slots import Departments, slot_values
from drafting.topics import Topics
from drafting.treatment import Treatments
from policies.vocabulary import Disposition, Visibility

_URGENT_SENTENCES = 2
"""Emergency and self-harm texts: number first, at most two sentences (issue of drafts, item 5)."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Holds the word lists, the bank and the fixed replies that sources resolve to."""

    lexicon: Lexicon
    bank: Bank
    fixed: Mapping[str, str]
    """Texts of fixed replies by the path that ``policy:<path>`` names."""
    channels: Channels
    topics: Topics
    departments: Departments
    edges: Edges
    treatments: Treatments
    find_personal_data: FindPersonalData | None = None

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        bank: Bank,
        fixed: Mapping[str, str],
        channels: Channels,
        topics: Topics,
        departments: Departments,
        edges: Edges,
        find_personal_data: FindPersonalData | None = None,
    ) -> "Verifier":
        """Load the word lists; a PolicyError names file and field."""
        treatments = Treatments.of(edges.treatment)
        lexicon = Lexicon.load(path)
        return cls(lexicon, bank, fixed, channels, topics, departments, edges, treatments, find_personal_data)

    def context(self, request: ComposeRequest, audience: Visibility, labels: Labels | None = None) -> Context:
        """What a draft of this request and audience is verified against."""
        if labels is None:
            labels = labels_of(request, audience, self.topics)
        language = request.language
        urgent = request.decision.disposition == Disposition.URGENT_REFERRAL
        longest = self.channels.max_sentences(request.channel, audience)
        values = slot_values(request, language or "es", audience, self.departments)
        return Context(
            language=language,
            channel=request.channel,
            audience=audience,
            labels=labels,
            limit=self.channels.limit(request.channel, audience, request.account.settings),
            max_sentences=_URGENT_SENTENCES if urgent else longest,
            account=request.account,
            values=values,
            evidence=() if request.retrieval.abstained else request.retrieval.evidence,
            agent_texts=request.agent_texts,
            customer_text=request.text.value,
            safety_numbers=tuple(request.safety_numbers.values()),
            customer_name=request.customer_name,
            find_personal_data=self.find_personal_data,
        )

    def verify(self, draft: Draft, context: Context) -> tuple[Violation, ...]:
        """Every rule that the draft breaks, and on which words; empty when it may be shown."""
        return (
            *checks_form.length(draft, context, self.channels),
            *checks_form.max_sentences(draft, context),
            *checks_form.every_sentence_sourced(draft, context, self.bank, self.fixed),
            *checks_form.language(draft, context, self.lexicon),
            *checks_form.treatment(draft, context, self.treatments),
            *checks_form.repeats_earlier_draft(draft, context),
            *checks_form.missing_acknowledgement(draft, context, self.edges),
            *checks_form.emergency_number_first(draft, context),
            *checks_form.emoji_excess(draft, context),
            *checks_content.words(draft, context, self.lexicon, self.bank),
            *checks_content.data_request(draft, context, self.lexicon),
            *checks_content.private_without_reason(draft, context, self.lexicon),
            *checks_content.unknown_fact(draft, context, self.lexicon, self.bank),
            *checks_content.personal_data(draft, context, self.bank),
            *self._subject(draft, context),
        )

    def _subject(self, draft: Draft, context: Context) -> tuple[Violation, ...]:
        """What the subject of an e-mail breaks: its own form, and the rules on what a draft says."""
        subject = subjects.as_draft(draft)
        if subject is None:
            return ()
        both = replace(draft, text=f"{subject.text}. {draft.text}")
        return (
            *subjects.form(draft, context, self.bank),
            *checks_form.treatment(both, context, self.treatments),
            *checks_content.words(subject, context, self.lexicon, self.bank),
            *checks_content.data_request(subject, context, self.lexicon),
            *checks_content.unknown_fact(subject, context, self.lexicon, self.bank),
            *checks_content.personal_data(subject, context, self.bank),
        )
