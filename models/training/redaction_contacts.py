"""Phones, e-mails, handles, links, addresses of machines and credentials as people write them."""

from collections.abc import Callable
from functools import cache

from models.redaction.folding import fold_word
from models.training.redaction_draw import Draw, digits, letters, pattern
from models.training.redaction_grammar import read_yaml
from models.training.redaction_names import given, surname, words

_KEYCAP = "\ufe0f\u20e3"
_SWAPS = str.maketrans({"0": "O", "1": "l"})
_LOCALS = (
    "{g}.{s}", "{g}{s}", "{g}_{s}", "{g}.{s}{n}", "{g}{n}", "{i}{s}", "{i}.{s}", "{s}.{g}", "{g}-{s}", "{s}{i}",
    "{g}.{s}.{n}", "la{g}{n}", "{g}{s}{n}", "{x}{n}", "{g}.{x}", "{x}_{g}", "{s}{n}", "{g}.{i}.{s}", "{g}_{n}",
)  # fmt: skip
_HANDLES = (*_LOCALS, "{g}_{x}", "soy{g}", "{g}.{x}{n}", "_{g}.{s}_", "{x}.de.{g}", "el_{x}_{n}", "la.{x}", "{g}{g2}",
            "mama_de_{g}", "{x}_{x2}", "{x}{x2}{n}", "{g}{n}{n}", "its.{g}", "{g}.{s}.{x}")  # fmt: skip
_SPELLED = {
    "es": (" arroba ", " punto "), "ca": (" arrova ", " punt "), "gl": (" arroba ", " punto "),
    "eu": (" a bildua ", " puntu "), "pt": (" arroba ", " ponto "), "en": (" at ", " dot "),
}  # fmt: skip

_UNDERSCORE = {"en": " underscore ", "pt": " underline ", "ca": " guió baix ", "eu": " azpimarra "}


def _spoken(draw: Draw, number: str) -> str:
    """Write digits as words, one by one or in pairs where the language's numerals are known."""
    numerals = read_yaml("numerals.yaml").get(draw.language) or read_yaml("numerals.yaml")["es"]
    ones, pairs = str(numerals["digits"]).split(), numerals.get("pairs")
    joint = draw.rng.choice((" ", " ", ", "))
    if not pairs or draw.rng.random() < 0.45:
        return joint.join(ones[int(char)] for char in number)
    table = [item.strip() for item in str(pairs).split(";")]
    said, rest = [], number
    if len(number) % 2:
        said.append(" ".join(ones[int(char)] for char in number[:3]))
        rest = number[3:]
    said.extend(table[int(rest[at : at + 2])] for at in range(0, len(rest), 2))
    return joint.join(said)


@cache
def _forms(country: str) -> tuple[str, ...]:
    phones = read_yaml("phones.yaml")
    return tuple(str(phones.get(country, {}).get("forms", phones["other"]["forms"])).split(";"))


def phone(draw: Draw) -> str:
    """Return a private phone number of the country, in any writing."""
    text = pattern(draw, *_forms(draw.country))
    luck = draw.rng.random()
    if luck < 0.06:
        return _spoken(draw, "".join(char for char in text if char.isdigit()))
    if luck < 0.09:
        return text.translate(_SWAPS)
    if luck < 0.11:
        return "".join(char + _KEYCAP if char.isdigit() else char for char in text)
    if luck < 0.3:
        prefix = read_yaml("phones.yaml").get(draw.country, {}).get("prefix", "34")
        form = draw.rng.choice(("+{} ", "+{}", "00{} ", "(+{}) ", "{} ", "00{}"))
        return form.format(prefix) + text
    return text


def extension(draw: Draw) -> str:
    """Return an internal extension."""
    return digits(draw, draw.rng.choice((3, 4, 5)))


def _plainly(text: str) -> str:
    return "".join(char for char in fold_word(text) if char.isascii() and char.isalnum())


def _user(draw: Draw, forms: tuple[str, ...]) -> str:
    """Return a user name from the person named last, or from anyone."""
    rng = draw.rng
    named = [word for word in map(_plainly, draw.person.split()) if len(word) > 2]
    if not named or rng.random() < 0.35:
        kept = draw.person
        named = [_plainly(given(draw)), _plainly(surname(draw))]
        draw.person = kept
    things = words("handles", "words")
    form = rng.choice(forms)
    filled = form.format(
        g=named[0] or "ana", s=named[-1] or "gil", i=(named[0] or "a")[0], x=rng.choice(things), x2=rng.choice(things),
        g2=named[-1][:4], n=rng.choice((str(rng.randint(1, 99)), str(rng.randint(1950, 2012)), digits(draw, 3))),
    )  # fmt: skip
    return filled


