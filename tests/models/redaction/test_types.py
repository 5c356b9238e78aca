"""The type a finding gets: explicit words next to a number decide it."""

import pytest


def _types(redactor, text):
    return {text[span.start : span.end]: span.entity_type for span in redactor.find(text)}


@pytest.mark.parametrize(
    ("text", "value", "entity"),
    [
        ("Mis datos: DNI 44218093-Q.", "44218093-Q", "ES_NIF"),
        ("dni: 44218093 q", "44218093 q", "ES_NIF"),
        ("NIF n.º 44218093Q", "44218093Q", "ES_NIF"),
        ("DNI 24.441.773, de Rosario", "24.441.773", "NATIONAL_ID"),
        ("NIF 222 122 498", "222 122 498", "NATIONAL_ID"),
        ("CIF A 35695659", "A 35695659", "ES_CIF"),
        ("la asociación, G53000352", "G53000352", "ES_CIF"),
        ("n.º de la Seguridad Social 28/10472236/51", "28/10472236/51", "SOCIAL_SECURITY_NUMBER"),
        ("mi NUSS: 281047223651", "281047223651", "SOCIAL_SECURITY_NUMBER"),
        ("SIP 10448271", "10448271", "HEALTH_CARD"),
        ("tarjeta sanitaria europea n.º 80276004410000417733", "80276004410000417733", "HEALTH_CARD"),
        ("NHS no. 426 329 6540", "426 329 6540", "HEALTH_CARD"),
        ("col. n.º 111108734", "111108734", "MEDICAL_LICENSE"),
        ("con número de colegiada 38001447", "38001447", "MEDICAL_LICENSE"),
        ("cédula profesional 10417733", "10417733", "MEDICAL_LICENSE"),
        ("historia clínica n.º 10448271", "10448271", "MEDICAL_RECORD"),
        ("a la cuenta corriente 00-044-17733-09", "00-044-17733-09", "BANK_ACCOUNT"),
        ("va el pedido #100482231", "#100482231", "ORDER_ID"),
        ("Mi número: 617 004 452", "617 004 452", "PHONE_NUMBER"),
        ("+34644004193 es mi documento", "+34644004193", "PHONE_NUMBER"),
        ("desde la dirección 203.0.113.77 a mi cuenta", "203.0.113.77", "IP_ADDRESS"),
        ("soy manuelcho_1974", "manuelcho_1974", "USERNAME"),
        ("entraba con usuario brenda.zn97", "brenda.zn97", "USERNAME"),
    ],
)
def test_context_decides_the_type(redactor, text, value, entity):
    types = _types(redactor, text)
    assert types.get(value) == entity, types


@pytest.mark.parametrize(
    ("text", "value", "entity"),
    [
        ("documento 12345678Z", "12345678Z", "ES_NIF"),
        ("mi cuenta ES91 2100 0418 4502 0005 1332", "ES91 2100 0418 4502 0005 1332", "IBAN_CODE"),
        ("tarjeta 4111 1111 1111 1111", "4111 1111 1111 1111", "CREDIT_CARD"),
    ],
)
def test_a_valid_check_digit_outweighs_a_label(redactor, text, value, entity):
    assert _types(redactor, text)[value] == entity
