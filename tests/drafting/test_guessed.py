"""What only a trained head says is a guess: the wording then says what holds either way, and whom it is about."""

from dataclasses import replace

import pytest

from drafting.drafter import Drafter
from drafting.request import ComposeRequest
from models.understanding.types import AdverseEventCriteria, Signal
from models.vocabulary import SignalCode
from policies.vocabulary import Visibility
from tests.drafting.builders import answer, decision, request, retrieval


def signalled(asked: ComposeRequest, **signals: tuple[float, str]) -> ComposeRequest:
    """The same request with signals, each with its score and the cue that gave it."""
    given = tuple(Signal(SignalCode(code), score, (cue,)) for code, (score, cue) in signals.items())
    return replace(asked, understanding=replace(asked.understanding, signals=given))


def texts(drafter: Drafter, asked: ComposeRequest, seeds: int = 8) -> list[str]:
    found: list[str] = []
    for n in range(seeds):
        result = drafter.draft(replace(asked, seed=f"m-{n}"))
        assert result.drafter == "composer", result.violations_by_rejected_candidate
        found.extend(draft.text for draft in result.drafts)
    return found


def labels(drafter: Drafter, asked: ComposeRequest) -> frozenset[str]:
    return drafter.composer.labels(asked)[asked.audiences()[0]]


def referred(**signals: tuple[float, str]) -> ComposeRequest:
    decided = decision("refer_in_person", flags=("pregnancy", "in_person_referral"), audiences=("private",))
    return signalled(
        request("la herida del codo sigue igual", decided=decided, intents=("medical_advice",)), **signals
    )


@pytest.mark.parametrize(
    ("score", "cue", "spoken"),
    [
        (0.3, "head:pregnancy", False),
        (0.74, "head:pregnancy", False),
        (0.96, "head:pregnancy", True),
        (0.3, "pregnancy.stated", True),
        (0.3, "thread:pregnancy.stated", True),
    ],
)
def test_of_a_guessed_pregnancy_nothing_is_said(
    drafter: Drafter, score: float, cue: str, spoken: bool
) -> None:
    said = texts(drafter, referred(pregnancy=(score, cue)))
    assert any("matrona" in text for text in said) is spoken


def urgent(text: str, **signals: tuple[float, str]) -> ComposeRequest:
    decided = decision("urgent_referral", flags=tuple(signals), audiences=("private",))
    return signalled(
        request(text, decided=decided, intents=("medical_advice",), emotion="worried"), **signals
    )


def test_an_emergency_that_words_tell_comes_before_a_guessed_wish_to_die(drafter: Drafter) -> None:
    asked = urgent(
        "mi cuñada no reacciona", emergency=(0.98, "em.unconscious"), self_harm=(0.36, "head:self_harm")
    )
    for text in texts(drafter, asked):
        assert text.startswith(("Llama ahora mismo al 112", "Llama ya al 112"))
        assert "si prefieres" not in text
        assert "hacerte daño" not in text
        assert "024" in text


@pytest.mark.parametrize(
    "self_harm", [(0.97, "head:self_harm"), (0.4, "sh.want_to_die")], ids=["sure", "told"]
)
def test_a_wish_to_die_that_is_told_keeps_its_words(drafter: Drafter, self_harm: tuple[float, str]) -> None:
    asked = urgent("[SINTOMA_1]", emergency=(0.98, "em.unconscious"), self_harm=self_harm)
    assert all("si prefieres" in text for text in texts(drafter, asked))


def test_a_guessed_reaction_names_no_product(drafter: Drafter) -> None:
    decided = decision(
        "refer_in_person", flags=("adverse_event", "in_person_referral"), audiences=("private",)
    )
    criteria = AdverseEventCriteria(True, True, False, True, False)
    asked = request("tengo un grano detrás de la oreja", decided=decided, intents=("medical_advice",))
    asked = replace(asked, understanding=replace(asked.understanding, adverse_event=criteria))
    for text in texts(drafter, signalled(asked, adverse_event=(0.4, "head:adverse_event"))):
        assert "Lleva el envase" not in text
        assert "De aquí pasa" not in text
    told = texts(drafter, signalled(asked, adverse_event=(0.9, "ae.skin_after")))
    assert any("farmacovigilancia" in text for text in told)


REPORT = {"flags": ("adverse_event",), "queue": "pharmacovigilance", "audiences": ("private",)}


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("el colutorio me dejó la lengua rara, ya estoy bien", True),
        ("me salió un sarpullido y se me fue solo", True),
        ("le dio diarrea pero ya está mejor", True),
        ("la loción me picó, al quitármela se me pasó", True),
        ("el colutorio me dejó la lengua rara y no ya no sé qué hacer", False),
        ("me salió un sarpullido y no se me va", False),
        ("todavía no estoy bien del todo", False),
        ("ya me pasó una vez y ahora otra", False),
        ("se me pasó la hora del sobre", False),
    ],
)
def test_what_has_passed_is_no_alarm(drafter: Drafter, text: str, over: bool) -> None:
    asked = request(text, decided=decision(**REPORT), intents=("adverse_event",))  # type: ignore[arg-type]
    assert ("topic:over" in labels(drafter, asked)) is over
    assert any("ya ha" in said for said in texts(drafter, asked, 4)) is over


