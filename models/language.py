"""Language identification for very short social messages: es, ca, gl, eu, pt, en, and the rest by name.

Four witnesses are added up as log-odds: a general identifier (py3langid, 97 languages), function words that
only one of the six languages has, spelling (``ñ``, ``l·l``, ``tx``, ``ão``…), and a prior for Spanish that
decides when a message is too short to tell.
"""

import re
import unicodedata
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from models.redaction.folding import fold_word
from models.redaction.normaliser import fold

SUPPORTED = ("es", "ca", "gl", "eu", "pt", "en")
OTHERS = (
    "fr",
    "it",
    "de",
    "nl",
    "ro",
    "pl",
    "ru",
    "uk",
    "bg",
    "ar",
    "fa",
    "he",
    "zh",
    "ja",
    "ko",
    "tr",
    "sv",
    "hu",
    "el",
    "hi",
    "la",
    "cs",
    "da",
    "fi",
    "ur",
    "bn",
    "vi",
)
PRIOR: Mapping[str, float] = {"es": 2.0, "ca": -0.3, "gl": -0.8, "eu": -0.3, "pt": -0.3, "en": -0.2}
OTHER_PRIOR = -3.5
GENERAL_WEIGHT = 0.12
"""Of py3langid's log-probabilities, which are far too sure of themselves on short text."""
WORD_WEIGHT = 2.2
SPELLING_WEIGHT = 1.2
MIN_WORDS_OTHER = 4
"""Below this many words a language outside the six needs its own script to be believed."""
SCRIPT_PRIOR = 8.0
"""Of the first language of a script, over its neighbours."""
MAX_CHARACTERS = 2000

