"""Spanish examples for the OpenAPI document. The people in them are invented."""

from typing import Any

from fastapi.openapi.models import Example

MESSAGE_EXAMPLES: dict[str, Example] = {
    "reaccion": Example(
        summary="Posible reacción adversa en público",
        value={
            "text": "Hola, desde que uso el Sérum Renova tengo la cara roja y me pica mucho. ¿Es normal?",
            "channel": "instagram",
            "visibility": "public",
            "account": "demo",
        },
    ),
    "pregunta": Example(
        summary="Pregunta con respuesta aprobada",
        value={"text": "¿Cada cuánto hay que volver a ponerse el protector solar?", "channel": "x"},
    ),
    "queja": Example(
        summary="Queja con datos personales, con hilo",
        value={
            "text": "Sigo esperando. Soy Lucía Ferrer, pedido ALB-204418, mi móvil es el 612 345 678.",
            "channel": "whatsapp",
            "thread": [
                {"role": "customer", "text": "Mi pedido no llega"},
                {"role": "agent", "text": "Sentimos la espera, lo miramos."},
            ],
        },
    ),
}

CASE_EXAMPLE: dict[str, Any] = {
    "id": "cas_01JD8Z6K3V9Q4T7M2X5B8N1R0C",
    "message_id": None,
    "tracking_code": "B7K3-M9Q2-4",
    "thread_version": 1,
    "language": "es",
    "redacted_text": "¿Cada cuánto hay que volver a ponerse el protector solar?",
    "entities": [],
    "intents": [{"code": "product_information", "score": 0.91}],
    "emotion": {"code": "neutral", "score": 0.94},
    "relevance": "answer",
    "flags": [],
    "disposition": "draft",
    "priority": "p3",
    "queue": "agents",
    "rules": ["answer-from-approved"],
    "reasons": ["Hay una respuesta aprobada que contesta la pregunta."],
    "sla": {
        "acknowledge_by": "2026-03-02T10:30:00+01:00",
        "answer_by": "2026-03-02T12:00:00+01:00",
        "resolve_by": "2026-03-23T18:00:00+01:00",
    },
    "evidence": [
        {
            "answer_id": "spf-reaplicar",
            "version": 1,
            "score": 0.93,
            "title": "Cada cuánto reaplicar el protector",
            "quote": "Renuévalo cada dos horas y siempre después del baño.",
        }
    ],
    "abstained": False,
    "drafts": [
        {
            "audience": "public",
            "text": "¡Buena pregunta! Renuévalo cada dos horas y siempre después del baño.",
            "length": 70,
            "limit": 280,
            "sentences": [
                {"text": "¡Buena pregunta!", "source": "bank:es-ack-012"},
                {
                    "text": "Renuévalo cada dos horas y siempre después del baño.",
                    "source": "answer:spf-reaplicar@1#short",
                },
            ],
        }
    ],
    "referral": None,
    "adverse_event": None,
    "allowed_decisions": ["accept", "edit", "respond", "ignore", "escalate"],
    "provenance": {
        "service": "0.1.0",
        "policy": "health@1-3f1c9a0b2d4e",
        "knowledge_base": "9c1e5b7a0d2f",
        "models": {"encoder": "a1b2c3d4e5f6", "heads": "f6e5d4c3b2a1"},
        "drafter": "composer",
        "ai_generated": True,
    },
}
