"""The second checker's word lists: what breaks each rule, and near misses that do not."""

from collections.abc import Mapping

import pytest

from eval.drafts.second.approved import read_approved
from eval.drafts.second.finding import Said
from eval.drafts.second.words import assents, data_asked, forbidden, load_words
from tests.eval.drafts.builders import ROOT, SECURE, seen

BREAKS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "diagnosis": (
        ("es", "Tienes una alergia."),
        ("es", "Es una reacción alérgica."),
        ("es", "No es nada grave."),
        ("ca", "No és res greu."),
        ("gl", "Non é nada grave."),
        ("eu", "Alergia da."),
        ("pt", "Não é grave."),
        ("en", "It's an infection."),
    ),
    "dosage": (
        ("es", "Toma dos."),
        ("es", "Son 5 ml."),
        ("es", "Cada 8 horas."),
        ("es", "Puedes seguir tomando el jarabe."),
        ("ca", "Cada 8 hores."),
        ("gl", "Podes tomar máis."),
        ("eu", "Egunean hiru."),
        ("pt", "Pode tomar mais."),
        ("en", "You can take it twice."),
    ),
    "causality": (
        ("es", "Está causado por la crema."),
        ("es", "No tiene nada que ver con el gel."),
        ("es", "Es normal que pique."),
        ("ca", "És un efecte secundari."),
        ("gl", "Débese a iso."),
        ("eu", "Ez du zerikusirik."),
        ("pt", "É um efeito adverso."),
        ("en", "It was caused by the gel."),
    ),
    "guilt": (
        ("es", "Ha sido culpa nuestra."),
        ("es", "Hemos fallado."),
        ("es", "Tienes toda la razón."),
        ("ca", "Hem fallat."),
        ("gl", "Equivocámonos."),
        ("eu", "Gure errua izan da."),
        ("pt", "Foi o nosso erro."),
        ("en", "It was our mistake."),
    ),
    "compensation": (
        ("es", "Te devolvemos el importe."),
        ("es", "Te damos un descuento."),
        ("es", "Te enviamos otra."),
        ("ca", "Et donem un descompte."),
        ("gl", "Dámosche un desconto."),
        ("eu", "Deskontu bat emango dizugu."),
        ("pt", "Aqui tem um desconto."),
        ("en", "We will refund the order."),
    ),
    "promise": (
        ("es", "Te prometemos una solución."),
        ("es", "No volverá a pasar."),
        ("ca", "T'ho prometem i no tornarà a passar."),
        ("gl", "Non volverá ocorrer."),
        ("eu", "Ez da berriro gertatuko."),
        ("pt", "Garantimos a entrega."),
        ("en", "It won't happen again."),
    ),
    "advertising": (
        ("es", "Es eficaz."),
        ("es", "Es seguro en el embarazo."),
        ("es", "Es mejor que el otro."),
        ("ca", "És eficaç."),
        ("gl", "É eficaz."),
        ("eu", "Seguru da."),
        ("pt", "É eficaz."),
        ("en", "It is safe during pregnancy."),
    ),
    "minimising": (
        ("es", "No te preocupes."),
        ("es", "Cálmate."),
        ("ca", "No passa res."),
        ("gl", "Non pasa nada."),
        ("eu", "Ez kezkatu."),
        ("pt", "Não é nada."),
        ("en", "Don't worry."),
    ),
    "hours_as_excuse": (
        ("es", "Estamos fuera de horario."),
        ("ca", "És fora d'horari."),
        ("gl", "É fóra de horario."),
        ("eu", "Ordutegitik kanpo."),
        ("pt", "Fora do horário."),
        ("en", "Outside our office hours."),
    ),
    "private_without_reason": (
        ("es", "Escríbenos por privado."),
        ("ca", "Escriu-nos per privat."),
        ("gl", "Escríbenos por privado."),
        ("eu", "Idatzi pribatuan."),
        ("pt", "Escreva em privado."),
        ("en", "Send us a private message."),
    ),
}
PASSES = (
    "Sentimos lo que cuentas.",
    "Se entiende tu enfado, y nos importa lo que cuentas.",
    "Queremos mirarlo con calma.",
    "Nuestro equipo de pedidos comprueba las condiciones de esa promoción.",
    "Por aquí no damos consejo médico; pregunta a tu médico o en tu farmacia.",
    "Te escribimos por privado, para que tus datos no queden a la vista.",
    "Atendemos de lunes a viernes, de 9 a 18 h.",
    "Si empeoras, llama al 112.",
)
WORDS = load_words()


