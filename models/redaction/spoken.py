"""The view in which what was spelled out reads as written: "seis uno dos", "ana arroba correo punto es".

Number words of es, ca, gl, pt, eu and en, letter names of Spanish, words for @ . _ - and the letter O for
zero. Runs are converted only where they are long enough to be an identifier or where an at-word is near.
"""

import re

from models.redaction.disguises import read_disguised
from models.redaction.folding import fold_word
from models.redaction.normaliser import View, plain

_UNITS = [
    "cero zero hutsa",
    "uno un una um uma u bat one",
    "dos dues dous duas dois bi two",
    "tres tri hiru three",
    "cuatro quatre catro quatro lau four",
    "cinco cinc bost five",
    "seis sis sei six",
    "siete set sete zazpi seven",
    "ocho vuit huit oito zortzi eight",
    "nueve nou nove bederatzi nine",
    "diez deu dez hamar ten",
    "once onze hamaika eleven",
    "doce dotze doze hamabi twelve",
    "trece tretze treze hamahiru thirteen",
    "catorce catorze quatorze hamalau fourteen",
    "quince quinze hamabost fifteen",
    "dieciseis setze dezaseis dezesseis hamasei sixteen",
    "diecisiete disset dezasete dezessete hamazazpi seventeen",
    "dieciocho divuit dezaoito dezoito hemezortzi eighteen",
    "diecinueve dinou dezanove dezenove hemeretzi nineteen",
    "veinte vint vinte hogei twenty",
    "veintiuno veintiun",
    "veintidos",
    "veintitres",
    "veinticuatro",
    "veinticinco",
    "veintiseis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_TENS = [
    "treinta trenta trinta thirty",
    "cuarenta quaranta corenta quarenta berrogei forty",
    "cincuenta cinquanta cincuenta cinquenta fifty",
    "sesenta seixanta sesenta sessenta hirurogei sixty",
    "setenta setanta seventy",
    "ochenta vuitanta huitanta oitenta laurogei eighty",
    "noventa noranta noventa ninety",
]
_HUNDREDS = [
    "cien ciento cent cem cento",
    "doscientos doscientas dos-cents duzentos",
    "trescientos trescientas tres-cents trezentos",
    "cuatrocientos cuatrocientas quatre-cents quatrocentos",
    "quinientos quinientas cinc-cents quinhentos",
    "seiscientos seiscientas sis-cents seiscentos",
    "setecientos setecientas set-cents setecentos",
    "ochocientos ochocientas vuit-cents oitocentos",
    "novecientos novecientas nou-cents novecentos",
]
_LETTERS = {
    "be": "b", "ce": "c", "de": "d", "efe": "f", "ge": "g", "hache": "h", "jota": "j", "ka": "k", "ele": "l",
    "eme": "m", "ene": "n", "pe": "p", "cu": "q", "erre": "r", "ese": "s", "te": "t", "uve": "v", "equis": "x",
    "ye": "y", "zeta": "z",
}  # fmt: skip
_NUMBERS: dict[str, int] = {
    word: value
    for values, base, step in ((_UNITS, 0, 1), (_TENS, 30, 10), (_HUNDREDS, 100, 100))
    for index, words in enumerate(values)
    for value in [base + index * step]
    for word in words.split()
}
_ONE_WORDS = frozenset(
    {"un", "una", "um", "uma", "u", "bi", "sei", "set", "one", "ten", "cent", "de", "te", "ese", "ge"}
)
"""Too common to start a run on their own."""
_WORDY = frozenset({"d", "t", "s", "g"})
"""Letters whose names are everyday words ("de", "te", "ese"): at the end of a run before a word they are that."""
_JOIN = frozenset({"y", "i", "e", "and"})
_LETTERS_ONLY = re.compile(r"[^\W\d_]+")
_CLEAR_NUMBERS = frozenset(_NUMBERS) - _ONE_WORDS
_SEPARATOR = {
    "raya": "-",
    "guion": "-",
    "barra": "/",
    "punto": ".",
    "menos": "-",
    "coma": ",",
    "espacio": " ",
}
_PIECE = re.compile(r"[^\W\d_]+(?:-cents)?|\d+|[-.,/ \n]+|[^\w]|_")

