"""Identity numbers of Latin America, Portugal and Romania, with the check digits that they have."""

from collections.abc import Callable

import stdnum.mx.curp
import stdnum.mx.rfc

from models.training.redaction_draw import Draw, digits, letters, pattern, wrong_one

_DIGITS = "0123456789"
_STATES = ("DF", "JC", "NL", "VZ", "PL", "YN", "OC", "GT", "MC", "BC", "SR", "CS")


def _dots(number: str) -> str:
    return f"{int(number):,}".replace(",", ".")


def _weighted(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))


def _birth(draw: Draw) -> str:
    return f"{draw.rng.randrange(100):02d}{draw.rng.randint(1, 12):02d}{draw.rng.randint(1, 28):02d}"


def mexico(draw: Draw) -> str:
    """Return a CURP or an RFC of a person (check digits of ``stdnum.mx``)."""
    first = letters(draw, 1, "ABCGHLMPRSTV") + letters(draw, 1, "AEIOU") + letters(draw, 2)
    if draw.rng.random() < 0.6:
        consonants = letters(draw, 3, "BCDFGHJKLMNPRSTVZ")
        century = draw.rng.choice("0000A1")
        body = f"{first}{_birth(draw)}{draw.rng.choice('HM')}{draw.rng.choice(_STATES)}{consonants}{century}"
        text = body + wrong_one(draw, stdnum.mx.curp.calc_check_digit(body), _DIGITS)
    else:
        body = f"{first}{_birth(draw)}" + letters(draw, 2, "ABCDEFGH123456789")
        text = body + wrong_one(draw, stdnum.mx.rfc.calc_check_digit(body), _DIGITS + "A")
        if draw.rng.random() < 0.25:
            text = f"{text[:4]}-{text[4:10]}-{text[10:]}"
    return text.lower() if draw.rng.random() < 0.15 else text


