"""The small parts: slots, joining, topics, words of whole sentences."""

from hypothesis import given
from hypothesis import strategies as st

from drafting.draft import Sentence
from drafting.drafter import Drafter
from drafting.joining import count, holds_whole, join, split
from drafting.slots import fill, product_named, slot_values
from policies.vocabulary import Channel, Visibility
from tests.drafting.builders import decision, request

PRODUCTS = ("Albaderm Sol", "Albaderm Sol Infantil", "Digesal")


def test_an_unfilled_slot_rules_the_phrase_out() -> None:
    assert (
        fill("Te respondemos en {plazo_respuesta}.", {"plazo_respuesta": "un día"})
        == "Te respondemos en un día."
    )
    assert fill("Te respondemos en {plazo_respuesta}.", {}) is None
    assert fill("Te respondemos en {plazo_respuesta}.", {"plazo_respuesta": ""}) is None


def test_the_product_is_named_only_when_it_is_one() -> None:
    assert product_named("el albaderm sol infantil mancha", PRODUCTS) == "Albaderm Sol Infantil"
    assert product_named("¿DIGESAL lleva lactosa?", PRODUCTS) == "Digesal"
    assert product_named("digesal o albaderm sol", PRODUCTS) is None
    assert product_named("digesalito", PRODUCTS) is None


def test_private_slots_stay_out_of_public_drafts(drafter: Drafter) -> None:
    asked = request(name="[PERSON_1]", decided=decision(audiences=("public", "private")))
    departments = drafter.composer.departments
    public = slot_values(asked, "es", Visibility.PUBLIC, departments)
    private = slot_values(asked, "es", Visibility.PRIVATE, departments)
    assert {"codigo_seguimiento", "nombre"} <= set(private)
    assert not {"codigo_seguimiento", "nombre"} & set(public)


def test_every_queue_of_the_policy_has_a_name_in_every_language(drafter: Drafter) -> None:
    for queue in ("pharmacovigilance", "medical", "data_protection", "legal", "press", "communications", "quality",
                  "billing", "orders", "digital", "people", "commercial", "product", "customer_care"):  # fmt: skip
        names = drafter.composer.departments.queues[queue]
        assert set(names) == {"es", "ca", "gl", "eu", "pt", "en"}
        assert names["pt"].startswith("equipa")
        assert names["eu"].endswith("talde")


def test_a_letter_has_its_greeting_and_farewell_apart() -> None:
    sentences = [
        Sentence("Hola:", "bank:a", "greeting"),
        Sentence("Lo miramos.", "bank:b", "next_step"),
        Sentence("Un saludo, el equipo", "bank:c", "sign_off"),
    ]
    assert join(sentences, Channel.EMAIL) == "Hola:\n\nLo miramos.\n\nUn saludo, el equipo"
    assert join(sentences[1:2] * 2, Channel.X) == "Lo miramos. Lo miramos."


def test_sentences_are_counted_by_their_stops() -> None:
    assert split("Llama al 112. ¿Dónde estás? ¡Ya!") == ("Llama al 112.", "¿Dónde estás?", "¡Ya!")
    assert count("Está en alborea.example/privado y cuesta 3.50 euros.") == 1


def test_a_quotation_is_made_of_whole_sentences() -> None:
    text = "Primera frase. Segunda frase. Tercera."
    assert holds_whole(text, "Segunda frase.")
    assert holds_whole(text, "Primera frase. Segunda frase.")
    assert not holds_whole(text, "frase. Segunda frase.")
    assert not holds_whole(text, "Segunda frase")
    assert not holds_whole(text, "Cuarta.")


@given(
    st.lists(st.sampled_from(["Lo miramos.", "¿Qué pasó?", "Gracias por avisar."]), min_size=1, max_size=6)
)
def test_joining_and_splitting_keep_every_sentence(texts: list[str]) -> None:
    sentences = [Sentence(text, "bank:x", "next_step") for text in texts]
    assert list(split(join(sentences, Channel.WEB))) == texts


def test_topics_are_found_without_accents_and_with_near_misses(drafter: Drafter) -> None:
    topics = drafter.composer.topics
    assert "late" in topics.find("sigo esperando el pedido", "es")
    assert "double_charge" in topics.find("me habéis cobrado dos veces", "es")
    assert "own_child" in topics.find("a mi hija le pica", "es")
    assert "other_person" not in topics.find("con mi chica es un drama", "es")
    assert "in_eye" not in topics.find("OJO con esto", "es")
    assert "pet" not in topics.find("sigue preguntando por el perro", "es")
    assert topics.find("", "es") == frozenset()
    assert topics.find("x" * 1_000_000, "es") == {"no_parcel_named", "no_product_named"}  # told by absence
