"""How the console calls what is stored as a code: languages, what the audit log tells of, conditions of rules."""

import re
from collections.abc import Mapping

from api.console.languages import Lang
from api.console.words import WORDS

Names = Mapping[str, str]

LANGUAGES: Mapping[Lang, Names] = {
    Lang.ES: {
        "es": "español", "ca": "catalán", "gl": "gallego", "eu": "euskera", "pt": "portugués", "en": "inglés",
    },
    Lang.EN: {
        "es": "Spanish", "ca": "Catalan", "gl": "Galician", "eu": "Basque", "pt": "Portuguese", "en": "English",
    },
}  # fmt: skip

ACTIONS: Mapping[Lang, Names] = {
    Lang.ES: {
        "case.recorded": "caso guardado", "case.superseded": "caso sustituido por otro más reciente",
        "decision.recorded": "decisión guardada", "vault.revealed": "original consultado",
        "vault.purged": "originales caducados, borrados",
        "vault.rotated": "clave de la cámara cambiada", "records.purged": "registros caducados, borrados",
        "case.erased": "caso borrado a petición", "subject.erasure_refused": "borrado denegado",
        "subject.searched": "búsqueda de una persona", "subject.accessed": "datos entregados a una persona",
        "evidence.exported": "pruebas exportadas",
        "store.restored": "copia restaurada", "clock.stopped": "plazo detenido a mano",
        "promise.kept": "promesa cumplida", "case.handed_over": "caso pasado a otra persona",
        "key.created": "clave creada", "key.revoked": "clave revocada",
        "answer.submitted": "respuesta entregada a revisión", "answer.approved": "respuesta aprobada",
        "answer.edited": "respuesta cambiada", "answer.withdrawn": "respuesta retirada",
        "expert.answered": "respuesta de un experto", "satisfaction.recorded": "satisfacción anotada",
        "phrase.approved": "frase aprobada", "phrase.rejected": "frase rechazada",
    },
    Lang.EN: {
        "case.recorded": "case recorded", "case.superseded": "case replaced by a newer one",
        "decision.recorded": "decision recorded", "vault.revealed": "original looked at",
        "vault.purged": "originals past their time deleted",
        "vault.rotated": "vault key changed", "records.purged": "records past their time deleted",
        "case.erased": "case erased on request", "subject.erasure_refused": "erasure refused",
        "subject.searched": "person searched for", "subject.accessed": "data handed to a person",
        "evidence.exported": "evidence exported",
        "store.restored": "copy restored", "clock.stopped": "clock stopped by hand",
        "promise.kept": "promise kept", "case.handed_over": "case handed over",
        "key.created": "key created", "key.revoked": "key revoked",
        "answer.submitted": "answer handed in for review", "answer.approved": "answer approved",
        "answer.edited": "answer changed", "answer.withdrawn": "answer withdrawn",
        "expert.answered": "expert's answer", "satisfaction.recorded": "satisfaction recorded",
        "phrase.approved": "phrase approved", "phrase.rejected": "phrase rejected",
    },
}  # fmt: skip

_ENTITIES: Names = {
    "PERSON": "Nombre", "EMAIL_ADDRESS": "Correo", "PHONE_NUMBER": "Teléfono", "ES_NIF": "DNI", "ES_NIE": "NIE",
    "ES_CIF": "CIF", "NATIONAL_ID": "Documento de identidad", "PASSPORT": "Pasaporte",
    "SOCIAL_SECURITY_NUMBER": "Seguridad Social", "HEALTH_CARD": "Tarjeta sanitaria",
    "MEDICAL_RECORD": "Historia clínica", "MEDICAL_LICENSE": "Número de colegiado", "IBAN_CODE": "IBAN",
    "BANK_ACCOUNT": "Cuenta bancaria", "CREDIT_CARD": "Tarjeta de pago", "CREDENTIAL": "Contraseña",
    "POSTAL_ADDRESS": "Dirección", "LICENSE_PLATE": "Matrícula", "BIRTH_DATE": "Fecha de nacimiento",
    "AGE_OVER_89": "Edad de más de 89 años", "USERNAME": "Usuario", "URL": "Enlace", "IP_ADDRESS": "Dirección IP",
    "MAC_ADDRESS": "Dirección MAC", "CRYPTO": "Monedero", "ORDER_ID": "Número de pedido",
    "HEALTH_CONDITION": "Enfermedad", "SYMPTOM": "Síntoma", "MEDICATION": "Medicación", "TREATMENT": "Tratamiento",
}  # fmt: skip
_RELEVANCE: Names = {"answer": "Pide respuesta", "monitor": "Solo se sigue", "ignore": "No nos concierne"}
_GROUPS: tuple[Names, ...] = (
    *(WORDS[name] for name in ("flag", "disposition", "intent", "emotion", "channel", "visibility")),
    LANGUAGES[Lang.ES],
    _ENTITIES,
    _RELEVANCE,
)
_QUOTED = re.compile(r"«([A-Za-z][\w.-]*)»")


def in_words(text: str) -> str:
    """The condition of a rule with its codes in words (Spanish, as rules are); a code of a company's own stays."""
    return _QUOTED.sub(lambda match: f"«{_word(match[1])}»", text)


def language_name(code: str, lang: Lang) -> str:
    """What a language is called; the code itself where it is none of ours."""
    return LANGUAGES[lang].get(code, code)


def action_name(code: str, lang: Lang) -> str:
    """What a row of the audit log tells of; the code itself for one that has no name yet."""
    return ACTIONS[lang].get(code, code)


def cue_name(cue: str) -> str | None:
    """What raised a flag besides an entry of a lexicon, in Spanish; None for an entry, which is its own name."""
    if cue.startswith("head:"):
        return "modelo"
    return "datos hallados al ocultar" if cue == "redactor" else None


def _word(code: str) -> str:
    return next((group[code] for group in _GROUPS if code in group), code)
