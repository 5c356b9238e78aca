"""Names of people: half from the lists of the redactor, half from a wider pool and from syllables.

The wider pool is there so that the model learns where names stand and not which names there are.
"""

from collections.abc import Callable
from functools import cache
from random import Random

from models.redaction.folding import fold_word
from models.redaction.gazetteer import load_gazetteer
from models.training.redaction_draw import Draw
from models.training.redaction_grammar import read_yaml

LISTED = 0.42
"""Share of the draws from the redactor's own lists; less than half, so that context has to decide."""
INVENTED = 0.28
"""Share of surnames made of syllables."""
_MOST = {
    "ES": ("es", "es", "es", "ca", "gl", "eu"), "PT": ("pt",), "BR": ("br", "br", "pt", "it"), "GB": ("en",),
    "US": ("en",), "PE": ("es", "es", "quechua"), "BO": ("es", "quechua"), "EC": ("es", "es", "quechua"),
    "CL": ("es", "es", "mapuche"), "MX": ("es", "es", "nahuatl", "maya"), "GT": ("es", "maya"),
    "AR": ("es", "es", "it", "it", "de"), "UY": ("es", "it"), "PY": ("es", "guarani"),
}  # fmt: skip
_LANGUAGES = {"ca": ("ca", "ca", "ca", "es"), "gl": ("gl", "gl", "es"), "eu": ("eu", "eu", "eu", "es")}
FOREIGN = 0.2
"""Share of names from any other culture."""


@cache
def words(culture: str, part: str) -> tuple[str, ...]:
    """Return one list of names.yaml."""
    return tuple(str(read_yaml("names.yaml")[culture][part]).split())


@cache
def _cultures() -> tuple[str, ...]:
    return tuple(name for name, parts in read_yaml("names.yaml").items() if "given" in parts)


@cache
def _accented() -> dict[str, str]:
    """Return how names are written, by their folded form: the redactor's lists hold them folded."""
    written = (
        word for culture in _cultures() for part in ("given", "surnames") for word in words(culture, part)
    )
    return {fold_word(word): word for word in written}


@cache
def _listed(part: str) -> tuple[str, ...]:
    """Return the redactor's names that are no everyday words, as they are written where that is known."""
    lists = load_gazetteer()
    keys = lists.given if part == "given" else lists.surnames
    unsure = lists.ambiguous | lists.common | lists.places
    sure = sorted(key for key in keys - unsure if len(key) > 2)
    return tuple(_accented().get(key, key.capitalize()) for key in sure)


def _culture(draw: Draw) -> str:
    if draw.rng.random() < FOREIGN:
        return draw.rng.choice(_cultures())
    return draw.rng.choice(_LANGUAGES.get(draw.language) or _MOST.get(draw.country, ("es",)))


def _invented(rng: Random, culture: str) -> str:
    middle = rng.choice(words(culture, "middles")) if rng.random() < 0.35 else ""
    word = rng.choice(words(culture, "starts")) + middle + rng.choice(words(culture, "ends"))
    return word[0].upper() + word[1:]


def _given(draw: Draw, culture: str) -> str:
    luck = draw.rng.random()
    if luck < LISTED:
        return draw.rng.choice(_listed("given"))
    if luck < LISTED + 0.12:
        return draw.rng.choice(words("everyday", "words"))
    return draw.rng.choice(words(culture, "given")).replace("_", " ")


def _surname(draw: Draw, culture: str) -> str:
    luck = draw.rng.random()
    if luck < LISTED - 0.05:
        return draw.rng.choice(_listed("surnames"))
    if luck < LISTED - 0.05 + INVENTED:
        return _invented(draw.rng, culture)
    if luck < LISTED + INVENTED + 0.03:
        return draw.rng.choice(words("everyday", "surnames"))
    return draw.rng.choice(words(culture, "surnames")).replace("_", " ")


