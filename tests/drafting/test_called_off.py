"""What the customer takes back, or says is no longer needed: thanked for, and nothing is started (M48)."""

import pytest

from drafting.drafter import Drafter
from tests.drafting.builders import decision, request

CALLED_OFF = [
    "ya no hace falta que me llaméis, ya me lo han solucionado en la tienda",
    "Retiro mi reclamación de ayer: el cargo era de otra tienda. Disculpad",
    "Nada, ya me ha llegado el mail con el código, cancelad la consulta. graciasss",
    "no hagáis caso de mi mensaje anterior, era error mío",
    "gracias, ya lo he visto",
    "Al final apareció el paquete, lo tenía el vecino",
    "solo os aviso por si os descuadra la transferencia",
]
STILL_WANTED = [
    "ya no lo necesito, quiero devolver el producto",
    "todavía no me lo han solucionado",
    "ya lo he visto pero sigue sin funcionar",
    "al final apareció pero roto",
    "ya no hace falta, qué vergüenza de empresa",
    "¿ya no hace falta que mande la foto?",
    "no hacéis caso a nadie",
    "quiero retirar mi pedido en la tienda",
]


def purposes(drafter: Drafter, text: str) -> list[str]:
    asked = request(
        text, intents=("order_or_delivery",), decided=decision(audiences=("private",)), channel="whatsapp"
    )
    (draft,) = drafter.draft(asked).drafts
    bank = drafter.composer.bank.by_id
    return [bank[sentence.source.removeprefix("bank:")].purpose for sentence in draft.sentences]


@pytest.mark.parametrize("text", CALLED_OFF)
def test_nothing_is_looked_up_asked_for_or_promised(drafter: Drafter, text: str) -> None:
    assert purposes(drafter, text) == ["welcome"]


@pytest.mark.parametrize("text", STILL_WANTED)
def test_near_misses_are_worked_on(drafter: Drafter, text: str) -> None:
    assert "act" in purposes(drafter, text)


@pytest.mark.parametrize("language", ["ca", "gl", "eu", "pt", "en"])
def test_in_every_language(drafter: Drafter, language: str) -> None:
    said = {
        "ca": "ja no cal, gràcies, ja ho he trobat",
        "gl": "xa non fai falta, grazas, xa o atopei",
        "eu": "jada ez da behar, eskerrik asko",
        "pt": "já não é preciso, obrigada, já encontrei",
        "en": "no longer needed, I've found it, thanks",
    }[language]
    asked = request(said, language=language, decided=decision(audiences=("private",)), channel="whatsapp")
    (draft,) = drafter.draft(asked).drafts
    assert [sentence.role for sentence in draft.sentences] == ["acknowledge"]


def test_an_adverse_event_is_not_called_off(drafter: Drafter) -> None:
    asked = request(
        "ya no hace falta que me llaméis, pero la crema me dejó ronchas",
        intents=("adverse_event",),
        decided=decision(
            flags=("adverse_event", "expert_review"), audiences=("private",), queue="pharmacovigilance"
        ),
        channel="whatsapp",
    )
    (draft,) = drafter.draft(asked).drafts
    assert len(draft.sentences) > 2
