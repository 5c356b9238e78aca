"""Postal addresses of Spain and Latin America: a head that only an address has, then all that belongs to it."""

import re

from models.redaction.presidio import LightArtifacts, Recognizer, RecognizerResult

_STREET = (
    r"c/|calles?|cl\.|carrer|avda?\.?|av\.?|avenidas?|avinguda|avgda\.?|plazas?|pza?\.?|plza\.?|placa"
    r"|pl\.|placeta|plazuela|"
    r"praza|praca|praceta|paseo|pso\.?|p\.?º|ps\.|passeig|pg\.|ronda|rda\.?|travesia|trav\.?"
    r"|travessera|travessa|tv\.|"
    r"camino|cno\.?|cami|camin|carretera|ctra\.?|crta\.?|estrada|urbanizacion|urb\.?|poligono"
    r"|pol\.(?: ind\.)?|glorieta|gta\.?|callejon|"
    r"cjon\.?|cuesta|costanilla|rua|largo|calcada|jiron|jr\.?|pasaje|pje\.?|psje\.?|passatge|pasaxe"
    r"|calzada|calz\.?|bulevar|"
    r"boulevard|blvd\.?|bvd\.?|bv\.?|privada|priv\.|cerrada|andador|prolongacion|prol\.?|alameda"
    r"|rambla|riera|baixada|pujada|"
    r"caserio|beco|residencial|conjunto|condominio|edificio|edif\.?|kale|circuito|retorno|peatonal"
    r"|eje|autopista|diagonal|diag\.?|"
    r"transversal|transv\.?|perif\.?|periferico|malecon|subida|cuadra|via|veredas?|finca|quinta"
)
_LOOSE = frozenset(
    """
    via eje quinta finca largo subida cuadra conjunto vereda cuesta rua ronda privada circuito plaza
    placa estrada carrera edificio diagonal alameda
    """.split()  # noqa: SIM905
)
_NUMBER = (
    r"(?:(?:n(?:um)?[.ºo°]{0,2}|nro\.?|numero|#|no\.|num\.?"
    r"|zk\.?)\s?)?\d{1,5}(?:[ -]?[a-z](?![a-z]))?(?: ?bis)?(?:[-/]\d{1,4}(?:[ºª°] ?[a-z]?(?![a-z]))?)?"
    r"|s/n\.?|s\.n\.|(?:portal|bloque|blq|edificio|edif|piso|casa|km|mz|manzana|lote|lt|apto|local"
    r"|nave|parcela|torre|villa)\.? ?[a-z]?\d{0,4}[a-z]?(?![a-z])"
)
_NAME = r"(?:[a-z'’·ªº-]+,? |[a-z]{1,4}\. ?|\d{1,2} (?=de ))"
_HEAD = re.compile(
    rf"(?<![\w-])(?P<type>{_STREET})(?:(?<=/)|(?![a-z]))[ ,.]{{0,3}}"
    rf"{_NAME}{{0,6}}?[a-z'’·ªº-]{{2,}},? ?(?:{_NUMBER})(?![\d%€:])"
)
_GRID = re.compile(
    r"(?<![^\W_])(?:cra|carrera|calle|cll|cl|kr|kra|diagonal|diag|transversal|tv|trans|av|avenida|ak"
    r"|ac)\.? ?\d{1,3} ?[a-z]{0,2}(?: bis)?(?: sur)?"
    r" ?(?:#|no\.?|nº|n°|num\.?|-|con) ?\d{1,3} ?[a-z]? ?[- ] ?\d{1,3}"
    r"|(?<![^\W_])\d{1,2}[aª]?\.? (?:avenida|av\.?|calle|c\.) \d{1,2}-\d{1,3}(?: zona \d{1,2})?"
)
_OTHER = re.compile(
    r"(?<![^\W_])(?:(?:apartado de correos|apdo\.?(?: de correos)?|apartat de correus|apartado postal"
    r"|p\.? ?o\.? box|caixa postal) \d+"
    r"|hc-\d{1,2} box \d+"
    r"|(?:torre|bloque|portal|edificio) [a-z0-9]{1,7},? (?:apto|apartamento|apt|depto|dpto|piso"
    r"|puerta)\.? ?\d{1,4}[a-z]?"
    r"|[a-z]+(?: [a-z]+){0,2} (?:kalea|etorbidea|enparantza|plaza|hiribidea|bidea|auzoa?)(?:ko)?,? \d{1,3}"
    r"|(?:flat|apt|unit) \d{1,4}[a-z]?,? \d{1,4} [a-z]+ [a-z]+"
    r"|\d{1,4}[a-z]? (?:[a-z]+ ){1,3}(?:street|st|road|rd|lane|ln|close|mews|row|avenue|ave|drive|way"
    r"|court|gardens|place|terrace|crescent|hill|park|square|grove|walk)"
    r"|[a-z]{1,2}\d{1,2}[a-z]? \d[abd-hjlnp-uw-z]{2}"
    r"|(?:mz|manzana)\.? ?[a-z0-9]{1,3},? (?:lt|lote)\.? ?\d{1,3}"
    r"|km\.? \d{1,3}(?:[.,]\d)? (?:de la |via |carretera |ctra\.? )+[a-z]+(?: [a-z]+)?"
    r"|(?:urb|urbanizacion|residencial|barrio|bo|colonia|col|fracc|sector|villa|aldea|parroquia"
    r"|barriada|bda)\.? [a-z]+(?: [a-z]+){0,3}, ?(?:casa|piso|apto|no|n\.?º|mz|manzana|lote|bloque"
    r"|torre|portal|villa|chalet|calle|c/)\.? ?[a-z]?\d{1,4}[a-z]?)(?![^\W_])"
)
_POSTCODE = re.compile(
    r"(?<![\w.,/-])(?:(?:C\.?P\.?:? ?)?(?:0[1-9]|[1-4]\d"
    r"|5[0-2])\d{3},? (?:de )?(?=[A-ZÁÉÍÓÚÑ][a-záéíóúñ])|(?:[Cc]\.?[Pp]\.?|código postal"
    r"|codigo postal|CEP|cep):? ?\d{4,5}(?:-\d{3})?|\d{4}-\d{3} (?=[A-Z]))"
)
_BARE = re.compile(
    r"(?<![^\W_])(?![A-Z]{2,5} )(?:[A-ZÁÉÍÓÚÑ][\w'’.]+ ){1,4}\d{1,5}(?:-?[A-Z])?,? (?=(?:piso|p\.|depto|dpto|apto"
    r"|int|[àa]tic[oa]?|bajos?|esc|puerta|pta|timbre|izq|dcha|\d{1,2}(?:\.?[ºª]|n |r |t |\.er))"
    r"|\d{5}(?!\d))"
)
_STATED = re.compile(
    r"(?<![^\W_])(?:direcci[oó]n|domicilio|adre[cç]a|enderezo|morada|endere[cç]o|helbidea|address"
    r"|viv[oe] en|vivimos en|visc a|visc al|resido en|enviar a|env[ií]en(?:lo)? a|entrega en"
    r"|entregar en|mandar a|mudado a|mudamos a|mudé a)"
    r"(?: (?:es|nueva|correcta|de entrega|de env[ií]o|la|el|buena|completa|actual|postal|é|is"
    r"|da)){0,3}[ :,]{1,3}(?=[^\n.!?]{2,60}\d)"
    r"((?:[^\W\d_][\w'’.]*[ ,]+){1,6}(?:n[.ºo°]* ?)?\d{1,5}[a-zA-Z]?(?![\w%€:]))"
)
_DOOR = re.compile(r"(?<![^\W_])\d{1,2}\.?[ºª°] ?[A-H](?![^\W_])")
_BEFORE = re.compile(
    r"(?<!\d)(?:\d{5},? )(?:[A-ZÁÉÍÓÚÑ][\w'’-]+(?: [\w'’-]+){0,3},? )?$|(?:Casa|Villa|Edificio|Finca"
    r"|Urb\.) [A-ZÁÉÍÓÚÑ]\w+(?: \w+)?, $"
)
_TOKEN = re.compile(
    r"(?P<gap>[ ,;·\n(/-]{0,4}(?:\. ?(?=\S))?[ ,;\n(]{0,2})(?P<word>[\w'’·ºª°#]+(?:[./-](?=\w)[\w'’·ºª°]+)*\)?"
    r"|\"[A-Z]\")"
)
_KEYWORD = frozenset(
    """
    piso planta puerta pta porta esc escalera escala bloque blq bl portal ptal bajo bajos baix baixos
    atico atic entlo entresuelo entresol principal pral ppal izq izqda izquierda izda izqd ezkerra ezk
    esq ap apt esqdo esquerdo eskuina esk dcha drcha dcho derecha dreta direito dto letra apto
    apartamento apart apt depto dpto dept interior int oficina of ofi despacho local casa chalet
    vivienda viv torre edificio edif fase col colonia fracc mz manzana lt lote barrio bo barriada sector
    zona etapa unidad nave parcela km timbre buzon cp codigo postal cep sm urb urbanizacion residencial
    conjunto condominio cdla villa local poligono pol ind calle c carrer avda av esquina entre num no
    nro nº n numero cas caserio polígono andar bairro freguesia flat floor apartment block bis s/n sn
    alto subsuelo pb pa pd super supermanzana municipio provincia estado depto pto fondo frente
    """.split()  # noqa: SIM905
)
_PARTICLE = frozenset(
    """
    de del la las los el els les l d do da dos das y e i a en of the
    """.split()  # noqa: SIM905
)
_ORDINAL = re.compile(
    r"\d{1,2}(?:\.?[ºª°o]|n|r|t|a|e|er|ra|ona|on|ta|da|to)?[a-z]?|[a-z]?\d{1,5}[a-z]?"
    r"|\d{1,4}[-/](?:\d{1,4}[a-z]?|[a-z])|\d{4}-\d{3}|[a-z]\d[a-z]?|\d[a-z]{2}"
    r"|[a-z]{1,2}\d{1,2}[a-z]?|[ivx]{1,4}"
)
_UNIT_AFTER = re.compile(
    r"\s?(?:€|euros?|mg|ml|gr?\b|anos|dias|horas|h\b|minutos|min\b|kg|km\b|metros|personas|grados|%"
    r"|\$|veces|semanas|meses|de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sept|octubre"
    r"|nov|dic))"
)
_VERBS = re.compile(
    r"(?<![^\W_])(?:es|esta|estan|son|que|hay|tiene|tengo|con|sin|por|para|como|pero|al|hace|cuesta"
    r"|vale|me|se|no|y|o|si|desde|"
    r"hasta|mas|muy|lleva|abre|cierra|abierta|farmacia|antes|fui|va|voy|tienda|os|nos|ya|le|lo|llevo|he|ha)(?![^\W_])"
)
_SQUARE_NAME = re.compile(r"[a-z]{4,}[ ,]")
_CAPITAL = re.compile(r"[A-ZÁÉÍÓÚÑÀÈÒÇ]")
MAX_PARTS = 24


