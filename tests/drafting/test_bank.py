"""The sentence bank: what the loader refuses, and what every shipped phrase keeps to."""

import re
from collections import Counter
from pathlib import Path

import pytest

from drafting.bank import Bank
from drafting.drafter import Drafter
from drafting.joining import count
from drafting.lexicon import found
from drafting.request import LANGUAGES
from policies.errors import PolicyError

PURPOSES = {"feel": "empathy", "act": "next_step"}
GOOD = "- id: es.a.feel\n  purpose: feel\n  when: {intent: [complaint]}\n  tu:\n    - Te entendemos.\n"
REPEATED = "- id: es.a\n  purpose: feel\n  any:\n    - Hola.\n"


def load(tmp_path: Path, text: str) -> Bank:
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "a.yaml").write_text(text, encoding="utf-8")
    return Bank.load(tmp_path, PURPOSES, frozenset({"late"}))


def test_a_phrase_id_carries_its_wording(tmp_path: Path) -> None:
    phrase = next(iter(load(tmp_path, GOOD).by_id.values()))
    assert phrase.id.startswith("es.a.feel/")
    assert (phrase.role, phrase.treatment, phrase.source) == ("empathy", "tu", f"bank:{phrase.id}")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            GOOD.replace("purpose: feel", "purpose: sing"),
            r"a\.yaml:1: es\.a\.feel: purpose: unknown purpose 'sing'",
        ),
        (GOOD.replace("entendemos", "escribe {nadie}"), r"a\.yaml:1: es\.a\.feel: tu: unknown slot 'nadie'"),
        (GOOD.replace("entendemos", "{entendemos"), r"stray brace"),
        (GOOD.replace("complaint", "complain"), r"when\.intent: unknown code 'complain'"),
        (GOOD.replace("{intent: [complaint]}", "{topic: [early]}"), r"when\.topic: unknown code 'early'"),
        (GOOD.replace("intent:", "mood:"), r"when: unknown kind 'mood'"),
        (GOOD.replace("  tu:", "  tuteo:"), r"a\.yaml:1: es\.a\.feel: tuteo"),
        (GOOD.replace("es.a.feel", "ca.a.feel"), r"must start with 'es\.'"),
        (GOOD.replace("  tu:\n    - Te entendemos.\n", ""), r"no phrases under tu, usted or any"),
        (GOOD + GOOD.replace("tu:", "usted:"), r"duplicate id"),
        (REPEATED + REPEATED, r"phrases: duplicate id 'es\.a/"),
        ("purpose: feel\n", r"a list of groups was expected"),
        (GOOD + "  tu:\n    - Otra.\n", r"a\.yaml:6: key 'tu' given twice"),
        ("- id: [\n", r"a\.yaml:\d+: "),
    ],
)
def test_the_loader_names_file_line_and_field(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(PolicyError, match=error) as caught:
        load(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no phrases found"):
        Bank.load(tmp_path, PURPOSES, frozenset())


def test_the_bank_is_rich_enough(drafter: Drafter) -> None:
    phrases = drafter.composer.bank.by_id.values()
    assert len(phrases) >= 2700
    assert sum(phrase.language == "es" for phrase in phrases) >= 1800
    for language in LANGUAGES:
        assert sum(phrase.language == language for phrase in phrases) >= 120


def test_no_phrase_mixes_treatments(drafter: Drafter) -> None:
    treatments = drafter.composer.treatments
    for phrase in drafter.composer.bank.by_id.values():
        tu, usted = treatments.marks(phrase.text, phrase.language)
        assert not (
            usted if phrase.treatment == "tu" else tu if phrase.treatment == "usted" else tu or usted
        ), phrase


# Words that make the reader a man or a woman: the bank addresses everybody.
GENDERED = (
    "cansado",
    "cansada",
    "molesto",
    "molesta con",
    "preocupado",
    "preocupada",
    "seguro de que",
    "solo ante",
)


def test_no_phrase_gives_the_reader_a_gender(drafter: Drafter) -> None:
    for phrase in drafter.composer.bank.by_id.values():
        if phrase.language == "es":
            assert not any(f" {word}" in f" {phrase.text.lower()}" for word in GENDERED), phrase.text


def test_urgent_phrases_are_one_sentence(drafter: Drafter) -> None:
    for phrase in drafter.composer.bank.by_id.values():
        if phrase.purpose in ("urge", "urge_then"):
            assert count(phrase.text) == 1, phrase.text
            assert "!" not in phrase.text


def test_no_phrase_breaks_a_rule_that_holds_always(drafter: Drafter) -> None:
    lexicon = drafter.verifier.lexicon
    for phrase in drafter.composer.bank.by_id.values():
        for rule in lexicon.words:
            if not rule.when:
                assert not list(rule.finds(phrase.text, phrase.language)), (rule.name, phrase.text)


def test_every_purpose_of_a_required_step_is_covered_in_every_language(drafter: Drafter) -> None:
    for plan in drafter.composer.selector.plans.plans:
        for step in plan.steps:
            for language in LANGUAGES:
                if step.need == "must" and step.purposes != ("answer",):
                    found = [
                        p
                        for purpose in step.purposes
                        for p in drafter.composer.bank.phrases(language, purpose)
                    ]
                    assert found, (plan.id, step.purposes, language)


# Said in public they would ask for data, whatever the words around them (M32): only the secure link may.
def test_no_phrase_asks_for_data_but_through_the_secure_link(drafter: Drafter) -> None:
    lexicon = drafter.verifier.lexicon
    for phrase in drafter.composer.bank.by_id.values():
        if "enlace_seguro" not in phrase.slots:
            asked = list(found(phrase.text, phrase.language, lexicon.asks, lexicon.asks_allow))
            assert not asked, (phrase.id, asked)


def test_an_invitation_to_private_gives_its_reason_itself(drafter: Drafter) -> None:
    lexicon = drafter.verifier.lexicon
    for phrase in drafter.composer.bank.by_id.values():
        if phrase.purpose == "go_private":
            assert lexicon.reasons[phrase.language].search(phrase.text), phrase.text


# What a company of health may not say of its own: causes, dates that no slot gives, a remedy settled beforehand.
UNGROUNDED = re.compile(
    r"\b(?:mañana mismo|esta misma tarde|en unas horas|en \d+|te lo cambiamos|se lo cambiamos|sin coste"
    r"|solucionad[oa] hoy|no volverá a|garantiz|prometemos|seguro que se debe|es normal que pase)\b",
    re.IGNORECASE,
)


def test_no_phrase_promises_what_no_slot_gives(drafter: Drafter) -> None:
    for phrase in drafter.composer.bank.by_id.values():
        if phrase.language == "es":
            assert not UNGROUNDED.search(phrase.text), phrase.text


def test_advice_where_health_is_at_stake_names_who_to_ask(drafter: Drafter) -> None:
    helps = re.compile(
        r"médic|farmaci|farmacéut|pediatr|matron|ginecólog|obstetr|veterinari|urgencias|guardia|centro de salud"
        r"|dentist|dermatól|oftalm|otorrin|traumatól|fisioterap|podólog|profesional|lleva su tratamiento|{",
    )
    for phrase in drafter.composer.bank.by_id.values():
        health = phrase.condition.names(frozenset({"flag:adverse_event", "disposition:refer_in_person"}))
        if phrase.language == "es" and phrase.purpose in ("stop", "refer") and health:
            assert helps.search(phrase.text), phrase.text


def test_sentences_of_one_purpose_seldom_open_alike(drafter: Drafter) -> None:
    phrases = [p for p in drafter.composer.bank.by_id.values() if p.language == "es" and p.treatment == "tu"]
    for purpose in ("feel", "concern", "thank", "receive"):
        openers = Counter(" ".join(p.text.split()[:2]) for p in phrases if p.purpose == purpose)
        total = sum(openers.values())
        assert openers.most_common(1)[0][1] <= 0.12 * total, openers.most_common(3)


def test_every_term_can_be_said_in_many_ways(drafter: Drafter) -> None:
    for treatment in ("tu", "usted"):
        found_ = drafter.composer.bank.phrases("es", "estimate", treatment)
        assert sum("audience:private" in group for p in found_ for group in p.condition.groups) >= 6
        assert len([p for p in found_ if "plazo_respuesta" in p.slots]) >= 20


GREETS = re.compile(
    r"¡?(?:hola|ola|olá|buenas|buenos días|bon dia|bona tarda|bos días|bom dia|kaixo|egun on|hi|hello)\b"
    r"(?! compt)",  # Catalan "hi comptaves" greets nobody
    re.IGNORECASE,
)


def test_a_letter_greets_once(drafter: Drafter) -> None:
    """E-mails open with a greeting of their own: a sentence that greets is no sentence for them."""
    doubled = {
        phrase.id
        for phrase in drafter.composer.bank.by_id.values()
        if phrase.purpose != "greet"
        and GREETS.match(phrase.text)
        and "channel:email" not in phrase.condition.unless
        and not any("topic:only_greeting" in group for group in phrase.condition.groups)
    }
    assert not doubled
