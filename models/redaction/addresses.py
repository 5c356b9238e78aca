"""Postal addresses of Spain and Latin America: a street head, then every part that belongs to it."""

import re

from models.redaction.presidio import LANGUAGE, EntityRecognizer, LightArtifacts, RecognizerResult, result

_STREET = (
    r"c/|c\.(?= ?[a-z])|calles?|cl\.|carrer|avda?\.?|av\.?|avenidas?|avinguda|avgda\.?|plazas?|pza?\.?|plza\.?|placa|pl\.|"
    r"praza|praca|paseo|pso\.?|p\.?º|ps\.|passeig|pg\.|ronda|rda\.?|travesia|trav\.?|tv\.|travessera|camino|cno\.?|cami|"
    r"carretera|ctra\.?|urbanizacion|urb\.?|poligono|pol\.|glorieta|gta\.?|callejon|cuesta|costanilla|rua|largo|"
    r"jiron|jr\.?|pasaje|pje\.?|psje\.?|passatge|calzada|calz\.?|bulevar|boulevard|blvd\.?|privada|priv\.|cerrada|"
    r"andador|prolongacion|prol\.|travessa|alameda|rambla|riera|baixada|pasaxe|estrada|barrio|lugar|aldea|caserio|"
    r"beco|quinta|colonia|fraccionamiento|circuito|retorno|mz\.?|manzana|sector|vereda"
)
_NUMBER = r"(?:(?:n(?:um)?[.ºo°]{0,2}|nro\.?|numero|#|no\.|num\.?)\s?)?\d{1,5}(?:[ -]?[a-z](?![a-z]))?(?: ?bis)?(?:[-/]\d{1,3})?"
_HEAD = re.compile(
    rf"(?<![^\W_])(?:{_STREET})[ ,.]{{0,3}}(?:[a-z'’·ªº.-]+,? ){{0,6}}?[a-z'’·ªº.-]{{2,}},? ?(?:{_NUMBER}|,? ?s/n\.?)(?![\d%€])"
)
_COLOMBIA = re.compile(
    r"(?<![^\W_])(?:cra|carrera|calle|cll|cl|kr|kra|diagonal|diag|transversal|tv|trans|av|avenida)\.? ?\d{1,3} ?[a-z]{0,2}(?: bis)?(?: sur)?"
    r" ?(?:#|no\.?|nº|n°|num\.?|-|con) ?\d{1,3} ?[a-z]? ?[- ] ?\d{1,3}"
)
_OTHER = re.compile(
    r"(?<![^\W_])(?:\d{1,2}[aª]?\.? (?:avenida|av\.?|calle) \d{1,2}-\d{1,3}(?: zona \d{1,2})?"
    r"|(?:apartado de correos|apdo\.?(?: de correos)?|apartat de correus|apartado postal|p\.? ?o\.? box) \d+"
    r"|hc-\d{1,2} box \d+"
    r"|(?:torre|bloque|portal|edificio) [a-z0-9]{1,7},? (?:apto|apartamento|apt|depto|dpto|piso|puerta)\.? ?\d{1,4}[a-z]?"
    r"|[a-z]+(?: [a-z]+)? (?:kalea|etorbidea|enparantza|plaza|hiribidea) \d{1,3}"
    r"|\d{1,4} (?:[a-z]+ ){1,3}(?:street|st|road|rd|lane|ln|close|mews|row|avenue|ave|drive|way|court|gardens|place|terrace|crescent|hill)"
    r"|[a-z]{1,2}\d{1,2}[a-z]? \d[abd-hjlnp-uw-z]{2})(?![^\W_])"
)
_DOOR = re.compile(r"(?<![^\W_])\d{1,2}\.?[ºª°] ?[A-H](?![^\W_])")
_PART = re.compile(
    r"[ ,.;·\n-]{1,4}(?:y |en |de |entre )?(?:"
    r"(?:piso|planta|puerta|pta|porta|esc(?:alera)?|escala|bloque|blq|bl|portal|ptal|bajos?|baix|baixos|atico|atic|entlo|entresuelo|"
    r"entresol|principal|pral|ppal|izq(?:da|uierda)?|izda|ezkerra|esq|eskuina|dcha|drcha|derecha|dreta|letra|apto|apartamento|apart|"
    r"apt|depto|dpto|dept|dto|interior|int|oficina|of|despacho|local|casa|chalet|vivienda|viv|torre|edificio|edif|fase|"
    r"col(?:onia)?|fracc|mz|manzana|lt|lote|barrio|bo|sector|zona|etapa|unidad|nave|parcela|km|timbre|buzon|cp|c\.p|"
    r"codigo postal|c\. ?p|d\.p|cep|sm|cas)\b\.?:?(?: ?(?:\d{1,5}(?:[.ºª°]{1,2})?(?: ?[a-z](?![a-z]))?|[a-z](?![a-z])|[ivx]{1,4}(?![a-z])))?"
    r"|\d{1,2} ?\.?[ºªo°ra]{1,2}\.? ?(?:[a-z](?![a-z])|izq\w*\.?|izda\.?|dcha\.?|dret\w*|derecha|ezk\w*\.?|esq\w*\.?|\d{1,2}\.?[ªºa])?"
    r"|\d{4}-\d{3}|\d{4,5}(?!\d)|\d{1,3}(?:-?[a-z](?![a-z]))?(?=\s*(?:[,.;\n]|$))|[a-z](?=\s*(?:[,.;\n]|$))|s/n"
    r"|[a-z]{1,2}\d{1,2}[a-z]? \d[a-z]{2})"
)
_CITY = re.compile(
    r"(?:[ ,\n]{1,3}(?:en |de |a )?\(?|\s\()(?:(?:El|La|Los|Las|L'|San|Santa|Sant|Villa|Alcalá|Ciudad|col\.|Col\.|casa|urb\.) ?)?"
    r"[A-ZÁÉÍÓÚÑÀÈÒÇ][\w'’·-]+(?:[ -](?:de|del|la|las|los|el|d'|i|y|do|da)){0,3}(?: [A-ZÁÉÍÓÚÑÀÈÒÇ][\w'’·-]+){0,3}(?:,? (?:Sonora|Jalisco|D\.F\.|CDMX))?\)?"
)
_VERBS = re.compile(
    r"(?<![^\W_])(?:es|esta|estan|son|que|hay|tiene|tengo|con|sin|por|para|como|pero|a|al|hace|cuesta|vale|me|se|no|y|o|si|desde|"
    r"hasta|mas|muy|lleva|abre|cierra|abierta|farmacia|antes|fui|va|voy|tienda)(?![^\W_])"
)
_UNIT_AFTER = re.compile(r"\s?(?:€|euros?|mg|ml|g\b|anos|dias|horas|minutos|min\b|kg|km\b|metros|personas|grados|%|de (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sept|octubre|nov|dic))")
_LETTERS_AFTER = re.compile(r"[A-ZÁÉÍÓÚÑ]")


