"""What is cut from a mail and, more important, what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.sources.quoted_history import new_text

OURS = "> Hola, Ana:\n> lo miramos.\n>\n> Atención al cliente"
MINE = "Me ha salido un sarpullido. ¿Qué hago?"

ATTRIBUTIONS = [
    "El lun, 3 nov 2026 a las 10:00, Atención al cliente (<hola@alborea.example>) escribió:",
    "El 3/11/26 a las 10:00, hola@alborea.example escribió:",
    "El 3 nov 2026, a las 10:00, Alborea <hola@alborea.example>\nescribió:",
    "El dl., 3 de nov. 2026 a les 10:00, Alborea <hola@alborea.example> va escriure:",
    "Em seg., 3 de nov. de 2026 às 10:00, Alborea <hola@alborea.example> escreveu:",
    "O luns, 3 de nov. de 2026 ás 10:00, Alborea <hola@alborea.example> escribiu:",
    "On Mon, Nov 3, 2026 at 10:00 AM Alborea <hola@alborea.example> wrote:",
    "2026 aza. 3(a) 10:00 erabiltzaileak hau idatzi du (Alborea <hola@alborea.example>) idatzi zuen:",
]
OUTLOOK = (
    "De: Alborea <hola@alborea.example>\nEnviado: lunes, 3 de noviembre de 2026 10:00\nPara: Ana\n"
    "Asunto: RE: Duda\n\nHola, Ana:\nlo miramos."
)


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_the_history_goes(attribution: str):
    assert new_text(f"{MINE}\n\n{attribution}\n{OURS}") == MINE


@pytest.mark.parametrize("attribution", [ATTRIBUTIONS[0], ATTRIBUTIONS[6]])
def test_the_history_goes_without_marks_under_an_address(attribution: str):
    assert new_text(f"{MINE}\n\n{attribution}\n\nHola, Ana:\nlo miramos.") == MINE


@pytest.mark.parametrize(
    "divider", ["-----Mensaje original-----", "---- Missatge original ----", "-----Original Message-----"]
)
def test_what_stands_under_a_divider_goes(divider: str):
    assert new_text(f"{MINE}\n\n{divider}\n{OUTLOOK}") == MINE


@pytest.mark.parametrize("before", ["", "________________________________\n"])
def test_outlooks_header_block_begins_the_history(before: str):
    assert new_text(f"{MINE}\r\n\r\n{before}{OUTLOOK}") == MINE


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAna Ruiz\nTel. 612 345 678",
        "--\nAna Ruiz\nC/ Mayor 3",
        "Enviado desde mi iPhone",
        "Enviado desde mi Samsung Galaxy",
        "Sent from my iPhone",
        "Obtener Outlook para Android<https://aka.ms/x>",
    ],
)
def test_the_signature_goes(signature: str):
    assert new_text(f"{MINE}\n\n{signature}") == MINE


@pytest.mark.parametrize(
    "text",
    [
        "El lunes mi médico escribió:\nsuspender el jarabe por reacción",
        "Mi hija escribió: me pica mucho",
        "Lo que pone el prospecto:\n- no tomar en el embarazo\n- no conducir",
        "De: la crema que compré\nPara: mi madre, de 80 años",
        "Tomo dos -- a veces tres -- al día",
        "Síntomas:\n--\n¿Debo ir a urgencias?",
        "Peso > 80 kg y tensión > 14",
        "Enviado desde mi casa hace una semana y no llega",
        "On Monday I wrote: nothing happened",
    ],
)
def test_near_misses_stay_whole(text: str):
    kept = new_text(text)
    assert kept.split() == text.split()


def test_answers_between_the_quoted_lines_stay():
    text = f"{ATTRIBUTIONS[0]}\n> ¿Desde cuándo?\n\nDesde el martes.\n\n> ¿Toma algo más?\n\nSí, Tosalia."
    assert new_text(text) == "Desde el martes.\n\nSí, Tosalia."


def test_an_answer_below_the_quotation_stays():
    assert new_text(f"{ATTRIBUTIONS[0]}\n{OURS}\n\n{MINE}") == MINE


def test_a_long_text_after_two_dashes_is_no_signature():
    text = "Os cuento:\n--\n" + "\n".join(f"línea {number}" for number in range(20))
    assert new_text(text) == text


def test_a_mail_that_is_all_quotation_is_read_whole():
    """Somebody forwards a message and adds nothing: an empty message would lose it."""
    assert "lo miramos" in new_text(OURS)
    assert "lo miramos" in new_text(OUTLOOK)


@given(st.text(alphabet="ab ñ>\n-:@0123456789El escribió,Dearw"))
def test_any_text_leaves_only_words_of_its_own(text: str):
    kept = new_text(text)
    assert set(kept.split()) <= set(text.split())
    if any(map(str.isalnum, text)):
        assert any(map(str.isalnum, kept))


@given(st.lists(st.sampled_from(["Hola", "¿Qué tal?", "Me pica", ""]), max_size=6))
def test_a_text_without_marks_stays_as_it_is(lines: list[str]):
    assert new_text("\n".join(lines)).split() == " ".join(lines).split()
