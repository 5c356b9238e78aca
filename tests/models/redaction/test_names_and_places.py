"""Names by what stands around them, and addresses with and without a street type."""

import pytest

from models.text import RawText


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("soy Xunqueira", "Xunqueira"),
        ("Me llamo Yhonatan", "Yhonatan"),
        ("Aquí Itziar, la de siempre", "Itziar"),
        ("Xabi aquí, quería preguntar", "Xabi"),
        ("mi hija Nerea", "Nerea"),
        ("llevo a Aitana a consulta", "Aitana"),
        ("de parte de Txema", "Txema"),
        ("att. Wilmer", "Wilmer"),
        ("firmado Eneko", "Eneko"),
        ("la paciente Quiñonero", "Quiñonero"),
        ("mi jefe Ordoñez", "Ordoñez"),
        ("Hola Maialen, gracias", "Maialen"),
        ("Gracias Oier", "Oier"),
        ("Dra. Zubizarreta", "Zubizarreta"),
        ("soy yeison y quiero mi pedido", "yeison"),
        ("me llamo fatoumata", "fatoumata"),
        ("mi nieta Zoe", "Zoe"),
        ("Brayan Quispe Mamani", "Brayan Quispe Mamani"),
        ("vengo con Ioana", "Ioana"),
        ("le pregunté a Mohamed", "Mohamed"),
        ("vivo en Gran Vía 12 3ºB", "Gran Vía 12 3ºB"),
        ("Urb. Los Pinos 4", "Urb. Los Pinos 4"),
        ("Rúa do Vilar 5", "Rúa do Vilar 5"),
        ("Carrer de la Pau 3", "Carrer de la Pau 3"),
        ("Mz. F Lt. 12", "Mz. F Lt. 12"),
        ("Col. Roma Norte, Durango 45", "Durango 45"),
        ("Camino de la Fuente s/n, Villarejo", "Camino de la Fuente s/n"),
        ("6a avenida 11-43 zona 1", "6a avenida 11-43 zona 1"),
        ("Gral. Paz 1441, 3.º B", "Gral. Paz 1441"),
        ("Torre 4, piso 3", "Torre 4, piso 3"),
        ("mi insta es lolita.fit", "lolita.fit"),
        ("sígueme en tiktok nurse_ana", "nurse_ana"),
        ("mi mamá se llama Ximena", "Ximena"),
        ("mi esposo Wladimir", "Wladimir"),
        ("me atendió Yolotl", "Yolotl"),
        ("pregunta por Ainhoa", "Ainhoa"),
        ("el niño se llama Thiago", "Thiago"),
        ("con Dª Práxedes", "Práxedes"),
        ("a mi suegra Engracia", "Engracia"),
        ("Yo, Hermenegildo, pido", "Hermenegildo"),
        ("Zoraida necesita su receta", "Zoraida"),
        ("Abdellah no puede dormir", "Abdellah"),
        ("avisad a Nekane de que llego", "Nekane"),
        ("estuve con Lupita ayer", "Lupita"),
        ("pregunte por el Güero", "Güero"),
        ("dile a yuleisi que llame", "yuleisi"),
        ("mi marido, Tancredo, tiene fiebre", "Tancredo"),
        ("el doctor Etxeandia me dijo", "Etxeandia"),
        ("soy la madre de Unai", "Unai"),
        ("soy el hijo de Rufina", "Rufina"),
        ("la cita de Kilian", "Kilian"),
        ("mi amigo Chencho", "Chencho"),
        ("me lo dijo Vanesa la de caja", "Vanesa"),
        ("necesita Ona la crema", "Ona"),
    ],
)
def test_names_and_addresses_are_masked(redactor, text, value):
    redacted = redactor.redact(RawText(text)).text.value
    assert not any(word in redacted for word in value.split() if len(word) > 3), redacted


@pytest.mark.parametrize(
    "text",
    [
        "pregunte por la factura",
        "Gracias por todo",
        "hola, abren el domingo",
        "aquí no llega nada",
        "la gran vía de entrada de la piel",
        "el lote 12 de la gama",
        "dile a tu jefe que llame",
    ],
)
def test_near_misses_stay(redactor, text):
    assert redactor.find(text) == []