class AddressRecognizer(EntityRecognizer):  # type: ignore[misc]
    """Street addresses with their floor, door, postcode and town; boxes; Colombian and Guatemalan grids."""

    def __init__(self) -> None:
        super().__init__(supported_entities=["POSTAL_ADDRESS"], name="AddressRecognizer", supported_language=LANGUAGE)

    def load(self) -> None:
        """Do nothing: patterns are compiled with the module."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: LightArtifacts) -> list[RecognizerResult]:
        """Return addresses, each with all its parts."""
        folded = nlp_artifacts.plain
        found = []
        for pattern, score in ((_COLOMBIA, 0.9), (_OTHER, 0.7), (_HEAD, 0.75)):
            for match in pattern.finditer(folded):
                if pattern is not _HEAD or _is_street(text, folded, match):
                    end = _extend(text, folded, match.end())
                    found.append(result("POSTAL_ADDRESS", match.start(), end, score, self.name, "street"))
        for match in _DOOR.finditer(text):
            found.append(result("POSTAL_ADDRESS", *match.span(), 0.5, self.name, "door"))
        return found


def _is_street(text: str, folded: str, match: re.Match[str]) -> bool:
    """Whether the words between street type and number read as a street's name."""
    if _UNIT_AFTER.match(folded, match.end()):
        return False
    head, _, rest = match.group().partition(" ")
    original = text[match.start() : match.end()]
    named = bool(_LETTERS_AFTER.search(original[len(head) :]))
    return named or (not _VERBS.search(rest) and rest.count(" ") <= 4)


def _extend(text: str, folded: str, end: int) -> int:
    """Grow an address over floor, door, postcode and town."""
    for _ in range(10):
        part = _PART.match(folded, end)
        city = None if part else _CITY.match(text, end)
        if part and not _UNIT_AFTER.match(folded, part.end()):
            end = part.end()
        elif city and (text[end] in ",\n(" or text[end : end + 2] in {" (", " d"} or text[end - 1].isdigit()):
            end = city.end()
        else:
            break
    return end