class AddressRecognizer(Recognizer):
    """Street addresses with floor, door, postcode and town; boxes; the grids of Colombia and Guatemala."""

    def __init__(self) -> None:
        super().__init__("AddressRecognizer", ["POSTAL_ADDRESS"])

    def find(self, text: str, artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return addresses, each with all its parts."""
        folded = artifacts.plain
        heads = [
            (match, 0.75, "street") for match in _HEAD.finditer(folded) if _is_street(text, folded, match)
        ]
        heads += [(match, 0.9, "grid") for match in _GRID.finditer(folded)]
        heads += [(match, 0.7, "other") for match in _OTHER.finditer(folded)]
        heads += [(match, 0.6, "postcode") for match in _POSTCODE.finditer(text)]
        heads += [(match, 0.7, "bare") for match in _BARE.finditer(text)]
        heads += [(match, 0.7, "stated") for match in _STATED.finditer(text)]
        found = []
        for match, score, reason in heads:
            group = 1 if reason == "stated" else 0
            before = _BEFORE.search(text, max(0, match.start(group) - 40), match.start(group))
            start = before.start() if before else match.start(group)
            end = _extend(text, folded, _trimmed(text, match.end(group)))
            found.append(self.hit("POSTAL_ADDRESS", start, end, score, reason))
        found += [self.hit("POSTAL_ADDRESS", *match.span(), 0.5, "door") for match in _DOOR.finditer(text)]
        return found


def _trimmed(text: str, end: int) -> int:
    while text[end - 1] in " ,":
        end -= 1
    return end


def _is_street(text: str, folded: str, match: re.Match[str]) -> bool:
    """Whether the words between street type and number read as a street's name."""
    if _UNIT_AFTER.match(folded, match.end()):
        return False
    kind = match["type"]
    if kind == "placa" and "ç" not in text[match.start() : match.end("type")].lower():
        # In Spanish it is a number plate ("placa ABC-123"); in Catalan a square, also without its cedilla.
        return _SQUARE_NAME.search(folded, match.end("type"), match.end()) is not None
    rest = folded[match.end("type") : match.end()]
    named = bool(_CAPITAL.search(text, match.end("type"), match.end()))
    if kind.rstrip(".") in _LOOSE:
        return named and not _VERBS.search(rest)
    return (
        named
        and not re.search(
            r"(?<![^\W_])(?:es|esta|que|hay|tiene|me|se|no|cierra|abre|abierta|queda|estoy|voy)(?![^\W_])",
            rest,
        )
    ) or (not _VERBS.search(rest) and rest.count(" ") <= 5)


def _extend(text: str, folded: str, end: int) -> int:
    """Grow an address word by word over floor, door, postcode and town."""
    last, previous, position = end, "number", end
    for _ in range(MAX_PARTS):
        token = _TOKEN.match(text, position)
        if token is None or token.end() == position:
            break
        kind = _kind(text, folded, token, previous)
        if kind is None:
            break
        position = token.end()
        if kind != "particle":
            last = position
        previous = kind
    return last


def _kind(text: str, folded: str, token: re.Match[str], previous: str) -> str | None:
    """Return what a word is inside an address; None where the address has ended."""
    gap, word = token["gap"], folded[token.start("word") : token.end("word")].strip(")'’")
    bare = word.rstrip(".")
    newline = "\n" in gap
    if (
        "." in gap
        and previous in {"number", "capital"}
        and not (
            bare in _KEYWORD or (len(bare) == 1 and previous == "number") or re.fullmatch(r"\d{5}", bare)
        )
    ):
        return None
    if bare in _KEYWORD and not (
        newline and "," not in gap and bare in {"local", "interior", "no", "of", "num"}
    ):
        return (
            None
            if bare in {"no", "a", "frente", "entre"} and not re.match(r"[. ]{0,2}\d", folded[token.end() :])
            else "keyword"
        )
    if any(char.isdigit() for char in bare):
        ends = _UNIT_AFTER.match(folded, token.end()) or (
            newline and not re.fullmatch(r"\d{4,5}(?:-\d{3})?", bare)
        )
        return "number" if _ORDINAL.fullmatch(bare) and not ends else None
    if newline:
        return (
            "capital"
            if previous == "number"
            and text[token.start("word")].isupper()
            and re.fullmatch(r"\d{5}", folded[max(0, token.start() - 5) : token.start()])
            else None
        )
    if len(bare) == 1 and (
        bare not in {"y", "a", "o", "e"} or (previous == "keyword" and word != text[token.start("word")])
    ):
        return "number"
    if bare in _PARTICLE:
        return "particle" if bare not in {"y", "a", "e"} or previous == "capital" else None
    if _CAPITAL.match(text, token.start("word")) or text[token.start("word")] == '"':
        joined = previous in {"capital", "particle", "keyword"} or "," in gap or "(" in gap
        return (
            "capital"
            if joined or re.search(r"\d{5}$|\d{4}-\d{3}$", folded[max(0, token.start() - 8) : token.start()])
            else None
        )
    after_postcode = bool(
        re.search(
            r"(?:\d{5}|\d{4}-\d{3}),? ?$", folded[max(0, token.start("word") - 8) : token.start("word")]
        )
    )
    return (
        "town"
        if previous == "keyword" and len(bare) > 2 and "," not in gap and not _VERBS.fullmatch(bare)
        else ("capital" if after_postcode and len(bare) > 3 and not _VERBS.fullmatch(bare) else None)
    )
