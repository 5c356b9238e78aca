"""Identity, health-card, bank and vehicle numbers in the formats people write."""

from collections.abc import Callable

from models.training.redaction_draw import Draw, digits, grouped, letters, pattern, right, wrong_one
from models.training.redaction_national_ids import national_id

DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
"""Letter of a DNI by its rest by 23 (Real Decreto 1553/2005; ``stdnum.es.dni``)."""
_NIE_FIRST = "XYZ"
_CIF_LETTERS = "JABCDEFGHI"


def _dressed(draw: Draw, number: str, letter: str) -> str:
    """Write a number of eight digits and its letter as people do."""
    dotted = f"{number[:-6]}.{number[-6:-3]}.{number[-3:]}"
    spaced = dotted.replace(".", " ")
    joint = draw.rng.choice(("", "", "-", " ", "-", "/", "."))
    body = draw.rng.choice((number, number, number, dotted, dotted, spaced))
    letter = letter.lower() if draw.rng.random() < 0.25 else letter
    return f"{body}{joint}{letter}"


def nif(draw: Draw) -> str:
    """Return a DNI, at times without its letter or with a leading zero gone, or a K, L or M tax number."""
    luck = draw.rng.random()
    if luck < 0.03:
        first = draw.rng.choice("KLM")
        number = digits(draw, 7)
        return f"{first}{number}{wrong_one(draw, DNI_LETTERS[int(number) % 23], DNI_LETTERS)}"
    value = draw.rng.randrange(1_000_000, 99_999_999)
    number = str(value) if value < 10_000_000 and luck < 0.5 else f"{value:08d}"
    if luck > 0.93:
        return number
    return _dressed(draw, number, wrong_one(draw, DNI_LETTERS[value % 23], DNI_LETTERS))


def nie(draw: Draw) -> str:
    """Return a foreigner's number of Spain."""
    first = draw.rng.randrange(3)
    number = digits(draw, 7)
    letter = wrong_one(draw, DNI_LETTERS[int(f"{first}{number}") % 23], DNI_LETTERS)
    joint = draw.rng.choice(("", "", "-", " "))
    body = draw.rng.choice(
        (number, number, f"{number[0]}.{number[1:4]}.{number[4:]}", f"{number[:4]} {number[4:]}")
    )
    text = f"{_NIE_FIRST[first]}{joint}{body}{joint}{letter}"
    return text.lower() if draw.rng.random() < 0.2 else text


def cif(draw: Draw) -> str:
    """Return a tax number of a Spanish legal person (control character as in ``stdnum.es.cif``)."""
    first = draw.rng.choice("ABCDEFGHJNPQRSUVW")
    number = digits(draw, 7)
    odd = sum(sum(divmod(2 * int(digit), 10)) for digit in number[::2])
    control = -(odd + sum(int(digit) for digit in number[1::2])) % 10
    lettered = first in "NPQRSW"
    good = _CIF_LETTERS[control] if lettered else str(control)
    check = wrong_one(draw, good, _CIF_LETTERS if lettered else "0123456789")
    joint = draw.rng.choice(("", "", "", "-", " "))
    body = draw.rng.choice((number, number, f"{number[:2]}.{number[2:5]}.{number[5:]}"))
    tail = f"-{check}" if joint == "-" and draw.rng.random() < 0.4 else check
    text = f"{first}{joint}{body}{tail}"
    return text.lower() if draw.rng.random() < 0.12 else text


def nuss(draw: Draw) -> str:
    """Return a social security number of the country; Spain's control is the rest by 97."""
    forms = {
        "MX": ("##-##-##-####-#", "####-##-####-#", "###########", "## ## ## #### #"),
        "BR": ("###.#####.##-#", "###########"),
        "PT": ("###########", "### ### ### ##"),
        "US": ("###-##-####", "### ## ####", "#########"),
        "GB": ("@@ ## ## ## @", "@@######@"),
        "CL": ("#########-#",),
    }
    if draw.country in forms:
        return pattern(draw, *forms[draw.country])
    if draw.country != "ES":
        return pattern(draw, "##########", "###########", "##-#######", "### ### ####")
    province = f"{draw.rng.randint(1, 53):02d}"
    number = draw.rng.randrange(100_000, 99_999_999)
    base = int(f"{province}{number:07d}") if number < 10_000_000 else int(f"{province}{number}")
    control = f"{base % 97:02d}" if right(draw) else digits(draw, 2)
    joint = draw.rng.choice(("", " ", " ", "/", "-", "."))
    return joint.join((province, f"{number:08d}", control))


def luhn_digit(payload: str) -> str:
    """Return the digit that makes payload plus digit pass Luhn (ISO/IEC 7812-1)."""
    total = sum(sum(divmod(2 * int(digit), 10)) for digit in payload[::-2])
    total += sum(int(digit) for digit in payload[-2::-2])
    return str(-total % 10)


