"""The measure of the token model: answers come back in the corpus's types and the text's own offsets."""

import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from eval.span_scores import Document, read_documents
from eval.token_model import predict, report_meddocan, report_socialdisner
from models.encoder import DEFAULT_DIRECTORY as ENCODER
from models.redaction.pieces import PieceCutter
from models.redaction.span_scheme import SCHEME
from models.redaction.token_model import Ids, TokenModel

TOKENIZER = Tokenizer.from_file(str(ENCODER / "tokenizer.json"))


def _rule_model(word: str, kind: str) -> TokenModel:
    wanted = TOKENIZER.encode(word, add_special_tokens=False).ids[0]

    def forward(ids: Ids, mask: Ids) -> np.ndarray:
        logits = np.zeros((*ids.shape, SCHEME.size), dtype=np.float32)
        logits[..., 0] = np.where(ids == wanted, -9.0, 9.0)
        logits[..., SCHEME.begin(kind)] = np.where(ids == wanted, 9.0, -9.0)
        return logits

    return TokenModel(forward, PieceCutter(TOKENIZER), SCHEME, fingerprint="rule")


def test_mentions_have_the_corpus_type_and_the_original_offsets() -> None:
    text = "e\u0301l es Pedro \u200b y ya"
    found = predict(_rule_model("Pedro", "PATIENT_NAME"), "meddocan", [Document("d", text, frozenset())])
    assert found == {"d": frozenset({(7, 12, "NOMBRE_SUJETO_ASISTENCIA")})}


def test_a_disease_of_somebody_and_a_mention_are_one_type_of_the_tweets() -> None:
    for kind in ("DISEASE", "HEALTH_CONDITION"):
        found = predict(_rule_model("gripe", kind), "socialdisner", [Document("t", "la gripe", frozenset())])
        assert found == {"t": frozenset({(3, 8, "ENFERMEDAD")})}


def test_reports_count_right_wrong_and_missed(tmp_path: Path) -> None:
    path = tmp_path / "dev.jsonl"
    rows = [
        {"id": "a", "text": "Pedro llega", "spans": [[0, 5, "NOMBRE_SUJETO_ASISTENCIA"]]},
        {"id": "b", "text": "España", "spans": [[0, 6, "PAIS"]]},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = report_meddocan(_rule_model("Pedro", "PATIENT_NAME"), read_documents(path))
    assert "2 documents" in report
    assert "NOMBRE_SUJETO_ASISTENCIA" in report
    tweets = [Document("t", "la gripe", frozenset({(3, 8, "ENFERMEDAD")}))]
    assert "1 tweets" in report_socialdisner(_rule_model("gripe", "DISEASE"), tweets)