_NOISE = re.compile(r"\[[A-ZÑ_]+_\d+\]|https?://\S+|www\.\S+|\S+@\S+|[@#][\w.]+|\S*\d\S*")
_SPACED = re.compile(r"(?<!\w)\w(?: \w){3,}(?!\w)")
_WORD = re.compile(r"[^\W\d_]+(?:['’·-][^\W\d_]+)*")
_WORDS: Mapping[str, frozenset[str]] = {
    "es": frozenset(
        """el los las una unos unas del al y pero porque muy mas mi tu su sus es son esta estan estoy soy eres hay he ha han hace hacer tiene tengo quiero puedo puede
        donde cuando como cuanto que quien con sin por para desde hasta ya aun tambien gracias hola buenas buenos dias tardes noches usted ustedes vosotros nosotros yo
        ella ellos lo le les se me nos os este esta esto ese esa eso aqui alli ahora hoy ayer siempre nunca todo todos toda nada algo alguien otro otra vez veces bien mal
        pues entonces ni si no sobre entre dos tres ano anos llevo pedido crema pastillas farmacia alguna alguno vale venga vaya oye igual mismo misma solo uno q xq pa""".split()
    ),
    "ca": frozenset(
        """els les una uns unes dels als i pero perque molt mes meu meva teu seu seva es son esta estan estic soc ets hi ha he han fa fer te tinc vull puc pot on quan com quant que
        qui amb sense per des fins ja encara tambe gracies hola bon bona dia tarda nit voste vostes vosaltres nosaltres jo ella ells ho li se em ens us aquest aquesta aixo aqui alla ara
        avui ahir sempre mai tot tots tota res alguna algu altre altra cop vegada be doncs ni si no dos tres any anys porto comanda farmacia val vaja mateix nomes cap dies setmana
        meua teua vostre vostra nostra ni amb hem heu teniu voleu podeu feu veure dir gaire gens massa alhora abans despres mentre dins fora sota damunt moltes siusplau sisplau
        m'ha m'he s'ha n'hi d'un d'una l'heu t'ho em'n que's ets eixa eixe ma mare deu pel pels dirho jo aleshores llavors deixeu vos na ses sa""".split()
    ),
    "gl": frozenset(
        """os as unha uns unhas do da dos das ao aos na no nas nos e pero porque moi mais meu mina mena teu seu sua e son esta estan estou son eres hai fai facer ten teno quero podo pode onde cando
        como canto que quen con sen por para dende desde ata xa ainda tamen grazas ola bo bos boa dia tarde noite vostede vostedes vos nos eu ela eles o lle lles se me este esta isto
        ese esa iso aqui ali agora hoxe onte sempre nunca todo todos toda nada algo alguen outro outra vez ben mal pois entón entón nin si non sobre entre dous tres ano anos levo pedido
        xente ninguen miña tiven fun foi dixo dixeronme tedes podedes queredes vai veu coa co cos coas pola polo polas polos dunha dun neste nesta dese desta deste lle xeito mellor peor saudos unhas
        botei botou tomei teño tiña niso nin xunto velaí vaia moitas moito moita cousa cousas auga noutra a ca""".split()
    ),
    "eu": frozenset(
        """eta da ez bai naiz zara gara dira dago daude dut du dute dugu duzue nuen zuen zen nintzen ditu ditut dio diot didate zait dizut nire zure bere gure zuen hau hori hura hemen hor han
        orain gaur atzo bihar beti inoiz dena ezer norbait beste bat bi hiru lau oso ondo gaizki baina edo ere zergatik nola non noiz nor zer zein kaixo agur eskerrik asko mesedez egun on arratsalde gabon
        bezala gabe arte baino gehiago gutxi urte aste kutxa krema botika farmazia mina umea semea alaba ama aita naizela dela dudan duen det dezu zaidan nahi behar ahal egin esan eman hartu joan etorri jarri
        eskatu bidali da? aizue dizkiote diozue dezue nuke nago dauka daukat daukana galdera ba noski lasai mezu eguerdian goizean""".split()
    ),
    "pt": frozenset(
        """os as uma uns umas do da dos das ao aos na no nas nos e mas porque muito mais meu minha teu seu sua e sao esta estao estou sou es ha faz fazer tem tenho quero posso pode onde quando
        como quanto que quem com sem por para pra pro desde ate ja ainda tambem obrigado obrigada ola bom boa dia tarde noite voce voces nos eu ela eles lhe lhes se me este esta isto
        esse essa isso aqui ali agora hoje ontem sempre nunca tudo todos toda nada algo alguem outro outra vez bem mal pois entao nem sim nao sobre entre dois tres ano anos levo encomenda
        gente ninguem num numa pelo pela pelos pelas dele dela deste desta nesse nessa estava foi fui disse veio vai vou to ta tava oi cade ne vcs vc tb pq remedio farmacia frasco tomei comprei
        era ficou fica deixa deixou saiu caiu chegou havia seria qual quais meus minhas filho filha mae pai coisa coisas melhor pior caixa mesmo so oi moca rs kkk cê""".split()
    ),
    "en": frozenset(
        """the a an and but because very more my your his her its our their is are am was were be been have has had do does did not no yes i you he she it we they this that these those
        here there now today yesterday always never all some any nothing something someone other one two three well bad then so if or of to in on at by for with without from until
        what who when where how why which can could would should will may please thanks thank hello hi hey dear good morning pharmacy cream order still just about only than been get got
        it's i'm don't can't won't i've didn't doesn't that's there's me him them us been out up down over after before really hiya bit lad mum whose ive cant dont im""".split()
    ),
}  # fmt: skip
_OTHER_WORDS: Mapping[str, frozenset[str]] = {
    "it": frozenset("il gli della dello delle degli che ho hai sono non con per mia mio vostra vostro vostri questo questa grazie buongiorno ciao perche piu anche quando dove sul nel ma funziona vorrei".split()),
    "fr": frozenset("je j'ai le les des du est et pas ne votre vos notre nous vous merci bonjour pour avec sur dans mais c'est que qui au aux mon ma mes bonsoir salut tres".split()),
    "de": frozenset("ich und der die das den nicht bitte ist eine ein ihr ihre zu mit fur auf danke hallo guten habe haben wir sie es wie was von".split()),
    "ro": frozenset("am este si nu va rog buna ziua pentru cu care sunt mea meu multumesc din la ce sa o un dar cum".split()),
    "nl": frozenset("ik het een de niet en van is dat mijn heb hebben met voor wij bedankt goedendag hallo".split()),
    "pl": frozenset("nie jest i w na z to czy prosze dziekuje mam dzien dobry moj".split()),
}  # fmt: skip
_SHARED = {
    word
    for language in SUPPORTED
    for word in _WORDS[language]
    if sum(word in _WORDS[other] for other in SUPPORTED) > 1
}
_SPELLING: tuple[tuple[re.Pattern[str], Mapping[str, float]], ...] = tuple(
    (re.compile(pattern), weights)
    for pattern, weights in (
        (r"ñ", {"es": 1.0, "gl": 1.0, "eu": 0.3, "ca": -1.5, "pt": -2.0}),
        (r"ção|ções|ão\b|ões\b|ã|õ|nh[aeo]|lh[aeo]", {"pt": 1.6, "gl": 0.2, "es": -0.8, "ca": -0.8}),
        (r"nh", {"pt": 0.4, "gl": 0.3}),
        (
            r"l·l|l\.l|ny(?:s|$|[aeiou])|ï|ò|è|à|aix|eix|ig\b|tge|tja|[^\W]+qü|\b[ldmtns]['’]\w",
            {"ca": 1.4, "es": -1.0, "eu": -1.0},
        ),
        (r"ç", {"ca": 0.6, "pt": 0.6, "es": -1.2}),
        (
            r"tx|tz|rr[ae]k\b|[aeiou]k\b|[aeio]ren\b|tzen\b|ko\b|tik\b|[aeiou]la\b|rik\b|k[aeiou]",
            {"eu": 0.5, "es": -0.15},
        ),
        (r"tx|tz|tzen\b|rik\b", {"eu": 0.7, "ca": -0.1}),
        (r"\bx|x[aeiou]", {"gl": 0.6, "ca": 0.2}),
        (r"\bunha\b|\bnon\b|\bmoi\b|ción\b", {"gl": 0.5, "es": 0.2, "pt": -0.8}),
        (r"ción\b|[¿¡]|iendo\b|ando\b|ue[rlns]", {"es": 0.6, "ca": -0.4, "pt": -0.5}),
        (r"iño|iña|eir[ao]\b|oute|\bo meu|\ba miña", {"gl": 0.5}),
        (r"th|wh|sh|ck\b|ing\b|ght|ee|oo|y\b", {"en": 0.35}),
        (r"w|ght|tion\b", {"en": 0.4, "es": -0.2}),
        (r"[áéíóú]", {"es": 0.15, "en": -0.8, "eu": -0.8}),
        (r"â|ê|ô", {"pt": 0.9, "es": -1.0, "ca": -0.6, "gl": -0.6}),
    )
)
_SCRIPTS = {
    "CYRILLIC": ("ru", "uk", "bg"),
    "ARABIC": ("ar", "fa", "ur"),
    "HEBREW": ("he",),
    "CJK": ("zh",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "GREEK": ("el",),
    "DEVANAGARI": ("hi",),
    "BENGALI": ("bn",),
}


class LanguageIdentifier:
    """Says which language a message is in. Holds no state between calls."""

    def __init__(self, general: Any) -> None:
        self._general = general

    @classmethod
    def load(cls) -> "LanguageIdentifier":
        """Load py3langid's model, which comes inside its wheel."""
        module = import_module("py3langid.langid")
        identifier = module.LanguageIdentifier.from_model_file(module.MODEL_FILE, norm_probs=False)
        identifier.set_languages([*SUPPORTED, *OTHERS])
        return cls(identifier)

    def identify(self, text: str) -> tuple[str, float]:
        """Return the ISO 639-1 code and a score from 0 to 1; ``und`` when there is nothing to tell from."""
        clean = _NOISE.sub(" ", fold(text[:MAX_CHARACTERS]).text).strip()
        clean = _SPACED.sub(lambda match: match.group().replace(" ", ""), clean)
        words = [word.lower() for word in _WORD.findall(clean)]
        if not words:
            return "und", 0.0
        script = _foreign_script(clean)
        general = dict(self._general.rank(" ".join(words) if clean.isupper() else clean))
        if script:
            return max(
                script, key=lambda code: general.get(code, float("-inf")) + SCRIPT_PRIOR * (code == script[0])
            ), 0.95
        scores = self._scores(words, general)
        best = max(scores, key=lambda code: scores[code])
        return best, round(_softmax(scores)[best], 4)

    def _scores(self, words: list[str], general: Mapping[str, float]) -> dict[str, float]:
        top = max(general.values())
        scores = {
            code: PRIOR[code] + GENERAL_WEIGHT * (float(general[code]) - float(top)) for code in SUPPORTED
        }
        evidence = _word_evidence(words)
        for code in SUPPORTED:
            scores[code] += WORD_WEIGHT * evidence[code] + SPELLING_WEIGHT * _spelling(words, code)
        if len(words) >= MIN_WORDS_OTHER:
            known = max(evidence.values()) / len(words)
            for code in OTHERS:
                penalty = 8.0 * known * len(words) ** 0.5
                own = sum(fold_word(word) in _OTHER_WORDS.get(code, ()) for word in words)
                scores[code] = (
                    WORD_WEIGHT * own
                    + OTHER_PRIOR
                    + GENERAL_WEIGHT * 2.0 * (float(general[code]) - float(top))
                    - penalty
                    + 0.35 * min(len(words), 20)
                )
        return scores


def _word_evidence(words: list[str]) -> dict[str, float]:
    """Count function words: those of one language in full, shared ones in part."""
    evidence = dict.fromkeys(SUPPORTED, 0.0)
    for word in words:
        key = fold_word(word)
        weight = 0.3 if key in _SHARED else 1.0
        for code in SUPPORTED:
            if key in _WORDS[code]:
                evidence[code] += weight
    return evidence


def _spelling(words: list[str], code: str) -> float:
    joined = " ".join(words)
    total = 0.0
    for pattern, weights in _SPELLING:
        weight = weights.get(code)
        if weight is not None:
            total += weight * min(3, len(pattern.findall(joined)))
    return total


def _foreign_script(text: str) -> tuple[str, ...]:
    """Return the languages of a script other than Latin, when most letters are of it."""
    letters = [char for char in text if char.isalpha()]
    counts: dict[str, int] = {}
    for char in letters:
        if not char.isascii():
            name = unicodedata.name(char, "").partition(" ")[0]
            if name in _SCRIPTS:
                counts[name] = counts.get(name, 0) + 1
    if not counts:
        return ()
    best = max(counts, key=lambda name: counts[name])
    if "HIRAGANA" in counts or "KATAKANA" in counts:
        best = "HIRAGANA"
    return _SCRIPTS[best] if sum(counts.values()) * 2 > len(letters) else ()


def _softmax(scores: Mapping[str, float]) -> dict[str, float]:
    import math

    top = max(scores.values())
    weights = {code: math.exp(score - top) for code, score in scores.items()}
    total = sum(weights.values())
    return {code: weight / total for code, weight in weights.items()}
