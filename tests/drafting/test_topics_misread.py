"""Words that were taken for another matter: a pregnancy's months, a breast, a dead battery, one's own case."""

import pytest

from drafting.drafter import Drafter

BABY = [
    ("es", "¿desde cuántos meses se puede dar?", True),
    ("es", "tiene 5 meses y no come", True),
    ("es", "estoy embarazada y mi bebé tiene 14 meses", True),
    ("es", "estoy embarazada y mi peque de 14 meses tose", True),
    ("es", "la niña de 16 meses abrió el hierro de la embarazada", True),
    ("ca", "la meva de 5 mesos no menja", True),
    ("gl", "ten 5 meses e non come", True),
    ("pt", "ela tem 5 meses, posso dar?", True),
    ("pt", "estou grávida e o meu bebé tosse", True),
    ("eu", "8 hilabeteko umea da", True),
    ("es", "estoy de cuántos meses para poder usarla", False),
    ("es", "¿de cuántos meses tengo que estar para la faja?", False),
    ("es", "embarazada, ¿a partir de cuántos meses puedo usarla?", False),
    ("es", "estoy embarazada, de 5 meses", False),
    ("es", "preñada de 5 meses", False),
    ("es", "tengo 5 meses de embarazo", False),
    ("es", "estoy de 5 meses", False),
    ("es", "acabo de saber que estoy embarazada y lo llevo usando 2 meses", False),
    ("ca", "estic embarassada de 6 mesos", False),
    ("ca", "prenyada de 3 mesos, puc fer-la servir?", False),
    ("ca", "estic de 6 mesos", False),
    ("gl", "estou embarazada de 5 meses", False),
    ("gl", "estou de 5 meses", False),
    ("pt", "estou grávida de 5 meses", False),
    ("pt", "5 meses de gravidez, posso usar?", False),
    ("eu", "6 hilabeteko haurdun nago", False),
    ("eu", "haurdun nago, 6 hilabete", False),
]
OTHER_PERSON = [
    ("mamá tiene fiebre", True),
    ("mi mamá desde ayer con [SINTOMA_1]", True),
    ("a mi mamá se le hinchan los pies", True),
    ("joven, mi mamá se ha quedado dura", True),
    ("joven mi mamá se ha quedado dura", True),
    ("hola mamá tiene fiebre", True),
    ("la medicina de mi mamá no llega", True),
    ("mi papá toma anticoagulantes", True),
    ("consulta por mi madre", True),
    ("te hago una consulta por mi viejo", True),
    ("consulta por mi bebé", True),
    ("tengo un bulto en la mama desde hace un mes", False),
    ("noto algo en mi mama desde ayer", False),
    ("me duele la mama desde ayer", False),
    ("cáncer de mama de 2 cm", False),
    ("creo que mi mama izquierda está más dura", False),
    ("consulta por mi alergia", False),
    ("consulta por mi pedido", False),
]
BEREAVEMENT = [
    ("se me murió un hijo", True),
    ("se me murió mi padre", True),
    ("se me murió mi perro", True),
    ("ayer se me murió el gato", True),
    ("se nos ha muerto la abuela", True),
    ("se me murió mi compañera de vida", True),
    ("mi padre se nos murió en marzo", True),
    ("murió en febrero", True),
    ("se me murió la perra en el coche", True),
    ("murió el padre de mi mujer", True),
    ("se me murió el portátil", False),
    ("se me ha muerto mi portátil", False),
    ("ayer se me murió el móvil", False),
    ("se me murió la batería", False),
    ("se me murió la tablet con la receta", False),
    ("se me murió un portátil y no puedo entrar", False),
    ("a mi hija se le murió el teléfono", False),
    ("mi hija dice que se me ha muerto el móvil", False),
    ("la impresora murió", False),
    ("murió mi ordenador", False),
]
OWN_CASE = [
    ("me cobraron dos veces, ¿cómo pido el reembolso?", True),
    ("me llegó roto, ¿cómo puedo devolverlo?", True),
    ("me llegó roto", True),
    ("nos llegaron dos cajas vacías", True),
    ("me mandaron otro, ¿cómo hago el cambio?", True),
    ("lo recibí abierto, ¿se puede cambiar?", True),
    ("¿cómo pido el reembolso?", False),
    ("¿me cobran si devuelvo unas gafas?", False),
    ("¿me llega antes del viernes si compro hoy?", False),
    ("¿cuánto cuesta que me manden dos?", False),
]


DOUBLE_CHARGE = [
    ("pt", "quero a fatura do pedido, já pedi duas vezes", False),
    ("pt", "Cobraram-me duas vezes a mesma encomenda", True),
    ("pt", "o valor foi debitado duas vezes", True),
    ("ca", "ja us he escrit dues vegades", False),
    ("ca", "m'heu cobrat dues vegades", True),
    ("gl", "xa chamei dúas veces", False),
    ("gl", "cobráronme dúas veces o mesmo pedido", True),
    ("en", "I have written twice about the invoice", False),
    ("en", "you charged my card twice", True),
]


@pytest.mark.parametrize(("language", "text", "charged"), DOUBLE_CHARGE)
def test_asking_twice_is_no_double_charge(drafter: Drafter, language: str, text: str, charged: bool) -> None:
    assert ("double_charge" in drafter.composer.topics.find(text, language)) == charged


@pytest.mark.parametrize(("language", "text", "baby"), BABY)
def test_the_months_of_a_pregnancy_are_no_babys_age(
    drafter: Drafter, language: str, text: str, baby: bool
) -> None:
    assert ("baby" in drafter.composer.topics.find(text, language)) == baby


@pytest.mark.parametrize(("text", "other"), OTHER_PERSON)
def test_a_breast_or_an_order_is_no_other_person(drafter: Drafter, text: str, other: bool) -> None:
    assert ("other_person" in drafter.composer.topics.find(text, "es")) == other


@pytest.mark.parametrize(("text", "mourned"), BEREAVEMENT)
def test_a_thing_that_died_is_not_mourned(drafter: Drafter, text: str, mourned: bool) -> None:
    assert ("bereavement" in drafter.composer.topics.find(text, "es")) == mourned


@pytest.mark.parametrize(("text", "own"), OWN_CASE)
def test_what_happened_to_the_customer_is_their_own_case(drafter: Drafter, text: str, own: bool) -> None:
    assert ("own_case" in drafter.composer.topics.find(text, "es")) == own