def test_a_child_that_is_well_again_is_not_sent_to_the_doctor_today(drafter: Drafter) -> None:
    flagged = decision(flags=("adverse_event", "minor"), queue="pharmacovigilance", audiences=("private",))
    asked = request("a mi hija le salieron rojeces pero ya está bien", decided=flagged,
                    intents=("adverse_event",))  # fmt: skip
    assert not any("hoy su pediatra" in text for text in texts(drafter, asked))


def test_the_order_beside_a_report_is_not_forgotten(drafter: Drafter) -> None:
    asked = request("mandad lo demás, esa loción no que me pica", decided=decision(**REPORT),  # type: ignore[arg-type]
                    intents=("adverse_event", "order_or_delivery"))  # fmt: skip
    assert all("Lo del pedido" in text for text in texts(drafter, asked))
    alone = replace(asked, understanding=request(intents=("adverse_event",)).understanding)
    assert not any("Lo del pedido" in text for text in texts(drafter, alone))


def test_mourners_are_not_sent_to_the_pharmacy(drafter: Drafter) -> None:
    decided = decision(flags=("expert_review", "health_data"), queue="medical", audiences=("private",))
    asked = request("mi marido murió en enero, ¿pudo ser el corazón?", decided=decided,
                    intents=("medical_advice",), emotion="sad")  # fmt: skip
    for text in texts(drafter, asked, 16):
        assert "farmacia" not in text, text


def test_no_answer_that_is_merely_near_stands_beside_condolence(drafter: Drafter) -> None:
    near = retrieval(answer("Una vez caducado, no lo uses.", "No lo uses."))
    decided = decision("draft", flags=("health_data",), audiences=("private",))
    asked = request("mi mujer falleció, ¿pudo ser el jarabe?", decided=decided, found=near,
                    intents=("product_information",))  # fmt: skip
    assert not any("caducado" in text for text in texts(drafter, asked))
    alive = replace(asked, text=type(asked.text)("mi mujer pregunta si el jarabe caduca"))
    assert all("caducado" in text for text in texts(drafter, alive))


ABOUT = [
    ("worried_for_other", "Mi suegra lleva días sin salir y se despide de todos", True),
    ("worried_for_other", "hola, mi hijo de 19 años [SINTOMA_1]", True),
    ("worried_for_other", "una alumna nos ha mandado un audio raro", True),
    ("worried_for_other", "¿tienen su dirección? no contesta", True),
    ("worried_for_other", "mi madre lleva una vida mejor sin mí", False),
    ("worried_for_other", "echo de menos a mi madre [SINTOMA_1]", False),
    ("worried_for_other", "le regalé la guitarra a un amigo", False),
    ("worried_for_other", "mi marido se fue y [SINTOMA_1]", False),
    ("self_told", "me duele el pecho y no puedo respirar", True),
    ("self_told", "me he tomado una caja entera", True),
    ("self_told", "hay una mujer tirada en la acera", False),
    ("self_told", "estoy con mi padre, está morado", False),
    ("older_person", "a mi abuela le pica", True),
    ("older_person", "huele como la casa de mi abuela", False),
    ("prescription", "¿me mandáis la receta?", True),
    ("prescription", "¿vendéis audífonos sin receta?", False),
    ("measuring", "el tensiómetro marca raro", True),
    ("measuring", "el nebulizador no echa vapor", False),
    ("bereavement", "mi hermano tomaba esas cápsulas y en junio lo perdimos", True),
    ("bereavement", "desde que enviudé compro para uno", True),
    ("bereavement", "mi marido siguió al repartidor y lo perdimos de vista", False),
    ("bereavement", "el paquete lo perdimos", False),
    ("other_person", "a mi nuera le sangra la nariz", True),
]


@pytest.mark.parametrize(("topic", "text", "told"), ABOUT)
def test_whom_it_is_about(drafter: Drafter, topic: str, text: str, told: bool) -> None:
    assert (topic in drafter.composer.topics.find(text, "es")) is told


def test_labels_are_the_same_without_a_signal(drafter: Drafter) -> None:
    asked = referred()
    assert "flag:pregnancy" in labels(drafter, asked)
    assert not any(label.startswith("guessed:") for label in labels(drafter, asked))
    assert asked.audiences() == (Visibility.PRIVATE,)
