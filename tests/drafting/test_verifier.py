"""Every rule of the verifier has drafts that break it and near misses that do not, as data."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from drafting.context import Context
from drafting.draft import Draft, Sentence
from drafting.drafter import Drafter
from drafting.joining import join
from knowledge_base.answer import ApprovedAnswer
from policies.vocabulary import Channel, Visibility
from tests.drafting.builders import NUMBERS, account, answer, retrieval

ROOT = Path(__file__).parents[2]
CASES: dict[str, Any] = yaml.safe_load(
    (ROOT / "policies" / "verification.cases.yaml").read_text(encoding="utf-8")
)
APPROVED = "Los pedidos llegan en dos días. Los festivos no cuentan."
RULES = CASES["rules"]


def find_phones_and_emails(text: str) -> list[str]:
    """A small redactor: phones and e-mails only."""
    return re.findall(r"\d(?:[ ]?\d){8}|[\w.]+@[\w.]+\w", text)


def evidence() -> ApprovedAnswer:
    return answer(APPROVED, "Los pedidos llegan en dos días.", private="Solo en privado.")


def violations(case: Any, drafter: Drafter) -> set[str]:
    given = {"text": case} if isinstance(case, str) else case
    channel, audience = Channel(given.get("channel", "facebook")), Visibility(given.get("audience", "public"))
    settings = account().settings
    limit = drafter.composer.channels.limit(channel, audience, settings)
    sentence = Sentence(given["text"], given.get("source", "free:test"), given.get("role", "acknowledge"))
    labels = frozenset(given.get("labels", ()))
    text = join([sentence], channel)
    draft = Draft(
        audience, text, drafter.composer.channels.measure(text, channel), limit, (sentence,), "test"
    )
    language = given.get("language", "es")
    slots = {name: values[language] for name, values in account().slots.items() if language in values}
    context = Context(
        language=language,
        channel=channel,
        audience=audience,
        labels=labels,
        limit=limit,
        max_sentences=2 if "disposition:urgent_referral" in labels
        else drafter.composer.channels.max_sentences(channel, audience),
        account=account(),
        values={**slots, **NUMBERS},
        evidence=retrieval(evidence()).evidence,
        agent_texts=tuple(given.get("agent_texts", ())),
        customer_text="Me gusta Flexalia Gel",
        safety_numbers=tuple(NUMBERS.values()),
        customer_name=given.get("customer_name"),
        find_personal_data=find_phones_and_emails,
    )  # fmt: skip
    return {violation.rule for violation in drafter.verifier.verify(draft, context)}


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule in RULES for case in RULES[rule]["fails"]])
def test_a_draft_that_breaks_the_rule_is_refused(rule: str, case: Any, drafter: Drafter) -> None:
    assert rule in violations(case, drafter)


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule in RULES for case in RULES[rule]["passes"]])
def test_a_near_miss_passes(rule: str, case: Any, drafter: Drafter) -> None:
    assert rule not in violations(case, drafter)


def test_every_rule_has_at_least_six_cases(drafter: Drafter) -> None:
    named = {rule.name for rule in drafter.verifier.lexicon.words}
    assert named <= set(RULES)
    for rule, cases in RULES.items():
        assert len(cases["fails"]) + len(cases["passes"]) >= 6, rule
        assert len(cases["fails"]) >= 3, rule
        assert len(cases["passes"]) >= 3, rule


def test_the_text_must_be_its_sentences(drafter: Drafter) -> None:
    sentence = Sentence("Hemos recibido tu mensaje.", "free:x", "acknowledge")
    draft = Draft(Visibility.PUBLIC, "Hemos recibido tu mensaje. Y algo más.", 38, 600, (sentence,), "test")
    context = Context("es", Channel.FACEBOOK, Visibility.PUBLIC, frozenset(), 600, 6, account())
    messages = [found.message for found in drafter.verifier.verify(draft, context)]
    assert "El texto no es la suma de sus frases" in messages