def _surnames(draw: Draw, culture: str, many: int) -> str:
    rng = draw.rng
    parts = [_surname(draw, culture) for _ in range(many)]
    luck = rng.random()
    if many == 2 and luck < 0.06:
        return f"{parts[0]} {'i' if culture == 'ca' else 'y'} {parts[1]}"
    if many == 2 and luck < 0.12:
        return "-".join(parts)
    if luck < 0.19:
        particles = (
            ("da ", "dos ", "de ")
            if culture in ("pt", "br")
            else ("de ", "de la ", "del ", "de los ", "San ", "De ")
        )
        parts[0] = rng.choice(particles) + parts[0]
    elif luck < 0.21 and many == 2:
        parts[1] = "de " + parts[1]
    return " ".join(parts)


def _front(draw: Draw, culture: str) -> str:
    first = _given(draw, culture)
    luck = draw.rng.random()
    if luck < 0.14:
        return f"{first} {_given(draw, culture)}"
    if luck < 0.18:
        return f"{draw.rng.choice(('M.ª', 'Mª', 'Ma.', 'María', 'J.', 'José', 'Fco.', 'Juan'))} {first}"
    return first


def _kept(draw: Draw, name: str) -> str:
    draw.person = name
    return name


def given(draw: Draw) -> str:
    """Return a given name, seldom two."""
    culture = _culture(draw)
    return _kept(draw, _front(draw, culture) if draw.rng.random() < 0.12 else _given(draw, culture))


def surname(draw: Draw) -> str:
    """Return what follows a title: one surname or two."""
    return _kept(draw, _surnames(draw, _culture(draw), draw.rng.choice((1, 1, 1, 2))))


def full(draw: Draw) -> str:
    """Return given name and one or two surnames."""
    culture = _culture(draw)
    return _kept(draw, f"{_front(draw, culture)} {_surnames(draw, culture, draw.rng.choice((1, 2, 2)))}")


def reversed_full(draw: Draw) -> str:
    """Return surnames, comma, given name, at times in capitals."""
    culture = _culture(draw)
    text = f"{_surnames(draw, culture, 2)}, {_front(draw, culture)}"
    return _kept(draw, text.upper() if draw.rng.random() < 0.3 else text)


def nick(draw: Draw) -> str:
    """Return a nickname or short form."""
    return _kept(draw, draw.rng.choice(words("nicknames", "words")))


def initials(draw: Draw) -> str:
    """Return a name cut to initials: ``Nacho V.``, ``Lourdes A. G.``, ``J. Marín``."""
    culture, rng = _culture(draw), draw.rng
    first, last, other = _given(draw, culture), _surname(draw, culture), _surname(draw, culture)
    text = rng.choice((f"{first} {last[0]}.", f"{first} {last[0]}. {other[0]}.", f"{first[0]}. {last}"))
    return _kept(draw, text)


def person(draw: Draw) -> str:
    """Return a name in any of the ways people write names."""
    luck = draw.rng.random()
    if luck < 0.33:
        return given(draw)
    if luck < 0.86:
        return full(draw)
    if luck < 0.95:
        return nick(draw)
    return initials(draw)


def tagged(draw: Draw) -> str:
    """Return a name as a hashtag holds it: ``BertaCodinachs``."""
    text = given(draw) if draw.rng.random() < 0.4 else full(draw)
    return "".join(char for char in text if char.isalpha())


def again(draw: Draw) -> str:
    """Return the first word of the name drawn last, as a text names a person again."""
    named = draw.person.split()
    return named[0].rstrip(",") if named and len(named[0]) > 2 else given(draw)


PERSONS: dict[str, tuple[str, Callable[[Draw], str]]] = {
    name: ("PERSON", maker)
    for name, maker in {
        "person": person, "given": given, "surname": surname, "full": full, "reversed": reversed_full,
        "nick": nick, "initials": initials, "tagged": tagged, "again": again,
    }.items()
}  # fmt: skip
"""Slot name to its entity type and maker."""