def email(draw: Draw) -> str:
    """Return a private mailbox, at times spelled out or written against harvesters."""
    home = draw.country if draw.country in read_yaml("names.yaml")["domains"] else "ES"
    every = words("domains", "any") + words("domains", home)
    mailbox, domain = _user(draw, _LOCALS).strip("._"), draw.rng.choice(every)
    luck = draw.rng.random()
    if luck < 0.78:
        text = f"{mailbox}@{domain}"
        return text.upper() if luck < 0.05 else text
    if luck < 0.87:
        at, dot = _SPELLED.get(draw.language, _SPELLED["es"])
        return (
            mailbox.replace(".", dot).replace(
                "_", draw.rng.choice(("_", _UNDERSCORE.get(draw.language, " guion bajo ")))
            )
            + at
            + domain.replace(".", dot)
        )
    if luck < 0.96:
        at = draw.rng.choice(("(at)", "[at]", " (at) ", " @ ", "(arroba)", " [arroba] ", "{at}", "arroba"))
        return f"{mailbox}{at}" + draw.rng.choice(
            (domain, domain.replace(".", "(punto)"), domain.replace(".", " ."))
        )
    return mailbox + domain if "." in mailbox else f"{mailbox}@{domain.split('.')[0]}"


def handle(draw: Draw) -> str:
    """Return a private person's handle with its at-sign."""
    text = "@" + _user(draw, _HANDLES)
    return (
        text + draw.rng.choice(("", "", "", "_", "__", ".", "ok", "x", "oficialmente_yo", ".es"))
        if draw.rng.random() < 0.3
        else text
    )


def login(draw: Draw) -> str:
    """Return a user name without at-sign."""
    text = _user(draw, _HANDLES)
    return text.title() if draw.rng.random() < 0.1 else text


def profile(draw: Draw) -> str:
    """Return a link that leads to a person or to a personal record."""
    user = _user(draw, _HANDLES).strip("._")
    form = draw.rng.choice(words("links", "forms"))
    return (
        form.replace("USER", user)
        .replace("ID", digits(draw, 6))
        .replace("KEY", letters(draw, 6).lower() + digits(draw, 3))
    )


def ip(draw: Draw) -> str:
    """Return an address of the Internet, of version four or six."""
    rng = draw.rng
    if rng.random() < 0.2:
        groups = [f"{rng.randrange(65536):x}" for _ in range(rng.choice((4, 8)))]
        return ":".join(groups) if len(groups) == 8 else "2001:db8:" + ":".join(groups[:2]) + "::" + groups[3]
    return ".".join(str(rng.randrange(1, 255)) for _ in range(4))


def mac(draw: Draw) -> str:
    """Return the hardware address of a device."""
    pairs = [f"{draw.rng.randrange(256):02X}" for _ in range(6)]
    text = draw.rng.choice((":", "-")).join(pairs)
    return text.lower() if draw.rng.random() < 0.4 else text


def crypto(draw: Draw) -> str:
    """Return the address of a wallet."""
    if draw.rng.random() < 0.5:
        return "0x" + "".join(draw.rng.choices("0123456789abcdef", k=40))
    return draw.rng.choice(("bc1q", "1", "3")) + "".join(
        draw.rng.choices("023456789acdefghjklmnpqrstuvwxyz", k=34)
    )


def password(draw: Draw) -> str:
    """Return a password as people choose them."""
    rng = draw.rng
    word, other = (rng.choice(words("handles", "words")) for _ in range(2))
    sign, number = rng.choice("!#.-_*$@&%"), str(rng.randint(1, 2030))
    forms = (
        f"{word.title()}{number}", f"{word.title()}_{number}{sign}", f"{word}{sign}{other.title()}", f"{word}{number}",
        f"{word.title()}{sign}{other.title()}.{number}", pattern(draw, "@@#-") + word + "-" + digits(draw, 2),
        "".join(rng.choices("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#$", k=rng.randint(8, 14))),
    )  # fmt: skip
    return rng.choice(forms)


def pin(draw: Draw) -> str:
    """Return a code of four to six digits that opens something."""
    return pattern(draw, "####", "####", "######", "### ###", "###-###", "#-#-#-#")


CONTACTS: dict[str, tuple[str, Callable[[Draw], str]]] = {
    "phone": ("PHONE_NUMBER", phone), "extension": ("PHONE_NUMBER", extension), "email": ("EMAIL_ADDRESS", email),
    "handle": ("USERNAME", handle), "login": ("USERNAME", login), "profile": ("URL", profile),
    "ip": ("IP_ADDRESS", ip), "mac": ("MAC_ADDRESS", mac), "crypto": ("CRYPTO", crypto),
    "password": ("CREDENTIAL", password), "pin": ("CREDENTIAL", pin),
}  # fmt: skip
"""Slot name to its entity type and maker."""
