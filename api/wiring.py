"""Turns settings into objects: the one place. HTTP, command line, evaluation and benchmark all start here."""

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from api.account_files import load_accounts
from api.settings import Settings
from api.version import SERVICE_VERSION
from cases.adverse_events import check_policy
from cases.assembly import Versions
from cases.complaints import ComplaintReader
from cases.customer_name import CustomerNames
from cases.engines import Engines, allowed_terms
from cases.name_mask import name_masks
from cases.pipeline import Pipeline
from cases.secret_keys import VAULT_VARIABLE, load_keys
from drafting.context import FindPersonalData
from drafting.drafter import Drafter
from drafting.llm_loading import API_KEY_VARIABLE, load_language_model
from knowledge_base.asks import Asks
from knowledge_base.config import RetrievalConfig
from knowledge_base.evidence import Encoder
from knowledge_base.governance import Governance
from knowledge_base.loader import KnowledgeBase, load_directory
from knowledge_base.retriever import Retriever
from knowledge_base.withdrawals import Ledger
from models.encoder import load_encoder
from models.language import LanguageIdentifier
from models.redaction.model_setting import PATTERNS_ALONE, span_model_loader
from models.redaction.redactor import Redactor
from models.spans import HEALTH_ENTITIES, RedactedSpan
from models.text import RawText
from models.understanding.understander import Understander
from policies.account import Account
from policies.adverse_events import AdverseEventPolicy, load_adverse_events
from policies.loader import load_policy
from policies.policy import Policy
from policies.relevance import RelevancePolicy
from policies.safety_numbers import SafetyNumbers


def build_pipeline(settings: Settings) -> Pipeline:
    """Load every engine and put the pipeline together.

    Raises:
        ModelError, PolicyError, KnowledgeBaseError: a file is missing or broken; the message names it.
    """
    policies_dir = settings.policies_dir
    accounts = load_accounts(policies_dir / "accounts", default=settings.account)
    numbers = SafetyNumbers.load(policies_dir / "safety_numbers.yaml")
    policies = load_policies(policies_dir / "rules", accounts, numbers)
    encoder = load_encoder(settings.encoder, threads=settings.encoder_threads)
    redactor = load_redactor(settings)
    understander = Understander.load(
        artifacts=settings.heads_dir,
        lexicons_dir=policies_dir / "lexicons",
        thresholds_file=policies_dir / "thresholds.yaml",
        encoder=encoder,
        threads=settings.encoder_threads,
    )
    base = load_directory(settings.knowledge_base_dir)
    drafter = Drafter.load(
        policies_dir,
        encoder=encoder,
        find_personal_data=personal_data_finder(redactor.patterns_alone),
        language_model=load_language_model(
            policies_dir,
            encoder,
            url=settings.llm_url or None,
            model=settings.llm_model,
            api_key=os.environ.get(API_KEY_VARIABLE),
        ),
    )
    engines = Engines(
        redactor=redactor,
        languages=LanguageIdentifier.load(),
        understander=understander,
        retriever=_retriever(settings, base, encoder),
        asks=Asks.load(policies_dir / "asks.yaml"),
        accounts=accounts,
        policies=policies,
        safety_slots={account.id: numbers.slots(account.country) for account in accounts.values()},
        drafter=drafter,
        versions=Versions(
            service=SERVICE_VERSION,
            knowledge_base=base.fingerprint[:12],
            models={
                "encoder": encoder.fingerprint,
                "heads": understander.fingerprint,
                "redaction": redactor.model_fingerprint or PATTERNS_ALONE,
            },
        ),
        default_account=settings.account,
        adverse_events=_adverse_events(policies_dir / "adverse_events.yaml"),
        complaints=ComplaintReader.load(policies_dir),
        relevance=RelevancePolicy.load(policies_dir / "relevance.yaml"),
        customer_names=CustomerNames.load(policies_dir / "customer_names.yaml"),
        name_masks=name_masks(policies_dir / "customer_names.yaml"),
    )
    return Pipeline(engines)


def _retriever(settings: Settings, base: KnowledgeBase, encoder: Encoder) -> Retriever:
    return Retriever.build(
        base,
        encoder,
        RetrievalConfig.load(settings.policies_dir / "retrieval.yaml"),
        required_roles=Governance.load(settings.policies_dir / "knowledge_base.yaml").required_roles,
        cache_dir=settings.cache_dir,
        withdrawn=Ledger(settings.knowledge_base_dir).ids,
    )


def _adverse_events(file: Path) -> AdverseEventPolicy:
    policy = load_adverse_events(file)
    check_policy(policy)
    return policy


def load_redactor(settings: Settings) -> Redactor:
    """Load the redactor alone.

    Raises:
        ModelError: a file is missing or broken; the message names it.
        SecretKeyError: the policy asks for pseudonyms and the vault's key cannot be read.
    """
    folder = settings.policies_dir
    return Redactor.load(
        policy_file=folder / "redaction.yaml",
        lexicons_dir=folder / "lexicons",
        key=lambda: pseudonym_key(settings.data_dir),
        token_model=span_model_loader(settings.redaction_model, threads=settings.encoder_threads),
    )


def pseudonym_key(data_dir: Path) -> bytes:
    """The key of pseudonyms, derived from the vault's current one: a new vault key gives new pseudonyms."""
    return load_keys(VAULT_VARIABLE, data_dir / "vault.key")[0].derive("pseudonyms")


def personal_data_kinds(settings: Settings, redactor: Redactor) -> Callable[[str], list[str]]:
    """Wrap the redactor for `kb check`: the kinds of personal data in a text, the companies' own left out."""
    accounts = load_accounts(settings.policies_dir / "accounts", default=settings.account)
    allowed = {term for account in accounts.values() for term in allowed_terms(account)}

    def kinds(text: str) -> list[str]:
        return sorted({span.entity_type for span in _personal_spans(redactor, text, allowed)})

    return kinds


def personal_data_finder(redactor: Redactor) -> FindPersonalData:
    """Wrap the redactor for the verifier: the strings of a draft that are somebody's personal data.

    Health terms are left out: an approved answer speaks of conditions, and of nobody in particular.
    """

    def find(text: str) -> list[str]:
        return [text[span.start : span.end] for span in _personal_spans(redactor, text)]

    return find


def _personal_spans(redactor: Redactor, text: str, allowed: Collection[str] = ()) -> list[RedactedSpan]:
    """What the redactor masks in a text, the health terms left out."""
    spans = redactor.redact(RawText(text), allowed=allowed).spans
    return [span for span in spans if span.entity_type not in HEALTH_ENTITIES]


def load_policies(folder: Path, accounts: Mapping[str, Account], numbers: SafetyNumbers) -> dict[str, Policy]:
    """Load the policy of each account, under the account's own settings."""
    return {
        account.id: load_policy(
            folder / f"{account.policy}.yaml", safety_numbers=numbers, settings=account.settings
        )
        for account in accounts.values()
    }
