"""What is approved already and what no draft may say, read from the policies and the knowledge base."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from cases.learning.phrase_book import PhraseProposal, ProposalState
from cases.learning.phrases import Approved
from drafting.bank import PhraseGroup, PhraseText
from drafting.files import load_yaml, validated
from drafting.joining import split
from drafting.lexicon import Lexicon, found
from drafting.request import LANGUAGES
from drafting.slots import SLOT
from knowledge_base.answer import ApprovedAnswer
from policies.errors import PolicyError

_PHRASES = "phrases"


def phrase_folder(policies_dir: Path) -> Path:
    """The phrase bank: one folder a language."""
    return policies_dir / _PHRASES


def known_purposes(policies_dir: Path) -> tuple[str, ...]:
    """What a phrase of the bank may be for.

    Raises:
        PolicyError: the plans cannot be read.
    """
    plans = load_yaml(phrase_folder(policies_dir) / "plans.yaml")
    purposes = plans.get("purposes") if isinstance(plans, dict) else None
    if not isinstance(purposes, dict):
        raise PolicyError("plans.yaml: purposes: missing")
    return tuple(purposes)


def approved_texts(
    policies_dir: Path, answers: Iterable[ApprovedAnswer], proposals: Sequence[PhraseProposal]
) -> Approved:
    """Everything said already: phrases, answers in any state, and proposals that were settled.

    An answer that waits for approval, or that was withdrawn, counts too: it need not be suggested again.

    Raises:
        PolicyError: a file breaks its schema.
    """
    settled = ((one.language, one.text) for one in proposals if one.state is not ProposalState.PROPOSED)
    texts = dict.fromkeys((*_bank_texts(policies_dir), *_answer_texts(answers), *settled))
    return Approved(tuple(texts), forbidden_by(Lexicon.load(policies_dir / "verification.yaml")))


def forbidden_by(lexicon: Lexicon) -> Callable[[str, str], bool]:
    """Whether a text breaks a rule of words that holds in every situation, or asks for data.

    Rules of one situation are left to the verifier, which reads each draft with its case.
    """

    def forbidden(text: str, language: str) -> bool:
        broken = lexicon.findings(text, language, keep=False)
        asks = any(True for _ in found(text, language, lexicon.asks, lexicon.asks_allow))
        return asks or any(not lexicon.words[number].when for number, _ in broken)

    return forbidden


def _bank_texts(policies_dir: Path) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for file in sorted((phrase_folder(policies_dir) / language).glob("*.yaml")):
            entries = load_yaml(file)
            for entry in entries if isinstance(entries, list) else ():
                group = validated(PhraseGroup, entry, file)
                for item in (*group.tu, *group.usted, *group.any):
                    text = item.text if isinstance(item, PhraseText) else item
                    yield from ((language, part) for part in split(SLOT.sub(" ", text)))


def _answer_texts(answers: Iterable[ApprovedAnswer]) -> Iterator[tuple[str, str]]:
    for answer in answers:
        for language, text in answer.texts.items():
            for said in (text.full, text.short, text.private or ""):
                for paragraph in re.split(r"\n+", said):
                    yield from ((language, part) for part in split(paragraph))
