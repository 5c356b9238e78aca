"""The engines that the steps of the pipeline run on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from cases.assembly import Versions
from cases.complaints import ComplaintReader
from cases.customer_name import CustomerNames
from cases.name_mask import NameMasks
from drafting.drafter import Drafter
from knowledge_base.asks import Asks
from knowledge_base.retriever import Retriever
from models.redaction.redactor import Redactor
from models.understanding.understander import Understander
from policies.account import Account
from policies.adverse_events import AdverseEventPolicy
from policies.policy import Policy
from policies.relevance import RelevancePolicy


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
    asks: Asks
    accounts: Mapping[str, Account]
    policies: Mapping[str, Policy]
    """By account id: an account's settings and country are part of its policy."""
    safety_slots: Mapping[str, Mapping[str, str]]
    """Emergency numbers and helplines to fill slots with, by account id."""
    drafter: Drafter
    versions: Versions
    default_account: str
    adverse_events: AdverseEventPolicy
    complaints: ComplaintReader
    relevance: RelevancePolicy
    customer_names: CustomerNames
    name_masks: NameMasks


def allowed_terms(account: Account) -> tuple[str, ...]:
    """The company's own names, handles and contacts: never masked."""
    return (account.name, *account.handles, *account.brands, *account.products, *account.public_contacts)