_AT = r"(?:arroba|arrova|[a4]rr[o0]b[a4]|arroa|a roba|abildua)"
_SPOKEN_AT = re.compile(
    rf"\s{{0,3}}[(\[{{<]\s?(?:{_AT}|at|a|@)\s?[)\]}}>]\s{{0,3}}|\s{{1,3}}{_AT}\s{{1,3}}"
    rf"|\s{{1,3}}(?:at)\s{{1,3}}(?=\w+(?:\s+(?:dot|punto|ponto|punt)\s|\.\w)(?![\w.]*/))"
    rf"|\s{{1,3}}@\s{{1,3}}(?=\w)|&#0{{0,2}}64;|&commat;|(?<=\w)%40(?=\w)",
    re.IGNORECASE,
)
_SPOKEN_MARK = re.compile(
    r"\s{0,3}[(\[{]\s?(?P<dot1>punto|punt|ponto|puntu|dot|p[uv]nt[o0]|\.)\s?[)\]}]\s{0,3}"
    r"|\s{1,3}(?:(?P<dot2>punto|punt|ponto|puntu|dot|p[uv]nt[o0])|(?P<low>gui[oó]n bajo|guion baixo|gui[oó] baix"
    r"|barra baja|barra baixa|subrayado|"
    r"underscore|underline)|(?P<dash>gui[oó]n|gui[oó]|h[ií]fen|raya|dash|traço))\s{1,3}",
    re.IGNORECASE,
)
MIN_DIGITS = 5
_GLUABLE = frozenset(word for word in _NUMBERS if len(word) > 2)
_SIZES = sorted(set(map(len, _GLUABLE)), reverse=True)
_ANY_NUMBER = "|".join(sorted(_GLUABLE, key=len, reverse=True))
_GLUED_START = re.compile(rf"(?:{_ANY_NUMBER})y?(?:{_ANY_NUMBER})")


def spoken_view(view: View) -> View | None:
    """Return the view with spelled-out identifiers written out; None where nothing is spelled out."""
    changed = read_disguised(view)
    if _may_spell_numbers(changed.text):
        changed = _write_numbers(changed)
    changed = _write_addresses(changed)
    return None if changed is view else changed


def _may_spell_numbers(text: str) -> bool:
    """Whether a text holds number words, or digits enough to be read with letter names; quick."""
    words = set(_LETTERS_ONLY.findall(plain(text)))
    if not words.isdisjoint(_CLEAR_NUMBERS) or any(map(_glued, words)):
        return True
    digits = sum(map(text.count, "0123456789"))
    return digits >= MIN_DIGITS - 2 and not (
        words.isdisjoint(_NUMBERS) and words.isdisjoint(_LETTERS) and words.isdisjoint(_SEPARATOR)
    )


def _write_addresses(view: View) -> View:
    if not _SPOKEN_AT.search(view.text):
        return view
    pieces = [(match.start(), match.end(), "@") for match in _SPOKEN_AT.finditer(view.text)]
    changed = view.replace(pieces)
    pieces = []
    for match in _SPOKEN_MARK.finditer(changed.text):
        mark = "." if match["dot1"] or match["dot2"] else "_" if match["low"] else "-"
        pieces.append((match.start(), match.end(), mark))
    return changed.replace(pieces) if pieces else changed


def _write_numbers(view: View) -> View:
    """Replace runs of number words, digits and letter names that come to at least MIN_DIGITS digits."""
    pieces = [piece for match in _PIECE.finditer(view.text) for piece in _pieces_of(match)]
    replacements: list[tuple[int, int, str]] = []
    index = 0
    while index < len(pieces):
        key = pieces[index][2]
        if key.isdigit() or key in _LETTERS or (key in _NUMBERS and key not in _ONE_WORDS):
            index, run = _read_run(pieces, index)
            replacements.extend(run)
        else:
            index += 1
    return view.replace(replacements) if replacements else view


