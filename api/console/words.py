"""How the console calls the codes, in Spanish."""

WORDS: dict[str, dict[str, str]] = {
    "channel": {
        "x": "X", "facebook": "Facebook", "instagram": "Instagram", "whatsapp": "WhatsApp",
        "email": "Correo electrónico", "web": "Web",
    },
    "visibility": {"public": "Público", "private": "Privado"},
    "audience": {"public": "público", "private": "privado"},
    "disposition": {
        "draft": "Responder con texto aprobado",
        "acknowledge": "Acusar recibo y consultar",
        "refer_in_person": "Derivar a consulta presencial",
        "urgent_referral": "Derivación urgente",
        "no_reply": "No pide respuesta",
    },
    "flag": {
        "emergency": "Emergencia", "self_harm": "Riesgo de autolesión",
        "adverse_event": "Posible reacción adversa", "expert_review": "Lo revisa un experto",
        "in_person_referral": "Hay que verlo en persona", "personal_data_public": "Datos personales en público",
        "health_data": "Datos de salud", "minor": "Menor de edad", "pregnancy": "Embarazo o lactancia",
        "crisis_risk": "Riesgo de crisis", "prompt_injection": "Intenta manipular el sistema",
    },
    "intent": {
        "product_information": "Información de producto", "product_recommendation": "Recomendación de producto",
        "order_or_delivery": "Pedido o entrega", "billing_or_refund": "Cobro o devolución",
        "opening_hours_or_contact": "Horario, cita o contacto", "account_or_app": "Cuenta o aplicación",
        "complaint": "Queja", "product_quality": "Calidad del producto", "adverse_event": "Reacción adversa",
        "medical_advice": "Consejo médico", "praise": "Elogio", "suggestion": "Sugerencia",
        "data_rights": "Derechos sobre datos", "press_or_legal": "Prensa o legal",
        "job_or_commercial": "Empleo o comercial", "off_topic": "Ajeno", "abuse": "Insulto o trol",
    },
    "emotion": {
        "neutral": "neutra", "satisfied": "satisfecha", "worried": "preocupada", "sad": "triste",
        "frustrated": "frustrada", "angry": "enfadada",
    },
    "relevance": {"answer": "Se contesta", "monitor": "Se sigue de cerca", "ignore": "Se deja"},
    "strategy": {
        "answer_now": "contestar ahora", "acknowledge_and_consult": "acusar recibo y consultar",
        "hold_and_monitor": "esperar y seguir", "do_not_answer": "no contestar",
    },
    "risk": {"none": "ninguno", "low": "bajo", "high": "alto"},
    "status": {"open": "Abierto", "sent": "Enviado", "ignored": "Sin respuesta", "escalated": "Con un experto"},
    "criterion": {"reporter": "notificador", "patient": "paciente", "product": "producto", "reaction": "reacción"},
}  # fmt: skip
