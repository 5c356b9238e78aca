"""General questions have no health data; what is told of a person has."""

import pytest


@pytest.mark.parametrize(
    "text",
    [
        "¿Se puede usar retinal durante el embarazo?",
        "En general, ¿se recomienda usar retinal durante el embarazo?",
        "¿Es apto para embarazadas?",
        "¿Me podéis decir si sirve para la dermatitis?",
        "¿Es apta para piel atópica?",
        "El champú, ¿sirve para psoriasis?",
        "¿Está contraindicado en la lactancia?",
        "Una semana sin agua caliente",
        "Una vez abierta la crema está roja",
        "is it safe for eczema?",
    ],
)
def test_general_questions_stay(redactor, text):
    assert redactor.find(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("¿Se puede usar en mi embarazo?", "embarazo"),
        ("Estoy embarazada. ¿Se puede usar durante el embarazo?", "embarazada"),
        ("¿Puedo usarlo durante el embarazo?", "embarazo"),
        ("Tengo dermatitis, ¿se puede usar?", "dermatitis"),
        ("mi hijo tiene psoriasis, ¿sirve para eso?", "psoriasis"),
        ("¿Sirve para la dermatitis de mi hija?", "dermatitis"),
        ("Sirve para la rosácea. Yo la tengo desde niña", "rosácea"),
        ("me duele la uña del pie", "uña"),
        ("se puede morir y quiero morirme", "quiero morirme"),
    ],
)
def test_what_is_told_of_a_person_is_masked(redactor, text, found):
    assert any(found in text[span.start : span.end] for span in redactor.find(text))


@pytest.mark.parametrize(
    "text",
    ["Gracias, majos", "hola guapa", "Un saludo, equipo", "gracias reina", "hola chicos", "Gracias, cielo",
     "un saludo, amigos", "no abre la web en safari", "pasa de la rima", "¿lleva el IVA incluido?"],
)  # fmt: skip
def test_vocatives_and_common_words_are_no_names(redactor, text):
    assert redactor.find(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gracias marta", "marta"),
        ("un saludo, pepa", "pepa"),
        ("Un saludo,\nconsuelo", "consuelo"),
        ("Un saludo, Reina Cortés", "Reina Cortés"),
    ],
)
def test_names_beside_them_are_masked(redactor, text, name):
    assert any(name in text[span.start : span.end] for span in redactor.find(text))