def argentina(draw: Draw) -> str:
    """Return a DNI of seven or eight digits, or a CUIT or CUIL."""
    number = str(draw.rng.randrange(4_000_000, 60_000_000))
    if draw.rng.random() < 0.55:
        return draw.rng.choice((number, _dots(number), _dots(number)))
    body = draw.rng.choice(("20", "27", "23", "24")) + number.zfill(8)
    rest = 11 - _weighted(body, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    check = wrong_one(draw, {11: "0", 10: "9"}.get(rest, str(rest)), _DIGITS)
    joint = draw.rng.choice(("-", "-", "", " "))
    return joint.join((body[:2], body[2:], check))


def chile(draw: Draw) -> str:
    """Return a RUT (modulus 11)."""
    number = str(draw.rng.randrange(3_000_000, 27_000_000))
    total = sum(int(digit) * (2 + index % 6) for index, digit in enumerate(reversed(number)))
    check = wrong_one(draw, {11: "0", 10: "K"}.get(11 - total % 11, str(11 - total % 11)), _DIGITS + "K")
    body = draw.rng.choice((number, _dots(number), _dots(number)))
    check = check.lower() if draw.rng.random() < 0.4 else check
    return f"{body}{draw.rng.choice(('-', '-', '-', '', ' '))}{check}"


def colombia(draw: Draw) -> str:
    """Return a cédula de ciudadanía, or a NIT of a person with its check digit."""
    number = str(draw.rng.randrange(10_000_000, 1_200_000_000))
    text = draw.rng.choice((number, _dots(number), _dots(number), f"{int(number):,}".replace(",", " ")))
    if draw.rng.random() < 0.15:
        rest = _weighted(number.zfill(15), (71, 67, 59, 53, 47, 43, 41, 37, 29, 23, 19, 17, 13, 7, 3)) % 11
        text += "-" + wrong_one(draw, str(rest if rest < 2 else 11 - rest), _DIGITS)
    return text


def ecuador(draw: Draw) -> str:
    """Return a cédula (Luhn over ten digits)."""
    body = f"{draw.rng.randint(1, 24):02d}{draw.rng.randint(0, 5)}{digits(draw, 6)}"
    total = sum(sum(divmod(2 * int(digit), 10)) for digit in body[::2]) + sum(
        int(digit) for digit in body[1::2]
    )
    joint = draw.rng.choice(("", "", "-"))
    return f"{body}{joint}{wrong_one(draw, str(-total % 10), _DIGITS)}"


def uruguay(draw: Draw) -> str:
    """Return a cédula (modulus 10)."""
    number = str(draw.rng.randrange(1_000_000, 6_500_000))
    check = wrong_one(draw, str(-_weighted(number, (2, 9, 8, 7, 6, 3, 4)) % 10), _DIGITS)
    return draw.rng.choice((f"{_dots(number)}-{check}", f"{number}-{check}", f"{number}{check}"))


def brazil(draw: Draw) -> str:
    """Return a CPF (two check digits by modulus 11), seldom an RG."""
    if draw.rng.random() < 0.15:
        return pattern(draw, "##.###.###-#", "#########", "##.###.###-X")
    body = digits(draw, 9)
    first = str(-_weighted(body, tuple(range(10, 1, -1))) % 11 % 10)
    second = str(-_weighted(body + first, tuple(range(11, 1, -1))) % 11 % 10)
    check = first + wrong_one(draw, second, _DIGITS)
    dotted = f"{body[:3]}.{body[3:6]}.{body[6:]}-{check}"
    return draw.rng.choice((dotted, dotted, body + check, f"{body[:3]} {body[3:6]} {body[6:]} {check}"))


def portugal(draw: Draw) -> str:
    """Return a NIF (modulus 11), or a citizen's card number."""
    if draw.rng.random() < 0.3:
        return pattern(draw, "######## # ZZ#", "########", "######## # @@#")
    body = draw.rng.choice("1235") + digits(draw, 7)
    rest = _weighted(body, tuple(range(9, 1, -1))) % 11
    number = body + wrong_one(draw, "0" if rest < 2 else str(11 - rest), _DIGITS)
    return draw.rng.choice((number, f"{number[:3]} {number[3:6]} {number[6:]}"))


def romania(draw: Draw) -> str:
    """Return a CNP (modulus 11 with weights 279146358279)."""
    body = f"{draw.rng.choice('1256')}{_birth(draw)}{draw.rng.randint(1, 46):02d}{digits(draw, 3)}"
    rest = _weighted(body, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return body + wrong_one(draw, "1" if rest == 10 else str(rest), _DIGITS)


_MAKERS: dict[str, Callable[[Draw], str]] = {
    "MX": mexico, "AR": argentina, "CL": chile, "CO": colombia, "EC": ecuador, "UY": uruguay, "BR": brazil,
    "PT": portugal,
}  # fmt: skip
_FORMS = {
    "PE": ("########", "########", "10#########", "00#######"),
    "VE": ("##.###.###", "########", "#.###.###"),
    "BO": ("####### LP", "####### SC", "#######", "######-1A", "####### CBBA"),
    "CR": ("#-####-####", "#########", "# #### ####"),
    "DO": ("###-#######-#", "###########", "### ####### #"),
    "GT": ("#### ##### ####", "#############"),
    "HN": ("####-####-#####", "#############"),
    "SV": ("########-#", "#########"),
    "PA": ("#-###-####", "8-####-###", "E-8-######"),
    "PY": ("#.###.###", "#######"),
    "NI": ("###-######-####@",),
    "CU": ("###########",),
}


def national_id(draw: Draw) -> str:
    """Return an identity number of the text's country; in Spain, one that foreigners bring along."""
    country = draw.country
    if country not in _MAKERS and country not in _FORMS:
        if draw.rng.random() < 0.15:
            return romania(draw)
        country = draw.rng.choice(sorted(_MAKERS))
    if country in _MAKERS:
        return _MAKERS[country](draw)
    return pattern(draw, *_FORMS[country])
