"""Checks a reply that a person wrote by the verifier's own rules, and says which failed on which words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from drafting import checks_content, checks_form
from drafting.context import Context
from drafting.draft import Draft, Sentence, Violation
from drafting.files import load_yaml, validated
from drafting.joining import holds_whole, split
from drafting.topics import fold
from drafting.verifier import Verifier
from policies.errors import PolicyError

OWN_WORDS = "person:own_words"
"""Source of a sentence that no approved text holds."""
RULES_THAT_ADVISE = frozenset({"max_sentences", "missing_acknowledgement", "repeats_earlier_draft"})
"""What a policy may make mere advice: never what protects a customer."""


FindMedicines = Callable[[str], list[str]]
"""Names of medicines and treatments in a text (the redactor, wrapped)."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    advice: dict[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that the reply breaks, on which words; ``start`` and ``end`` where those stand in it."""

    rule: str
    message: str
    words: str
    start: int | None
    end: int | None
    advice: bool
    """True: the person may send it all the same."""


@dataclass(frozen=True, slots=True)
class ReplyReport:
    """A checked reply. ``length`` and ``limit`` are in the channel's own units."""

    length: int
    limit: int
    findings: tuple[Finding, ...]
    sentences: tuple[Sentence, ...]
    """Each sentence with the approved text that holds it, or ``person:own_words``."""

    @property
    def passed(self) -> bool:
        """Whether no rule failed that forbids sending."""
        return all(finding.advice for finding in self.findings)


@dataclass(frozen=True, slots=True)
class ReplyVerifier:
    """The drafts' verifier, for replies that people write."""

    verifier: Verifier
    advice: frozenset[str]
    find_medicines: FindMedicines

    @classmethod
    def load(cls, path: Path, verifier: Verifier, find_medicines: FindMedicines) -> "ReplyVerifier":
        """Load which rules only advise.

        Raises:
            PolicyError: the file breaks its schema, or makes advice of a rule that protects.
        """
        file = validated(_File, load_yaml(path), path)
        wrong = sorted(set(file.advice) - RULES_THAT_ADVISE)
        if wrong:
            raise PolicyError(f"{path.name}: advice: these rules cannot be advice: {', '.join(wrong)}")
        return cls(verifier, frozenset(file.advice), find_medicines)

    def check(self, text: str, context: Context, drafts: Sequence[Sentence] = ()) -> ReplyReport:
        """Check a reply.

        Args:
            drafts: sentences of the drafts that the person worked from, with their sources.
        """
        text = text.replace("\r\n", "\n")
        sentences = tuple(self._sourced(part, context, drafts) for part in split(text))
        length = self.verifier.channels.measure(text, context.channel)
        draft = Draft(context.audience, text, length, context.limit, sentences, "person")
        findings = dict.fromkeys(self._finding(broken, text) for broken in self._broken(draft, context))
        return ReplyReport(length, context.limit, tuple(findings), sentences)

    def _broken(self, draft: Draft, context: Context) -> Iterator[Violation]:
        """As ``Verifier.verify``, all but the rule that every sentence has a source: a person may write."""
        ours = self.verifier
        yield from checks_form.length(draft, context, ours.channels)
        if not draft.text.strip():
            return
        yield from checks_form.max_sentences(draft, context)
        yield from checks_form.language(draft, context, ours.lexicon)
        yield from checks_form.treatment(draft, context, ours.treatments)
        yield from checks_form.repeats_earlier_draft(draft, context)
        yield from checks_form.missing_acknowledgement(draft, context, ours.edges)
        yield from checks_form.emergency_number_first(draft, context)
        yield from checks_form.emoji_excess(draft, context)
        yield from checks_content.words(draft, context, ours.lexicon, ours.bank)
        yield from checks_content.data_request(draft, context, ours.lexicon)
        yield from checks_content.private_without_reason(draft, context, ours.lexicon)
        yield from checks_content.unknown_fact(draft, context, ours.lexicon, ours.bank)
        yield from checks_content.personal_data(draft, context, ours.bank)
        yield from self._unknown_medicine(draft, context)

    def _unknown_medicine(self, draft: Draft, context: Context) -> Iterator[Violation]:
        """A medicine or treatment that a person brings in: only approved answers may (RD 1416/1994)."""
        own = " ".join(sentence.text for sentence in draft.sentences if sentence.source == OWN_WORDS)
        approved = fold(" ".join(_approved_texts(context)))
        for name in dict.fromkeys(self.find_medicines(own)) if own else ():
            if fold(name).strip() not in approved:
                message = "Medicamento o tratamiento que no está en las respuestas aprobadas"
                yield Violation("unknown_medicine", message, name)

    def _sourced(self, part: str, context: Context, drafts: Sequence[Sentence]) -> Sentence:
        source = next((one.source for one in drafts if holds_whole(one.text, part)), None)
        source = source or _quoted(part, context) or OWN_WORDS
        return Sentence(part, source, self._role(part, source, context))

    def _role(self, part: str, source: str, context: Context) -> str:
        """What a sentence does: its phrase's role, else what its words show."""
        if any(number and number in part for number in context.safety_numbers):
            return "safety"
        phrase = self.verifier.bank.by_id.get(source.removeprefix("bank:"))
        if phrase is not None:
            return phrase.role
        if source.startswith("answer:"):
            return "answer"
        opens = self.verifier.edges.opens_itself(part, context.language or "es")
        return "acknowledge" if opens else "own"

    def _finding(self, broken: Violation, text: str) -> Finding:
        start = text.find(broken.words) if broken.words else -1
        return Finding(
            rule=broken.rule,
            message=broken.message,
            words=broken.words,
            start=start if start >= 0 else None,
            end=start + len(broken.words) if start >= 0 else None,
            advice=broken.rule in self.advice,
        )


def _approved_texts(context: Context) -> Iterator[str]:
    yield from context.account.products
    for found in context.evidence:
        for text in found.answer.by_language().values():
            yield from (text.full, text.short)
            if context.audience == "private":
                yield text.private or ""


def _quoted(part: str, context: Context) -> str | None:
    """The approved answer that holds a sentence whole, among those that were found."""
    for found in context.evidence:
        texts = found.answer.by_language().get(context.language or "es")
        if texts is None:
            continue
        variants: Mapping[str, str | None] = {
            "full": texts.full,
            "short": texts.short,
            "private": texts.private,
        }
        for variant, text in variants.items():
            if variant == "private" and context.audience == "public":
                continue
            if text is not None and holds_whole(" ".join(text.split()), part):
                return f"answer:{found.answer.id}@{found.answer.version}#{variant}"
    return None