def card(draw: Draw) -> str:
    """Return a payment card's number, at times cut short, as people stop half way."""
    luck = draw.rng.random()
    sizes: tuple[int, ...]
    if luck < 0.12:
        payload = draw.rng.choice(("34", "37")) + digits(draw, 12)
        text, sizes = payload + wrong_one(draw, luhn_digit(payload), "0123456789"), (4, 6)
    else:
        first = draw.rng.choice(("4", "4", "5" + str(draw.rng.randint(1, 5)), "2221", "6011", "30"))
        payload = first + digits(draw, 15 - len(first))
        text, sizes = payload + wrong_one(draw, luhn_digit(payload), "0123456789"), (4, 4, 4)
    if luck > 0.95:
        text = text[:12]
    return grouped(text, sizes, draw.rng.choice((" ", " ", " ", "", "", "-", ".", "/")))


def _ccc(draw: Draw) -> str:
    """Return twenty digits of a Spanish account with its two controls (``stdnum.es.ccc``)."""
    weights = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
    bank, account = digits(draw, 8), digits(draw, 10)
    if not right(draw):
        return f"{bank}{digits(draw, 2)}{account}"

    def control(text: str) -> str:
        total = sum(weight * int(digit) for weight, digit in zip(weights, text, strict=True))
        return str({10: 1, 11: 0}.get(11 - total % 11, 11 - total % 11))

    return f"{bank}{control('00' + bank)}{control(account)}{account}"


def iban(draw: Draw) -> str:
    """Return an IBAN, mostly of Spain or Portugal (ISO 13616), in fours, joined or oddly cut."""
    lengths = {"PT": 21, "DE": 18, "FR": 23, "IT": 23, "CR": 18, "DO": 24, "RO": 20, "GB": 18, "BR": 25}
    home = draw.country if draw.country in lengths else "ES"
    country = draw.rng.choice((home, home, home, home, "ES", "ES", draw.rng.choice(sorted(lengths))))
    body = _ccc(draw) if country == "ES" else digits(draw, lengths[country])
    numbered = "".join(str(int(char, 36)) for char in body + country)
    check = f"{98 - int(numbered + '00') % 97:02d}" if right(draw) else digits(draw, 2)
    text = f"{country}{check}{body}"
    luck = draw.rng.random()
    if luck < 0.5:
        text = grouped(text, (4,) * 7, draw.rng.choice((" ", " ", " ", "-", "/", ".")))
    elif luck < 0.65:
        text = grouped(text, (2, 2, 4, 4, 2), " ")
    return text.lower() if draw.rng.random() < 0.12 else text


def account(draw: Draw) -> str:
    """Return an account number of the country that is no IBAN."""
    forms = {
        "AR": ("######################", "######## ##############", "#### ### # #############"),
        "MX": ("##################", "### ### ########### #", "##########"),
        "CO": ("###-######-##", "###########", "### ###### ##", "##########"),
        "CL": ("##-###-#####-##", "########", "00-###-#####-##", "###########"),
        "PE": ("###-###-############-##", "###-########-#-##", "####################"),
        "BR": (
            "####-# cc #####-#",
            "#### conta #####-#",
            "####, cc ######-#",
            "########-####-4###-9###-############",
        ),
    }
    if draw.country in forms:
        return pattern(draw, *forms[draw.country])
    if draw.country != "ES":
        return pattern(draw, "##########", "############", "####-####-##-##########", "##-######-#")
    joint = draw.rng.choice(("", " ", " ", "-", ".", "/"))
    return grouped(_ccc(draw), (4, 4, 2), joint)


def plate(draw: Draw) -> str:
    """Return a vehicle's plate of the country."""
    forms = {
        "MX": ("@@@-###-@", "@##-@@@", "@@@ ## ##"), "AR": ("@@ ### @@", "@@###@@", "@@@ ###", "@@@###"),
        "CL": ("@@@@-##", "@@@@##", "@@·@@·##"), "CO": ("@@@ ###", "@@@-###", "@@@###"),
        "PE": ("@@@-###", "@#@-###"), "EC": ("P@@-####", "G@@####"), "BR": ("@@@#@##", "@@@-####"),
        "PT": ("@@-##-@@", "##-@@-##", "## @@ ##"), "UY": ("S@@ ####", "B@@####"), "VE": ("@@###@@",),
        "GB": ("@@## @@@", "@@##@@@"), "US": ("@@@ ####", "#@@@###"), "BO": ("####-@@@",), "CR": ("@@@-###",),
    }  # fmt: skip
    if draw.country in forms:
        text = pattern(draw, *forms[draw.country])
    elif draw.rng.random() < 0.88:
        joint = draw.rng.choice((" ", "-", "", ""))
        text = f"{digits(draw, 4)}{joint}{letters(draw, 3, 'BCDFGHJKLMNPRSTVWXYZ')}"
    else:
        text = draw.rng.choice(("M", "B", "SE", "V", "BI", "C", "PO", "MA")) + pattern(
            draw, "-####-@@", " #### @@"
        )
    return text.lower() if draw.rng.random() < 0.25 else text


DOCUMENTS: dict[str, tuple[str, Callable[[Draw], str]]] = {
    "dni": ("ES_NIF", nif),
    "nie": ("ES_NIE", nie),
    "cif": ("ES_CIF", cif),
    "natid": ("NATIONAL_ID", national_id),
    "nuss": ("SOCIAL_SECURITY_NUMBER", nuss),
    "card": ("CREDIT_CARD", card),
    "iban": ("IBAN_CODE", iban),
    "account": ("BANK_ACCOUNT", account),
    "plate": ("LICENSE_PLATE", plate),
}
"""Slot name to its entity type and maker."""
