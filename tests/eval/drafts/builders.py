"""Drafts and approved texts made by hand, of invented people."""

from pathlib import Path
from typing import Any

from eval.drafts.record import DraftedSentence, DraftedText, Record
from eval.drafts.second.approved import Answer, Approved
from eval.drafts.second.finding import Said, Seen
from eval.drafts.second.length import measure

ROOT = Path(__file__).parents[3]
SECURE = "https://alborea.example/privado"
APPROVED = Approved(
    phrases={
        "bank:es.one": ("Hemos recibido tu mensaje.", "Te respondemos en {plazo_respuesta}."),
        "bank:es.code": ("Tu caso es el {codigo_seguimiento}.",),
        "bank:es.call": ("Llama ahora al {numero_emergencias}.",),
        "bank:es.product": ("Gracias por preguntar por {producto}.",),
    },
    answers={
        "envio": Answer(
            "envio",
            2,
            {"es": ("Llega en tres días.", "Llega en tres días. Es gratis desde 35 €.")},
            frozenset({"communications"}),
            False,
        ),
        "dosis": Answer(
            "dosis", 1, {"es": ("Son 5 ml cada 8 horas.",)}, frozenset({"communications"}), False
        ),
        "medica": Answer("medica", 1, {"es": ("Son 5 ml cada 8 horas.",)}, frozenset({"medical"}), True),
    },
    slots={
        "plazo_respuesta": {"es": "un día laborable"},
        "telefono_atencion": {"es": "900 000 123"},
        "enlace_seguro": {"es": SECURE},
    },
    names=frozenset({"Laboratorios Alborea", "@alborea", "hola@alborea.example"}),
    products=frozenset({"Tosalia Jarabe"}),
)


def seen(*texts: str | tuple[str, str], **changes: Any) -> Seen:
    """A draft of these sentences; one without a source is from the bank."""
    sentences = tuple(
        Said(each, "bank:es.one/abcdef") if isinstance(each, str) else Said(*each) for each in texts
    )
    text = " ".join(said.text for said in sentences)
    channel = changes.get("channel", "facebook")
    fields: dict[str, Any] = {
        "text": text,
        "audience": "public",
        "channel": channel,
        "language": "es",
        "declared": (measure(text, channel), 600),
        "sentences": sentences,
    }
    return Seen(**{**fields, **changes})


def record(name: str = "m-1", *texts: str, **changes: Any) -> Record:
    """A message and one public draft, its sentences of sympathy."""
    sentences = tuple(DraftedSentence(text, "bank:es.one/abcdef", "empathy") for text in texts)
    text = " ".join(texts)
    drafts = (DraftedText("public", text, len(text), 600, sentences),) if texts else ()
    fields: dict[str, Any] = {
        "id": name,
        "text": "Hola",
        "channel": "facebook",
        "language": "es",
        "answered_in": "es",
        "labelled": "acknowledge",
        "disposition": "acknowledge",
        "emotion": "neutral",
        "flags": (),
        "evidence": (),
        "safety_numbers": (),
        "tracking_code": "BOR-1111-22222",
        "customer_name": "",
        "product": "",
        "said_before": (),
        "drafter": "composer",
        "turned_down_for": (),
        "drafts": drafts,
    }
    return Record(**{**fields, **changes})
