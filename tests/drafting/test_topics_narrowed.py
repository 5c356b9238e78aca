"""Topics that were told of too much: what each still finds, and what it must no longer say."""

import pytest

from drafting.drafter import Drafter

FOUND = [
    ("price", "qué caras se han puesto las toallitas"),
    ("price", "la mascarilla es cara para lo que dura"),
    ("out_of_stock", "no queda ni un bote en la balda"),
    ("out_of_stock", "en ese local nunca tienen mi tono"),
    ("packaging", "el plástico del cierre se parte"),
    ("call_wanted", "mi número es el de siempre"),
    ("fraud_page", "me entró un sms para que meta la clave en una web"),
    ("bereavement", "es para padres que perdieron un bebé"),
    ("medicine", "la pluma precargada se atasca"),
    ("gift", "busco un regalo para un compañero"),
    ("coverage", "el plan familiar trae óptica"),
    ("waiting_room", "mi turno era a las 11 y entré a las 12"),
    ("general_question", "¿cuánto cobran por hacer una plantilla?"),
    ("general_question", "a qué correo mando el formulario"),
    ("general_question", "cómo desactivo los avisos"),
    ("asks_unmarked", "vale perfecto y eso dónde lo pongo"),
    ("no_product_named", "¿dan charlas en colegios?"),
    ("no_parcel_named", "tardaron una hora en atenderme"),
    ("size_wanted", "ojalá un formato de viaje"),
    ("hold_parcel", "estoy fuera, ¿me pueden guardar el pedido?"),
    ("worn", "se partió la montura"),
    ("consumer_office", "esto lo lleva ya la oficina municipal del consumidor"),
    ("electrical", "la esterilla echa humo"),
    ("assent_and_thanks", "sí por favor, muchas gracias"),
]
NOT_FOUND = [
    ("price", "me pica la cara"),
    ("price", "que alguien dé la cara"),
    ("out_of_stock", "no queda claro el orden"),
    ("out_of_stock", "nunca hay sitio para sentarse"),
    ("out_of_stock", "me la pongo para no quedarme seca"),
    ("packaging", "nos sentaron en una silla de plástico"),
    ("call_wanted", "mi número de socia acaba en 4"),
    ("fraud_page", "mandé un correo y nadie contesta"),
    ("bereavement", "perdieron mi bolsa"),
    ("bereavement", "casi pierdo el tren"),
    ("medicine", "la jeringa del relleno facial me da miedo"),
    ("coverage", "qué plan tenéis para el verano"),
    ("waiting_room", "¿la cita es a las 11?"),
    ("general_question", "el correo que mandé no llegó"),
    ("asks_unmarked", "el lunes por la tarde me va bien"),
    ("no_product_named", "¿la crema de noche lleva retinal?"),
    ("no_parcel_named", "el paquete sigue sin venir"),
    ("size_wanted", "bajad el precio"),
    ("hold_parcel", "¿cómo se guarda el jarabe?"),
    ("consumer_office", "el consumo de agua del centro"),
    ("electrical", "¿es mejor la plancha eléctrica o la normal?"),
    ("assent_and_thanks", "sí, gracias, pero llegó abierto"),
    ("worn", "las lentes de contacto venían secas"),
]


@pytest.mark.parametrize(("topic", "text"), FOUND)
def test_a_narrowed_topic_is_still_found(drafter: Drafter, topic: str, text: str) -> None:
    assert topic in drafter.composer.topics.find(text, "es")


@pytest.mark.parametrize(("topic", "text"), NOT_FOUND)
def test_what_it_no_longer_says(drafter: Drafter, topic: str, text: str) -> None:
    assert topic not in drafter.composer.topics.find(text, "es")
