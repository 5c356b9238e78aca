"""The finer topics of Spanish messages: what finds each, and near misses that must not."""

import pytest

from drafting.drafter import Drafter

FOUND = [
    ("where_to_buy", "¿tenéis tienda en Bilbao?"),
    ("where_to_buy", "dónde lo venden en Cáceres"),
    ("tracking", "por dónde anda mi paquete"),
    ("delivery_day", "me voy el viernes y no hay nadie en casa"),
    ("missing_item", "falta un producto del pedido"),
    ("missing_item", "el pedido venía incompleto"),
    ("card_fraud", "no reconozco ese cargo de 40 euros"),
    ("card_fraud", "me han clonado la tarjeta"),
    ("subscribed", "quiero parar la suscripción"),
    ("code_missing", "no me llega el código por sms"),
    ("appointment_change", "necesito mover la cita del jueves"),
    ("appointment_wait", "me han puesto en lista de espera otra vez"),
    ("test_results", "cuándo están los resultados de la analítica"),
    ("unwanted_mail", "dejad de mandar publicidad"),
    ("ingredients", "¿lleva gluten el jarabe?"),
    ("use_asked", "¿cómo se aplica la crema?"),
    ("storage", "¿hay que guardarlo en la nevera?"),
    ("expired", "me ha llegado caducada"),
    ("foreign_body", "tenía moho dentro"),
    ("device", "el tensiómetro da error"),
    ("shortage", "no lo hay en ninguna farmacia"),
    ("running_out", "se me acaba mañana"),
    ("accessibility", "voy en silla de ruedas"),
    ("closed_door", "fui y estaba cerrada"),
    ("money_tight", "con mi pensión no me llega"),
    ("waiting_room", "dos horas esperando en urgencias"),
    ("leaving", "no volveré a comprar nada vuestro"),
    ("older_person", "es para mi abuela"),
    ("skin_mark", "me ha salido un lunar raro en la espalda"),
    ("eating", "mi niña casi no come"),
    ("fraud_page", "hay un perfil falso vuestro"),
    ("wants_to_sell", "¿cómo puedo vender vuestros productos?"),
    ("supplier", "les envío cotización de guantes"),
    ("account_taken", "alguien ha entrado en mi cuenta"),
    ("no_effect", "las pastillas no me hacen nada"),
    ("double_charge", "me habéis cobrado dos veces"),
    ("queue", "esa fila no avanza"),
    ("solved", "doy el asunto por cerrado"),
    ("only_thanks", "graciaaas"),
]
MISSED = [
    ("person_wanted", "no sabéis ni abrir un bote de azúcar"),
    ("missing_item", "tengo ronchas y me falta el aire"),
    ("double_charge", "pocas veces alguien me contesta dos veces"),
    ("foreign_body", "se me han roto los cristales de las gafas"),
    ("where_to_buy", "dónde encuentro la política de privacidad"),
    ("appointment_change", "¿a qué hora abrís?"),
    ("card_fraud", "pagué con mi tarjeta y todo bien"),
    ("older_person", "la mayor parte llegó rota"),
    ("older_person", "mi hija mayor usa la crema"),
    ("skin_mark", "esto mancha la ropa"),
    ("leaving", "volveré a comprarla"),
    ("only_thanks", "gracias pero sigue sin llegar"),
    ("running_out", "se acabó la promoción"),
    ("no_effect", "no me hacen caso en la tienda"),
]


@pytest.mark.parametrize(("topic", "text"), FOUND)
def test_a_topic_is_found_by_its_words(drafter: Drafter, topic: str, text: str) -> None:
    assert topic in drafter.composer.topics.find(text, "es")


@pytest.mark.parametrize(("topic", "text"), MISSED)
def test_a_near_miss_is_no_topic(drafter: Drafter, topic: str, text: str) -> None:
    assert topic not in drafter.composer.topics.find(text, "es")
