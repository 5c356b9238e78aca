import pytest

from models.language import LanguageIdentifier


@pytest.fixture(scope="module")
def identifier():
    return LanguageIdentifier.load()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hola, cuando llega mi pedido??", "es"),
        ("vale gracias", "es"),
        ('Velosol o Rociasol para correr 20k en agosto? no me digáis "no corras"', "es"),
        ("NO ME LLEGA EL PAQUETE", "es"),
        ("gràcies", "ca"),
        ("no em va bé la crema, què faig?", "ca"),
        ("a crema non me vai ben, que fago? grazas", "gl"),
        ("kaixo", "eu"),
        ("ez dut krema jaso, noiz helduko da?", "eu"),
        ("oi, não recebi o meu creme", "pt"),
        ("obrigada", "pt"),
        ("o meu cão vomitou depois de lamber o creme", "pt"),
        ("o meu can vomitou despois de lamber a crema", "gl"),
        ("where is my order?", "en"),
        ("thanks", "en"),
        ("@marca https://t.co/abc [PERSONA_1] no funciona la app", "es"),
        ("n e c e s i t o l a f a c t u r a de mi pedido por favor", "es"),
        ("Bonjour, j'ai acheté votre crème et elle ne marche pas", "fr"),
        ("Guten Tag, ich habe eine Frage zu Ihrer Creme", "de"),
        ("Buongiorno, ho comprato la vostra crema ma non funziona", "it"),
        ("Bună ziua, am cumpărat crema și nu merge, vă rog să mă ajutați", "ro"),
        ("مرحبا، أريد إرجاع المنتج", "ar"),
        ("你好，我想退货", "zh"),
        ("Здравствуйте, у меня вопрос", "ru"),
    ],
)
def test_languages(identifier, text, code):
    found, score = identifier.identify(text)
    assert found == code
    assert 0 < score <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "👍👍",
        "123",
        "@alguien",
        "[PERSONA_1] 612",
        "[TARJETA_••••1234] [CORREO_k7qxabcdefgh234]",
        "https://t.co/abc",
        "¿?",
        "\u200b",
    ],
)
def test_nothing_to_tell_from(identifier, text):
    assert identifier.identify(text) == ("und", 0.0)


@pytest.mark.parametrize("text", ["a" * 100_000, "hola " * 20_000, "\ud800 hola"])
def test_odd_input_gets_an_answer(identifier, text):
    assert identifier.identify(text)[0]
