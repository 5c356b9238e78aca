"""Small real stand-ins: an encoder by hashed words, answers, and a configuration with plain weights."""

import hashlib
from datetime import date
from typing import Any, Literal

import numpy as np

from knowledge_base.analysis import grams, terms
from knowledge_base.answer import Approval, ApprovedAnswer, Role
from knowledge_base.config import (
    AbstainConfig,
    CandidateConfig,
    FittedOn,
    FusionConfig,
    LexicalConfig,
    RetrievalConfig,
)
from knowledge_base.evidence import Vectors
from knowledge_base.governance import RequiredRoles

ROLES = RequiredRoles(
    always=(Role.COMMUNICATIONS,),
    by_tag={Role.MEDICAL: ("medical", "composición"), Role.LEGAL: ("data_rights",)},
)
TODAY = date(2026, 6, 1)
CONFIG = RetrievalConfig(
    lexical=LexicalConfig(k1=1.2, b=0.75, gram_size=4, title_weight=2),
    candidates=CandidateConfig(passages=50, lexical=10),
    fusion=FusionConfig(
        kind="learned", rrf_k=60, weights={"full": 3, "question": 3, "short": 1, "gram": 1, "coverage": 4}
    ),
    abstain=AbstainConfig(
        intercept=-6.0, weights={"fused": 1.0, "coverage": 4.0, "margin": 0.5}, threshold=0.5
    ),
    fitted=FittedOn(encoder="fake", companies=(), queries=0),
)


class HashingEncoder:
    """Hashed stems and n-grams as unit vectors; counts the texts it encodes."""

    def __init__(self, fingerprint: str = "hashing-1", dimensions: int = 128) -> None:
        self.fingerprint = fingerprint
        self.encoded = 0
        self._dimensions = dimensions

    def encode(self, texts: list[str], *, kind: Literal["query", "passage"]) -> Vectors:
        """One unit vector a text; ``kind`` makes no difference here."""
        del kind
        self.encoded += len(texts)
        vectors = np.full((len(texts), self._dimensions), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            for item in (*terms(text, "es"), *grams(text, "es")):
                digest = hashlib.sha256(item.encode()).digest()
                vectors[row, digest[0] % self._dimensions] += 1 if digest[1] % 2 else -1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def answer(
    name: str, title: str = "Título", full: str = "Un texto aprobado.", **fields: Any
) -> ApprovedAnswer:
    """An approved Spanish answer; ``fields`` override those of the model, or of the Spanish text."""
    text = {"title": title, "full": full, "short": fields.pop("short", full[:200])}
    for key in ("questions", "private"):
        if key in fields:
            text[key] = fields.pop(key)
    approval = Approval(role=Role.COMMUNICATIONS, name="Lucía Ferrer", date=date(2026, 1, 1))
    values = {"id": name, "version": 1, "texts": {"es": text}, "approvals": (approval,), **fields}
    return ApprovedAnswer.model_validate(values)


def shop() -> list[ApprovedAnswer]:
    """Six answers of an invented shop, some of them near neighbours."""
    return [
        answer(
            "devolucion-plazo",
            "Plazo para devolver un pedido",
            "Tiene 30 días naturales para devolver un producto sin abrir. Recogemos el paquete sin coste.",
            questions=("¿Cuántos días tengo para devolver?", "¿Puedo devolver una crema?"),
        ),
        answer(
            "devolucion-reembolso",
            "Cuándo llega el reembolso",
            "Devolvemos el importe en 14 días por el mismo medio de pago.",
            questions=("¿Cuándo me devuelven el dinero?", "No me ha llegado el reembolso"),
        ),
        answer(
            "envio-plazo",
            "Plazo de envío",
            "El pedido llega en 48 horas laborables a la península. A Canarias tarda de 5 a 7 días.",
            questions=("¿Cuánto tarda el envío?", "¿Enviáis a Canarias?"),
        ),
        answer(
            "horario",
            "Horario de atención",
            "Atendemos de lunes a viernes de 9 a 18 h.",
            questions=("¿A qué hora abrís?", "¿Cuál es el horario?"),
        ),
        answer(
            "solar-embarazo",
            "Protector solar en el embarazo",
            "El protector Solea puede usarse en el embarazo. Ante cualquier duda, consulte a su médico.",
            questions=("Estoy embarazada, ¿puedo usar la crema solar?",),
            products=("Solea 50",),
        ),
        answer(
            "empleo",
            "Trabajar con nosotros",
            "Publicamos las ofertas de empleo en la web.",
            questions=("¿Dónde mando mi currículum?",),
        ),
    ]
