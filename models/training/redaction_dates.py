"""Birth dates in every writing, ages, and dates that are nobody's."""

from collections.abc import Callable

from models.training.redaction_draw import Draw
from models.training.redaction_grammar import read_yaml

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def _calendar(draw: Draw, part: str) -> list[str]:
    names = read_yaml("numerals.yaml")
    return str((names.get(draw.language) or names["es"])[part]).split()


def _written(draw: Draw, year: int) -> str:
    rng = draw.rng
    day, month = rng.randint(1, 28), rng.randint(1, 12)
    name = _calendar(draw, "months")[month - 1]
    short_year = f"{year % 100:02d}"
    if draw.language == "en":
        forms = [
            f"{month:02d}/{day:02d}/{year}",
            f"{day} {name} {year}",
            f"{name} {day}, {year}",
            f"{day}/{month}/{year}",
        ]
    elif draw.language == "eu":
        forms = [
            f"{year}ko {name}ren {day}an",
            f"{year}/{month:02d}/{day:02d}",
            f"{year}-{month:02d}-{day:02d}",
        ]
    else:
        of = " d'" if draw.language == "ca" and name[0] in "ao" else " de "
        dd, mm, roman = f"{day:02d}", f"{month:02d}", _ROMAN[month - 1]
        forms = [
            f"{dd}/{mm}/{year}", f"{day}/{month}/{year}", f"{day}-{month}-{short_year}", f"{day}.{month}.{year}",
            f"{day}{of}{name} de {year}", f"{day}/{month}/{short_year}", f"{dd}-{mm}-{year}", f"{dd}.{mm}.{short_year}",
            f"{year}-{mm}-{dd}", f"{day}-{name[:3]}-{year}", f"{day}/{roman}/{short_year}", f"{day}.{roman}.{year}",
            f"{day}{of}{name} del {short_year}", f"{day} {name} {year}", f"{dd}{mm}{year}", f"{dd} {mm} {year}",
        ]  # fmt: skip
    return rng.choice(forms)


def birth_date(draw: Draw) -> str:
    """Return somebody's date of birth."""
    return _written(draw, draw.rng.randint(1928, 2025))


def date(draw: Draw) -> str:
    """Return a date of these years: of a sale, a delivery, an expiry."""
    if draw.rng.random() < 0.4 and draw.language not in ("eu", "en"):
        name = draw.rng.choice(_calendar(draw, "months"))
        of = "d'" if draw.language == "ca" and name[0] in "ao" else "de "
        return f"{draw.rng.randint(1, 28)} {of}{name}"
    return _written(draw, draw.rng.randint(2023, 2027))


def month(draw: Draw) -> str:
    """Return the name of a month."""
    return draw.rng.choice(_calendar(draw, "months"))


def old_age(draw: Draw) -> str:
    """Return an age over 89, with its unit (identifying by 45 CFR 164.514(b)(2)(i)(C))."""
    age = draw.rng.randint(90, 106)
    names = read_yaml("numerals.yaml")
    words = names.get(draw.language) or names["es"]
    unit = draw.rng.choice(str(words["years"]).split("|"))
    said = (
        str(words["pairs"]).split(";")[age].strip()
        if age < 100 and "pairs" in words and draw.rng.random() < 0.3
        else age
    )
    return f"{said} {unit}"


def age(draw: Draw) -> str:
    """Return an age under 90, which is kept, with its unit."""
    names = read_yaml("numerals.yaml")
    words = names.get(draw.language) or names["es"]
    number = draw.rng.choice((draw.rng.randint(2, 17), draw.rng.randint(18, 89), draw.rng.randint(70, 89)))
    return f"{number} {draw.rng.choice(str(words['years']).split('|'))}"


def clock(draw: Draw) -> str:
    """Return a time of day."""
    hour, minute = draw.rng.randint(0, 23), draw.rng.choice((0, 0, 15, 30, 45, 10))
    return draw.rng.choice(
        (f"{hour}:{minute:02d}", f"{hour:02d}.{minute:02d}", f"{hour}h", f"{hour:02d}:{minute:02d} h")
    )


DATES: dict[str, tuple[str, Callable[[Draw], str]]] = {
    "birth": ("BIRTH_DATE", birth_date), "old_age": ("AGE_OVER_89", old_age),
    "date": ("", date), "month": ("", month), "age": ("", age), "clock": ("", clock),
}  # fmt: skip
"""Slot name to its entity type and maker."""
