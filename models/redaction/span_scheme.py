"""The span scheme of the token model, and how each corpus maps to it.

Types of the redaction policy keep their names. The rest is what clinical corpora mark and messages keep
(ages, sexes, places, dates): the model learns them, and each use reads the types that it needs. A corpus type
that could be several of ours maps to all of them, and the loss adds their probabilities.
"""

from models.redaction.labels import LabelScheme, Reading

MESSAGE_TYPES: dict[str, tuple[str, ...]] = {
    "PERSON": ("PATIENT_NAME", "STAFF_NAME"),
    "EMAIL_ADDRESS": ("EMAIL_ADDRESS",),
    "PHONE_NUMBER": ("PHONE_NUMBER", "FAX_NUMBER"),
    "ES_NIF": ("NATIONAL_ID",),
    "ES_NIE": ("NATIONAL_ID",),
    "ES_CIF": ("NATIONAL_ID",),
    "NATIONAL_ID": ("NATIONAL_ID",),
    "PASSPORT": ("PASSPORT",),
    "SOCIAL_SECURITY_NUMBER": ("SOCIAL_SECURITY_NUMBER",),
    "HEALTH_CARD": ("HEALTH_CARD",),
    "MEDICAL_RECORD": ("MEDICAL_RECORD", "CONTACT_ID"),
    "MEDICAL_LICENSE": ("MEDICAL_LICENSE",),
    "IBAN_CODE": ("BANK_ACCOUNT",),
    "BANK_ACCOUNT": ("BANK_ACCOUNT",),
    "CREDIT_CARD": ("CREDIT_CARD",),
    "CREDENTIAL": ("CREDENTIAL",),
    "POSTAL_ADDRESS": ("POSTAL_ADDRESS",),
    "LICENSE_PLATE": ("LICENSE_PLATE",),
    "BIRTH_DATE": ("BIRTH_DATE",),
    "AGE_OVER_89": ("AGE_OVER_89",),
    "USERNAME": ("USERNAME",),
    "URL": ("URL",),
    "IP_ADDRESS": ("IP_ADDRESS",),
    "MAC_ADDRESS": ("IP_ADDRESS",),
    "CRYPTO": ("BANK_ACCOUNT",),
    "ORDER_ID": ("ORDER_ID",),
    "HEALTH_CONDITION": ("HEALTH_CONDITION",),
    "SYMPTOM": ("SYMPTOM",),
    "MEDICATION": ("MEDICATION",),
    "TREATMENT": ("TREATMENT",),
    "PREGNANCY": ("HEALTH_CONDITION",),
}
"""Types of the redaction policy and of the labelled messages."""

HEALTH = ("HEALTH_CONDITION", "SYMPTOM", "MEDICATION", "TREATMENT")
PERSONAL = tuple(sorted({kind for kinds in MESSAGE_TYPES.values() for kind in kinds} - set(HEALTH)))
"""What a ``personal`` string of a labelled message, whose type nobody noted, may be."""

MEDDOCAN_TYPES: dict[str, tuple[str, ...]] = {
    "NOMBRE_SUJETO_ASISTENCIA": ("PATIENT_NAME",),
    "NOMBRE_PERSONAL_SANITARIO": ("STAFF_NAME",),
    "FAMILIARES_SUJETO_ASISTENCIA": ("RELATIVE",),
    "EDAD_SUJETO_ASISTENCIA": ("AGE", "AGE_OVER_89"),
    "SEXO_SUJETO_ASISTENCIA": ("SEX",),
    "PROFESION": ("PROFESSION",),
    "OTROS_SUJETO_ASISTENCIA": ("OTHER_SUBJECT", "USERNAME"),
    "FECHAS": ("DATE", "BIRTH_DATE"),
    "TERRITORIO": ("TERRITORY",),
    "PAIS": ("COUNTRY",),
    "CALLE": ("STREET", "POSTAL_ADDRESS"),
    "HOSPITAL": ("HOSPITAL",),
    "CENTRO_SALUD": ("HEALTH_CENTRE",),
    "INSTITUCION": ("INSTITUTION",),
    "ID_SUJETO_ASISTENCIA": ("MEDICAL_RECORD", "NATIONAL_ID", "PASSPORT"),
    "ID_ASEGURAMIENTO": ("SOCIAL_SECURITY_NUMBER", "HEALTH_CARD"),
    "ID_TITULACION_PERSONAL_SANITARIO": ("MEDICAL_LICENSE",),
    "ID_CONTACTO_ASISTENCIAL": ("CONTACT_ID",),
    "ID_EMPLEO_PERSONAL_SANITARIO": ("STAFF_ID",),
    "IDENTIF_VEHICULOS_NRSERIE_PLACAS": ("LICENSE_PLATE",),
    "IDENTIF_DISPOSITIVOS_NRSERIE": ("OTHER_SUBJECT",),
    "CORREO_ELECTRONICO": ("EMAIL_ADDRESS",),
    "NUMERO_TELEFONO": ("PHONE_NUMBER",),
    "NUMERO_FAX": ("FAX_NUMBER",),
    "URL_WEB": ("URL",),
}
"""The types of MEDDOCAN's guidelines (doi 10.5281/zenodo.4279323) that its two splits hold."""

DISEASE_TYPES: dict[str, tuple[str, ...]] = {"ENFERMEDAD": ("DISEASE", "HEALTH_CONDITION")}
"""SocialDisNER marks every disease, whoever has it or nobody: ours, or a mention that no policy counts."""

CORPUS_TYPES = {"messages": MESSAGE_TYPES, "meddocan": MEDDOCAN_TYPES, "socialdisner": DISEASE_TYPES}

SCHEME = LabelScheme(
    tuple(sorted({kind for types in CORPUS_TYPES.values() for kinds in types.values() for kind in kinds}))
)

MESSAGE_ENTITIES: dict[str, tuple[str, ...]] = {
    "PERSON": ("PATIENT_NAME", "STAFF_NAME"),
    "PHONE_NUMBER": ("PHONE_NUMBER", "FAX_NUMBER"),
    "MEDICAL_RECORD": ("MEDICAL_RECORD", "CONTACT_ID"),
    **{
        kind: (kind,)
        for kind in (*PERSONAL, *HEALTH)
        if kind
        not in {"PATIENT_NAME", "STAFF_NAME", "PHONE_NUMBER", "FAX_NUMBER", "MEDICAL_RECORD", "CONTACT_ID"}
    },
}
"""How messages are read: entities of the redaction policy, each with the model's types that it sums."""


def _reading_of(types: dict[str, tuple[str, ...]]) -> Reading:
    """Return the reading that answers in a corpus's own types; a type of ours counts for the first."""
    groups: dict[str, list[str]] = {}
    taken: set[str] = set()
    for name, kinds in types.items():
        groups[name] = [kind for kind in kinds if kind not in taken]
        taken.update(kinds)
    return Reading(SCHEME, {name: kinds for name, kinds in groups.items() if kinds})


CORPUS_READINGS = {corpus: _reading_of(types) for corpus, types in CORPUS_TYPES.items()}
"""How the model answers in a corpus's own types, to be measured as that corpus is."""