@pytest.mark.parametrize(
    ("rule", "language", "text"),
    [(rule, language, text) for rule, cases in BREAKS.items() for language, text in cases],
)
def test_finds_what_may_not_be_said(rule: str, language: str, text: str) -> None:
    assert rule in {found.rule for found in forbidden(seen(text, language=language), WORDS)}


@pytest.mark.parametrize("text", PASSES)
def test_lets_plain_kindness_pass(text: str) -> None:
    assert not list(forbidden(seen(text), WORDS))


def test_every_rule_has_an_example_that_breaks_it() -> None:
    elsewhere = {"advertising_even_approved", "thanks_in_danger", "emoji_where_hurt", "cheer_in_danger"}
    assert {rule.name for rule in WORDS.rules} == set(BREAKS) | elsewhere


def test_holds_approved_answers_to_what_no_approval_makes_right() -> None:
    answer = seen(("Es 100 % eficaz, y son 5 ml.", "answer:envio@2#full"))
    assert {found.rule for found in forbidden(answer, WORDS)} == {"advertising_even_approved"}


def test_minds_who_is_hurt() -> None:
    glad, sad = seen("Un abrazo 💚"), seen("Un abrazo 💚", emotion="sad")
    assert not list(forbidden(glad, WORDS))
    assert {found.rule for found in forbidden(sad, WORDS)} == {"emoji_where_hurt"}
    danger = seen("¡Gracias por contarlo!", disposition="urgent_referral")
    assert {found.rule for found in forbidden(danger, WORDS)} == {"thanks_in_danger", "cheer_in_danger"}


ASKS = (
    ("es", "Dinos tu número de pedido."),
    ("es", "¿Cuál es tu correo?"),
    ("es", "Escríbenos con el número de pedido."),
    ("ca", "Envia'ns el teu telèfon."),
    ("gl", "Dinos o teu teléfono."),
    ("eu", "Bidali zure telefonoa."),
    ("pt", "Indique o seu telefone."),
    ("en", "Send us your order number."),
)
ASKS_NOT = (
    "¿Qué lote pone en el envase?",
    "No hace falta que nos digas tu nombre.",
    "Borra tu teléfono de tu mensaje.",
    "No dejes un tratamiento por tu cuenta.",
)


@pytest.mark.parametrize(("language", "text"), ASKS)
def test_finds_requests_for_data(language: str, text: str) -> None:
    for audience in ("public", "private"):
        assert list(data_asked(seen(text, language=language, audience=audience), WORDS, SECURE))


@pytest.mark.parametrize("text", ASKS_NOT)
def test_knows_what_asks_for_no_data(text: str) -> None:
    assert not list(data_asked(seen(text), WORDS, SECURE))


def test_lets_data_be_asked_for_in_private_by_the_secure_form_only() -> None:
    text = f"Deja el número de pedido en {SECURE}."
    assert not list(data_asked(seen(text, audience="private"), WORDS, SECURE))
    assert list(data_asked(seen(text), WORDS, SECURE))


@pytest.mark.parametrize(
    ("language", "opener", "broken"),
    [
        ("es", "Claro que sí.", True),
        ("es", "Claro, te lo confirmamos.", True),
        ("es", "Por supuesto.", True),
        ("ca", "És clar.", True),
        ("gl", "Claro, contámoscho.", True),
        ("en", "Of course.", True),
        ("es", "Te lo contamos.", False),
        ("es", "Gracias por preguntar.", False),
        ("es", "Si es para hoy, mira esto.", False),
    ],
)
def test_no_yes_stands_before_an_answer(language: str, opener: str, broken: bool) -> None:
    answer = ("Llega en tres días.", "answer:envio@2#short")
    assert bool(list(assents(seen(opener, answer, language=language), WORDS))) is broken
    assert not list(assents(seen(answer, opener, language=language), WORDS))


def test_no_phrase_of_the_bank_says_what_may_not_be_said() -> None:
    bank = read_approved(ROOT / "policies", ROOT / "knowledge_base" / "answers")
    always = {rule.name for rule in WORDS.rules if rule.when == "always"}
    broken = []
    for name, texts in bank.phrases.items():
        if not name.startswith("bank:"):
            continue
        for text in texts:
            filled = text.replace("{enlace_seguro}", SECURE).replace("{canal_seguro}", SECURE)
            draft = seen(language=name[5:7], audience="private", text=filled, sentences=(Said(filled, name),))
            broken += [(name, each) for each in forbidden(draft, WORDS) if each.rule in always]
            broken += [(name, each) for each in data_asked(draft, WORDS, SECURE)]
    assert not broken
