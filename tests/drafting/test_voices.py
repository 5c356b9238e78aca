"""Varieties of Spanish: whose company says what, and that no draft mixes tuteo and voseo."""

from itertools import pairwise
from pathlib import Path

import pytest

from drafting.drafter import Drafter
from drafting.request import ComposeRequest
from policies.account import Account
from policies.errors import PolicyError
from tests.drafting.builders import account, decision, request
from tests.drafting.test_bank import GOOD, load

# Words that only tuteo, or only voseo, has.
TUTEO = (
    "puedes",
    "quieres",
    "tienes",
    "cuéntanos",
    "escríbenos",
    "dinos",
    "llama ",
    "pide cita",
    "cuentas",
    "aquí",
)
VOSEO = ("podés", "querés", "tenés", "contanos", "llamá", "pedí ", "contás", "acá", "dejá ", "guardá ")
BOTH = ("public", "private")

Case = tuple[str, dict[str, object], dict[str, object]]

SITUATIONS: list[Case] = [
    ("mi pedido no llega", {"intents": ("order_or_delivery", "complaint"), "emotion": "angry"}, {}),
    ("me sale un sarpullido", {"intents": ("adverse_event",), "emotion": "worried"},
     {"flags": ("adverse_event",), "queue": "pharmacovigilance"}),
    ("me duele la muela", {"intents": ("medical_advice",), "topic": "teeth"},
     {"disposition": "refer_in_person", "flags": ("in_person_referral",), "queue": "medical"}),
    ("mi mamá no respira", {"intents": ("medical_advice",)},
     {"disposition": "urgent_referral", "flags": ("emergency",), "queue": "medical"}),
    ("no quiero vivir", {"intents": ("medical_advice",)},
     {"disposition": "urgent_referral", "flags": ("self_harm",), "queue": "medical"}),
    ("el nene se tragó pastillas", {"intents": ("adverse_event",)},
     {"disposition": "urgent_referral", "flags": ("adverse_event",), "referral": "poison_centre",
      "queue": "pharmacovigilance"}),
    ("me encanta la crema, gracias", {"intents": ("praise",), "emotion": "satisfied"}, {"disposition": "draft"}),
    ("borren mis datos", {"intents": ("data_rights",)}, {"queue": "data_protection"}),
    ("¿lleva alcohol?", {"intents": ("product_information",)}, {"disposition": "draft"}),
    ("hola", {"intents": ("off_topic",)}, {"disposition": "draft"}),
    ("no puedo entrar a la app", {"intents": ("account_or_app",), "emotion": "frustrated"}, {"queue": "digital"}),
    ("vino roto", {"intents": ("product_quality",), "emotion": "frustrated"}, {"queue": "quality"}),
]  # fmt: skip


def company(country: str, treatment: str = "tu") -> Account:
    return account(treatment).model_copy(update={"country": country})


def asked(case: Case, country: str, seed: str) -> ComposeRequest:
    text, given, decided = case
    values = dict(decided)
    taken = decision(str(values.pop("disposition", "acknowledge")), audiences=BOTH, **values)  # type: ignore[arg-type]
    return request(text, decided=taken, company=company(country), seed=seed, channel="instagram", **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", SITUATIONS, ids=[case[0] for case in SITUATIONS])
def test_an_argentine_company_never_mixes_tuteo_and_voseo(drafter: Drafter, case: Case) -> None:
    for number in range(6):
        result = drafter.draft(asked(case, "AR", f"m-{number}"))
        assert result.drafter == "composer"
        for draft in result.drafts:
            text = f" {draft.text.lower()} "
            assert not [word for word in TUTEO if f" {word}" in text], draft.text


@pytest.mark.parametrize("case", SITUATIONS, ids=[case[0] for case in SITUATIONS])
@pytest.mark.parametrize("country", ["ES", "MX", "CO", "CL"])
def test_only_an_argentine_company_speaks_voseo(drafter: Drafter, case: Case, country: str) -> None:
    for number in range(3):
        for draft in drafter.draft(asked(case, country, f"m-{number}")).drafts:
            assert not [word for word in VOSEO if word in draft.text.lower()], draft.text


def test_words_of_spain_stay_in_spain(drafter: Drafter) -> None:
    for country in ("AR", "MX", "CO", "CL"):
        for number in range(12):
            case: Case = (
                "a mi hija le pica la cara con la crema",
                {"intents": ("adverse_event",), "emotion": "worried"},
                {"flags": ("adverse_event", "minor"), "queue": "pharmacovigilance"},
            )
            for draft in drafter.draft(asked(case, country, f"m-{number}")).drafts:
                assert "peque" not in draft.text.replace("pequeñ", "")
                assert "vuestr" not in draft.text


def test_a_mexican_company_says_some_of_its_own(drafter: Drafter) -> None:
    case: Case = ("¿por dónde anda mi paquete?", {"intents": ("order_or_delivery",)}, {})
    texts = [
        draft.text for number in range(12) for draft in drafter.draft(asked(case, "MX", f"m-{number}")).drafts
    ]
    assert any("paquetería" in text for text in texts)


@pytest.mark.parametrize(
    ("variety", "error"),
    [("es", "variety"), ("ca-ES", "variety: must start with 'es-'"), ("es-ar", "variety")],
)
def test_a_variety_names_language_and_country(tmp_path: Path, variety: str, error: str) -> None:
    with pytest.raises(PolicyError, match=error):
        load(tmp_path, GOOD.replace("  tu:", f"  variety: {variety}\n  tu:"))


def test_no_argentine_phrase_is_ruled_out_in_its_own_country(drafter: Drafter) -> None:
    for phrase in drafter.composer.bank.by_id.values():
        if phrase.variety == "es-AR":
            assert "country:AR" not in phrase.ruled_out_by, phrase.text


def test_drafts_to_many_customers_do_not_start_alike(drafter: Drafter) -> None:
    case = SITUATIONS[0]
    first = [
        drafter.draft(asked(case, "ES", f"m-{number}")).drafts[0].sentences[0].source for number in range(40)
    ]
    assert len(set(first)) >= 6
    assert sum(one == other for one, other in pairwise(first)) <= 14