def _pieces_of(match: re.Match[str]) -> list[tuple[int, int, str]]:
    """Return a piece, or the number words that are run together in it, with nothing read as a blank between."""
    start, key = match.start(), fold_word(match.group())
    parts = () if key in _NUMBERS or len(key) != len(match.group()) else _glued(key)
    if not parts:
        return [(start, match.end(), key)]
    pieces: list[tuple[int, int, str]] = []
    for first, last in parts:
        left, right = start + first, start + last
        pieces += [(left, left, " "), (left, right, key[first:last])]
    return pieces[1:]


def _glued(word: str) -> tuple[tuple[int, int], ...]:
    """Split "seisunodos", "treintaycuatro" into number words and the "y" between; empty where it is none such.

    From the end, so that each place is read once: many words part in several ways ("eighty one", "eight y one"),
    and trying them one after the other would take twice as long with every letter or two.
    """
    if not _GLUED_START.match(word):
        return ()
    # Where a rest begins that is number words to the end, and where the first of them ends: the longest that fits.
    ends: dict[int, int] = {}
    for start in range(len(word) - 1, -1, -1):
        for end in (start + size for size in _SIZES):
            goes_on = end == len(word) or end in ends or (word[end : end + 1] == "y" and end + 1 in ends)
            if goes_on and word[start:end] in _GLUABLE:
                ends[start] = end
                break
    parts: list[tuple[int, int]] = []
    while (start := parts[-1][1] if parts else 0) in ends or (parts and start < len(word)):
        parts.append((start, ends.get(start, start + 1)))
    return tuple(parts) if len(parts) > 1 else ()


def _read_run(pieces: list[tuple[int, int, str]], index: int) -> tuple[int, list[tuple[int, int, str]]]:
    """Read one run from ``index``; return where it ends and its replacements (none when too short)."""
    found: list[tuple[int, int, str]] = []
    digits = words = 0
    while index < len(pieces):
        start, end, key = pieces[index]
        if key in _NUMBERS:
            index, end, value = _read_number(pieces, index)
            found.append((start, end, value))
            digits += len(value)
            words += 1
            continue
        if key.isdigit():
            digits += len(key)
        elif key in _LETTERS:
            found.append((start, end, _LETTERS[key]))
        elif key in _SEPARATOR:
            found.append((start, end, _SEPARATOR[key]))
        elif key.strip("-.,/ \n"):
            break
        elif "," in key:
            found.append((start, end, " "))
        index += 1
    if digits < MIN_DIGITS or not (words >= 2 or found):
        return index, []
    near = pieces[max(0, index - 4) : index + 2]
    if found and found[-1][2] in _WORDY and _goes_on(near, found[-1][1]):
        found.pop()
    return index, found


def _goes_on(pieces: list[tuple[int, int, str]], end: int) -> bool:
    """Whether a word follows after a blank where a run ends."""
    after = [key for start, _, key in pieces if start >= end][:2]
    return len(after) == 2 and after[0] == " " and after[1].isalpha()


def _read_number(pieces: list[tuple[int, int, str]], index: int) -> tuple[int, int, str]:
    """Read "novecientos setenta y ocho" as 978; a following smaller number joins only as Spanish joins it."""
    value, end = _NUMBERS[pieces[index][2]], pieces[index][1]
    index += 1
    while True:
        step = _next_word(pieces, index)
        if step is None:
            return index, end, str(value)
        word, joined = pieces[step][2], step - index >= 2 or pieces[index][2] == "-"
        number = _NUMBERS.get(word, 1000)
        tens = value % 100 >= 20 and value % 10 == 0 and number < 10 and joined and value % 100 >= 30
        hundreds = value % 100 == 0 and value >= 100 and number < 100 and not joined
        if not (tens or hundreds):
            return index, end, str(value)
        value, end, index = value + number, pieces[step][1], step + 1


def _next_word(pieces: list[tuple[int, int, str]], index: int) -> int | None:
    """Return the index of the number word after one blank, or after a blank, "y" and a blank."""
    if index + 1 < len(pieces) and pieces[index][2] in {" ", "-"} and pieces[index + 1][2] in _NUMBERS:
        return index + 1
    if index + 3 < len(pieces) and pieces[index][2] == " " and pieces[index + 1][2] in _JOIN:
        return index + 3 if pieces[index + 3][2] in _NUMBERS else None
    return None
